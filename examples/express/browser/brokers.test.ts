import {
  type FlexRow,
  flexDocument,
  flexQuery,
  generateFills,
  type SimulatedFill,
} from "@fillbook/connector-ibkr/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BrowserServer, noBrowser, openBrowserServer } from "./support/browser-server.ts";
import { openVisitor, settled, signUp, type Visitor } from "./support/visitor.ts";

// Goal: what brokers do to a person: corrections after a review, sessions that end, files, and texts that are code.
// Method: a simulated Interactive Brokers with statements and a gateway, and a person at a real Chromium.

const DAY_MS = 86_400_000;
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
const HOSTILE = "<script>hacked=1</script>";
const entries = [
  ...generateFills({
    count: 40,
    seed: 5,
    days: 15,
    fromDay: dayOf(Date.now() - 25 * DAY_MS),
    cancelEvery: 0,
    rebookEvery: 0,
    correctEvery: 0,
  }),
];
const plain = entries.flatMap((entry): SimulatedFill[] => {
  const isPlain = entry.kind === "fill" && entry.revision === "first" && entry.instrument.symbol === "QQQ";
  return isPlain ? [entry] : [];
});

/** One symbol is code, and one is code for a terminal. */
function hostile(row: FlexRow): FlexRow {
  const { transactionID, symbol } = row.attributes;
  if (transactionID === plain[0]?.transactionId)
    return { ...row, attributes: { ...row.attributes, symbol: HOSTILE, conid: "99" } };
  const isSpy = symbol === "SPY";
  return isSpy ? { ...row, attributes: { ...row.attributes, description: "\u009b31m\u202ered" } } : row;
}

let server: BrowserServer;
let eve: Visitor;

interface Listed {
  readonly id: string;
  readonly version: number;
  readonly instrument: { readonly symbol: string };
}

