import { fakeClock } from "@fillbook/testkit";
import { testConnector } from "@fillbook/testkit/suite";
import { expect, it } from "vitest";
import { memoryStore } from "../../store-memory/src/index.ts";
import { DOVER_KEY, doverBook, doverBroker, doverFills } from "./support/dover-broker.ts";
import { type DoverDefect, doverConnector } from "./support/dover-connector.ts";

// Goal: the suite finds each way to be wrong, says why, and blames nothing else. Method: a right connector of a small broker,
// and the same with one defect at a time; the tests that fail are listed, the one that names the reason first.

const BOOK = "fills and positions are those of the broker's record";
const WHOLE = "an import stores every fill once";
const BUDGETS = "runs with a budget of two pages";
const CRASHES = "whichever store call fails";
const ABORTED = "an aborted run ends as partial";
const COVERED = "what a page calls covered";
const REPORTED = "when a page was reported";
const TOTAL = "normalize answers the same twice";
const SECRETS = "no secret is in a report";
const SIDES = "an execution's side is the one that its record names";
const DIGITS = "an execution's amounts keep every digit";
const IGNORED = "only known non-fills are ignored";
const SIGNAL = "check and pull end with an error when their signal is aborted";
const UNANSWERED = "a request that the broker never answers";
const REFUSED = "credentials that the broker refuses";

it.concurrent("a right connector passes, and every demand is tried", async () => {
  expect(await failingTests(null)).toEqual([]);
});

it.concurrent.each<readonly [DoverDefect, string, readonly string[]]>([
  ["swaps-sides", "bs says the opposite of every execution's side", [SIDES, BOOK]],
  ["floats-quantities", "quantity loses digits of qty", [DIGITS, BOOK]],
  ["ignores-busts", "a record that names the fill E5 is ignored", [IGNORED, BOOK]],
  ["drops-revisions", "no two reports of one version", [WHOLE, BUDGETS, CRASHES, ABORTED, BOOK]],
  ["ignores-the-unknown", "what is no record at all, null, is rejected", [IGNORED]],
  ["keeps-the-signal", "check ends with its signal", [SIGNAL, UNANSWERED]],
  ["looks-at-the-signal-only", "a request without an answer ends with its signal", [UNANSWERED]],
  ["misreads-refusals", "credentials that the broker refuses asks for new ones", [REFUSED]],
  ["leaks-the-key", "an error repeats the credentials that were refused", [REFUSED]],
  ["reads-one-page", "3 of 6 fills are stored", [WHOLE, BUDGETS, CRASHES, ABORTED, COVERED, BOOK]],
  ["runs-ahead", "short runs end with another book than a long one", [BUDGETS, CRASHES]],
  ["throws-on-data", "Property failed", [TOTAL, DIGITS, IGNORED]],
  ["makes-up-moments", "is later than the broker's clock", [REPORTED]],
  ["claims-too-much", "page 1 claims", [COVERED]],
  ["logs-the-key", "a secret came out", [SECRETS]],
])("%s: %s", async (defect, reason, demands) => {
  const failed = await failingTests(defect);
  const known = failed.map(({ name }) => demands.find((demand) => name.startsWith(`connector: ${demand}`)) ?? name);
  expect(known.sort()).toEqual([...demands].sort());
  const [first = ""] = demands;
  expect(failed.find(({ name }) => name.includes(first))?.message).toContain(reason);
});

async function failingTests(defect: DoverDefect | null) {
  const tests: (readonly [string, () => Promise<void>])[] = [];
  testConnector({
    test: (name, run) => tests.push([name, run]),
    executions: doverFills,
    expected: doverBook,
    tellsCoverage: true,
    tellsReportedAt: true,
    failures: 2,
    makeStore: async (clock) => memoryStore({ clock }),
    async makeTrial() {
      const clock = fakeClock();
      const broker = doverBroker(clock);
      return {
        connector: doverConnector(broker, defect),
        credentials: { key: DOVER_KEY },
        settings: {},
        accountRef: "D-1",
        clock,
        secrets: [DOVER_KEY],
        stall: () => broker.stall(),
        close: async () => undefined,
      };
    },
  });
  const failed: { readonly name: string; readonly message: string }[] = [];
  for (const [name, run] of tests) await run().catch(({ message }: Error) => failed.push({ name, message }));
  return failed;
}
