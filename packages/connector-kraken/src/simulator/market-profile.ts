/** What trades of a pair look like. */
export interface MarketProfile {
  readonly pair: string;
  /** Decimals of a quoted price. */
  readonly priceDecimals: number;
  /** A usual price, in units of the last price decimal. */
  readonly usualPriceTicks: number;
  /** A usual volume of one trade, in hundred-millionths of the base. */
  readonly usualVolumeUnits: number;
  /** Fees in hundredths of a percent of the cost; lower on quotes that are stable coins. */
  readonly makerFeeBasisPoints: number;
  readonly takerFeeBasisPoints: number;
}

/** Profiles of pairs of both naming generations. Made: prices are of the right size, not of any day. */
export const marketProfiles: readonly MarketProfile[] = [
  profile("XXBTZUSD", { priceDecimals: 1, ticks: 601_230, units: 1_250_000 }),
  profile("XXBTZEUR", { priceDecimals: 1, ticks: 553_310, units: 900_000 }),
  profile("XETHZUSD", { priceDecimals: 2, ticks: 256_417, units: 45_000_000 }),
  profile("XETHXXBT", { priceDecimals: 5, ticks: 4_265, units: 60_000_000 }),
  profile("XBTUSDT", { priceDecimals: 1, ticks: 601_480, units: 700_000, stable: true }),
  profile("SOLUSD", { priceDecimals: 2, ticks: 14_512, units: 610_000_000 }),
  profile("CHZUSD", { priceDecimals: 4, ticks: 731, units: 220_000_000_000 }),
  profile("ICXETH", { priceDecimals: 7, ticks: 612, units: 90_000_000_000 }),
  profile("TRXXBT", { priceDecimals: 10, ticks: 24_410, units: 150_000_000_000 }),
  profile("XTZUSD", { priceDecimals: 4, ticks: 7_214, units: 18_000_000_000 }),
  profile("ZRXXBT", { priceDecimals: 8, ticks: 553, units: 60_000_000_000 }),
  profile("XXDGXXBT", { priceDecimals: 8, ticks: 188, units: 250_000_000_000 }),
];

interface ProfileFigures {
  readonly priceDecimals: number;
  readonly ticks: number;
  readonly units: number;
  readonly stable?: boolean;
}

function profile(pair: string, { priceDecimals, ticks, units, stable = false }: ProfileFigures): MarketProfile {
  return {
    pair,
    priceDecimals,
    usualPriceTicks: ticks,
    usualVolumeUnits: units,
    makerFeeBasisPoints: stable ? 20 : 25,
    takerFeeBasisPoints: stable ? 20 : 40,
  };
}
