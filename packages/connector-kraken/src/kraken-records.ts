import { ImportError } from "@fillbook/core";

/** Splits the text of a table into its records, piece by piece. */
export interface RecordSplitter {
  /**
   * The records that end within this piece of text, one after the other.
   *
   * @throws ImportError `PROTOCOL` for a quote where none may stand and for a record without an end. The message names the
   * record by its number and quotes nothing of it.
   */
  split(text: string): Generator<readonly string[], void>;
  /** What stands behind the last end of a record; null where nothing does. */
  rest(): UnendedRecord | null;
}

/** The last record of a text that stops without a line end: it may have been cut anywhere. */
export interface UnendedRecord {
  readonly fields: readonly string[];
  /** True where its last field is quoted and closed, so that nothing of that field is missing. */
  readonly closed: boolean;
}

/** Longest record. The widest ones known list the trades of a position: 20 characters each. */
const RECORD_CHARS_MAX = 262_144;

const QUOTE = 34;
const LINE_FEED = 10;
const RETURN = 13;
const SPACE = 32;
const TAB = 9;

/**
 * Reads fields as RFC 4180 writes them, with three liberties: a record ends with a line feed, a carriage return or both,
 * whichever stands behind it; spaces around a field do not count; blank lines are no records.
 *
 * @param delimiter a comma or a tab.
 */
export function recordSplitter(delimiter: string): RecordSplitter {
  let kept = "";
  let number = 1;
  return {
    *split(text) {
      const all = kept + text;
      let start = 0;
      for (;;) {
        const read = readRecord(all, start, { delimiter, number });
        if (!read.ended) break;
        start = read.next;
        if (isBlank(read.fields)) continue;
        number += 1;
        yield read.fields;
      }
      kept = all.slice(start);
      if (kept.length > RECORD_CHARS_MAX) throw unreadable(number, `is longer than ${RECORD_CHARS_MAX} characters`);
    },
    rest() {
      const { fields, closed, open } = readRecord(kept, 0, { delimiter, number });
      if (open) throw unreadable(number, "ends inside quotes");
      return isBlank(fields) ? null : { fields, closed };
    },
  };
}

/** @param row counted from 1, the header. */
export function unreadable(row: number, what: string): ImportError {
  return new ImportError("PROTOCOL", `the table cannot be read: row ${row}, counted with the header, ${what}`);
}

interface ReadRecord {
  readonly fields: readonly string[];
  /** False where the text stops before the record does. */
  readonly ended: boolean;
  /** Where the next record starts. */
  readonly next: number;
  /** The last field is quoted, and its quotes are closed. */
  readonly closed: boolean;
  /** The text stops inside quotes. */
  readonly open: boolean;
}

function readRecord(
  text: string,
  start: number,
  { delimiter, number }: { readonly delimiter: string; readonly number: number },
): ReadRecord {
  const separator = delimiter.charCodeAt(0);
  const fields: string[] = [];
  let at = start;
  for (;;) {
    const from = behindSpaces(text, at, separator);
    const quoted = text.charCodeAt(from) === QUOTE;
    const field = quoted ? quotedField(text, from) : bareField(text, from, separator);
    if (field === null) return { fields, ended: false, next: start, closed: false, open: true };
    fields.push(field.value);
    at = quoted ? behindSpaces(text, field.end, separator) : field.end;
    if (at >= text.length) return { fields, ended: false, next: start, closed: quoted, open: false };
    const code = text.charCodeAt(at);
    at += 1;
    if (code === LINE_FEED || code === RETURN) return { fields, ended: true, next: at, closed: quoted, open: false };
    if (code !== separator) throw unreadable(number, quoted ? "has text behind a closing quote" : "has a stray quote");
  }
}

function behindSpaces(text: string, start: number, separator: number): number {
  let at = start;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === separator || (code !== SPACE && code !== TAB)) return at;
    at += 1;
  }
}

interface Field {
  readonly value: string;
  readonly end: number;
}

/** Null while its quotes are not closed. A quote at the end of the text may be the first half of a doubled one. */
function quotedField(text: string, start: number): Field | null {
  let value = "";
  for (let from = start + 1; ; ) {
    const close = text.indexOf('"', from);
    if (close === -1) return null;
    value += text.slice(from, close);
    if (text.charCodeAt(close + 1) !== QUOTE) return { value, end: close + 1 };
    value += '"';
    from = close + 2;
  }
}

function bareField(text: string, start: number, separator: number): Field {
  let end = start;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (code === separator || code === LINE_FEED || code === RETURN || code === QUOTE) break;
  }
  return { value: text.slice(start, end).trimEnd(), end };
}

function isBlank(fields: readonly string[]): boolean {
  return fields.length === 1 && fields[0] === "";
}
