import { generateTrades } from "@fillbook/connector-kraken/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BrowserServer, noBrowser, openBrowserServer } from "./support/browser-server.ts";
import { logIn, openVisitor, settled, signUp, type Visitor } from "./support/visitor.ts";

// Goal: a person's way through the pages, from the first login to totals. Method: one story in a real Chromium, whose
// steps build on each other; what the pages show is compared with what the API tells.

let server: BrowserServer;
let ada: Visitor;

interface Totals {
  readonly campaignId: string | null;
  readonly tradeCount: number;
  readonly currencies: readonly {
    readonly currency: string;
    readonly boughtNotional: string;
    readonly soldNotional: string;
  }[];
}
interface InboxTrade {
  readonly id: string;
  readonly side: string;
  readonly instrument: { readonly symbol: string };
}

const totals = () => ada.api<readonly Totals[]>("GET", "/api/campaign-totals");
const inbox = async () => (await ada.api<{ items: readonly InboxTrade[] }>("GET", "/api/inbox?limit=200")).items;

// Without `BROWSER_TESTS=1` and a Chromium there is nothing to run: see noBrowser for the reason that is printed.
describe.skipIf(noBrowser !== null)("a person at the pages", () => {
  beforeAll(async () => {
    const nowMs = Date.now();
    const trades = generateTrades({
      count: 60,
      seed: 7,
      fromMs: nowMs - 86_400_000,
      toMs: nowMs - 60_000,
      pairs: ["XXBTZUSD"],
    });
    server = await openBrowserServer({ trades });
    ada = await openVisitor(server);
  }, 120_000);
  afterAll(() => server?.close());

  let core: { readonly id: string };
  let other: { readonly id: string };

  it("signs up, and finds an empty inbox that says what to do", async () => {
    await ada.go("/");
    await signUp(ada, "ada");
    await ada.page.getByRole("heading", { name: "Your inbox is empty" }).waitFor();
    await ada.page.getByRole("link", { name: "Go to Sync" }).click();
    await ada.page.getByRole("heading", { name: "No account is connected yet" }).waitFor();
  });

  it("connects an account; a wrong key is told in the window", async () => {
    const { page } = ada;
    const { apiKey, apiSecret } = server.krakenAccount.key;
    await page.getByRole("button", { name: "Connect an account" }).click();
    await page.getByLabel("API key").fill(apiKey);
    await page.getByLabel("Private key").fill(Buffer.from("wrong").toString("base64"));
    await page.getByLabel("Name for it").fill('Main <b>"&');
    await page.getByRole("button", { name: "Connect", exact: true }).last().click();
    await page.getByRole("alert").waitFor();
    await page.getByLabel("Private key").fill(apiSecret);
    await page.getByRole("button", { name: "Connect", exact: true }).last().click();
    const card = page.getByRole("article", { name: 'Main <b>"&' });
    await card.getByText("Healthy").waitFor();
    expect(await card.getByRole("heading").textContent()).toBe('Main <b>"&');
    expect((await inbox()).length).toBeGreaterThan(8);
  });

  it("syncs again: nothing is new, and the run stands in the list", async () => {
    const { page } = ada;
    await page.getByRole("button", { name: "Sync all" }).click();
    await page.getByText("1 connection synced, 0 new.").waitFor();
    const rows = page.getByRole("region", { name: "Recent runs" }).locator("tbody tr");
    await expect.poll(() => rows.count()).toBe(2);
    await page.goto(`${server.url}/sync`);
    await rows.first().getByRole("link").click();
    await page.getByRole("heading", { name: "Steps" }).waitFor();
    expect(await page.locator("tbody tr").first().textContent()).toContain("begin");
  });

  it("reviews with the keyboard alone, and exactly that campaign's total changes", async () => {
    const { page } = ada;
    core = await ada.api("POST", "/api/campaigns", { name: "Core" });
    other = await ada.api("POST", "/api/campaigns", { name: "Other" });
    const plan = { symbol: "BTC/USD", campaignId: core.id };
    await ada.api("POST", "/api/plans", { ...plan, name: "Long Bitcoin", direction: "long" });
    await ada.api("POST", "/api/plans", { ...plan, name: "Short Bitcoin", direction: "short" });
    const before = await totals();
    expect(before.map(({ campaignId }) => campaignId)).toEqual([null]);
    const [first] = await inbox();
    await ada.go("/inbox");
    await page.keyboard.press("j");
    const row = page.locator(`#row-${first?.id}`);
    expect(await row.getAttribute("data-active")).toBe("true");
    const plans = row.getByLabel("Plan");
    const suggested = await plans.evaluate(
      (select) => (select as unknown as { selectedOptions: { textContent: string }[] }).selectedOptions[0]?.textContent,
    );
    expect(suggested).toBe(first?.side === "buy" ? "Long Bitcoin" : "Short Bitcoin");
    expect(await row.getByText("symbol and side").isVisible()).toBe(true);
    expect(await row.locator("output").textContent()).toContain("Core");
    await page.keyboard.press("s");
    await row.getByRole("button", { name: "Undo" }).waitFor();
    const after = await totals();
    expect(after.map(({ campaignId, tradeCount }) => [campaignId, tradeCount])).toEqual([
      [core.id, 1],
      [null, (before[0]?.tradeCount ?? 0) - 1],
    ]);
    for (const part of ["boughtNotional", "soldNotional"] as const) {
      const sum = after.map(({ currencies }) => units(currencies[0]?.[part]));
      expect(sum.reduce((left, right) => left + right)).toBe(units(before[0]?.currencies[0]?.[part]));
    }
    await ada.go("/positions");
    const shown = page.locator(`tr[data-campaign="${core.id}"] td`);
    expect(await shown.nth(1).textContent()).toBe("1");
    const { boughtNotional = "", soldNotional = "" } = after[0]?.currencies[0] ?? {};
    expect(await shown.nth(3).locator(".amount").getAttribute("title")).toBe(boughtNotional);
    expect(await shown.nth(4).locator(".amount").getAttribute("title")).toBe(soldNotional);
  });

  it("reviews many at once, and takes it back", async () => {
    const { page } = ada;
    await ada.go("/inbox");
    await page.keyboard.press("j");
    for (const key of ["x", "j", "x", "j", "x"]) await page.keyboard.press(key);
    await page.getByText("3 trades selected").waitFor();
    await page.keyboard.press("b");
    await page.getByLabel("Link selected trades to").selectOption({ label: "Other" });
    await page.getByRole("button", { name: "Review 3" }).click();
    await page.getByText("3 trades reviewed").waitFor();
    const counts = async () => new Map((await totals()).map(({ campaignId, tradeCount }) => [campaignId, tradeCount]));
    expect((await counts()).get(other.id)).toBe(3);
    expect((await counts()).get(core.id)).toBe(1);
    await page.getByRole("status").getByRole("button", { name: "Undo" }).last().click();
    await expect.poll(async () => (await counts()).get(other.id)).toBeUndefined();
    expect((await counts()).get(core.id)).toBe(1);
  });

  it("a trade that another window reviewed meanwhile is not overwritten", async () => {
    const { page } = ada;
    await ada.go("/inbox");
    const [first] = await inbox();
    const trade = await ada.api<{ version: number }>("GET", `/api/trades/${first?.id}`);
    const trades = [{ id: first?.id, version: trade.version }];
    await ada.api("POST", "/api/reviews", { trades, link: { campaignId: other.id } });
    await page.keyboard.press("j");
    await page.keyboard.press("s");
    await page.getByText("changed since it was shown").waitFor();
    // The trade is read again first, and shown as it is now.
    await page.locator(`#row-${first?.id}.is-stale`).waitFor();
    const { link } = await ada.api<{ link: unknown }>("GET", `/api/trades/${first?.id}`);
    expect(link).toEqual({ campaignId: other.id });
  });

  it("a session that ended asks for a login and goes on at the same page", async () => {
    const { page } = ada;
    await ada.go("/sync");
    await server.server.database.query("delete from app.sessions");
    await page.getByRole("button", { name: "Sync all" }).click();
    await page.getByText("Your session has ended").waitFor();
    await logIn(ada, "ada");
    expect(new URL(page.url()).pathname).toBe("/sync");
    await page.getByRole("article").first().getByText("Healthy").waitFor();
  });

  it("maintenance and its end are told", async () => {
    const { page } = ada;
    server.krakenAccount.setSystemStatus("maintenance");
    await page.getByRole("button", { name: "Sync now" }).click();
    await page.getByRole("article").getByText("Maintenance", { exact: true }).waitFor();
    server.krakenAccount.setSystemStatus("online");
    await page.getByRole("button", { name: "Sync now" }).click();
    await page.getByRole("article").getByText("Healthy").waitFor();
  });

  it("adds a trade by hand: what is typed is shown as text, whatever it is", async () => {
    const { page } = ada;
    await ada.go("/trades");
    await page.getByRole("button", { name: "Add by hand" }).click();
    await page.getByLabel("Symbol").last().fill("<img/src=x/onerror=hacked=1>");
    await page.getByLabel("Quantity").fill("0.1000000000000000001");
    await page.getByLabel("Price").fill("12.5");
    await page.getByLabel("Executed").fill("2026-11-01T10:00:00");
    await page.getByRole("button", { name: "Add trade" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByLabel("Quantity").fill("0.100000000000000001");
    await page.getByRole("button", { name: "Add trade" }).click();
    const cell = page.getByRole("link", { name: "<img/src=x/onerror=hacked=1>" });
    await cell.waitFor();
    await cell.click();
    await settled(page);
    await page.getByText("Entered by hand on").waitFor();
    expect(await page.locator(".figures .amount").first().getAttribute("title")).toBe("0.100000000000000001");
    expect(await page.evaluate(() => "hacked" in globalThis)).toBe(false);
  });

  it("the browser had nothing to complain about", () => expect(ada.complaints).toEqual([]));
});

/** A decimal as a whole number of its smallest unit. */
function units(decimal = "0"): bigint {
  const [whole = "0", places = ""] = decimal.split(".");
  return BigInt(`${whole}${places.padEnd(54, "0")}`);
}
