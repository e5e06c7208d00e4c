import type { Json } from "@fillbook/core";
import type { PageRecord } from "@fillbook/core/connector";

/** The records of one page. */
type Records = readonly PageRecord<Json>[];

/** Puts records into pages. */
export interface FlexPageFiller {
  /** Adds a record; answers with the page that it does not fit into any more. */
  add(record: PageRecord<Json>, length: number): Records | null;
  /** The last page, perhaps an empty one. */
  rest(): Records;
}

/**
 * Characters of one page's records: core reads and stores a page without a pause, so a page of large records has fewer.
 * A record of an ordinary query has 1,300 to 2,000.
 */
const LENGTH_MAX = 1_048_576;

/** Of the first page; each next one may have twice as many, since code that was just loaded is many times slower. */
const FIRST_RECORDS = 50;

/** Where a page ends depends on the records alone, so that another reading has the same pages. */
export function flexPageFiller({ pageRecords }: { readonly pageRecords: number }): FlexPageFiller {
  let records: PageRecord<Json>[] = [];
  let length = 0;
  let recordsMax = Math.min(pageRecords, FIRST_RECORDS);
  return {
    add(record, recordLength) {
      const isFull = records.length >= recordsMax || (records.length > 0 && length + recordLength > LENGTH_MAX);
      const page = isFull ? records : null;
      if (isFull) {
        records = [];
        length = 0;
        recordsMax = Math.min(pageRecords, 2 * recordsMax);
      }
      records.push(record);
      length += recordLength;
      return page;
    },
    rest: () => records,
  };
}
