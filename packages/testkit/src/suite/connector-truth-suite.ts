import { keepsDigits } from "./connector-amounts.ts";
import { endsUnanswered, endsWithSignal } from "./connector-ends.ts";
import { becomesExpected } from "./connector-expected.ts";
import { fetchRecords } from "./connector-records.ts";
import { refusesCredentials } from "./connector-refused.ts";
import type { ConnectorSuiteOptions } from "./connector-suite-options.ts";
import { ignoresKnownOnly, keepsSides } from "./connector-words.ts";

/** What is stored is what the broker said, and a broker that refuses or is silent is reported as that. */
export function connectorTruthSuite(options: ConnectorSuiteOptions): void {
  const { test, expected } = options;
  let fetching: ReturnType<typeof fetchRecords> | null = null;
  // Three demands look at the same records.
  const fetched = () => {
    fetching ??= fetchRecords(options);
    return fetching;
  };
  if (expected !== undefined) {
    test("connector: fills and positions are those of the broker's record, corrections and busts applied", () =>
      becomesExpected(options, expected));
  }
  test("connector: an execution's side is the one that its record names", async () => keepsSides(await fetched()));
  test("connector: an execution's amounts keep every digit of the numbers in its record", async () =>
    keepsDigits(await fetched()));
  test("connector: only known non-fills are ignored, nothing that names a fill and nothing unknown", async () =>
    ignoresKnownOnly(await fetched()));
  test("connector: check and pull end with an error when their signal is aborted", () => endsWithSignal(options));
  test("connector: a request that the broker never answers ends with its signal", () => endsUnanswered(options));
  test("connector: credentials that the broker refuses end in CREDENTIALS_INVALID, and no error repeats them", () =>
    refusesCredentials(options));
}
