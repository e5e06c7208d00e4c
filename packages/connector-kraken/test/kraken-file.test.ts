import { generateTrades, startKrakenSimulator } from "@fillbook/connector-kraken/simulator";
import { describe, expect, test } from "vitest";
import { exportText } from "../src/simulator/export-file.ts";
import { createSimulatorState } from "../src/simulator/simulator-state.ts";
import { zipFile } from "../src/simulator/zip-file.ts";
import { driveKraken, testClock } from "./support/drive-kraken.ts";
import { type FileOptions, readKrakenFile } from "./support/read-kraken-file.ts";

const codeOf = async (file: string | Buffer, options?: FileOptions) =>
  (await readKrakenFile(file, options)).error?.code;

// BittyTax's sample of a trades export, whose fee Kraken took in fee credits.
const HEAD = '"txid","ordertxid","pair","time","type","ordertype","price","cost","fee","vol","margin","misc","ledgers"';
const ROW =
  '"TKKKKK-88888-LLLLLL","OOOOOO-OOOOO-OOOOOO","XXBTZUSD","2019-05-15 12:10:30.0000","buy","limit",8097.69920,41.57624,0.10810,0.00500000,0.00000,"","L2222L-Y4444-JBBBBB,L3333L-Y5555-JBBBBB"';
const EXPECTED = {
  ...{ executionId: "TKKKKK-88888-LLLLLL", executedAt: "2019-05-15T12:10:30.000000Z", side: "buy", quantity: "0.005" },
  ...{ price: "8097.6992", fees: [{ amount: "0.1081", currency: "USD", estimated: true }] },
  instrument: { symbol: "BTC/USD" },
};

describe("trap 47: a downloaded table of trades", () => {
  // Commas outside of quotes.
  const tsv = (text: string) => text.replaceAll(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/g, "\t");
  test.each<[string, string]>([
    ["as Kraken writes it", `${HEAD}\n${ROW}\n`],
    ["with carriage returns and a BOM", `\uFEFF${HEAD}\r\n${ROW}\r\n`],
    ["without the last line end", `${HEAD}\n${ROW}`],
    ["without quotes around its columns", `${HEAD.replaceAll('"', "")}\n${ROW}\n`],
    ["as TSV", `${tsv(HEAD)}\n${tsv(ROW)}\n`],
    [
      "with the columns of newer files",
      `${HEAD},"postxid","posstatus","cprice","ccost","cfee","cvol","cmargin","net","trades"\n${ROW},"TKH2SE-M7IF5-CFI7LT","","","","","","","",""\n`,
    ],
    ["with a column without a name", `${HEAD},\n${ROW},\n`],
    ["with a slash in the pair", `${HEAD}\n${ROW.replace("XXBTZUSD", "XBT/USD")}\n`],
    [
      "with its columns in another order",
      `"vol","fee","price","type","time","pair","ordertxid","txid"\n0.00500000,0.10810,8097.69920,"buy","2019-05-15 12:10:30","XXBTZUSD","OOOOOO-OOOOO-OOOOOO","TKKKKK-88888-LLLLLL"\n`,
    ],
  ])("%s", async (_name, text) => {
    for (const pieceBytes of [7, 100_000]) {
      const { executions, rejected } = await readKrakenFile(text, { pieceBytes });
      expect(rejected).toEqual([]);
      expect(executions).toMatchObject([EXPECTED]);
    }
  });

  test("a row that cannot be read is rejected, and the others are read", async () => {
    const { executions, rejected } = await readKrakenFile(`${HEAD}\n${ROW.replace("buy", "gift")}\n"x"\n${ROW}\n`);
    expect([executions.length, rejected.length]).toEqual([1, 2]);
  });
});

describe("a downloaded table of ledgers", () => {
  const NINE = '"txid","refid","time","type","aclass","asset","amount","fee","balance"';
  const TWELVE = '"txid","refid","time","type","subtype","aclass","subclass","asset","wallet","amount","fee","balance"';
  test.each([
    [
      NINE,
      [
        '"L1","R1","2021-11-12 08:38:12","spend","currency","ZEUR",-29.5500,0.4500,1.0',
        '"L2","R1","2021-11-12 08:38:12","receive","currency","MATIC",19.6233200000,0.0000000000,19.62',
      ],
    ],
    [
      TWELVE,
      [
        '"L1","R1","2021-11-12 08:38:12","spend","","currency","fiat","EUR","spot / main",-29.5500,0.4500,1.0',
        '"L2","R1","2021-11-12 08:38:12","receive","","currency","crypto","MATIC","spot / main",19.6233200000,0.0000000000,19.62',
      ],
    ],
  ])("%s", async (head, rows) => {
    const pending = rows[0]?.replace('"L1"', '""').replace("spend", "deposit").replace(/1\.0$/, '""') ?? "";
    const { executions, ignored } = await readKrakenFile(`${[head, pending, ...rows].join("\n")}\n`);
    expect(executions).toMatchObject([
      {
        executionId: "R1",
        side: "buy",
        quantity: "19.62332",
        fees: [{ amount: "0.45", currency: "EUR" }],
        instrument: { symbol: "MATIC/EUR" },
      },
    ]);
    // The deposit in the making, which has no id yet.
    expect(ignored).toBe(1);
  });
});

