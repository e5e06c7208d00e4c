import { generateTrades, type SimulatedTrade } from "@fillbook/connector-kraken/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BrowserServer, noBrowser, openBrowserServer } from "./support/browser-server.ts";
import { openVisitor, settled, signUp, type Visitor } from "./support/visitor.ts";

// Goal: what a person mends: a gap, a trade that is there twice, a report that is wrong, an import that was a mistake.
// Method: a simulated Kraken that keeps a trade back and changes another, and a person at a real Chromium; what the
// pages did is asked of the API.

const nowMs = Date.now();
const [hidden, ...trades] = generateTrades({
  count: 24,
  seed: 31,
  fromMs: nowMs - 3_000_000,
  toMs: nowMs - 60_000,
  pairs: ["XXBTZUSD"],
}) as [SimulatedTrade, ...SimulatedTrade[]];
const seconds = (nowMs - 1_800_000) / 1000;

let server: BrowserServer;
let ada: Visitor;

interface Listed {
  readonly id: string;
  readonly version: number;
  readonly side: string;
  readonly quantity: string;
  readonly lastExecutedAt: string;
  readonly source: string;
  readonly instrument: { readonly symbol: string; readonly kind: string; readonly currency: string };
  readonly link: unknown;
}
interface Told {
  readonly id: string;
  readonly price: string;
  readonly tradeId: string | null;
  readonly jobId: string;
  readonly executionId: string | null;
  readonly kind: string;
}

const list = async <Item>(path: string) => (await ada.api<{ items: readonly Item[] }>("GET", path)).items;
const manuals = async () => (await list<Listed>("/api/trades?broker=manual")).map(({ id }) => id);
const counting = () => list<Told>("/api/executions?canonical=true&limit=200");

