import type { Connection, Job, Json, Problem } from "@fillbook/core";
import type { CancelRow, Decision, NewCancel, Reject, StoredReport, TradeRow } from "@fillbook/core/store";

/** A connection's lease and cursor. */
export interface Lease {
  readonly owner: string;
  token: number;
  jobId: string | null;
  expiresAtMs: number;
  cursor: Json;
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
    readonly familyReports: Index;
    readonly aliasFamilies: Index;
    readonly contentFamilies: Index;
    readonly idlessFamilies: Index;
    readonly cancelNames: Index;
    readonly tradeMembers: Index;
    readonly orderTrades: Map<string, string>;
  };
}

type Index = Map<string, Set<string>>;

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
      familyReports: new Map(),
      aliasFamilies: new Map(),
      contentFamilies: new Map(),
      idlessFamilies: new Map(),
      cancelNames: new Map(),
      tradeMembers: new Map(),
      orderTrades: new Map(),
    },
  };
  owners.set(owner, tables);
  return tables;
}

export function addToIndex(index: Map<string, Set<string>>, key: string, value: string): void {
  const values = index.get(key);
  if (values === undefined) index.set(key, new Set([value]));
  else values.add(value);
}

export function removeFromIndex(index: Map<string, Set<string>>, key: string, value: string): void {
  const values = index.get(key);
  values?.delete(value);
  if (values?.size === 0) index.delete(key);
}

/** The names under which a cancel is looked up. */
export function namesOf(cancel: CancelRow): readonly string[] {
  return cancel.familyKey === null ? cancel.aliasKeys : [cancel.familyKey, ...cancel.aliasKeys];
}
