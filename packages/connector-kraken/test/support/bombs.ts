import { crc32 } from "node:zlib";
import { zipArchive } from "./zip-archive.ts";

const TRADES = "txid,ordertxid,pair,time,type,ordertype,price,cost,fee,vol,margin,misc,ledgers";
const LEDGERS = "txid,refid,time,type,subtype,aclass,asset,wallet,amount,fee,balance";
const TX = "TAAAAA-AAAAA-AAAAAA";

/** A file that is small, or within the size that is allowed, and could take all memory or time. */
export interface Bomb {
  readonly file: () => Buffer;
  /** How the import ends; null for one without an error. */
  readonly code: string | null;
  /** A part of what a person is told: by the error, or by a problem. */
  readonly says: string;
}

export const bombs: Readonly<Record<string, Bomb>> = {
  "entries and trades of one id": {
    file: () =>
      both(
        table(LEDGERS, 50_000, entry),
        table(TRADES, 2_000, () => trade(TX)),
      ),
    ...{ code: "PROTOCOL", says: "one trade more than 200 times" },
  },
  "a hundred entries for each of many trades of one id": {
    file: () =>
      both(
        table(LEDGERS, 100, entry),
        table(TRADES, 3_000, () => trade(TX)),
      ),
    ...{ code: "PROTOCOL", says: "one trade more than 200 times" },
  },
  "rows of one trade that differ": {
    file: () => table(TRADES, 5_000, () => trade(TX)),
    ...{ code: "PROTOCOL", says: "one trade more than 200 times" },
  },
  "entries of one refid": {
    file: () => table(LEDGERS, 100_000, (number) => entry(number, { type: "spend" })),
    ...{ code: null, says: "100000 of one refid are more than are read" },
  },
  "entries of many refids": {
    file: () => zipped(400_000, (number) => entry(number, { refid: idOf(number >> 1) })),
    ...{ code: null, says: "200000 fill(s) that the table of ledgers names are not read from it" },
  },
  "entries of as many refids as there are": {
    file: () => table(LEDGERS, 300_000, (number) => entry(number, { refid: `R${number}`, type: "spend" })),
    ...{ code: null, says: "300000 group(s) of ledger entries look like a purchase or conversion" },
  },
  "entries of refids whose checksums fall together": {
    file: () => {
      const refids = refidsTogether(100);
      return table(LEDGERS, 100, (number) => entry(number, { id: "L".repeat(200_000), refid: refids[number] }));
    },
    ...{ code: "RESPONSE_TOO_LARGE", says: "too many entries of a few refids" },
  },
  "giant cells of entries": {
    file: () => table(LEDGERS, 300, (number) => entry(number, { id: "L".repeat(60_000) })),
    ...{ code: null, says: "could not be read" },
  },
  "giant cells of trades": {
    file: () => table(TRADES, 500, (number) => trade(idOf(number), "m".repeat(200_000))),
    ...{ code: "SCHEMA_DRIFT", says: "could not be read" },
  },
  "quotes that never close": {
    file: () => Buffer.concat([Buffer.from(`${TRADES}\n"`), Buffer.alloc(30_000_000, "x")]),
    ...{ code: "PROTOCOL", says: "row 2, counted with the header, is longer than 262144 characters" },
  },
  "nothing but line ends": {
    file: () => Buffer.concat([Buffer.from(`${TRADES}\n`), Buffer.alloc(60_000_000, "\n")]),
    ...{ code: null, says: "" },
  },
  "nothing but commas": {
    file: () => Buffer.concat([Buffer.from(`${TRADES}\n`), Buffer.alloc(10_000_000, ",")]),
    ...{ code: "PROTOCOL", says: "row 2, counted with the header, is longer than 262144 characters" },
  },
  "rows of other lengths": {
    file: () => table(TRADES, 100_000, () => "a,b"),
    ...{ code: "SCHEMA_DRIFT", says: "the row has 2 fields, and its table 13 columns" },
  },
  "entries that are no fills": {
    file: () => zipped(300_000, (number) => entry(number, { type: "deposit" })),
    ...{ code: null, says: "" },
  },
  "a file of the longest size": {
    file: () => zipArchive([{ name: "ledgers.csv", data: longLedger(), method: 0 }]),
    ...{ code: null, says: "look like a purchase or conversion" },
  },
};

const many = <Item>(count: number, item: (number: number) => Item): Item[] =>
  Array.from({ length: count }, (_, number) => item(number));

let made = 0;

function trade(txid: string, misc = ""): string {
  made += 1;
  return `${txid},O${idOf(made).slice(1)},XXBTZUSD,2024-01-01 00:00:00.1,buy,limit,1.0,1.0,0.1,1.0,0,${misc},`;
}

function entry(number: number, { id = `L${number}`, refid = TX, type = "trade" } = {}): string {
  return `${id},${refid},2024-01-01 00:00:00,${type},,,ZUSD,spot / main,-1.0,0.1,100`;
}

/** An id of a trade. */
function idOf(number: number): string {
  const text = (Math.imul(number, 2_654_435_761) >>> 0).toString(36).toUpperCase().padStart(8, "0");
  return `T${text.slice(0, 5)}-${text.slice(5)}AA-${number.toString(36).toUpperCase().padStart(6, "0")}`;
}

/** Refids of one bucket, whatever a reader makes of their checksums. */
function refidsTogether(count: number): readonly string[] {
  const refids: string[] = [];
  for (let tried = 0; refids.length < count; tried += 1) if (crc32(`R${tried}`) % 4_096 === 7) refids.push(`R${tried}`);
  return refids;
}

/** As much as an archive may hold, of entries that hardly shrink. */
function longLedger(): Buffer {
  const lines = Buffer.alloc(67_000_000);
  let end = lines.write(`${LEDGERS}\n`);
  for (let number = 0; end < lines.length - 200; number += 1)
    end += lines.write(`${entry(number, { id: idOf(number), refid: idOf(number >> 1), type: "spend" })}\n`, end);
  return lines.subarray(0, end);
}

function table(header: string, count: number, row: (number: number) => string): Buffer {
  return Buffer.from(`${header}\n${many(count, row).join("\n")}\n`);
}

function zipped(count: number, row: (number: number) => string): Buffer {
  return zipArchive([{ name: "ledgers.csv", data: table(LEDGERS, count, row) }]);
}

function both(ledgers: Buffer, trades: Buffer): Buffer {
  return zipArchive([
    { name: "trades.csv", data: trades },
    { name: "ledgers.csv", data: ledgers },
  ]);
}
