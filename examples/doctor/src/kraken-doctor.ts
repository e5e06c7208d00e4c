import { type KrakenCredentials, kraken } from "@fillbook/connector-kraken";
import { type Clock, systemClock } from "@fillbook/core";
import type { CheckResult } from "@fillbook/core/connector";
import { z } from "zod";
import { connectorParts } from "./connector-parts.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { failureFix } from "./failure-fixes.ts";

export interface KrakenPatient {
  readonly credentials: KrakenCredentials;
  /** @defaultValue "https://api.kraken.com" */
  readonly baseUrl?: string | undefined;
  readonly clock?: Clock;
}

/** Looks at a Kraken API key: its rights, the span it may read and its end, and whether fills can be read with it. */
export async function krakenDoctor(patient: KrakenPatient): Promise<Diagnosis> {
  const { credentials, baseUrl, clock = systemClock } = patient;
  const connector = kraken(baseUrl === undefined ? {} : { baseUrl });
  const settings = z.parse(connector.settings, {});
  const parts = connectorParts(clock);
  const seen: string[] = [];
  const fixes: string[] = [];
  try {
    const checked = await connector.check({ ...parts, userId: "doctor", credentials, settings });
    seen.push(`the key opens the account ${checked.accountRef}`, `its rights: ${checked.permissions.join(", ")}`);
    seen.push(...checked.warnings);
    fixes.push(...rightsToChange(checked));
    const connection = { id: "doctor", userId: "doctor", accountRef: checked.accountRef, settings };
    const found = await readSome(connector.pull({ ...parts, credentials, connection }));
    seen.push(`${found.records} of its newest fills and ledger entries could be read`);
    fixes.push(...found.problems);
  } catch (error) {
    fixes.unshift(failureFix(error));
  }
  return { seen, fixes };
}

/** Rights beyond these read nothing that an import needs. */
const needed = {
  "query-closed-trades": "Query closed orders & trades",
  "query-open-trades": "Query open orders & trades",
  "query-ledger": "Query ledger entries",
} as const;
const harmless: ReadonlySet<string> = new Set([
  ...Object.keys(needed),
  "query-funds",
  "export-data",
  "create-ws-token",
]);

function rightsToChange({ permissions }: Pick<CheckResult, "permissions">): readonly string[] {
  const missing = Object.entries(needed).filter(([right]) => !permissions.includes(right));
  const needless = permissions.filter((right) => !harmless.has(right));
  return [
    ...missing.map(([right, label]) => `Tick "${label}" (${right}) in the key's settings at Kraken`),
    ...needless.map((right) => `Take the right ${right} from the key: whoever steals it could do more than read`),
  ];
}

/** The key is looked at behind the first page, so a few pages tell all; the rest of the history is left alone. */
const PAGES = 3;

type KrakenPages = ReturnType<ReturnType<typeof kraken>["pull"]>;

async function readSome(
  pages: KrakenPages,
): Promise<{ readonly records: number; readonly problems: readonly string[] }> {
  let records = 0;
  let read = 0;
  const problems: string[] = [];
  for await (const page of pages) {
    records += page.records.length;
    // Of the others, those about rights were told by the check, and the rest is about fills and not about the key.
    const ofKey = (page.diagnostics ?? []).filter(({ key }) => key.startsWith("key-"));
    problems.push(...ofKey.map(({ message }) => message));
    read += 1;
    if (read === PAGES) break;
  }
  return { records, problems };
}
