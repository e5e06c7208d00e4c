// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the edits are pieces of source text

import { coverageEdits } from "./sabotage-coverage.ts";
import { personEdits } from "./sabotage-person.ts";
import { reportedEdits } from "./sabotage-reported.ts";
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
    file: `${core}/rank.ts`,
    search: 'return String(revision).padStart(REVISION_DIGITS, "0");',
    replacement: 'return String(revision).padEnd(REVISION_DIGITS, " ");',
  },
  {
    name: "row numbers compare as text",
    file: `${core}/rank.ts`,
    search: 'return `${String(digits.length).padStart(2, "0")}${digits}`;',
    replacement: 'return digits === "" ? "00" : `18${digits.padEnd(18, " ")}`;',
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
    search: "unseen(told, (report) => report.revisionKey, { stored: revisions, undone })",
    replacement: "unseen(told, (report) => report.contentKey, { stored: revisions, undone })",
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
    search: "const revision = revisionAt === null ? report.revision : revisionAt(rankSequence(report.rank));",
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
    search: "{ cancels: cancelsOf(family), crowded,",
    replacement: "{ cancels: [], crowded,",
  },
  {
    name: "cancels void rows with a higher row number",
    file: `${core}/plan/match-cancels.ts`,
    search: "limits.add(rows.revision, limit ?? (rows.sequence === NO_SEQUENCE ? null : rows.sequence));",
    replacement: "limits.add(rows.revision, null);",
  },
  {
    name: "cancels void every revision",
    file: `${core}/plan/match-cancels.ts`,
    search: "limits.add(rows.revision,",
    replacement: "limits.add(999_999_999,",
  },
  {
    name: "a live bust voids every revision",
    file: `${core}/plan/match-cancels.ts`,
    search: "limits.addBust(revision, limit);",
    replacement: "limits.add(999_999_999, limit);",
  },
  {
    name: "a cancel without row numbers fits any revision",
    file: `${core}/plan/alias-rows.ts`,
    search: "return fitting?.lowestRevision === fitting?.revision ? fitting : null;",
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
    search: "conflict: contradicting(alive, isPinned),",
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
    search: "byOrderKey.get(orderKey) ?? movedWhole({ group, orderKey, groups, snapshot, departures });",
    replacement: "byOrderKey.get(orderKey);",
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
  ...reportedEdits,
];
