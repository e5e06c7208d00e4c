import type { Link } from "@fillbook/core";

/** One thing that a broker or a person does; numbers choose among what there is then. */
export type SequenceStep =
  | { readonly does: "tell"; readonly records: readonly ModelRecord[] }
  | { readonly does: "review"; readonly order: number; readonly link: Link }
  | { readonly does: "undoReview"; readonly order: number }
  | { readonly does: "undoImport"; readonly job: number }
  | { readonly does: "enter"; readonly fill: number; readonly link: Link }
  | { readonly does: "remove"; readonly manual: number }
  | { readonly does: "absorb" };

/** A report of fill `fill`, or a bust of it. */
export interface ModelRecord {
  readonly fill: number;
  readonly revision: number;
  readonly isBust: boolean;
}

export interface ModelManual {
  readonly tradeId: string;
  readonly fill: number;
  readonly link: Link;
  state: "counts" | "absorbed" | "removed";
}

interface ModelDecision {
  readonly link: Link;
  readonly absorbs: ModelManual | null;
  readonly previous: ModelDecision | null;
}

interface ToldRecord extends ModelRecord {
  readonly job: number;
}

/**
 * A book as plain lists, which knows fills with one id each and nothing of families, plans and stores: what counts is
 * worked out anew from what was told and not undone.
 */
export interface SequenceModel {
  told: ToldRecord[];
  readonly decisions: Map<number, ModelDecision>;
  readonly manuals: ModelManual[];
}

export function sequenceModel(): SequenceModel {
  return { told: [], decisions: new Map(), manuals: [] };
}

/** The last two fills are of one order. */
export function orderOf(fill: number): number {
  return Math.min(fill, 3);
}

export function tellModel({ told }: SequenceModel, job: number, records: readonly ModelRecord[]): void {
  for (const record of records) if (!told.some((one) => isSame(one, record))) told.push({ ...record, job });
}

/**
 * A fill's import is undone unless somebody decided on the fill, or a later import told or canceled it. A bust that fits
 * nothing is of no fill yet.
 */
export function undoModelImport(model: SequenceModel, job: number): void {
  const { told, decisions } = model;
  const matches = (one: ModelRecord) => !one.isBust || told.some((other) => isSame(other, { ...one, isBust: false }));
  model.told = told.filter((one) => {
    if (one.job !== job) return true;
    if (!matches(one)) return false;
    const later = told.filter((other) => other.fill === one.fill && other.job > job && matches(other));
    return decisions.has(one.fill) || later.length > 0;
  });
}

export function reviewModel(model: SequenceModel, order: number, link: Link, absorbs?: ModelManual): void {
  for (const fill of fillsOf(model, order)) {
    const previous = model.decisions.get(fill) ?? null;
    const kept = absorbs ?? previous?.absorbs ?? null;
    model.decisions.set(fill, { link, absorbs: kept, previous: previous && { ...previous, previous: null } });
  }
  if (absorbs !== undefined) absorbs.state = "absorbed";
}

export function undoModelReview(model: SequenceModel, order: number): void {
  for (const fill of fillsOf(model, order)) {
    const decision = model.decisions.get(fill);
    if (decision === undefined) continue;
    const { previous, absorbs } = decision;
    if (absorbs !== null && previous?.absorbs !== absorbs) absorbs.state = "counts";
    if (previous === null) model.decisions.delete(fill);
    else model.decisions.set(fill, previous);
  }
}

/** Numbers of the fills of an order of which there is a report. */
export function fillsOf({ told }: SequenceModel, order: number): readonly number[] {
  const fills = told.filter(({ fill, isBust }) => !isBust && orderOf(fill) === order).map(({ fill }) => fill);
  return [...new Set(fills)].sort();
}

/** What each fill is: its highest revision that no bust voids, else canceled. */
export function modelFills(model: SequenceModel): readonly string[] {
  const fills = [...new Set(model.told.filter(({ isBust }) => !isBust).map(({ fill }) => fill))];
  return fills.map((fill) => {
    const own = model.told.filter((one) => one.fill === fill);
    const alive = own.filter(({ isBust, revision }) => {
      return !isBust && !own.some((one) => one.isBust && one.revision === revision);
    });
    const revision = alive.length === 0 ? "canceled" : Math.max(...alive.map((one) => one.revision));
    return JSON.stringify([fill, revision, model.decisions.get(fill)?.link ?? null]);
  });
}

function isSame(one: ModelRecord, other: ModelRecord): boolean {
  return one.fill === other.fill && one.revision === other.revision && one.isBust === other.isBust;
}