// Without `BROWSER_TESTS=1` and a Chromium there is nothing to run: see noBrowser for the reason that is printed.
describe.skipIf(noBrowser !== null)("what brokers do", () => {
  beforeAll(async () => {
    const queries = [{ type: "AF", editRow: hostile } as const];
    server = await openBrowserServer({ trades: [], ibkr: { entries, queries } });
    eve = await openVisitor(server);
    await eve.go("/");
    await signUp(eve, "eve");
  }, 120_000);
  afterAll(() => server?.close());

  it("statements: a token connects, and what came in waits for review", async () => {
    const { page } = eve;
    await eve.go("/sync");
    await page.getByRole("button", { name: "Connect an account" }).click();
    await page.locator("dialog select").selectOption("ibkr-flex");
    await page.getByLabel("Flex token").fill(server.ibkr.token.token);
    await page.getByLabel("Flex query ID").fill(server.ibkr.query("AF").id);
    await page.getByLabel("Name for it").fill("Statements");
    await page.getByRole("button", { name: "Connect", exact: true }).last().click();
    await page.getByRole("article", { name: "Statements" }).getByText("Healthy").waitFor();
    await eve.go("/inbox");
    expect(await page.locator(".inbox-row").count()).toBeGreaterThan(8);
  });

  it("a symbol that is code is shown and not run", async () => {
    const { page } = eve;
    const { items } = await eve.api<{ items: readonly Listed[] }>("GET", "/api/trades?limit=200");
    const trade = items.find(({ instrument }) => instrument.symbol.toLowerCase() === HOSTILE);
    expect(trade).toBeDefined();
    for (const path of ["/inbox", "/trades", `/trades/${trade?.id}`, "/positions", "/problems"]) {
      await eve.go(path);
      expect(await page.evaluate(() => "hacked" in globalThis)).toBe(false);
      expect(await page.locator("main script").count()).toBe(0);
    }
    await eve.go(`/trades/${trade?.id}`);
    expect((await page.getByRole("heading", { level: 1 }).textContent())?.toLowerCase()).toContain(HOSTILE);
  });

  it("a correction after the review is told, with both sides", async () => {
    const { page } = eve;
    const fill = plain[1];
    const { items } = await eve.api<{ items: readonly Listed[] }>("GET", "/api/inbox?limit=200&symbol=QQQ");
    for (const { id, version } of items)
      await eve.api("POST", "/api/reviews", { trades: [{ id, version }], link: null });
    await eve.go("/inbox?show=changed");
    await page.getByRole("heading", { name: "Nothing changed since you reviewed it" }).waitFor();
    server.ibkr.correct(fill?.execId ?? "", { price: "123.25", reportDay: dayOf(Date.now() - 2 * DAY_MS) });
    await eve.go("/sync");
    await page.getByRole("button", { name: "Sync all" }).click();
    await page.getByText("1 connection synced").waitFor();
    await eve.go("/inbox?show=changed");
    const row = page.locator(".inbox-row");
    await expect.poll(() => row.count()).toBe(1);
    await row.getByRole("link").click();
    await settled(page);
    await page.getByText("it is not what was reviewed").waitFor();
    const table = page.getByRole("region", { name: "Executions" });
    expect(await table.getByText("replaced").count()).toBe(1);
    expect(await table.locator("tr", { hasText: "123.25" }).getByText("counts").count()).toBe(1);
    await page.getByRole("link", { name: "Review it again" }).click();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("1 trade reviewed").waitFor();
  });

  it("a gateway's session that ended blocks the account until somebody logged in again", async () => {
    const { page } = eve;
    await eve.go("/sync");
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await page.locator("dialog select").selectOption("ibkr-web");
    await page.getByLabel("Name for it").fill("Live");
    await page.getByRole("button", { name: "Connect", exact: true }).last().click();
    const card = page.getByRole("article", { name: "Live" });
    await card.getByText("Healthy").waitFor();
    server.ibkr.portal.expire("sso");
    await card.getByRole("button", { name: "Sync now" }).click();
    await card.getByText("Needs new login").waitFor();
    await eve.go("/problems");
    await page.getByText("Login needed").waitFor();
    await page.getByRole("link", { name: "Reconnect" }).click();
    await page.getByRole("button", { name: "I have logged in again" }).click();
    await page.getByRole("alert").waitFor();
    server.ibkr.portal.login();
    await page.getByRole("button", { name: "I have logged in again" }).click();
    await card.getByText("Healthy").waitFor();
    await eve.go("/problems");
    await expect.poll(() => page.getByText("Login needed").count()).toBe(0);
  });

  it("files: of this account they come in once, of another one nothing is written", async () => {
    const { page } = eve;
    await eve.go("/backfill");
    await page.getByRole("button", { name: "Files without a login" }).click();
    await page.locator("dialog select").selectOption("ibkr-flex");
    await page.locator("#field-accountRef").fill("U2222222");
    await page.getByLabel("Name for it").fill("Old account");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    const panel = page.getByRole("region", { name: "From a file" });
    await panel.getByText("Drop a file here").waitFor();
    const drop = async (name: string, text: string) => {
      const file = { name, mimeType: "text/xml", buffer: Buffer.from(text) };
      await panel.locator("input").setInputFiles(file);
    };
    await drop("other.xml", await statement("U3333333"));
    await panel.getByRole("alert").waitFor();
    expect(await panel.getByRole("alert").textContent()).toContain("U3333333");
    await drop("mine.xml", await statement("U2222222"));
    await panel.getByText("mine.xml: Done:").waitFor();
    const count = async () =>
      (await eve.api<{ items: object[] }>("GET", "/api/executions?account=U2222222&limit=200")).items.length;
    const before = await count();
    expect(before).toBeGreaterThanOrEqual(12);
    await drop("mine.xml", await statement("U2222222"));
    await panel.getByText("nothing new").waitFor();
    expect(await count()).toBe(before);
    await drop("picture.xml", "\u0089PNG");
    await panel.getByText("neither XML nor a table").waitFor();
  });

  it("history is read on demand, and its result is told", async () => {
    const { page } = eve;
    await eve.go("/backfill");
    await page.locator(".backfill > .field select").selectOption({ label: "Statements · IBKR Flex U1234567" });
    await page.getByRole("button", { name: "Read history" }).click();
    await page.getByRole("region", { name: "From the broker" }).getByText("Done:").waitFor();
  });

  it("the browser had nothing to complain about", () => expect(eve.complaints).toEqual([]));
});

async function statement(accountId: string): Promise<string> {
  const account = { accountId, alias: "", model: "", baseCurrency: "USD" };
  const rows = generateFills({ count: 12, seed: 3, accountId, days: 3, fromDay: "2026-01-05" });
  const statements = [{ account, fromDay: "2026-01-05", toDay: "2026-01-12", period: "", entries: rows }];
  let text = "";
  const query = flexQuery({ type: "AF" });
  for await (const piece of flexDocument({ query, statements, generatedAtMs: Date.UTC(2026, 0, 20) })) text += piece;
  return text;
}