describe("an archive", () => {
  test("of a real size gives what the account's pages give", async () => {
    const clock = testClock();
    const trades = generateTrades({ count: 1_100, seed: 5 });
    const state = createSimulatorState({ clock, trades });
    const job = {
      id: "AAAA",
      description: "",
      report: "trades",
      format: "TSV",
      from: 0,
      to: 2e9,
      createdMs: 0,
    } as const;
    const zip = zipFile("trades.tsv", Buffer.from(exportText(state, job)), { dataDescriptor: false });
    const { executions } = await readKrakenFile(zip);
    await using simulator = await startKrakenSimulator({ clock, trades });
    const drive = driveKraken(simulator, { clock });
    await drive.run();
    expect(executions).toHaveLength(1_100);
    for (const { executionId, quantity, price, side, instrument } of executions) {
      expect(drive.executions.get(String(executionId))).toMatchObject({ quantity, price, side, instrument });
    }
  });

  test.each<[string, Buffer, string]>([
    ["cut off", zipFile("trades.csv", Buffer.from(HEAD), { dataDescriptor: true }).subarray(0, 90), "PROTOCOL"],
    ["without a table", zipFile("readme.bin", Buffer.from("hello"), { dataDescriptor: true }), "FEATURE_UNAVAILABLE"],
    [
      "with another table",
      zipFile("orders.csv", Buffer.from("a,b\n1,2\n"), { dataDescriptor: true }),
      "FEATURE_UNAVAILABLE",
    ],
    ["with a damaged file", damaged(), "PROTOCOL"],
    ["that is a bomb", zipFile("trades.csv", Buffer.alloc(50_000_000), { dataDescriptor: true }), "RESPONSE_TOO_LARGE"],
    ["that lies about its sizes", liar(), "PROTOCOL"],
  ])("%s is refused", async (_name, zip, code) => {
    const before = process.memoryUsage().rss;
    expect(await codeOf(zip)).toBe(code);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20);
  });

  test("longer than the bound is refused before it is unpacked", async () => {
    const zip = zipFile("trades.csv", Buffer.from(`${HEAD}\n${ROW}\n`), { dataDescriptor: true });
    expect(await codeOf(zip, { policy: { maxExportBytes: 100 } })).toBe("RESPONSE_TOO_LARGE");
    expect(await codeOf(zip, { policy: { maxUnpackedBytes: 100 } })).toBe("RESPONSE_TOO_LARGE");
  });
});

test.each([
  ["nothing", ""],
  ["a page of HTML", "<!DOCTYPE html>\n<html></html>"],
  ["a line without an end", "x".repeat(200_000)],
])("a file that is %s is refused", async (_name, text) => {
  expect(await codeOf(text)).toBe("FEATURE_UNAVAILABLE");
});

test("a table of trades is refused for a connection whose fills have other ids", async () => {
  const settings = { consolidateTaker: false };
  expect(await codeOf(`${HEAD}\n${ROW}\n`, { settings })).toBe("FEATURE_UNAVAILABLE");
});

function damaged(): Buffer {
  const zip = zipFile("trades.csv", Buffer.from(`${HEAD}\n${ROW}\n`), { dataDescriptor: true });
  const wrongSum = Buffer.from(zip);
  // The checksum in the central directory.
  const directory = wrongSum.lastIndexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
  wrongSum.writeUInt32LE(1, directory + 16);
  return wrongSum;
}

/** Says that it unpacks to 1,000 bytes, and unpacks to five millions. */
function liar(): Buffer {
  const zip = Buffer.from(
    zipFile("trades.csv", Buffer.concat([Buffer.from(`${HEAD}\n`), Buffer.alloc(5_000_000, "x")]), {
      dataDescriptor: true,
    }),
  );
  const directory = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
  zip.writeUInt32LE(1_000, directory + 24);
  return zip;
}
