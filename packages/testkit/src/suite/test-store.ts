import { storeAbsorbSuite } from "./store-absorb-suite.ts";
import { storeAccountsSuite } from "./store-accounts-suite.ts";
import { storeAuditSuite } from "./store-audit-suite.ts";
import { storeCommitsSuite } from "./store-commits-suite.ts";
import { storeConnectionsSuite } from "./store-connections-suite.ts";
import { storeCoverageSuite } from "./store-coverage-suite.ts";
import { storeCrashSuite } from "./store-crash-suite.ts";
import { storeCredentialsSuite } from "./store-credentials-suite.ts";
import { storeDecisionsSuite } from "./store-decisions-suite.ts";
import { storeDueSuite } from "./store-due-suite.ts";
import { storeFillsSuite } from "./store-fills-suite.ts";
import { storeFiltersSuite } from "./store-filters-suite.ts";
import { storeHistoriesSuite } from "./store-histories-suite.ts";
import { storeIsolationSuite } from "./store-isolation-suite.ts";
import { storeLineageSuite } from "./store-lineage-suite.ts";
import { storeMomentsSuite } from "./store-moments-suite.ts";
import { storeProblemsSuite } from "./store-problems-suite.ts";
import { storePruneSuite } from "./store-prune-suite.ts";
import { storeReadsSuite } from "./store-reads-suite.ts";
import { storeRejectsSuite } from "./store-rejects-suite.ts";
import { storeRepeatsSuite } from "./store-repeats-suite.ts";
import { storeReportedSuite } from "./store-reported-suite.ts";
import { storeReviewsSuite } from "./store-reviews-suite.ts";
import { storeRunsSuite } from "./store-runs-suite.ts";
import { storeScheduleSuite } from "./store-schedule-suite.ts";
import { storeSequencesSuite } from "./store-sequences-suite.ts";
import type { StoreSuiteOptions } from "./store-suite-options.ts";
import { storeTradeEventsSuite } from "./store-trade-events-suite.ts";
import { storeUndoSuite } from "./store-undo-suite.ts";

/**
 * Proves a store: leases and fences, commits, reads, isolation, crashes, and hostile histories against an oracle. Every
 * store of Fillbook passes it; run it on yours.
 *
 * @example
 * import { test } from "vitest";
 * testStore({ test, makeStore: async () => memoryStore({ clock }), passTime: async (ms) => clock.advance(ms) });
 */
export function testStore(options: StoreSuiteOptions): void {
  storeRunsSuite(options);
  storeDueSuite(options);
  storeScheduleSuite(options);
  storeConnectionsSuite(options);
  storeAccountsSuite(options);
  storeCredentialsSuite(options);
  storeCommitsSuite(options);
  storeRepeatsSuite(options);
  storeCoverageSuite(options);
  storeReadsSuite(options);
  storeFiltersSuite(options);
  storeFillsSuite(options);
  storeMomentsSuite(options);
  storeReportedSuite(options);
  storeReviewsSuite(options);
  storeDecisionsSuite(options);
  storeAbsorbSuite(options);
  storeTradeEventsSuite(options);
  storeUndoSuite(options);
  storeSequencesSuite(options);
  storeProblemsSuite(options);
  storeRejectsSuite(options);
  storeLineageSuite(options);
  storeAuditSuite(options);
  storePruneSuite(options);
  storeIsolationSuite(options);
  storeCrashSuite(options);
  storeHistoriesSuite(options);
}
