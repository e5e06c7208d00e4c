import { crc32 } from "node:zlib";
import { type Json, parseDecimal } from "@fillbook/core";
import { type ByteLink, byteChains } from "./kraken-byte-chains.ts";
import { walletAsset } from "./kraken-wallet.ts";

/** The entries of one refid. */
export interface LedgerEntries {
  /** In the order of their ids, each once. */
  readonly rows: readonly Json[];
  /** How many more there are than are kept: real groups have two to some dozens, one for each wallet. */
  readonly left: number;
}

/** Entries of tables of ledgers by refid, as bytes: objects of them would take ten times as much. */
export interface EntryIndex {
  /** @returns false where an entry does not fit: what the index holds is not all then. */
  add(refid: string, entry: Uint8Array): boolean;
  /** The entries of a refid; null where there are none, and where they were taken so often already. */
  take(refid: string, timesMax: number): LedgerEntries | null;
  /** The refids that nobody took. */
  rest(): Generator<{ readonly refid: string; readonly entries: LedgerEntries }, void>;
  clear(): void;
}

/**
 * An empty index. Refids of one checksum share a chain, which is bounded: no refids that somebody makes up can make it
 * long, and what it leaves out counts against each of them.
 *
 * @param columns of the tables, by their numbers.
 */
export function entryIndex(columns: readonly (readonly string[])[]): EntryIndex {
  const chains = byteChains();
  return {
    add: (refid, entry) => chains.add(keyOf(refid), entry),
    take(refid, timesMax) {
      const key = keyOf(refid);
      const entries: Entry[] = [];
      for (const link of chains.linksOf(key)) {
        const entry = decoded(link.bytes, columns);
        if (entry.refid !== refid) continue;
        // The first link counts for its refid. It is asked first: nothing else is read for what was taken.
        if (entries.length === 0 && link.taken() >= timesMax) return null;
        if (entries.length === 0) link.take();
        entries.push(entry);
      }
      return entries.length === 0 ? null : { rows: distinct(entries), left: chains.leftOf(key) };
    },
    *rest() {
      for (const key of chains.keys()) {
        for (const [refid, group] of groupsOf(chains.linksOf(key), columns)) {
          if (!group.taken) yield { refid, entries: { rows: distinct(group.entries), left: chains.leftOf(key) } };
        }
      }
    },
    clear: () => chains.clear(),
  };
}

/** Signed, because numbers of 31 bits and a sign take no memory of their own. */
function keyOf(refid: string): number {
  return crc32(refid) | 0;
}

interface Group {
  taken: boolean;
  readonly entries: Entry[];
}

function groupsOf(
  links: Iterable<ByteLink>,
  columns: readonly (readonly string[])[],
): ReadonlyMap<string, Readonly<Group>> {
  const groups = new Map<string, Group>();
  for (const link of links) {
    const entry = decoded(link.bytes, columns);
    const { refid = "" } = entry;
    const group = groups.get(refid) ?? { taken: false, entries: [] };
    group.taken ||= link.taken() > 0;
    group.entries.push(entry);
    groups.set(refid, group);
  }
  return groups;
}

/** An entry as Ledgers has it: tables call its id txid. */
export function ledgerEntry(columns: readonly string[], cells: readonly string[]): Entry {
  const pairs = columns.map((column, index) => [column === "txid" ? "id" : column, cells[index] ?? ""]);
  // Every column has a name of its own, and txid is one of them.
  return Object.fromEntries(pairs) as Entry;
}

type Entry = Readonly<Record<string, string>> & { readonly id: string };

/** A row of a table as an index keeps it. */
export function encodedEntry(table: number, cells: readonly string[]): Uint8Array {
  return Buffer.from(`${table}${JSON.stringify(cells)}`);
}

function decoded(bytes: Uint8Array, columns: readonly (readonly string[])[]): Entry {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  const start = text.indexOf("[");
  // Written by `encodedEntry`.
  const cells: readonly string[] = JSON.parse(text.slice(start));
  return ledgerEntry(columns[Number(text.slice(0, start))] ?? [], cells);
}

/** Downloads overlap, so that an entry may come twice, from tables of several years also with other columns. */
function distinct(entries: readonly Entry[]): readonly Entry[] {
  const known = new Set<string>();
  const compared = [...entries].sort((one, other) => (one.id < other.id ? -1 : one.id > other.id ? 1 : 0));
  return compared.filter((entry) => {
    const facts = factsOf(entry);
    const isNew = entry.id === "" || !known.has(facts);
    known.add(facts);
    return isNew;
  });
}

function factsOf({ id, type, asset = "", amount, fee }: Entry): string {
  return JSON.stringify([id, type, walletAsset(asset), parseDecimal(amount) ?? amount, parseDecimal(fee) ?? fee]);
}
