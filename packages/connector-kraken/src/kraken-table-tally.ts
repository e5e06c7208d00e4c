import type { PageDiagnostic } from "@fillbook/core/connector";
import type { GroupRead } from "./kraken-instant.ts";

/** What tables hold that a person is to know: how often, and of which fill or for which reason first. */
export interface TableTally {
  note(what: Noted, example: string): void;
  /** Notes what became of a group of entries. */
  noteGroup(refid: string, read: GroupRead): void;
  diagnostics(): readonly PageDiagnostic[];
}

/**
 * `alone`: fills of which only the ledger's entries are there. `unreadable`: fills of which those do not say enough.
 * `unasked`: fills that the connection's settings leave out. `tooLarge`: fills with more entries than are kept.
 * `unread`: groups that look like an exchange and are none.
 */
type Noted = "alone" | "unreadable" | "unasked" | "tooLarge" | "unread";

const EXAMPLE_LENGTH_MAX = 200;

/** An empty tally. */
export function tableTally(): TableTally {
  const notes = new Map<Noted, { count: number; example: string }>();
  const note = (what: Noted, example: string) => {
    const noted = notes.get(what);
    if (noted === undefined) notes.set(what, { count: 1, example: example.slice(0, EXAMPLE_LENGTH_MAX) });
    else noted.count += 1;
  };
  return {
    note,
    noteGroup(refid, read) {
      if (read.kind === "execution" && read.execution.kind === "order") note("alone", refid);
      else if (read.kind === "ignored" && read.unread === "fill") note("unreadable", refid);
      else if (read.kind === "ignored" && read.unread === "exchange") note("unread", read.reason);
    },
    diagnostics: () => [...notes].map(([what, { count, example }]) => diagnosticOf(what, count, example)),
  };
}

function diagnosticOf(what: Noted, count: number, example: string): PageDiagnostic {
  switch (what) {
    case "alone":
      return {
        ...ledgerTrades,
        message:
          `${count} fill(s) are known by their ledger entries here, such as ${example}: their fees are exact, but their ` +
          "price is what was paid divided by what was got, and their order is unknown, until Kraken's table of trades or " +
          "the API brings their own rows",
      };
    case "unreadable":
      return {
        ...ledgerTradesMissing,
        message:
          `${count} fill(s) that the table of ledgers names are not read from it, such as ${example}, because their entries ` +
          "do not say what was traded, as those of margin do not: import the tables of trades and of ledgers in one ZIP archive",
      };
    case "unasked":
      return {
        ...ledgerTradesMissing,
        message:
          `${count} fill(s) that the table of ledgers names are not read from it, such as ${example}, because the ` +
          "connection's setting ledgerFees or consolidateTaker is off",
      };
    case "tooLarge":
      return {
        kind: "warning",
        key: "ledger-entries",
        message: `${count} fill(s) keep Kraken's estimated fee, such as ${example}: they have more ledger entries than are read`,
      };
    case "unread":
      return {
        kind: "warning",
        key: "ledger-groups",
        message: `${count} group(s) of ledger entries look like a purchase or conversion and are ignored, such as: ${example}`,
      };
  }
}

const ledgerTrades = { kind: "warning", key: "ledger-trades" } as const;
const ledgerTradesMissing = { kind: "partial_import", key: "ledger-trades-missing" } as const;

/** What an import of trades with all their entries ends. */
export const settledByTrades: readonly Pick<PageDiagnostic, "kind" | "key">[] = [ledgerTrades, ledgerTradesMissing];
