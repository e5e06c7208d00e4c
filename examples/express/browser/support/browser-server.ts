import { existsSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ibkrFlex, ibkrWeb } from "@fillbook/connector-ibkr";
import { type IbkrSimulator, type IbkrSimulatorOptions, startIbkrSimulator } from "@fillbook/connector-ibkr/simulator";
import { kraken } from "@fillbook/connector-kraken";
import { type KrakenSimulator, type SimulatedTrade, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { silentLogger } from "@fillbook/core";
import { hurriedClock } from "@fillbook/testkit";
import type { Browser } from "playwright-core";
import { inject } from "vitest";
import { type RunningServer, startServer } from "../../src/server.ts";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const { BROWSER_TESTS, CHROMIUM_PATH } = process.env;
const chromium = [CHROMIUM_PATH, ...places].find((path) => path !== undefined && existsSync(path));

/** Why there are no tests in a browser; null where there are. */
export const noBrowser: string | null =
  BROWSER_TESTS !== "1"
    ? "they take a minute: `pnpm run browser` runs them"
    : chromium === undefined
      ? "there is no Chromium here: apt-get install chromium, or set CHROMIUM_PATH"
      : null;

if (BROWSER_TESTS === "1" && noBrowser !== null) console.warn(`no tests in a browser: ${noBrowser}`);

/** The server with its pages, simulated brokers, and a browser. */
export interface BrowserServer {
  readonly url: string;
  readonly server: RunningServer;
  readonly krakenAccount: KrakenSimulator;
  readonly ibkr: IbkrSimulator;
  readonly browser: Browser;
  close(): Promise<void>;
}

export async function openBrowserServer(options: {
  readonly trades: readonly SimulatedTrade[];
  readonly ibkr?: Omit<IbkrSimulatorOptions, "clock">;
}): Promise<BrowserServer> {
  // Only here: whoever runs the other tests must not wait for a browser's driver to load.
  const { chromium: driver } = await import("playwright-core");
  const clock = hurriedClock();
  const krakenAccount = await startKrakenSimulator({ clock, trades: options.trades });
  const ibkr = await startIbkrSimulator({ clock, portal: {}, ...options.ibkr });
  const dataDir = await mkdtemp(join(tmpdir(), "fillbook-browser-"));
  await cp(inject("templateDir"), dataDir, { recursive: true });
  const secrets = { sessionSecret: "s".repeat(32), vaultKey: Buffer.alloc(32, 3).toString("base64") };
  const { url: gateway, fingerprint256 } = ibkr.portal;
  const server = await startServer(
    { ...secrets, dataDir, databaseUrl: null, port: 0, isHttps: false },
    {
      connectors: [
        kraken({ baseUrl: krakenAccount.url }),
        ibkrFlex({ baseUrl: ibkr.url, loopbackUrls: [ibkr.mirrorUrl], headEveryMs: 0 }),
        ibkrWeb({ gateways: [{ url: gateway, fingerprint256 }] }),
      ],
      logger: silentLogger,
      clock,
      limits: { signUps: 100, requestsAMinute: 10_000 },
      ticks: "0 0 1 1 *",
    },
  );
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await driver.launch({ executablePath: chromium ?? "", args: [...sandbox, "--disable-lcd-text"] });
  return {
    ...{ url: server.url, server, krakenAccount, ibkr, browser },
    async close() {
      await browser.close();
      await server.close();
      await Promise.all([krakenAccount.close(), ibkr.close()]);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
