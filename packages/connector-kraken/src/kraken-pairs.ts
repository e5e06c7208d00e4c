import { isFiat, type KrakenAssets } from "./kraken-assets.ts";
import { krakenStaticPairs, type NamedPair } from "./kraken-static-pairs.ts";

/** What a pair name of a fill stands for. A type and not an interface, so that it is assignable to Json. */
export type KrakenPair = {
  /** The name as the fill has it. */
  readonly pair: string;
  /** Canonical codes; both null while the name is not resolved. */
  readonly base: string | null;
  readonly quote: string | null;
  readonly kind: "crypto" | "forex" | "stock" | "other";
};

/** Resolves pair names of fills. */
export type ResolvePair = (pair: string) => KrakenPair;

/**
 * A resolver over listed pairs and the static ones. A name is looked up as key, altname, wsname, then among the static
 * pairs, then without the suffix of dark pools, then as the only way to split it into two known assets. It is never
 * guessed: what stays open is `other`, with its own name.
 */
export function pairResolver(listed: readonly NamedPair[], assets: KrakenAssets): ResolvePair {
  const find = lookUp([...namings(listed), ...namings(krakenStaticPairs)], assets);
  return (pair) => {
    const found = find(pair) ?? (pair.endsWith(".d") ? find(pair.slice(0, -2)) : null) ?? splitPair(pair, assets);
    return found === null ? { pair, base: null, quote: null, kind: "other" } : { pair, ...found };
  };
}

type FoundPair = Omit<KrakenPair, "pair">;
type Naming = ReadonlyMap<string, NamedPair | null>;

/** One index for each sort of name, in the order in which they are asked. */
function namings(pairs: readonly NamedPair[]): readonly Naming[] {
  return [
    namingBy(pairs, (pair) => pair.key),
    namingBy(pairs, (pair) => pair.altname),
    namingBy(pairs, (pair) => pair.wsname),
  ];
}

/** A name that two different pairs share leads nowhere: tokenized shares are listed twice under one altname. */
function namingBy(pairs: readonly NamedPair[], nameOf: (pair: NamedPair) => string | null): Naming {
  const naming = new Map<string, NamedPair | null>();
  for (const pair of pairs) {
    const name = nameOf(pair);
    if (name === null) continue;
    const other = naming.get(name);
    const same = other === undefined || (other?.base === pair.base && other.quote === pair.quote);
    naming.set(name, same ? pair : null);
  }
  return naming;
}

function lookUp(indexes: readonly Naming[], assets: KrakenAssets): (name: string) => FoundPair | null {
  return (name) => {
    for (const naming of indexes) {
      const pair = naming.get(name);
      if (pair) return foundPair(assets.canonical(pair.base), assets.canonical(pair.quote), pair.tokenized);
    }
    return null;
  };
}

/** Longer names are not tried: no pair has one, and each split is a look-up. */
const SPLIT_LENGTH_MAX = 40;

/** The pair as two known assets, with or without a slash; null when there is no way or more than one. */
function splitPair(pair: string, assets: KrakenAssets): FoundPair | null {
  if (pair.length > SPLIT_LENGTH_MAX) return null;
  const ways = new Map<string, FoundPair>();
  for (let index = 1; index < pair.length; index += 1) {
    const base = assets.known(pair.slice(0, index));
    const quote = assets.known(pair.slice(pair[index] === "/" ? index + 1 : index));
    if (base !== null && quote !== null) ways.set(`${base}/${quote}`, foundPair(base, quote, false));
  }
  const [only] = ways.values();
  return ways.size === 1 && only !== undefined ? only : null;
}

function foundPair(base: string, quote: string, tokenized: boolean): FoundPair {
  if (tokenized) return { base, quote, kind: "stock" };
  return { base, quote, kind: isFiat(base) && isFiat(quote) ? "forex" : "crypto" };
}
