import type { Clock } from "@fillbook/core";
import type { BookStore, CommitBatch, CommitResult, RunEndResult, RunStart } from "@fillbook/core/store";
import type { FleetWatch } from "./fleet-watch.ts";

/** What happens to one of a process's next calls of its store. */
export type StoreFault = {
  readonly kind:
    | "store fails"
    | "store's answer is lost"
    | "process dies before a call"
    | "process dies after a call"
    /** Before a commit, longer than a lease. */
    | "process stands still";
  /** How many calls pass before. */
  inCalls: number;
};

/** A process as its store sees it: once it is dead, none of its calls arrives or is answered. */
export interface FleetProcess {
  isDead: boolean;
  fault: StoreFault | null;
}

/** A mistake that a store could make, to see that the checks find it. */
export interface Sabotage {
  readonly kind: "lose an execution" | "double an execution" | "leave a job open";
  /** For the job: which ends are spoiled. */
  readonly isDue: () => boolean;
}

/** The store as one process reaches it. */
export function fleetStore(base: BookStore, parts: Reach & { readonly sabotage: Sabotage | null }): BookStore {
  const { sabotage, ...from } = parts;
  const spoiled = sabotage === null ? base : spoiledStore(base, sabotage);
  const methods = Object.entries(spoiled).map(([name, method]) => {
    const run = method as (...parameters: unknown[]) => Promise<unknown>;
    return [name, (...parameters: unknown[]) => reach(from, name, () => run(...parameters), parameters)];
  });
  // The same names as the store's, each with the same arguments and results.
  return Object.fromEntries(methods) as unknown as BookStore;
}

interface Reach {
  readonly process: FleetProcess;
  readonly watch: FleetWatch;
  readonly clock: Clock;
}

const STANDSTILL_MS = 6 * 60_000;

const never = new Promise<never>(() => {
  // Nobody is there to be answered.
});

async function reach(
  { process, watch, clock }: Reach,
  name: string,
  run: () => Promise<unknown>,
  parameters: readonly unknown[],
): Promise<unknown> {
  if (process.isDead) return never;
  const fault = strikes(process, name);
  if (fault !== null) watch.count(fault);
  if (fault === "store fails") throw new Error("the store is busy");
  if (fault === "process stands still") await clock.sleep(STANDSTILL_MS);
  if (fault === "process dies before a call") process.isDead = true;
  if (process.isDead) return never;
  const result = await run();
  tell(watch, name, parameters, result);
  if (fault === "process dies after a call") process.isDead = true;
  if (process.isDead) return never;
  if (fault === "store's answer is lost") throw new Error("the connection to the store was cut");
  return result;
}

function strikes(process: FleetProcess, name: string): StoreFault["kind"] | null {
  const { fault } = process;
  if (fault === null || (fault.kind === "process stands still" && name !== "commit")) return null;
  fault.inCalls -= 1;
  if (fault.inCalls > 0) return null;
  process.fault = null;
  return fault.kind;
}

type Argument<Name extends keyof BookStore> = Parameters<BookStore[Name]>[0];

// Each name's arguments and results are the contract's.
function tell(watch: FleetWatch, name: string, [first, second]: readonly unknown[], result: unknown): void {
  if (name === "claimDue") watch.claimed(result as readonly string[]);
  if (name === "beginRun") watch.begun(first as Argument<"beginRun">, result as RunStart);
  if (name === "commit") tellCommit(watch, first as CommitBatch, { options: second, result: result as CommitResult });
  if (name === "endRun" && (result as RunEndResult).kind === "ended") watch.ended((first as Argument<"endRun">).jobId);
  if (name === "renewLease" && result === true) {
    const { connectionId, leaseMs } = first as Argument<"renewLease">;
    watch.renewed(connectionId, leaseMs);
  }
  if (name === "changeConnection" && result !== null) {
    const { connectionId, fencedBy } = first as Argument<"changeConnection">;
    if (fencedBy !== undefined) watch.fenced(connectionId);
  }
}

function tellCommit(
  watch: FleetWatch,
  { run }: CommitBatch,
  { options, result }: { options: unknown; result: CommitResult },
): void {
  const { leaseMs } = (options ?? {}) as { leaseMs?: number };
  if (result.kind === "fenced") watch.count("a late commit was fenced");
  else if (run !== null && leaseMs !== undefined) watch.renewed(run.connectionId, leaseMs);
}

/** A store that makes one mistake. */
function spoiledStore(base: BookStore, { kind, isDue }: Sabotage): BookStore {
  if (kind === "leave a job open") {
    const lie = async (end: Argument<"endRun">): Promise<RunEndResult> => {
      const job = await base.job(end.owner, end.jobId);
      return job === null ? { kind: "fenced" } : { kind: "ended", job };
    };
    return { ...base, endRun: (end) => (isDue() ? lie(end) : base.endRun(end)) };
  }
  const spoil = kind === "lose an execution" ? withoutOne : withTwin;
  let victim: string | null = null;
  return {
    ...base,
    commit(batch, options) {
      // Always the same one, however often it is read: what is lost once comes again with the next run.
      victim ??= batch.reports[0]?.familyKey ?? null;
      return base.commit(spoil(batch, victim), options);
    },
  };
}

function withoutOne(batch: CommitBatch, victim: string | null): CommitBatch {
  const reports = batch.reports.filter(({ familyKey }) => familyKey !== victim);
  return { ...batch, reports, fetched: batch.fetched - (batch.reports.length - reports.length) };
}

function withTwin(batch: CommitBatch, victim: string | null): CommitBatch {
  const twins = batch.reports.flatMap((report) => {
    if (report.familyKey !== victim) return [];
    return [{ ...report, familyKey: `${report.familyKey}2`, revisionKey: `${report.revisionKey}2` }];
  });
  return { ...batch, reports: [...batch.reports, ...twins], fetched: batch.fetched + twins.length };
}
