import { parentPort, workerData } from "node:worker_threads";
import { silentLogger, systemClock } from "@fillbook/core";
import { z } from "zod";
import { ibkrFlex } from "../../src/index.ts";
import { type FlexBomb, flexBombs } from "./flex-bombs.ts";

// Reads documents one after the other, as an import does, and beats whenever a timer may run.

// What bomb-child.ts gave it.
const { beats, names, megabytes } = workerData as { beats: Int32Array; names: readonly string[]; megabytes: number };
const connector = ibkrFlex();
const settings = z.parse(connector.settings, { queryId: "1" });
const connection = { id: "connection", userId: "owner", accountRef: "U1", settings };
const request = { connection, signal: new AbortController().signal, clock: systemClock, logger: silentLogger };

// Measuring begins once the code is loaded and has run.
await read(flexBombs["different rows without ids"], 0.1);
setInterval(() => Atomics.add(beats, 0, 1), 2);
await new Promise((resolve) => setTimeout(resolve, 50));
for (const name of names) {
  const bomb = Object.entries(flexBombs).find(([one]) => one === name)?.[1];
  if (bomb === undefined) throw new Error(`there is no document ${name}`);
  parentPort?.postMessage({ begins: name });
  // The parent looks on before the first byte.
  await new Promise((resolve) => setTimeout(resolve, 20));
  const { code, message } = await read(bomb, megabytes);
  parentPort?.postMessage({ name, code, message });
}
process.exit(0);

async function read({ document }: FlexBomb, size: number): Promise<{ code: string | null; message: string }> {
  let records = 0;
  try {
    for await (const page of connector.readFile(document(size), request)) {
      for (const { raw } of page.records) connector.normalize(raw, page.context);
      records += page.records.length;
    }
    return { code: null, message: `${records} records` };
  } catch (error) {
    return { code: String(Object(error).code), message: String(error) };
  }
}
