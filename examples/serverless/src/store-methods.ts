import type { BookStore } from "@fillbook/core/store";

// A record, so that the compiler misses a method that is not here and knows of none that is no store's.
const methods: Readonly<Record<keyof BookStore, true>> = {
  ...{
    ready: true,
    now: true,
    beginRun: true,
    renewLease: true,
    commit: true,
    endRun: true,
    claimDue: true,
    writeSteps: true,
    prune: true,
  },
  ...{ readState: true, writeState: true },
  ...{ createConnection: true, changeConnection: true, connection: true, connections: true, coverage: true },
  ...{ sealedCredentials: true, replaceSealedCredentials: true, listSealedCredentials: true },
  ...{ trade: true, tradesById: true, decisionsOf: true, trades: true, fills: true, executions: true },
  ...{
    inbox: true,
    fillSlice: true,
    familyReports: true,
    queueFollowUp: true,
    job: true,
    jobs: true,
    jobRecords: true,
    problems: true,
    resolveProblem: true,
    problemCounts: true,
  },
  ...{ auditEvents: true, openRejects: true, steps: true, lineage: true, stepCounts: true },
};

export type StoreMethod = keyof BookStore;

/** All that may be called from outside: whatever else the store's object has cannot. */
// The record's keys are these.
export const storeMethods = Object.keys(methods) as StoreMethod[];
