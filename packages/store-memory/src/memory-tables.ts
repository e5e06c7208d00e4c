import type { AuditEvent, Instant, Job, Json, Step } from "@fillbook/core";
import type {
  CommitResult,
  CommitStats,
  Coverage,
  Decision,
  NewCancel,
  NewConnection,
  Reject,
  SealedRow,
  StoredCancel,
  StoredProblem,
  StoredReport,
  TradeRow,
} from "@fillbook/core/store";
import { type MultiMap, multiMap } from "./multi-map.ts";
import { type OrderedTable, orderedTable } from "./ordered-table.ts";

/** A connection's lease and cursor. */
export interface Lease {
  readonly owner: string;
  token: number;
  jobId: string | null;
  expiresAtMs: number;
  /** When the connection's next run is due; null while none is. */
  dueAtMs: number | null;
  /** One more run is due right after the running one. */
  followUp: boolean;
  /** The job that stands for the connection's runs without change. */
  unchangedJobId: string | null;
  cursor: Json;
  coverage: Coverage;
  /** The last page that the running job committed; null before the first. */
  lastPage: { readonly page: number; readonly stats: CommitStats } | null;
}

export type ReportRow = StoredReport & { readonly raw: Json };

type CancelRecord = NewCancel & StoredCancel;

export type RejectRow = Reject & { readonly resolvedAt: Instant | null; readonly resolvedJobId: string | null };

/** A connection without what is counted when it is read. */
export type ConnectionRow = NewConnection["connection"] & Pick<NewConnection, "sole">;

/** Everything of one owner; no lookup ever leaves it. What people list is kept in the order of its list. */
export interface OwnerTables {
  readonly connections: OrderedTable<ConnectionRow>;
  readonly jobs: OrderedTable<Job>;
  readonly reports: OrderedTable<ReportRow>;
  readonly cancels: Map<string, CancelRecord>;
  readonly rejects: OrderedTable<RejectRow>;
  readonly contexts: Map<string, Json>;
  readonly decisions: Map<string, Decision>;
  readonly trades: OrderedTable<TradeRow>;
  readonly problems: OrderedTable<StoredProblem>;
  readonly audit: OrderedTable<AuditEvent>;
  /** What the last decisions answered, by the ids of their batches. */
  readonly answers: Map<string, CommitResult>;
  readonly steps: OrderedTable<Step>;
  readonly index: {
    readonly familyReports: MultiMap;
    readonly aliasFamilies: MultiMap;
    readonly contentFamilies: MultiMap;
    readonly idlessFamilies: MultiMap;
    readonly cancelNames: MultiMap;
    readonly tradeMembers: MultiMap;
    readonly orderTrades: Map<string, string>;
    /** The steps of each job. */
    readonly jobSteps: MultiMap;
  };
}

export interface MemoryTables {
  readonly owners: Map<string, OwnerTables>;
  /** By connection id. */
  readonly leases: Map<string, Lease>;
  /** By connection id. */
  readonly sealed: Map<string, SealedRow>;
  readonly state: Map<string, { readonly value: Json; readonly version: number }>;
}

export function memoryTables(): MemoryTables {
  return { owners: new Map(), leases: new Map(), sealed: new Map(), state: new Map() };
}

export function ownerTables({ owners }: MemoryTables, owner: string): OwnerTables {
  const known = owners.get(owner);
  if (known !== undefined) return known;
  const tables: OwnerTables = {
    connections: orderedTable(({ createdAt, id }) => ({ at: createdAt, id })),
    jobs: orderedTable(({ startedAt, id }) => ({ at: startedAt, id })),
    reports: orderedTable(({ executedAt, revisionKey }) => ({ at: executedAt, id: revisionKey })),
    cancels: new Map(),
    rejects: orderedTable(({ fetchedAt, rejectKey }) => ({ at: fetchedAt, id: rejectKey })),
    contexts: new Map(),
    decisions: new Map(),
    trades: orderedTable(({ totals, id }) => ({ at: totals.last.executedAt, id })),
    problems: orderedTable(({ openedAt, id }) => ({ at: openedAt, id })),
    audit: orderedTable(({ at, id }) => ({ at, id })),
    answers: new Map(),
    steps: orderedTable(({ startedAt, id }) => ({ at: startedAt, id })),
    index: {
      familyReports: multiMap(),
      aliasFamilies: multiMap(),
      contentFamilies: multiMap(),
      idlessFamilies: multiMap(),
      cancelNames: multiMap(),
      tradeMembers: multiMap(),
      orderTrades: new Map(),
      jobSteps: multiMap(),
    },
  };
  owners.set(owner, tables);
  return tables;
}
