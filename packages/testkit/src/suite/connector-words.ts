import assert from "node:assert/strict";
import { type FetchedRecord, type FetchedRecords, leavesOf, withLeaf } from "./connector-records.ts";

type Side = "buy" | "sell";

/** How brokers spell a side. */
const SIDES: Readonly<Record<string, Side>> = {
  ...{ b: "buy", buy: "buy", bot: "buy", bought: "buy" },
  ...{ s: "sell", sell: "sell", sld: "sell", sold: "sell" },
};

/**
 * Fields that hold a side in every record: where one of them says the opposite of every execution and none agrees, sides
 * are swapped. A field may speak of the counterparty, so one that disagrees is not enough.
 */
export function keepsSides({ records }: FetchedRecords): void {
  const fields = new Map<string, { readonly said: (Side | undefined)[]; readonly made: Side[] }>();
  for (const { raw, normalized } of records) {
    if (normalized.kind !== "execution") continue;
    for (const { path, value } of leavesOf(raw)) {
      const field = fields.get(path.join(".")) ?? { said: [], made: [] };
      fields.set(path.join("."), field);
      field.said.push(SIDES[String(value).toLowerCase()]);
      field.made.push(normalized.execution.side);
    }
  }
  const sided = [...fields].filter(([, { said }]) => !said.includes(undefined) && new Set(said).size === 2);
  const agrees = sided.some(([, { said, made }]) => said.every((side, index) => side === made[index]));
  const opposite = sided.find(([, { said, made }]) => said.every((side, index) => side !== made[index]));
  assert.ok(agrees || opposite === undefined, `${opposite?.[0]} says the opposite of every execution's side`);
}

/** What a record that is not understood may hold instead of what it held. */
const NONSENSE = "nonsense-4711";

/** Values that are no record of any broker. */
const noise = [null, true, 0, -1.5, "", NONSENSE, [], {}, [[]], { [NONSENSE]: NONSENSE }];

/**
 * `ignored` is for known non-fills alone: it is said of nothing that names a fill, that is made of nonsense, or that was an
 * execution before one of its values became nonsense.
 */
export function ignoresKnownOnly(fetched: FetchedRecords): void {
  const { records, normalize, accountRef } = fetched;
  const [context] = records.map((record) => record.context);
  for (const raw of noise) {
    assert.equal(
      normalize(raw, context ?? null).kind,
      "rejected",
      `what is no record at all, ${JSON.stringify(raw)}, is rejected`,
    );
  }
  const ids = new Set(records.flatMap(fillIds));
  for (const { raw, context: own, normalized } of records) {
    if (normalized.kind === "ignored") {
      const named = leavesOf(raw).find(({ value }) => ids.has(String(value)));
      assert.equal(named, undefined, `a record that names the fill ${named?.value} is ignored: ${normalized.reason}`);
    }
    if (normalized.kind !== "execution") continue;
    for (const leaf of leavesOf(raw)) {
      // A record of another account is a known non-fill.
      if (leaf.value === accountRef || leaf.value === normalized.execution.account) continue;
      const read = normalize(withLeaf(raw, leaf, NONSENSE), own);
      assert.notEqual(read.kind, "ignored", `with nonsense as ${leaf.path.join(".")} an execution is ignored`);
    }
  }
}

function fillIds({ normalized }: FetchedRecord): readonly string[] {
  if (normalized.kind !== "execution") return [];
  const { executionId, familyId } = normalized.execution;
  return [executionId, familyId].flatMap((id) => id || []);
}
