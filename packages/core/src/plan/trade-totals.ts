import { multiplyDecimals, subtractDecimal, sumDecimals, ZERO } from "../decimal.ts";
import type { Fee } from "../execution.ts";
import type { Edge, FeeTotal, Fill, LinkTotal, Report, TradeTotals } from "./plan-types.ts";

/** One fill's part in a trade: the report that stands for it and what was chosen for its family. */
export interface Member {
  readonly report: Report;
  readonly fill: Fill;
}

/** The totals of a trade from nothing but its members; null when it has none. */
export function totalsOf(members: readonly Member[]): TradeTotals | null {
  if (members.length === 0) return null;
  const sums = addMembers(emptySums, members);
  const active = members.filter((member) => member.fill.state === "active");
  return { ...sums, ...edgesOf(active.length > 0 ? active : members) };
}

/**
 * The totals after some members left and others came, without reading those that stayed; null where that cannot be
 * known because an extreme left or the trade turned from active to canceled or back: then all members must be read.
 */
export function adjustTotals(
  totals: TradeTotals,
  removed: readonly Member[],
  added: readonly Member[],
): TradeTotals | null {
  const sums = addMembers(removeMembers(totals, removed), added);
  if (sums.activeCount > 0 !== totals.activeCount > 0) return null;
  const counted = (member: Member) => sums.activeCount === 0 || member.fill.state === "active";
  const came = added.filter(counted);
  const staying = new Set(came.map(edgeText));
  if (removed.some((member) => holdsEdge(member, totals) && !staying.has(edgeText(member)))) return null;
  return { ...sums, ...widenEdges(totals, came) };
}

type Sums = Omit<TradeTotals, "first" | "last" | "orderQuantity">;
type Edges = Pick<TradeTotals, "first" | "last" | "orderQuantity">;

const emptySums: Sums = {
  activeCount: 0,
  canceledCount: 0,
  quantity: ZERO,
  notional: ZERO,
  fees: [],
  unknownFeeCount: 0,
  links: [],
  staleCount: 0,
};

function addMembers(sums: Sums, members: readonly Member[]): Sums {
  const active = members.filter((member) => member.fill.state === "active");
  const quantities = active.map((member) => member.report.quantity);
  return {
    ...countMembers(sums, members, 1),
    quantity: sumDecimals([sums.quantity, ...quantities]),
    notional: sumDecimals([sums.notional, ...active.map(notionalOf)]),
    fees: addFees(sums.fees, members, 1),
    links: addLinks(sums.links, members, 1),
  };
}

function removeMembers(sums: Sums, members: readonly Member[]): Sums {
  if (members.length === 0) return sums;
  const active = members.filter((member) => member.fill.state === "active");
  return {
    ...countMembers(sums, members, -1),
    quantity: subtractDecimal(sums.quantity, sumDecimals(active.map((member) => member.report.quantity))),
    notional: subtractDecimal(sums.notional, sumDecimals(active.map(notionalOf))),
    fees: addFees(sums.fees, members, -1),
    links: addLinks(sums.links, members, -1),
  };
}

function countMembers(sums: Sums, members: readonly Member[], sign: 1 | -1): Sums {
  let { activeCount, canceledCount, unknownFeeCount, staleCount } = sums;
  for (const { fill } of members) {
    if (fill.state === "active") activeCount += sign;
    else canceledCount += sign;
    if (fill.fees === null) unknownFeeCount += sign;
    if (fill.decision?.stale) staleCount += sign;
  }
  return { ...sums, activeCount, canceledCount, unknownFeeCount, staleCount };
}

function notionalOf({ report }: Member) {
  return multiplyDecimals(report.quantity, report.price);
}

// The fees of canceled fills count: a broker that busts a fill does not always give the commission back.
function addFees(totals: readonly FeeTotal[], members: readonly Member[], sign: 1 | -1): readonly FeeTotal[] {
  const byCurrency = new Map<string, Fee[]>(totals.map((total) => [total.currency, []]));
  for (const { fill } of members) {
    for (const fee of fill.fees ?? []) {
      const fees = byCurrency.get(fee.currency);
      if (fees === undefined) byCurrency.set(fee.currency, [fee]);
      else fees.push(fee);
    }
  }
  const sums = [...byCurrency].map(([currency, fees]) => {
    const total = totals.find((one) => one.currency === currency);
    const change = sumDecimals(fees.map((fee) => fee.amount));
    const amount = total?.amount ?? ZERO;
    return {
      currency,
      amount: sign === 1 ? sumDecimals([amount, change]) : subtractDecimal(amount, change),
      count: (total?.count ?? 0) + sign * fees.length,
      estimatedCount: (total?.estimatedCount ?? 0) + sign * fees.filter((fee) => fee.estimated).length,
    };
  });
  return sums.filter((total) => total.count !== 0).sort((left, right) => (left.currency < right.currency ? -1 : 1));
}

function addLinks(totals: readonly LinkTotal[], members: readonly Member[], sign: 1 | -1): readonly LinkTotal[] {
  const byText = new Map(totals.map((total) => [linkText(total), total]));
  for (const { fill } of members) {
    if (fill.decision === null) continue;
    const { link, decidedAt } = fill.decision;
    const key = linkText(fill.decision);
    byText.set(key, { link, decidedAt, count: (byText.get(key)?.count ?? 0) + sign });
  }
  return [...byText]
    .filter(([, total]) => total.count !== 0)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([, total]) => total);
}

/** Sorts by time first, so the last of a list is the latest decision. */
function linkText({ link, decidedAt }: Pick<LinkTotal, "link" | "decidedAt">): string {
  return `${decidedAt}|${JSON.stringify(link)}`;
}

function edgeText({ report, fill }: Member): string {
  return `${report.executedAt}|${report.familyKey}|${fill.orderQuantity}`;
}

function holdsEdge(member: Member, edges: Edges): boolean {
  const held = [edges.first, edges.last, edges.orderQuantity];
  return held.some((edge) => edge?.familyKey === member.report.familyKey);
}

function edgesOf(members: readonly Member[]): Edges {
  const [start, ...rest] = members;
  if (start === undefined) throw new Error("a trade has at least one member");
  return widenEdges({ first: edgeOf(start), last: edgeOf(start), orderQuantity: orderEdgeOf(start) }, rest);
}

function widenEdges(edges: Edges, members: readonly Member[]): Edges {
  let { first, last, orderQuantity } = edges;
  for (const member of members) {
    const edge = edgeOf(member);
    if (compareEdges(edge, first) < 0) first = edge;
    if (compareEdges(edge, last) > 0) last = edge;
    const order = orderEdgeOf(member);
    if (order !== null && (orderQuantity === null || compareEdges(order, orderQuantity) >= 0)) orderQuantity = order;
  }
  return { first, last, orderQuantity };
}

function edgeOf({ report }: Member): Edge {
  return { executedAt: report.executedAt, familyKey: report.familyKey };
}

function orderEdgeOf(member: Member): TradeTotals["orderQuantity"] {
  const quantity = member.fill.orderQuantity;
  return quantity === null ? null : { ...edgeOf(member), quantity };
}

function compareEdges(left: Edge, right: Edge): number {
  if (left.executedAt !== right.executedAt) return left.executedAt < right.executedAt ? -1 : 1;
  if (left.familyKey === right.familyKey) return 0;
  return left.familyKey < right.familyKey ? -1 : 1;
}
