import {
  type IngestOptions,
  type IngestReport,
  ingest,
  type JobStatus,
  type Json,
  type RunStats,
} from "@fillbook/core";
import { addStats, type BookStore, noStats } from "@fillbook/core/store";
import { memoryStore } from "@fillbook/store-memory";
import {
  aCancel,
  anExecution,
  type ExecutionDetails,
  fakeClock,
  type ScriptedRecord,
  scripted,
} from "@fillbook/testkit";
import { aConnection, ranReport, readAll, stateOf } from "../../../testkit/src/suite/play.ts";

type Pages = readonly { readonly records: readonly ScriptedRecord[]; readonly cursor?: Json }[];

/** What a host can see after the last run. */
export interface FaultBook {
  readonly state: unknown;
  readonly cursor: Json;
  /** Of all runs together: a page that is counted twice or never shows here. */
  readonly stats: RunStats;
  readonly statuses: readonly JobStatus[];
}

/** Three pages with everything that a commit may write. */
export const faultPages: Pages = [
  {
    records: [
      fill({ familyId: "E1", aliases: ["transaction:5"], sequence: "5" }),
      fill({ familyId: "E2", price: "101", order: { permanentId: "O2" } }),
      fill({ familyId: "E3", order: { permanentId: "O2" } }),
      { kind: "ignored", reason: "a deposit" },
    ],
  },
  {
    records: [
      fill({ familyId: "E2", revision: 1, price: "102", order: { permanentId: "O4" } }),
      fill({ familyId: "E3", price: "99", order: { permanentId: "O2" } }),
      fill({ familyId: "E1", aliases: ["transaction:5"], sequence: "5" }),
      { kind: "broken" },
    ],
  },
  {
    records: [
      { kind: "cancel", cancel: aCancel({ aliases: ["transaction:5"], sequence: "9" }) },
      { kind: "cancel", cancel: aCancel({ familyId: "E9" }) },
      fill({ familyId: "E4", order: { permanentId: "O3" } }),
    ],
  },
];

/** A record that is an execution with these details. */
export function fill(details: ExecutionDetails): ScriptedRecord {
  return { kind: "execution", execution: anExecution(details) };
}

/** One run of the whole engine, which goes on where the last committed page ended. */
export function runImport(
  store: BookStore,
  connectionId: string,
  { pages = faultPages, ...options }: Omit<Partial<IngestOptions>, "pages"> & { readonly pages?: Pages } = {},
): Promise<IngestReport> {
  return ingest({
    ...{ store, connectionId, mode: "manual", connectors: [scripted({ pages })], clock: fakeClock() },
    credentials: async () => ({ token: "t" }),
    ...options,
  });
}

/** {@link runImport} of which a run is expected. */
export async function runReport(...parameters: Parameters<typeof runImport>) {
  return ranReport(await runImport(...parameters));
}

/** All that is stored for an owner with one connection. */
export async function faultBook(store: BookStore, owner = "owner"): Promise<FaultBook> {
  // Newest first.
  const jobs = await readAll((after) => store.jobs(owner, after));
  return {
    state: inOneOrder(await stateOf(store, owner)),
    cursor: jobs[0]?.cursorAfter ?? null,
    stats: jobs.map(({ stats }) => stats).reduce(sum, noStats),
    statuses: jobs.map(({ status }) => status),
  };
}

/** The book of a store that sees no fault. Keys hold their owner. */
export async function faultlessBook({ owner = "owner", pages = faultPages } = {}): Promise<FaultBook> {
  const store = memoryStore({ clock: fakeClock() });
  await runReport(store, await aConnection(store, { owner }), { pages });
  return faultBook(store, owner);
}

// Two stores may give an item's fields in different orders.
function inOneOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(inOneOrder).sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, inOneOrder(inner)]));
}

function sum(left: RunStats, right: RunStats): RunStats {
  return { ...addStats(left, right), pages: left.pages + right.pages };
}
