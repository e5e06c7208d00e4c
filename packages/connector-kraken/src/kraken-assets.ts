/** Names of assets and what they canonically are called, such as `XXBT` and `XBT` for `BTC`. */
export interface KrakenAssets {
  /** The canonical code of Kraken's asset id. An id that is not known stands for itself. */
  canonical(id: string): string;
  /** The canonical code of a name as it occurs inside pair names; null for a name that is not known. */
  known(name: string): string | null;
}

/**
 * Asset names: Kraken's answer of Assets (id to altname) over the static names.
 *
 * @param altnames of Assets; empty when it could not be read.
 * @param names of further assets, such as bases and quotes of listed pairs.
 */
export function krakenAssets(altnames: ReadonlyMap<string, string>, names: Iterable<string> = []): KrakenAssets {
  const codes = new Map<string, string>();
  const put = (id: string, altname: string) => {
    const code = CODES.get(altname) ?? altname;
    codes.set(altname, code).set(id, code);
    // Newer interfaces write the canonical code itself.
    codes.set(code, code);
  };
  for (const name of [...PLAIN, ...FIAT]) put(name, name);
  for (const [id, altname] of LEGACY) put(id, altname);
  for (const [id, altname] of altnames) put(id, altname);
  for (const name of names) if (!codes.has(name)) put(name, name);
  return { canonical: (id) => codes.get(id) ?? id, known: (name) => codes.get(name) ?? null };
}

/** True for a national currency, by its canonical code. */
export function isFiat(code: string): boolean {
  return FIAT.has(code);
}

/** Kraken keeps two names of its own (docs.kraken.com, Assets, read 2026-05-27). All others stay: LUNA2 is not LUNA, REPV2 not REP, ETH2 not ETH. */
const CODES: ReadonlyMap<string, string> = new Map([
  ["XBT", "BTC"],
  ["XDG", "DOGE"],
]);

const FIAT: ReadonlySet<string> = new Set(
  "AED ARS AUD CAD CHF CLP COP DKK EUR GBP GEL GHS JPY KRW LKR MXN PLN SEK UGX USD VND XOF ZAR".split(" "),
);

/**
 * Ids with a prefix. The list is complete, because no rule can do it: XTZ, XRT and ZRX are ordinary names
 * (docs.kraken.com, Assets, read 2026-05-27, and answers of older years).
 */
const LEGACY: ReadonlyMap<string, string> = new Map(
  (
    "XETC XETH XLTC XMLN XREP XXBT XXDG XXLM XXMR XXRP XZEC XICN XDAO XNMC XXVN " +
    "ZARS ZAUD ZCAD ZCLP ZCOP ZDKK ZEUR ZGBP ZGEL ZGHS ZJPY ZKRW ZLKR ZMXN ZPLN ZSEK ZUGX ZUSD ZVND ZXOF"
  )
    .split(" ")
    .map((id) => [id, id === "XXVN" ? "VEN" : id.slice(1)]),
);

/** Frequent names without a prefix, for splitting pair names when Kraken cannot be asked or has delisted the pair. */
const PLAIN: readonly string[] = (
  "1INCH 2Z AAVE ADA AI16Z AIOZ ALGO ANKR ANT ATOM AUSD AVAX AXS BADGER BAL BAND BAT BCH BLZ BNC BNT BSV CHZ COMP CQT CRV CTSI DAI DASH DOGE DOT DYDX " +
  "ENJ EOS ETH2 ETH2.S EURC EUROP EWT FDUSD FIDD FIL FLOW GHST GNO GRT ICP ICX INJ KAR KAVA KEEP KILT KNC KSM LINK LPT LRC LSK LUNA " +
  "LUNA2 MANA MATIC MINA MIR MKR MON MOVR NANO OCEAN OGN OMG OXT OXY PAXG PERP PHA PLA POL PYUSD QTUM RARI RAY REN REPV2 REZ RLUSD " +
  "SAND SC SDN SHIB SNX SOL SRM STORJ SUI SUSHI TAO TBTC TON TRX UNI USD1 USDC USDD USDQ USDR USDS USDT UST WAVES WBTC XRT XTZ " +
  "YFI ZRX"
).split(" ");
