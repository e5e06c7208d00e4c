import type { Connection, Job, Json, Problem } from "@fillbook/core";
import type { CancelRow, CommitStats, Decision, NewCancel, Reject, StoredReport, TradeRow } from "@fillbook/core/store";
import { type MultiMap, multiMap } from "./multi-map.ts";

/** A connection's lease and cursor. */
export interface Lease {
  readonly owner: string;
  token: number;
  jobId: string | null;
  expiresAtMs: number;
  /** When the connection's next run is due. */
  dueAtMs: number;
  cursor: Json;
  /** The last page that the running job committed; null before the first. */
  lastPage: { readonly page: number; readonly stats: CommitStats } | null;
}

export type ReportRow = StoredReport & { readonly raw: Json };

/** Everything of one owner; no lookup ever leaves it. */
export interface OwnerTables {
  readonly connections: Map<string, Connection>;
  readonly jobs: Map<string, Job>;
  readonly reports: Map<string, ReportRow>;
  readonly cancels: Map<string, NewCancel>;
  readonly rejects: Map<string, Reject>;
  readonly contexts: Map<string, Json>;
  readonly decisions: Map<string, Decision>;
  readonly trades: Map<string, TradeRow>;
  readonly problems: Map<string, Problem>;
  readonly index: {
    readonly familyReports: MultiMap;
    readonly aliasFamilies: MultiMap;
    readonly contentFamilies: MultiMap;
    readonly idlessFamilies: MultiMap;
    readonly cancelNames: MultiMap;
    readonly tradeMembers: MultiMap;
    readonly orderTrades: Map<string, string>;
  };
}

export interface MemoryTables {
  readonly owners: Map<string, OwnerTables>;
  /** By connection id. */
  readonly leases: Map<string, Lease>;
  readonly state: Map<string, { readonly value: Json; readonly version: number }>;
}

export function memoryTables(): MemoryTables {
  return { owners: new Map(), leases: new Map(), state: new Map() };
}

export function ownerTables({ owners }: MemoryTables, owner: string): OwnerTables {
  const known = owners.get(owner);
  if (known !== undefined) return known;
  const tables: OwnerTables = {
    ...{ connections: new Map(), jobs: new Map(), reports: new Map(), cancels: new Map(), rejects: new Map() },
    ...{ contexts: new Map(), decisions: new Map(), trades: new Map(), problems: new Map() },
    index: {
      familyReports: multiMap(),
      aliasFamilies: multiMap(),
      contentFamilies: multiMap(),
      idlessFamilies: multiMap(),
      cancelNames: multiMap(),
      tradeMembers: multiMap(),
      orderTrades: new Map(),
    },
  };
  owners.set(owner, tables);
  return tables;
}

/** The names under which a cancel is looked up. */
export function namesOf(cancel: CancelRow): readonly string[] {
  return cancel.familyKey === null ? cancel.aliasKeys : [cancel.familyKey, ...cancel.aliasKeys];
}
