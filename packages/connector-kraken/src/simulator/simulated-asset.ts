// Captured: facts of Kraken's Assets answer of 2021, for names whose altname or decimals a rule would get wrong.
const ALTNAMES: ReadonlyMap<string, string> = new Map([
  ["XXBT", "XBT"],
  ["XETH", "ETH"],
  ["XLTC", "LTC"],
  ["XETC", "ETC"],
  ["XREP", "REP"],
  ["XMLN", "MLN"],
  ["XXMR", "XMR"],
  ["XZEC", "ZEC"],
  ["XXRP", "XRP"],
  ["XXLM", "XLM"],
  ["XXDG", "XDG"],
  ["KFEE", "FEE"],
  ["ZUSD", "USD"],
  ["ZEUR", "EUR"],
  ["ZGBP", "GBP"],
  ["ZCAD", "CAD"],
  ["ZAUD", "AUD"],
  ["ZJPY", "JPY"],
]);
const FIAT = new Set(["ZUSD", "ZEUR", "ZGBP", "ZCAD", "ZAUD", "CHF", "EUR.M", "EUR.HOLD", "USD.M"]);
const TWO_DECIMALS = new Set(["KFEE", "ZJPY"]);
const EIGHT_DECIMALS = new Set(["XXRP", "XXLM", "XXDG", "USDT", "USDC", "XTZ", "XTZ.S", "TRX"]);

/** The name that Assets gives an asset beside its id. */
export function altnameOf(asset: string): string {
  return ALTNAMES.get(asset) ?? asset;
}

/** How many decimals ledger amounts of the asset have. */
export function decimalsOf(asset: string): number {
  if (TWO_DECIMALS.has(asset)) return 2;
  if (FIAT.has(asset)) return 4;
  return EIGHT_DECIMALS.has(asset) ? 8 : 10;
}
