import type { ExecutionInput } from "@fillbook/core/connector";
import fc from "fast-check";
import { groupBy } from "./group-by.ts";
import { hostileCancels, strayCancels } from "./hostile-cancels.ts";
import { hostileFills } from "./hostile-fill.ts";
import { hostileRows, idlessRow } from "./hostile-rows.ts";
import { type HistorySpec, historySpec } from "./hostile-spec.ts";
import { isListable } from "./oracle.ts";
import { type Delivered, oracleReport } from "./oracle-report.ts";

/** All that brokers ever say about a small market, each record once, in no order that means anything. */
export const hostileHistory: fc.Arbitrary<readonly Delivered[]> = historySpec
  .map(recordsOf)
  .filter((records) => records.length > 0 && isListable(records));

/**
 * Pages in which an import may receive these records: any order, any page split, records repeated within and between
 * pages, empty pages, and every record at least once.
 */
function hostilePages(records: readonly Delivered[]): fc.Arbitrary<readonly (readonly Delivered[])[]> {
  const indexes = records.map((_, index) => index);
  const repeats = fc.array(fc.nat(Math.max(records.length - 1, 0)), { maxLength: records.length });
  return fc
    .tuple(fc.shuffledSubarray(indexes, { minLength: indexes.length }), repeats, fc.array(fc.nat(2 * records.length)))
    .chain(([order, again, cuts]) => {
      const sequence = [...order, ...again];
      const places = sequence.map((_, place) => place);
      return fc.shuffledSubarray(places, { minLength: places.length }).map((arranged) => {
        const told = arranged.flatMap((place) => recordAt(records, sequence[place]));
        return pagesOf(told, cuts);
      });
    });
}

/** A history with one delivery of it. */
export const hostileDelivery: fc.Arbitrary<{
  readonly records: readonly Delivered[];
  readonly pages: readonly (readonly Delivered[])[];
}> = hostileHistory.chain((records) => hostilePages(records).map((pages) => ({ records, pages })));

function recordsOf(history: HistorySpec): readonly Delivered[] {
  const fills = hostileFills(history);
  const sharedTrades = history.fills.some((fill) => fill.sharesTrade);
  return [
    ...fills.flatMap(hostileRows).map((input): Delivered => ({ kind: "execution", input, ordinal: 0 })),
    ...numbered(fills.flatMap(idlessRow)),
    ...fills
      .flatMap((fill) => hostileCancels(fill, { sharedTrades }))
      .map((input): Delivered => ({ kind: "cancel", input })),
    ...strayCancels(history.strayCancels).map((input): Delivered => ({ kind: "cancel", input })),
  ];
}

/** Rows without ids are numbered over the whole record set of their account, equal contents from 0. */
function numbered(rows: readonly ExecutionInput[]): readonly Delivered[] {
  const equals = groupBy(rows, (row) => `${row.account} ${oracleReport(row, 0).content}`);
  return [...equals.values()].flatMap((group) =>
    group.map((input, ordinal): Delivered => ({ kind: "execution", input, ordinal })),
  );
}

function recordAt(records: readonly Delivered[], index: number | undefined): readonly Delivered[] {
  const record = index === undefined ? undefined : records[index];
  return record === undefined ? [] : [record];
}

function pagesOf(records: readonly Delivered[], cuts: readonly number[]): readonly (readonly Delivered[])[] {
  const ends = [...cuts, records.length]
    .map((cut) => Math.min(cut, records.length))
    .sort((left, right) => left - right);
  return ends.map((end, index) => records.slice(ends[index - 1] ?? 0, end));
}
