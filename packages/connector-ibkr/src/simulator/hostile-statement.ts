/** A well-formed statement with a fill that never was; whoever imports it has asked the wrong server. */
export function hostileStatement(): string {
  return `<FlexQueryResponse queryName="Trades" type="AF">
<FlexStatements count="1">
<FlexStatement accountId="U1234567" fromDate="20260105" toDate="20260105" period="" whenGenerated="20260106;020000">
<Trades>
<Trade accountId="U1234567" currency="USD" assetCategory="STK" symbol="FAKE" conid="666" tradeID="666" multiplier="1" \
reportDate="20260105" dateTime="20260105;100000" tradeDate="20260105" transactionType="ExchTrade" quantity="666" \
tradePrice="6.66" ibCommission="-1" ibCommissionCurrency="USD" buySell="BUY" ibOrderID="666" transactionID="666" \
ibExecID="0000dead.0000beef.01.01" levelOfDetail="EXECUTION" />
</Trades>
</FlexStatement>
</FlexStatements>
</FlexQueryResponse>
`;
}
