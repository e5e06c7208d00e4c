/**
 * The attributes of a Trade when every column of a query is ticked, as seen in statements of 2026. Older statements
 * have tradeTime, fxPnl and others besides; a query may name them too.
 */
export const flexAfColumns: readonly string[] = words(`
  accountId acctAlias model currency fxRateToBase assetCategory subCategory symbol description conid securityID
  securityIDType cusip isin figi listingExchange underlyingConid underlyingSymbol underlyingSecurityID
  underlyingListingExchange issuer issuerCountryCode tradeID multiplier relatedTradeID strike reportDate expiry dateTime
  putCall tradeDate principalAdjustFactor settleDateTarget transactionType exchange quantity tradePrice tradeMoney
  proceeds taxes ibCommission ibCommissionCurrency netCash closePrice openCloseIndicator notes cost fifoPnlRealized
  mtmPnl origTradePrice origTradeDate origTradeID origOrderID origTransactionID buySell clearingFirmID ibOrderID
  transactionID ibExecID relatedTransactionID rtn brokerageOrderID orderReference volatilityOrderLink exchOrderId
  extExecID orderTime openDateTime holdingPeriodDateTime whenRealized whenReopened levelOfDetail changeInPrice
  changeInQuantity orderType traderID isAPIOrder accruedInt initialInvestment positionActionID serialNumber deliveryType
  commodityType fineness weight`);

/** The attributes of a TradeConfirm when every column is ticked, in the order of a statement of April 2026. */
export const flexTcfColumns: readonly string[] = words(`
  accountId acctAlias model currency assetCategory subCategory symbol description conid securityID securityIDType cusip
  isin figi listingExchange underlyingConid underlyingSymbol underlyingSecurityID underlyingListingExchange issuer
  issuerCountryCode multiplier strike expiry putCall principalAdjustFactor transactionType tradeID orderID execID
  brokerageOrderID orderReference volatilityOrderLink clearingFirmID origTradePrice origTradeDate origTradeID extExecID
  blockID orderTime dateTime reportDate settleDate tradeDate exchange buySell quantity price amount proceeds netCash
  netCashWithBillable commission brokerExecutionCommission brokerClearingCommission thirdPartyExecutionCommission
  thirdPartyClearingCommission thirdPartyRegulatoryCommission otherCommission commissionCurrency tax salesTax
  tradeCharge otherTax code orderType levelOfDetail traderID isAPIOrder allocatedTo accruedInt rfqID positionActionID
  serialNumber deliveryType commodityType fineness weight`);

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
