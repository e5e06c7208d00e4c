import type { PageDiagnostic } from "@fillbook/core/connector";
import type { KrakenPage, KrakenRun } from "./kraken-run.ts";

/** What each page reports of the ledger: it stands as long as parts of it are unread, and closes with the last of them. */
export function ledgerNews(run: KrakenRun): Required<Pick<KrakenPage, "diagnostics" | "resolved">> {
  const { ledger, unread, request } = run;
  const estimated = run.feesGivenUp === 0 ? [] : [feesGivenUp(run)];
  if (ledger.denied) return { diagnostics: [ledgerDenied, ...estimated], resolved: [] };
  if (unread.length > 0) {
    // What was reported stands until the parts are being read, or cannot be.
    const isNews = run.readsAgain || ledger.failure !== null;
    if (isNews) run.unreadReported = true;
    return {
      diagnostics: [...(isNews ? [ledgerUnread] : []), ...estimated],
      resolved: run.readsAgain ? [ledgerDenied] : [],
    };
  }
  const wasDenied = request.cursor?.ledgerDeniedAt !== undefined && ledger.readable;
  const resolved = [
    ...(wasDenied || run.readsAgain ? [ledgerDenied] : []),
    ...(run.unreadReported ? [ledgerUnread] : []),
  ];
  return { diagnostics: estimated, resolved };
}

/** One problem for all that the key may not read. */
const ledgerDenied: PageDiagnostic = {
  kind: "warning",
  key: "ledger-permission",
  message:
    'the API key lacks "Query ledger entries" (query-ledger): fees are Kraken\'s estimates in the quote currency, and what ' +
    "Kraken's app bought or converted is not imported; once the key has that right, both are read by themselves",
};

/** One problem for all that a failing ledger left. */
const ledgerUnread: PageDiagnostic = {
  kind: "warning",
  key: "ledger-unread",
  message:
    "parts of Kraken's ledger could not be read yet: fees there are Kraken's estimates in the quote currency, and what " +
    "Kraken's app bought or converted there is missing; the next runs read them",
};

function feesGivenUp({ feesGivenUp: fills, request }: KrakenRun): PageDiagnostic {
  const why = request.connection.settings.consolidateTaker
    ? "Kraken's ledger has no whole set of entries for them"
    : "Kraken's ledger names fills as consolidateTaker shows them, which is off";
  const message = `the fees of ${fills} fill(s) in this run stay Kraken's estimates in the quote currency: ${why}`;
  return { kind: "warning", key: "fees-estimated", message };
}