// Without `BROWSER_TESTS=1` and a Chromium there is nothing to run: see noBrowser for the reason that is printed.
describe.skipIf(noBrowser !== null)("what a person mends", () => {
  beforeAll(async () => {
    server = await openBrowserServer({ trades });
    const spent = { refid: "swap", time: String(seconds) } as const;
    server.krakenAccount.addLedgers(
      // A trade that the ledger knows and the list of trades does not.
      ...[{ id: "LHIDE1", refid: hidden.txid, time: hidden.time, type: "trade", asset: "XXBT", amount: "1", fee: "0" }],
      // A purchase in Kraken's app.
      ...[{ id: "LSWAP1", ...spent, type: "spend", asset: "ZUSD", amount: "-30", fee: "0.5" }],
      ...[{ id: "LSWAP2", ...spent, type: "receive", asset: "XETH", amount: "0.01", fee: "0" }],
    );
    ada = await openVisitor(server);
    await ada.go("/");
    await signUp(ada, "ada");
    const { apiKey, apiSecret } = server.krakenAccount.key;
    const credentials = { apiKey, apiSecret };
    await ada.api("POST", "/api/connections", { connector: "kraken", credentials, label: "Kraken" });
    await ada.api("POST", "/api/sync");
  }, 120_000);
  afterAll(() => server?.close());

  it("a gap is told, and closes when it is read again with one click", async () => {
    const { page } = ada;
    await ada.go("/sync");
    const line = page.getByRole("article", { name: "Kraken" }).locator(".connection-coverage");
    await line.getByText("1 gap").waitFor();
    server.krakenAccount.addTrades(hidden);
    await line.getByRole("link").click();
    const buttons = page.getByRole("button", { name: "Read it now" });
    await buttons.first().waitFor();
    // Where the clock went on within the first run, its two looks at the newest trades left a gap each.
    for (let left = await buttons.count(); left > 0; left = await buttons.count()) {
      await buttons.first().click();
      await expect.poll(() => buttons.count()).toBeLessThan(left);
    }
    expect((await counting()).map(({ executionId }) => executionId)).toContain(hidden.txid);
    const [run] = await list<{ window: { from?: string } }>("/api/jobs");
    expect(run?.window.from).toBeDefined();
    await ada.go("/sync");
    await line.getByText("Complete from").waitFor();
    expect(await line.textContent()).not.toContain("gap");
  });

  it("the import takes the place of what was entered by hand, and undo takes that back", async () => {
    const { page } = ada;
    const core = await ada.api<{ id: string }>("POST", "/api/campaigns", { name: "Core" });
    const bitcoin = (await list<Listed>("/api/inbox")).filter(({ instrument }) => instrument.symbol === "BTC/USD");
    // The newest one is changed by Kraken below.
    const first = bitcoin[1];
    const { symbol, kind, currency } = first?.instrument ?? {};
    const facts = { symbol, kind, currency, side: first?.side, quantity: first?.quantity, price: "1" };
    const more = { executedAt: first?.lastExecutedAt, link: { campaignId: core.id } };
    const manual = await ada.api<Listed>("POST", "/api/trades", { ...facts, ...more });
    await ada.go("/inbox");
    const row = page.locator(`#row-${first?.id}`);
    await row.getByText("You entered this by hand").waitFor();
    await row.getByRole("button", { name: "Use the import instead" }).click();
    await page.getByRole("dialog").getByText("Core").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    expect(await manuals()).toEqual([manual.id]);
    await row.getByRole("button", { name: "Use the import instead" }).click();
    await page.getByRole("button", { name: "Use the import", exact: true }).click();
    await page.getByText("took the place of what you entered").waitFor();
    expect(await manuals()).toEqual([]);
    expect(await row.getByLabel("Campaign").inputValue()).toBe(core.id);
    await row.getByRole("button", { name: "Undo" }).click();
    await row.getByText("You entered this by hand").waitFor();
    expect(await manuals()).toEqual([manual.id]);
    // The undo changed the manual trade as well: its row knows the new version.
    await row.focus();
    await page.keyboard.press("i");
    await page.getByRole("button", { name: "Use the import", exact: true }).click();
    await row.getByRole("button", { name: "Undo" }).waitFor();
    expect(await manuals()).toEqual([]);
    await ada.go(`/trades/${first?.id}`);
    await page.getByText("it took the place of a trade that was entered by hand").waitFor();
    const history = page.getByRole("region", { name: "History" }).getByRole("listitem");
    await expect.poll(() => history.count()).toBe(3);
    const told = (await history.allTextContents()).map((text) => text.split(/ \d|, i/)[0]);
    expect(told).toMatchObject(
      [/Linked to Core/, /Took the review back/, /Linked to Core/].map((words) => expect.stringMatching(words)),
    );
  });

  it("of two reports of a fill the chosen one counts", async () => {
    const { page } = ada;
    const last = trades.at(-1)?.txid ?? "";
    server.krakenAccount.changeTrade(last, { price: "1.00000" });
    await ada.api("POST", "/api/sync");
    const price = async () => (await counting()).find(({ executionId }) => executionId === last)?.price;
    const before = await price();
    await ada.go("/problems");
    const reports = page.getByRole("list", { name: "Reports of this fill" }).getByRole("listitem");
    expect(await reports.count()).toBe(2);
    const known = ` ${before}This one is right`;
    await reports.filter({ hasNotText: known }).getByRole("button").click();
    await page.getByText("This report counts from now on").waitFor();
    expect(await price()).not.toBe(before);
    await ada.go("/problems?state=resolved");
    await reports.filter({ hasText: known }).getByRole("button").click();
    await expect.poll(price).toBe(before);
  });

  it("a purchase without an order is marked", async () => {
    const instant = (await counting()).find(({ kind }) => kind === "instant");
    await ada.go(`/trades/${instant?.tradeId}`);
    await ada.page.getByRole("region", { name: "Executions" }).getByText("instant").waitFor();
  });

  it("an import is taken back; what stayed is told with its reason", async () => {
    const { page } = ada;
    const first = (await list<{ id: string }>("/api/jobs")).at(-1);
    const before = (await counting()).length;
    await ada.go(`/jobs/${first?.id}`);
    await page.getByRole("button", { name: "Undo this import" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    expect((await counting()).length).toBe(before);
    await page.getByRole("button", { name: "Undo this import" }).click();
    await page.getByRole("button", { name: "Yes, undo it" }).click();
    await page.getByText("because somebody reviewed").waitFor();
    await page.getByText("because other imports stand on it: undo those first").waitFor();
    await page.getByText("Undone", { exact: true }).waitFor();
    expect((await counting()).length).toBeLessThan(before);
    const stayed = page.getByRole("list", { name: "What stayed" });
    await stayed.getByText("a later run told of it again: undo").getByRole("link").click();
    await settled(page);
    await page.getByRole("button", { name: "Undo this import" }).click();
    await page.getByRole("button", { name: "Yes, undo it" }).click();
    await page.getByText("Undone: 1 fill of this run").waitFor();
    const undone = (await list<Told & { undone: boolean }>("/api/executions?limit=200")).filter((one) => one.undone);
    expect(undone.map(({ executionId }) => executionId)).toContain(trades.at(-1)?.txid);
    await ada.go("/sync");
    const runs = page.getByRole("region", { name: "Recent runs" });
    await expect.poll(() => runs.getByText("undone since").count()).toBe(2);
  });

  it("the browser had nothing to complain about", () => expect(ada.complaints).toEqual([]));
});
