import { answerApiKeyInfo } from "./answer-api-key-info.ts";
import { answerAssetPairs } from "./answer-asset-pairs.ts";
import { answerAssets } from "./answer-assets.ts";
import { answerAddExport, answerExportStatus, answerRemoveExport, answerRetrieveExport } from "./answer-exports.ts";
import { answerLedgers } from "./answer-ledgers.ts";
import { answerQueryTrades } from "./answer-query-trades.ts";
import { answerSystemStatus, answerTime } from "./answer-system.ts";
import { answerTradesHistory } from "./answer-trades-history.ts";
import type { MethodAnswer, PrivateContext, PublicContext } from "./method-answer.ts";
import type { KrakenPermission } from "./simulated-key.ts";

/** A method anyone may call. */
export interface PublicRoute {
  readonly kind: "public";
  readonly answer: (context: PublicContext) => MethodAnswer;
}

/** A method that needs a signed call. */
export interface PrivateRoute {
  readonly kind: "private";
  readonly permission: KrakenPermission | null;
  /** "history" costs `historyCost` points, "single" one. */
  readonly cost: "history" | "single";
  readonly answer: (context: PrivateContext) => MethodAnswer;
}

const exportRoute = { kind: "private", permission: "export-data", cost: "single" } as const;
const tradesRoute = { kind: "private", permission: "query-closed-trades", cost: "history" } as const;

/** Every method by its path. A method that is not here answers EGeneral:Unknown method. */
export const routes: ReadonlyMap<string, PublicRoute | PrivateRoute> = new Map<string, PublicRoute | PrivateRoute>([
  ["/0/public/Time", { kind: "public", answer: answerTime }],
  ["/0/public/SystemStatus", { kind: "public", answer: answerSystemStatus }],
  ["/0/public/AssetPairs", { kind: "public", answer: answerAssetPairs }],
  ["/0/public/Assets", { kind: "public", answer: answerAssets }],
  ["/0/private/GetApiKeyInfo", { kind: "private", permission: null, cost: "single", answer: answerApiKeyInfo }],
  ["/0/private/TradesHistory", { ...tradesRoute, answer: answerTradesHistory }],
  ["/0/private/QueryTrades", { ...tradesRoute, answer: answerQueryTrades }],
  ["/0/private/Ledgers", { ...tradesRoute, permission: "query-ledger", answer: answerLedgers }],
  ["/0/private/AddExport", { ...exportRoute, answer: answerAddExport }],
  ["/0/private/ExportStatus", { ...exportRoute, answer: answerExportStatus }],
  ["/0/private/RetrieveExport", { ...exportRoute, answer: answerRetrieveExport }],
  ["/0/private/RemoveExport", { ...exportRoute, answer: answerRemoveExport }],
]);
