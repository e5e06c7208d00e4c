import type { InboxTrade, Link, Trade } from "@fillbook/core";

/** What a person has chosen for a row and not saved yet. */
export interface Choice {
  readonly planId: string;
  readonly campaignId: string;
}

/** How a row stands. Saved rows stay in their place until the list is read anew, so that no row moves under a hand. */
export type RowState = "open" | "saving" | "saved" | "stale";

export interface InboxState {
  readonly choices: Readonly<Record<string, Choice>>;
  readonly rows: Readonly<Record<string, RowState>>;
  readonly selected: ReadonlySet<string>;
  readonly active: string | null;
}

export type InboxAct =
  | { readonly kind: "choose"; readonly id: string; readonly choice: Choice }
  | { readonly kind: "toggle"; readonly id: string }
  | { readonly kind: "select"; readonly ids: readonly string[] }
  | { readonly kind: "activate"; readonly id: string }
  | { readonly kind: "mark"; readonly ids: readonly string[]; readonly as: RowState }
  | { readonly kind: "clear" };

export const emptyInbox: InboxState = { choices: {}, rows: {}, selected: new Set(), active: null };

/** What the table shows after an act. Pure. */
export function inboxAfter(state: InboxState, act: InboxAct): InboxState {
  switch (act.kind) {
    case "choose":
      return { ...state, choices: { ...state.choices, [act.id]: act.choice }, active: act.id };
    case "toggle":
      return { ...state, selected: toggled(state.selected, act.id), active: act.id };
    case "select":
      return { ...state, selected: new Set(act.ids) };
    case "activate":
      return state.active === act.id ? state : { ...state, active: act.id };
    case "mark": {
      const marked = Object.fromEntries(act.ids.map((id) => [id, act.as]));
      const isDone = act.as === "saved";
      const selected = isDone ? new Set([...state.selected].filter((id) => !act.ids.includes(id))) : state.selected;
      return { ...state, rows: { ...state.rows, ...marked }, selected };
    }
    case "clear":
      return emptyInbox;
  }
}

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** A row before anybody chose: what is suggested, or what a changed trade is linked to. */
export function firstChoice(trade: Trade | InboxTrade): Choice {
  if ("suggestion" in trade) return { planId: trade.suggestion.tradePlanId ?? "", campaignId: "" };
  return choiceOfLink(trade.link);
}

/** A manual trade is proposed that this one may take the place of. */
export function isAbsorbable(trade: Trade | InboxTrade): trade is InboxTrade & { readonly absorb: object } {
  return "absorb" in trade && trade.absorb !== null && trade.inbox === "pending_review";
}

/** What a row shows of a link. */
export function choiceOfLink(link: Link): Choice {
  if (link === null) return { planId: "", campaignId: "" };
  return "tradePlanId" in link
    ? { planId: link.tradePlanId, campaignId: "" }
    : { planId: "", campaignId: link.campaignId };
}

/** A plan brings its campaign along, so it alone is stored. */
export function linkOf({ planId, campaignId }: Choice): Link {
  if (planId !== "") return { tradePlanId: planId };
  return campaignId === "" ? null : { campaignId };
}

/** Rows by what they are to be linked to: each group is one review, all or none of it. */
export function reviewsOf(
  trades: readonly Trade[],
  choiceOf: (trade: Trade) => Choice,
): readonly { readonly link: Link; readonly trades: readonly Trade[] }[] {
  const groups = new Map<string, { link: Link; trades: Trade[] }>();
  for (const trade of trades) {
    const link = linkOf(choiceOf(trade));
    const key = JSON.stringify(link);
    const group = groups.get(key) ?? { link, trades: [] };
    group.trades.push(trade);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ link, trades: all }) =>
    batches(all).map((batch) => ({ link, trades: batch })),
  );
}

/** The API takes so many at once. */
const REVIEWS_MAX = 200;

function batches(trades: readonly Trade[]): readonly (readonly Trade[])[] {
  const list: (readonly Trade[])[] = [];
  for (let at = 0; at < trades.length; at += REVIEWS_MAX) list.push(trades.slice(at, at + REVIEWS_MAX));
  return list;
}

/** The row after or before the active one; the ends stay where they are. */
export function neighbor(ids: readonly string[], active: string | null, step: 1 | -1): string | null {
  const at = active === null ? -1 : ids.indexOf(active);
  if (at === -1) return ids[0] ?? null;
  return ids[Math.min(ids.length - 1, Math.max(0, at + step))] ?? null;
}
