import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { generateTrades } from "@fillbook/connector-kraken/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BrowserServer, noBrowser, openBrowserServer } from "./support/browser-server.ts";
import { faintTexts } from "./support/contrast.ts";
import { expectNoSideways, logIn, openVisitor, signUp, type Visitor } from "./support/visitor.ts";

// Goal: every page reads well at both widths and in both themes, also full, empty, failed and blocked. Method: five
// hundred trades; contrast, width and movement are measured, and pictures are kept for people (`UPDATE=1` renews them).

const folder = fileURLToPath(new URL("../../../docs/screenshots", import.meta.url));
const pages = ["/inbox", "/sync", "/trades", "/problems", "/backfill", "/positions"];

/** Who looks at which pages: somebody with a lot, somebody who is held up, somebody new. */
const visited: Readonly<Record<string, readonly string[]>> = {
  full: pages,
  blocked: ["/sync", "/problems"],
  empty: ["/inbox", "/sync", "/positions"],
};

interface Listed {
  readonly instrument: { readonly symbol: string; readonly kind: string; readonly currency: string };
  readonly side: string;
  readonly quantity: string;
  readonly averagePrice: string;
  readonly lastExecutedAt: string;
}

let server: BrowserServer;
let newest = "";

async function visitor(width: number, scheme: "light" | "dark", name: string): Promise<Visitor> {
  const one = await openVisitor(server, { width, scheme });
  await one.go("/");
  await logIn(one, name);
  return one;
}

