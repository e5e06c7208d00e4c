import { instant } from "@fillbook/core";
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
  const order = fc.shuffledSubarray(indexes, { minLength: indexes.length });
  return fc
    .tuple(order, repeats, fc.array(fc.nat(2 * records.length)), fc.array(moment, { minLength: 1, maxLength: 5 }))
    .chain(([order, again, cuts, moments]) => {
      const sequence = [...order, ...again];
      const places = sequence.map((_, place) => place);
      return fc.shuffledSubarray(places, { minLength: places.length }).map((arranged) => {
        const told = arranged.flatMap((place) => recordAt(records, sequence[place]));
        return pagesOf(told, cuts).map((page, index) => {
          const reportedAt = moments[index % moments.length] ?? null;
          return page.map((record): Delivered => ({ ...record, reportedAt }));
        });
      });
    });
}

/** When the broker gave an answer; one that is imported later may be older. */
const moment = fc.option(fc.nat(4).map((minute) => instant(`2025-10-01T00:0${minute}:00Z`)));

/** A history with one delivery of it; its records have the earliest moments of the pages that hold them. */
export const hostileDelivery: fc.Arbitrary<{
  readonly records: readonly Delivered[];
  readonly pages: readonly (readonly Delivered[])[];
}> = hostileHistory.chain((records) =>
  hostilePages(records).map((pages) => ({ records: firstReported(records, pages), pages })),
);

/** The records with the earliest moments that these pages know of them. */
export function firstReported(
  records: readonly Delivered[],
  pages: readonly (readonly Delivered[])[],
): readonly Delivered[] {
  const moments = groupBy(pages.flat(), ({ input }) => input);
  return records.map((record): Delivered => {
    const known = (moments.get(record.input) ?? []).flatMap(({ reportedAt }) => reportedAt ?? []);
    return { ...record, reportedAt: known.sort()[0] ?? null };
  });
}

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
