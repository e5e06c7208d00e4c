import {
  buySellText,
  effectText,
  type FlexRowContext,
  flexAmounts,
  instrumentAttributes,
  noteCodes,
  transactionTypeText,
} from "./flex-row-facts.ts";
import type { SimulatedEntry, SimulatedFill } from "./simulated-fill.ts";

/**
 * Every attribute of a TradeConfirm: other names than in activity statements, and no transaction ids. How cancels look
 * here is not confirmed; they are written as the attributes suggest.
 */
export function flexTcfRow(entry: SimulatedEntry, { account, time }: FlexRowContext): Readonly<Record<string, string>> {
  const fill = entry.kind === "cancel" ? entry.canceled : entry;
  const canceled = entry.kind === "cancel" ? entry.canceled : null;
  return {
    accountId: entry.accountId,
    acctAlias: account.alias,
    model: account.model,
    currency: fill.instrument.currency,
    ...instrumentAttributes(fill, time),
    transactionType: transactionTypeText(entry),
    ...idAttributes(entry, fill),
    origTradePrice: canceled?.price ?? "0",
    origTradeDate: time.day(canceled?.tradeDay ?? null),
    origTradeID: entry.kind === "cancel" && entry.namesTrade ? (canceled?.tradeId ?? "") : "",
    orderTime: canceled === null ? time.dateTime(fill.order?.placedAtMs ?? null) : "",
    dateTime: time.dateTime(fill.atMs),
    reportDate: time.day(entry.reportDay),
    settleDate: time.day(fill.settleDay),
    tradeDate: time.day(fill.tradeDay),
    exchange: canceled === null ? (fill.exchange ?? "--") : "--",
    buySell: buySellText(entry),
    ...moneyAttributes(entry, fill),
    code: [...noteCodes(entry), effectText(fill)].filter((code) => code !== "").join(";"),
    orderType: fill.order?.type ?? "",
    levelOfDetail: "EXECUTION",
    isAPIOrder: fill.order?.byApi ? "Y" : "N",
    ...CONSTANTS,
  };
}

function idAttributes(entry: SimulatedEntry, fill: SimulatedFill) {
  const fresh = entry.kind === "fill";
  return {
    tradeID: (fresh ? entry.tradeId : null) ?? "",
    orderID: fill.order?.permanentId ?? "",
    execID: (fresh ? entry.execId : null) ?? "",
    brokerageOrderID: fill.order?.brokerageOrderId ?? "",
    orderReference: fill.order?.reference ?? "",
    extExecID: (fresh ? entry.externalId : null) ?? "",
  };
}

function moneyAttributes(entry: SimulatedEntry, fill: SimulatedFill) {
  const { quantity, money, proceeds, commission, taxes, netCash } = flexAmounts(entry);
  return {
    quantity,
    price: fill.price,
    amount: money,
    proceeds,
    netCash,
    netCashWithBillable: netCash,
    commission,
    brokerExecutionCommission: commission,
    brokerClearingCommission: "0",
    thirdPartyExecutionCommission: "0",
    thirdPartyClearingCommission: "0",
    thirdPartyRegulatoryCommission: "0",
    otherCommission: "0",
    commissionCurrency: fill.commissionCurrency,
    tax: taxes,
  };
}

const CONSTANTS = {
  issuer: "",
  principalAdjustFactor: "",
  volatilityOrderLink: "",
  clearingFirmID: "",
  blockID: "0",
  salesTax: "0",
  tradeCharge: "0",
  otherTax: "0",
  traderID: "",
  allocatedTo: "",
  accruedInt: "0",
  rfqID: "",
  positionActionID: "",
  serialNumber: "",
  deliveryType: "",
  commodityType: "",
  fineness: "0.0",
  weight: "0.0",
} as const;
