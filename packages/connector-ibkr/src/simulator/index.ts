export type { SimulatorClock } from "./clock.ts";
export { type Amounts, type ExpectedFill, type ExpectedResult, expectedResult } from "./expected-result.ts";
export { createFillBook, type FillBook, type SimulatedCancelOptions } from "./fill-book.ts";
export { flexAfColumns, flexTcfColumns } from "./flex-columns.ts";
export { type FlexDocumentOptions, flexDocument } from "./flex-document.ts";
export { flexErrors } from "./flex-errors.ts";
export { type FlexLevel, type FlexPeriod, type FlexQuery, type FlexQueryOptions, flexQuery } from "./flex-query.ts";
export type { FlexStatementSource } from "./flex-rows.ts";
export type { FlexTimeFormat } from "./flex-time.ts";
export type { FlexToken, FlexTokenOptions } from "./flex-token.ts";
export type { FlexRow } from "./flex-xml-text.ts";
export { type GenerateFillsOptions, generateFills } from "./generate-fills.ts";
export type { IbkrSimulator, IbkrSimulatorOptions, SimulatedAccount, SimulatedRequest } from "./ibkr-simulator.ts";
export type { SimulatedFillFacts } from "./make-fill.ts";
export {
  clockChangeDays,
  forexRebookDay,
  fractionalDay,
  publishedBuyDay,
  stockCancelDay,
  stockRebookDay,
  twinsDay,
} from "./published-days.ts";
export type {
  SimulatedCancel,
  SimulatedCause,
  SimulatedEntry,
  SimulatedFill,
  SimulatedOrder,
} from "./simulated-fill.ts";
export type { SimulatedInstrument, SimulatedKind, SimulatedLeg, SimulatedUnderlying } from "./simulated-instrument.ts";
export { simulatedInstruments } from "./simulated-instruments.ts";
export type {
  PortalConsumer,
  PortalConsumerOptions,
  PortalFault,
  PortalFaultScope,
  PortalOptions,
  PortalRequest,
  SimulatedPortal,
} from "./simulated-portal.ts";
export type { SimulatedTws, TwsFault, TwsFaultScope, TwsOptions, TwsRequest } from "./simulated-tws.ts";
export type { AnswerFault, FlexAttack, InjectedFault, SimulatorFault, SimulatorFaultScope } from "./simulator-fault.ts";
export { startIbkrSimulator } from "./start-ibkr-simulator.ts";
