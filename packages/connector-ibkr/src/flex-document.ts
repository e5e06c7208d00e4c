import { ImportError } from "@fillbook/core";
import { tooLarge } from "./flex-bounds.ts";
import { type FlexEvent, type FlexLimits, type FlexRaw, flexGroupMax } from "./flex-event.ts";
import { type FlexRowShapes, flexRowShapes } from "./flex-row-shape.ts";
import { flexDay } from "./flex-time.ts";
import type { FlexAttributes, FlexElement, FlexXmlHandlers } from "./flex-xml.ts";

/** Elements in, events out: the shape that a Flex document must have. */
export interface FlexDocument extends FlexXmlHandlers {
  /** True as soon as the root is known to be the service's answer and not a statement. */
  isControl(): boolean;
  /** Events since the last call; rows may wait until there are enough of them. */
  take(): readonly FlexEvent[];
  /** Call it after the last tag. @throws ImportError `PROTOCOL` where statements are missing. */
  finish(): readonly FlexEvent[];
}

/**
 * Follows `FlexQueryResponse > FlexStatements > FlexStatement > Trades > Trade` and `TradeConfirms > TradeConfirm`.
 * Other levels beside the rows (`Order`, `SymbolSummary`, `Lot`) are counted, other sections passed over.
 */
export function flexDocument(limits: FlexLimits): FlexDocument {
  const state = startState(limits);
  return {
    isControl: () => state.path[0] === "FlexStatementResponse",
    start: (name, depth) => (depth === 5 && rowElements.has(name) ? state.shapes.start(name) : undefined),
    open: (element) => {
      const { name, depth } = element;
      state.path[depth - 1] = name;
      if (depth === 5) openRow(state, element);
      else if (depth < 5) openEnvelope(state, element);
      else if (rowElements.has(name)) skip(state, name, depth);
    },
    close: (depth) => {
      if (depth === 3) closeStatement(state);
    },
    take: () => taken(state),
    finish: () => {
      flush(state);
      return [...taken(state), endOf(state)];
    },
  };
}

const rowElements: ReadonlySet<string> = new Set(["Trade", "TradeConfirm"]);
const sections: ReadonlySet<string> = new Set(["Trades", "TradeConfirms"]);

interface State {
  readonly limits: FlexLimits;
  /** The names of the open elements; what stands behind the current depth is old. */
  readonly path: string[];
  events: FlexEvent[];
  rows: FlexRaw[];
  lengths: number[];
  /** Their sum. */
  length: number;
  rowCount: number;
  readonly columns: Set<string>;
  readonly shapes: FlexRowShapes;
  /** How many elements of each name were not read in this statement. */
  readonly skipped: Map<string, number>;
  /** `FlexStatements@count`, null before it. */
  expected: number | null;
  statements: number;
}

function startState(limits: FlexLimits): State {
  const columns = new Set<string>();
  const shapes = flexRowShapes((names) => {
    for (const name of names) columns.add(name);
  });
  const lists = { path: [], events: [], rows: [], lengths: [], skipped: new Map<string, number>() };
  return { limits, ...lists, columns, shapes, length: 0, rowCount: 0, expected: null, statements: 0 };
}

function openRow(state: State, element: FlexElement): void {
  const { name } = element;
  if (state.path[3] === undefined || !sections.has(state.path[3])) {
    if (rowElements.has(name)) skip(state, name, 5);
    return;
  }
  state.rowCount += 1;
  if (state.rowCount > state.limits.rowsMax) throw tooLarge(`it has more than ${state.limits.rowsMax} rows`);
  if (!rowElements.has(name)) {
    skip(state, name, 5);
    return;
  }
  state.rows.push(state.shapes.finish(element));
  state.lengths.push(element.length);
  state.length += element.length;
  if (state.rows.length >= flexGroupMax.rows || state.length >= flexGroupMax.length) flush(state);
}

function skip(state: State, name: string, depth: number): void {
  const section = state.path[depth - 2] ?? "";
  const element = sections.has(section) ? name : `${section}/${name}`;
  state.skipped.set(element, (state.skipped.get(element) ?? 0) + 1);
}

function openEnvelope(state: State, { name, depth, attributes }: FlexElement): void {
  if (depth === 1) openRoot(state, name, attributes);
  else if (state.path[0] === "FlexStatementResponse") return;
  else if (depth === 2) openStatements(state, name, attributes);
  else if (depth === 3) openStatement(state, name, attributes);
  else if (rowElements.has(name)) skip(state, name, depth);
}

function openRoot(state: State, name: string, attributes: FlexAttributes): void {
  if (name === "FlexStatementResponse") return;
  if (name !== "FlexQueryResponse")
    throw refused("has a root that is neither a statement nor an answer of the service");
  const { queryName = null, type } = attributes;
  state.events.push({ kind: "query", queryName, type: type === "AF" || type === "TCF" ? type : "other" });
}

function openStatements(state: State, name: string, { count = "" }: FlexAttributes): void {
  if (name !== "FlexStatements" || state.expected !== null) throw refused("does not hold one list of statements");
  if (!/^\d{1,7}$/.test(count)) throw refused("does not say how many statements it holds");
  state.expected = Number(count);
}

function openStatement(state: State, name: string, attributes: FlexAttributes): void {
  if (name !== "FlexStatement") throw refused("holds something else than statements in their list");
  state.statements += 1;
  const { accountId = null, fromDate, toDate, period = null, whenGenerated = null } = attributes;
  const dates = { fromDate: flexDay(fromDate), toDate: flexDay(toDate) };
  state.events.push({ kind: "statement", accountId, ...dates, period, whenGenerated });
}

function closeStatement(state: State): void {
  flush(state);
  for (const [element, count] of state.skipped) state.events.push({ kind: "skipped", element, count });
  state.skipped.clear();
}

function flush(state: State): void {
  const { rows, lengths } = state;
  if (rows.length > 0) state.events.push({ kind: "rows", rows, lengths });
  state.rows = [];
  state.lengths = [];
  state.length = 0;
}

const none: readonly FlexEvent[] = [];

function taken(state: State): readonly FlexEvent[] {
  if (state.events.length === 0) return none;
  const events = state.events;
  state.events = [];
  return events;
}

function endOf({ expected, statements, rowCount, columns }: State): FlexEvent {
  if (expected === null) throw refused("does not hold one list of statements");
  if (expected !== statements) throw refused(`announces ${expected} statements and holds ${statements}`);
  return { kind: "end", statements, rows: rowCount, columns: [...columns].sort() };
}

function refused(what: string): ImportError {
  return new ImportError("PROTOCOL", `the Flex document ${what}`);
}
