import { isFiat, krakenAssets } from "./kraken-assets.ts";

const known = krakenAssets(new Map());

/**
 * The canonical code of an asset in a ledger, whichever wallet it lies in: `DOT28.S`, `XBT.F` and `EUR.HOLD` are DOT, BTC
 * and EUR (docs.kraken.com, Assets, read 2026-05-27). Staked `ETH2.S` is ETH2, an asset of its own.
 */
export function walletAsset(asset: string): string {
  const [, name = asset] = /^(.+?)(?:\d\d)?\.(?:S|M|P|F|B|HOLD)$/.exec(asset) ?? [];
  // Fee credits have two names: Ledgers says KFEE, QueryLedgers and some tables FEE (Assets, read 2026-05-27).
  return name === "FEE" ? "KFEE" : known.canonical(name);
}

/** How many digits amounts of an asset have in the ledger, where no amount tells it (Assets, read 2026-05-27). */
export function ledgerDigits(code: string): number {
  if (code === "JPY" || code === "KFEE") return 2;
  return isFiat(code) ? 4 : 8;
}
