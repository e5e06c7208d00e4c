import { type DayRange, type DaySet, daySet } from "./flex-days.ts";
import type { FlexRaw, FlexStatementEvent } from "./flex-event.ts";
import { detached } from "./flex-names.ts";

/** Which statements and rows of a document are of one account. */
export interface FlexOwnStatements {
  /** A statement that begins; the rows behind it are its own. */
  begin(statement: FlexStatementEvent): void;
  /** Whether a row is the account's. */
  owns(row: FlexRaw): boolean;
  result(): FlexOwnResult;
}

/** What the statements of one account come to. */
export interface FlexOwnResult {
  readonly statements: number;
  /** How many of them name their first and last day in a form that is read. */
  readonly withPeriod: number;
  /** The days of those, in as few ranges as there are. */
  readonly days: readonly DayRange[];
  /** Whether each of those is of a single day, as a query with a breakout by day makes them. */
  readonly byDay: boolean;
  /** Other accounts of the document, as many as are counted. */
  readonly others: number;
  /** The first of those, as many as a message names: as the document spells them, at most 100 characters each. */
  readonly otherNames: readonly string[];
  /** Whether a statement names no account, as a consolidated one does. */
  readonly consolidated: boolean;
}

/** Other accounts of one document are counted up to here. */
export const otherAccountsMax = 1_000;

const otherNamesMax = 3;

/** Remembers no statement but the open one: a document may have a million of them. */
export function flexOwnStatements(account: string): FlexOwnStatements {
  const state: State = {
    ...{ open: null, isOwn: false, consolidated: false, others: new Set() },
    ...{ statements: 0, withPeriod: 0, byDay: true, days: daySet() },
  };
  return {
    begin(statement) {
      state.open = statement;
      state.isOwn = false;
      if (statement.accountId === account) claimOpen(state);
      else if (isBlank(statement.accountId)) state.consolidated = true;
      else addOther(state, statement.accountId);
    },
    owns({ accountId }) {
      // Rows without an account are those of their statement; a consolidated statement names none.
      const named = accountId === undefined ? (state.open?.accountId ?? null) : accountId.trim();
      if (named === account) {
        claimOpen(state);
        return true;
      }
      if (isBlank(named)) return state.open !== null && (isBlank(state.open.accountId) || state.isOwn);
      addOther(state, named);
      return false;
    },
    result() {
      const { statements, withPeriod, byDay, consolidated } = state;
      const others = { others: state.others.size, otherNames: [...state.others].slice(0, otherNamesMax) };
      return { statements, withPeriod, days: state.days.ranges(), byDay, ...others, consolidated };
    },
  };
}

interface State {
  /** The statement that is open now, and whether it was counted. */
  open: FlexStatementEvent | null;
  isOwn: boolean;
  consolidated: boolean;
  readonly others: Set<string>;
  statements: number;
  withPeriod: number;
  byDay: boolean;
  readonly days: DaySet;
}

/** Counts the open statement as the account's, once. */
function claimOpen(state: State): void {
  if (state.open === null || state.isOwn) return;
  state.isOwn = true;
  state.statements += 1;
  const { fromDate: from, toDate: to } = state.open;
  if (from === null || to === null || from > to) return;
  state.withPeriod += 1;
  state.byDay &&= from === to;
  state.days.add({ from, to });
}

function addOther({ others }: State, name: string): void {
  if (others.size < otherAccountsMax) others.add(detached(name.trim().slice(0, 100)));
}

function isBlank(name: string | null): name is null | "" | "-" {
  return name === null || name.trim() === "" || name.trim() === "-";
}
