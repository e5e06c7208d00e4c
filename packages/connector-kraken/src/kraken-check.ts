import { createHash } from "node:crypto";
import type { Clock } from "@fillbook/core";
import { ImportError, instantFromUnixSeconds, silentLogger } from "@fillbook/core";
import type { CheckResult, SharedState } from "@fillbook/core/connector";
import { type KrakenClient, type KrakenTransport, krakenClient } from "./kraken-client.ts";
import { type KeyInfo, readKeyInfo } from "./kraken-key-info.ts";
import { type KrakenCredentials, type KrakenSettings, readKrakenCredentials } from "./kraken-settings.ts";

export interface KrakenCheck {
  readonly credentials: KrakenCredentials;
  readonly settings: KrakenSettings;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly state: SharedState;
}

/**
 * Proves an API key with one call of GetApiKeyInfo (docs.kraken.com, added 2026-03-11), or of TradesHistory where that
 * method is not offered.
 *
 * @throws ImportError `PERMISSION_DENIED` when the key may not read trades, and whatever Kraken answers.
 */
export async function krakenCheck(transport: KrakenTransport, request: KrakenCheck): Promise<CheckResult> {
  const credentials = readKrakenCredentials(request.credentials);
  const client = krakenClient(transport, {
    ...request,
    credentials,
    tier: request.settings.tier,
    logger: silentLogger,
  });
  const info = await readKeyInfo(client);
  if (info === null) return probed(client, credentials);
  refuseBlindKey(info.permissions);
  const account = info.iban ?? keyAccount(credentials);
  return {
    accountRef: account,
    accounts: [account],
    permissions: info.permissions,
    historyFrom: info.queryFrom === null ? null : instantFromUnixSeconds(info.queryFrom),
    warnings: warningsOf(info, request.clock.now()),
  };
}

async function probed(client: KrakenClient, credentials: KrakenCredentials): Promise<CheckResult> {
  // A span without trades: Kraken answers it, or says what is wrong with the key (rotki, read 2026-08).
  await client.call({ endpoint: "TradesHistory", parameters: { start: "0", end: "0" }, read: () => null });
  const account = keyAccount(credentials);
  const warnings = [
    "Kraken did not tell the rights of this API key: whether it may trade or withdraw is not known",
    NO_ACCOUNT,
  ];
  return {
    accountRef: account,
    accounts: [account],
    permissions: ["query-closed-trades"],
    historyFrom: null,
    warnings,
  };
}

const NO_ACCOUNT =
  "Kraken did not tell the account's number: the account is named after the API key, so another key of the same account " +
  "would import its fills a second time unless it is given this accountRef";

function keyAccount({ apiKey }: KrakenCredentials): string {
  return `key-${createHash("sha256").update(apiKey).digest("hex").slice(0, 12)}`;
}

function refuseBlindKey(permissions: readonly string[]): void {
  if (permissions.includes("query-closed-trades")) return;
  const message =
    'Kraken: the API key lacks "Query closed orders & trades" (query-closed-trades), without which no fill can be read';
  throw new ImportError("PERMISSION_DENIED", message);
}

/** Rights that an import never needs: whoever steals such a key can do more than read. */
const NEEDLESS: ReadonlySet<string> = new Set(
  "withdraw-funds add-funds earn-funds modify-trades close-trades add-withdraw-address update-withdraw-address".split(
    " ",
  ),
);

function warningsOf(info: KeyInfo, nowMs: number): string[] {
  const warnings: string[] = [];
  const needless = info.permissions.filter((permission) => NEEDLESS.has(permission));
  if (needless.length > 0)
    warnings.push(`the API key may do more than read: ${needless.join(", ")}; an import needs none of it`);
  if (!info.permissions.includes("query-open-trades")) {
    warnings.push("the API key lacks query-open-trades, which newer pages of Kraken also name for reading trades");
  }
  const lacking = ["query-ledger", "export-data"].filter((permission) => !info.permissions.includes(permission));
  if (lacking.length > 0)
    warnings.push(`the API key lacks ${lacking.join(" and ")}: ${lacking.map(lostWithout).join("; ")}`);
  if (info.queryTo !== null) warnings.push(`the API key reads nothing after ${instantFromUnixSeconds(info.queryTo)}`);
  if (info.validUntil !== null) {
    const ends = Number(info.validUntil) * 1000 < nowMs ? "expired" : "expires";
    warnings.push(`the API key ${ends} at ${instantFromUnixSeconds(info.validUntil)}`);
  }
  if (info.iban === null) warnings.push(NO_ACCOUNT);
  return warnings;
}

function lostWithout(permission: string): string {
  if (permission === "export-data") return "a long history is read page by page";
  return "fees are Kraken's estimates, and what its app bought is not imported";
}
