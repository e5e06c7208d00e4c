// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the edits are pieces of source text

import { coverageEdits } from "./sabotage-coverage.ts";
import { personEdits } from "./sabotage-person.ts";
import { unreadEdits } from "./sabotage-unread.ts";

/** One wrong edit that the tests must notice. */
export interface SabotageEdit {
  readonly name: string;
  /** Relative to the root. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly search: string;
  readonly replacement: string;
}

const core = "packages/core/src";

/** The rules of identity, counting and grouping, each broken once. */
export const sabotageEdits: readonly SabotageEdit[] = [
  {
    name: "revisions compare as text",
    file: `${core}/identify.ts`,
    search: 'return String(revision).padStart(9, "0");',
    replacement: 'return String(revision).padEnd(9, " ");',
  },
  {
    name: "row numbers compare as text",
    file: `${core}/plan/sequence.ts`,
    search: "if (leftDigits.length !== rightDigits.length) return leftDigits.length - rightDigits.length;",
    replacement: "",
  },
  {
    name: "the owner is no part of a report's key",
    file: `${core}/identify.ts`,
    search: "JSON.stringify([owner, familyKey,",
    replacement: "JSON.stringify([familyKey,",
  },
  {
    name: "the account is no part of a key",
    file: `${core}/identify.ts`,
    search: "return `${encodeURIComponent(broker)}/${encodeURIComponent(account)}`;",
    replacement: "return `${encodeURIComponent(broker)}/`;",
  },
  {
    name: "equal content is a duplicate",
    file: `${core}/plan/news.ts`,
    search: "unseen(batch.reports, (report) => report.revisionKey, { stored: revisions, undone })",
    replacement: "unseen(batch.reports, (report) => report.contentKey, { stored: revisions, undone })",
  },
  {
    name: "placeholder ids are ids",
    file: `${core}/text-id.ts`,
    search: "return id === null || ID_PLACEHOLDERS.has(id.trim()) ? null : id;",
    replacement: "return id;",
  },
  {
    name: "placeholder order ids are order ids",
    file: `${core}/text-id.ts`,
    search: "return id === null || ORDER_PLACEHOLDERS.has(id.trim()) ? null : id;",
    replacement: "return id;",
  },
  {
    name: "an order joins both sides",
    file: `${core}/identify.ts`,
    search: "const tail = `${side}|${instrumentId(execution.instrument)}`;",
    replacement: "const tail = instrumentId(execution.instrument);",
  },
  {
    name: "an order joins all instruments",
    file: `${core}/identify.ts`,
    search: "const tail = `${side}|${instrumentId(execution.instrument)}`;",
    replacement: "const tail = side;",
  },
  {
    name: "a reference joins all days",
    file: `${core}/identify.ts`,
    search: "text: `${scope}/r:${date}|${reference}|${tail}`",
    replacement: "text: `${scope}/r:${reference}|${tail}`",
  },
  {
    name: "families are not folded",
    file: `${core}/plan/fold.ts`,
    search: "const found = ends.size === 0 ? [family.key] : [...ends].sort();",
    replacement: "const found = [family.key];",
  },
  {
    name: "a folded row keeps its own revision",
    file: `${core}/plan/fold.ts`,
    search: 'const revision = host.class === "execution" ? adoptedRevision(report, host) : report.revision;',
    replacement: "const revision = report.revision;",
  },
  {
    name: "fills with an id claim none without",
    file: `${core}/plan/moves.ts`,
    search: 'const claimed = one.family.familyClass === "content" && isClaimed(one, claims);',
    replacement: "const claimed = false;",
  },
  {
    name: "cancels are ignored",
    file: `${core}/plan/plan-commit.ts`,
    search: "const list = [...cancels.values()];",
    replacement: "const list: CancelRow[] = [];",
  },
  {
    name: "cancels void rows with a higher row number",
    file: `${core}/plan/match-cancels.ts`,
    search: "(sequenceLimit === null || compareSequences(row.report.sequence, sequenceLimit) <= 0)",
    replacement: "true",
  },
  {
    name: "cancels void every revision",
    file: `${core}/plan/match-cancels.ts`,
    search: "row.revision <= revisionLimit &&",
    replacement: "",
  },
  {
    name: "a live bust voids every revision",
    file: `${core}/plan/match-cancels.ts`,
    search: "row.revision === (cancel.revision ?? 0) && isNotAfter(row, cancel)",
    replacement: "isNotAfter(row, cancel)",
  },
  {
    name: "a cancel without row numbers fits any revision",
    file: `${core}/plan/match-cancels.ts`,
    search: "return new Set(fitting.map((row) => row.revision)).size === 1 ? fitting : [];",
    replacement: "return fitting;",
  },
  {
    name: "a canceled fill's fees vanish",
    file: `${core}/plan/trade-totals.ts`,
    search: "for (const { fill } of members) {\n    for (const fee of fill.fees ?? []) {",
    replacement:
      'for (const { fill } of members) {\n    if (fill.state === "canceled") continue;\n    for (const fee of fill.fees ?? []) {',
  },
  {
    name: "fees come from the canonical report",
    file: `${core}/plan/settle-family.ts`,
    search: "fees: chooseFees(family.rows, voided, matched),",
    replacement: "fees: face.report.fees,",
  },
  {
    name: "statement rows' fees are not summed",
    file: `${core}/plan/choose-fees.ts`,
    search: "if (shares) return sumFees(statementShares(rows, cancels));",
    replacement: "",
  },
  {
    name: "conflicts are silent",
    file: `${core}/plan/settle-family.ts`,
    search: "conflict: conflicting(alive, isPinned),",
    replacement: "conflict: [],",
  },
  {
    name: "a pin does nothing",
    file: `${core}/plan/settle-family.ts`,
    search: "${isPinned(row) ? 1 : 0}${row.rank}",
    replacement: "${row.rank}",
  },
  {
    name: "a trade that lost its first fill keeps its time",
    file: `${core}/plan/trade-totals.ts`,
    search: "if (removed.some((member) => holdsEdge(member, totals) && !staying.has(edgeText(member)))) return null;",
    replacement: "",
  },
  {
    name: "a trade that moves whole gets a new id",
    file: `${core}/plan/trade-targets.ts`,
    search: "const trade = byOrderKey.get(orderKey) ?? movedWhole({ group, orderKey, groups, snapshot, moves });",
    replacement: "const trade = byOrderKey.get(orderKey);",
  },
  {
    name: "refused records with one text are one reject",
    file: `${core}/plan/reject-records.ts`,
    search: "while (from.taken.has(keys.rejectKey)) {",
    replacement: "while (ordinal < 0) {",
  },
  ...personEdits,
  ...unreadEdits,
  ...coverageEdits,
];
