export type { SimulatedTier } from "./call-counter.ts";
export type { SimulatorClock } from "./clock.ts";
export { defaultSimulatedPairs } from "./default-pairs.ts";
export type { SimulatedExport } from "./export-book.ts";
export { type GenerateTradesOptions, generateTrades } from "./generate-trades.ts";
export { type ExactNumber, exactNumber, type JsonValue } from "./json-text.ts";
export type {
  KrakenSimulator,
  KrakenSimulatorOptions,
  KrakenSystemStatus,
  SimulatedRequest,
} from "./kraken-simulator.ts";
export { publishedTradesHistory } from "./published-trades-history.ts";
export type { KrakenPermission, SimulatedKey, SimulatedKeyOptions } from "./simulated-key.ts";
export type { SimulatedLedger, SimulatedLeg } from "./simulated-ledger.ts";
export type { SimulatedPair } from "./simulated-pair.ts";
export type { SimulatedTrade } from "./simulated-trade.ts";
export type {
  AnswerFault,
  ErrorResult,
  InjectedFault,
  ProcessFault,
  SimulatorFault,
  SimulatorFaultScope,
  TradeRow,
  TradesPage,
  TransformFault,
  TransformTextFault,
} from "./simulator-fault.ts";
export { startKrakenSimulator } from "./start-kraken-simulator.ts";
export type { SimulatedTradePatch } from "./trade-book.ts";
