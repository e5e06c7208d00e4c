import { negatedDecimal, plainDecimal, sumDecimals } from "./exact-decimal.ts";
import {
  buySellText,
  effectText,
  type FlexAmounts,
  type FlexRowContext,
  flexAmounts,
  instrumentAttributes,
  markToMarket,
  noteCodes,
  transactionTypeText,
} from "./flex-row-facts.ts";
import type { SimulatedEntry, SimulatedFill } from "./simulated-fill.ts";

/** Every attribute of an activity statement's Trade, old names included; a query picks from them. */
export function flexAfRow(entry: SimulatedEntry, { account, time }: FlexRowContext): Readonly<Record<string, string>> {
  const fill = entry.kind === "cancel" ? entry.canceled : entry;
  const amounts = flexAmounts(entry);
  return {
    accountId: entry.accountId,
    acctAlias: account.alias,
    model: account.model,
    currency: fill.instrument.currency,
    fxRateToBase: entry.rateToBase,
    ...instrumentAttributes(fill, time),
    reportDate: time.day(entry.reportDay),
    dateTime: time.dateTime(fill.atMs),
    tradeDate: time.day(fill.tradeDay),
    tradeTime: time.time(fill.atMs),
    settleDateTarget: entry.kind === "cancel" ? "" : time.day(fill.settleDay),
    transactionType: transactionTypeText(entry),
    exchange: entry.kind === "cancel" ? "--" : (fill.exchange ?? "--"),
    ...moneyAttributes(entry, amounts),
    openCloseIndicator: effectText(fill),
    notes: noteCodes(entry).join(";"),
    ...originalAttributes(entry, time),
    buySell: buySellText(entry),
    ...idAttributes(entry),
    ...orderAttributes(entry, time),
    levelOfDetail: "EXECUTION",
    ...CONSTANTS,
  };
}

function moneyAttributes(entry: SimulatedEntry, amounts: FlexAmounts) {
  const fill = entry.kind === "cancel" ? entry.canceled : entry;
  const { quantity, money, proceeds, commission, taxes, netCash } = amounts;
  return {
    quantity,
    tradePrice: fill.price,
    tradeMoney: money,
    proceeds,
    taxes,
    ibCommission: commission,
    ibCommissionCurrency: fill.commissionCurrency,
    netCash,
    closePrice: fill.closePrice ?? fill.price,
    cost: plainDecimal(negatedDecimal(sumDecimals([proceeds, commission, taxes]))),
    fifoPnlRealized: "0",
    fxPnl: "0",
    mtmPnl: markToMarket(entry, quantity),
  };
}

// What a cancel takes back; other rows say "" and 0.
function originalAttributes(entry: SimulatedEntry, time: FlexRowContext["time"]) {
  if (entry.kind === "fill") {
    return { origTradePrice: "0", origTradeDate: "", origTradeID: "", origOrderID: "0", origTransactionID: "0" };
  }
  const { canceled, namesTrade, namesTransaction } = entry;
  return {
    origTradePrice: canceled.price,
    origTradeDate: time.day(canceled.tradeDay),
    origTradeID: namesTrade ? (canceled.tradeId ?? "") : "",
    origOrderID: canceled.order?.permanentId ?? "0",
    origTransactionID: namesTransaction ? (canceled.transactionId ?? "0") : "0",
  };
}

function idAttributes(entry: SimulatedEntry) {
  if (entry.kind === "cancel") {
    return { tradeID: "", transactionID: entry.transactionId, ibExecID: "", extExecID: "N/A" };
  }
  return {
    tradeID: entry.tradeId ?? "",
    transactionID: entry.transactionId ?? "",
    ibExecID: entry.execId ?? "",
    extExecID: entry.externalId ?? (entry.cause === "exchange" ? "" : "N/A"),
  };
}

function orderAttributes(entry: SimulatedEntry, time: FlexRowContext["time"]) {
  const { order }: SimulatedFill = entry.kind === "cancel" ? entry.canceled : entry;
  const fresh = entry.kind === "fill";
  return {
    ibOrderID: order?.permanentId ?? "",
    brokerageOrderID: (fresh ? order?.brokerageOrderId : null) ?? "",
    orderReference: order?.reference ?? "",
    exchOrderId: "N/A",
    orderTime: fresh ? time.dateTime(order?.placedAtMs ?? null) : "",
    orderType: fresh ? (order?.type ?? "") : "",
    isAPIOrder: order?.byApi ? "Y" : "N",
  };
}

// What the simulator knows nothing about, as statements fill it.
const CONSTANTS = {
  issuer: "",
  relatedTradeID: "",
  principalAdjustFactor: "",
  clearingFirmID: "",
  relatedTransactionID: "",
  rtn: "",
  volatilityOrderLink: "",
  openDateTime: "",
  holdingPeriodDateTime: "",
  whenRealized: "",
  whenReopened: "",
  changeInPrice: "0",
  changeInQuantity: "0",
  traderID: "",
  accruedInt: "0",
  initialInvestment: "",
  positionActionID: "",
  serialNumber: "",
  deliveryType: "",
  commodityType: "",
  fineness: "0.0",
  weight: "0.0 ()",
} as const;