async function picture({ page }: Visitor, name: string): Promise<void> {
  if (process.env.UPDATE !== "1") return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}.png`, animations: "disabled", caret: "hide" });
}

// Without `BROWSER_TESTS=1` and a Chromium there is nothing to run: see noBrowser for the reason that is printed.
describe.skipIf(noBrowser !== null)("how the pages look", () => {
  beforeAll(async () => {
    const nowMs = Date.now();
    const old = generateTrades({ count: 1790, seed: 11, fromMs: nowMs - 60 * 86_400_000, toMs: nowMs - 3_600_000 });
    const young = generateTrades({ count: 10, seed: 12, fromMs: nowMs - 1_800_000, toMs: nowMs - 60_000 });
    newest = young.at(-1)?.txid ?? "";
    server = await openBrowserServer({ trades: [...old, ...young] });
    for (const name of ["empty", "full", "blocked"]) {
      const one = await openVisitor(server);
      await one.go("/");
      await signUp(one, name);
      if (name !== "empty") await fill(one, name);
      await one.page.context().close();
    }
  }, 180_000);
  afterAll(() => server?.close());

  async function fill(one: Visitor, name: string): Promise<void> {
    const { apiKey, apiSecret } = server.krakenAccount.key;
    await one.api("POST", "/api/connections", {
      connector: "kraken",
      credentials: { apiKey, apiSecret },
      label: "Kraken",
    });
    const core = await one.api<{ id: string }>("POST", "/api/campaigns", { name: "Crypto core" });
    for (const direction of ["long", "short"]) {
      for (const [title, symbol] of [
        ["Bitcoin", "BTC/USD"],
        ["Ether", "ETH/USD"],
        ["Solana", "SOL/USD"],
      ]) {
        await one.api("POST", "/api/plans", { name: `${title} ${direction}`, symbol, direction, campaignId: core.id });
      }
    }
    await one.api("POST", "/api/sync");
    await enterByHand(one);
    if (name === "blocked") await block(one);
  }

  /** The newest but one of the inbox, as if its owner had not waited for the broker. */
  async function enterByHand(one: Visitor): Promise<void> {
    const { items } = await one.api<{ items: readonly Listed[] }>("GET", "/api/inbox?limit=2");
    const [, trade] = items;
    if (trade === undefined) throw new Error("the inbox has less than two trades");
    const { instrument, side, quantity, averagePrice: price, lastExecutedAt: executedAt } = trade;
    const { symbol, kind, currency } = instrument;
    await one.api("POST", "/api/trades", { symbol, kind, currency, side, quantity, price, executedAt });
  }

  /** An account whose token was replaced, one whose gateway's session ended, and a fill that is told in two ways. */
  async function block(one: Visitor): Promise<void> {
    const { token, query, portal } = server.ibkr;
    const settings = { queryId: query("AF").id };
    const flex = { connector: "ibkr-flex", credentials: { token: token.token }, settings, label: "Statements" };
    await one.api("POST", "/api/connections", flex);
    await one.api("POST", "/api/connections", {
      connector: "ibkr-web",
      credentials: { kind: "gateway" },
      label: "Gateway",
    });
    server.ibkr.replaceToken();
    portal.expire("sso");
    server.krakenAccount.changeTrade(newest, { price: "1.00000" });
    await one.api("POST", "/api/sync");
  }

  it.each([
    [1440, "light"],
    [1440, "dark"],
    [360, "light"],
    [360, "dark"],
  ] as const)(
    "%i px, %s: nothing is faint, wider than the window, or jumps",
    async (width, scheme) => {
      for (const [name, places] of Object.entries(visited)) {
        const one = await visitor(width, scheme, name);
        for (const path of places) {
          await one.go(path);
          await expectNoSideways(one, `${name} ${path} at ${width}`);
          expect(await faintTexts(one.page), `${name} ${path} ${scheme}`).toEqual([]);
          await picture(one, `${path.slice(1)}-${name}-${width}-${scheme}`);
        }
        expect(one.complaints).toEqual([]);
        await one.page.context().close();
      }
    },
    120_000,
  );

  it("a server that fails is told with a way on", async () => {
    for (const width of [1440, 360]) {
      const one = await visitor(width, "light", "full");
      await one.page.route("**/api/inbox*", (route) => route.fulfill({ status: 503, body: "" }));
      await one.go("/inbox");
      await one.page.getByRole("heading", { name: "This could not be loaded" }).waitFor();
      await picture(one, `inbox-error-${width}-light`);
      await one.page.unroute("**/api/inbox*");
      await one.page.getByRole("button", { name: "Try again" }).click();
      await one.page.locator(".inbox-row").first().waitFor();
      await one.page.context().close();
    }
  });

  it("five hundred rows: a key answers at once, and no row moves", async () => {
    const one = await visitor(1440, "light", "full");
    const { page } = one;
    await one.go("/inbox");
    for (let shown = 100; shown < 500; shown += 100) {
      await page.getByRole("button", { name: "Load more" }).click();
      await expect.poll(() => page.locator(".inbox-row").count()).toBe(shown + 100);
    }
    await picture(one, "inbox-500-rows-1440-light");
    const heights = await page
      .locator(".inbox-row")
      .evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().height));
    expect(new Set(heights)).toEqual(new Set([36]));
    await page.keyboard.press("j");
    const tookMs = await page.evaluate(async () => {
      const startedMs = performance.now();
      for (let pressed = 0; pressed < 20; pressed += 1) {
        document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      return (performance.now() - startedMs) / 20;
    });
    console.log(`one key over 500 rows: ${tookMs.toFixed(1)} ms, the frame included`);
    expect(tookMs).toBeLessThan(150);
    await page.getByRole("button", { name: "Keys" }).click();
    await picture(one, "inbox-keys-1440-light");
    await page.context().close();
  });

  it.each(pages)("%s loads without moving what is there already", async (path) => {
    const one = await visitor(1440, "light", "full");
    await one.page.addInitScript(() => {
      const shifts: number[] = [];
      Object.assign(globalThis, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as unknown as { value: number }).value);
      }).observe({ type: "layout-shift", buffered: true });
    });
    await one.go(path);
    await one.page.waitForTimeout(400);
    const moved = await one.page.evaluate(() =>
      (globalThis as unknown as { shifts: number[] }).shifts.reduce((sum, one) => sum + one, 0),
    );
    expect(moved).toBeLessThan(0.05);
    await one.page.context().close();
  });
});
