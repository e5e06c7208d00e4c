import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type IbkrTwsPolicy, ibkrTws, type TwsCursor } from "@fillbook/connector-ibkr";
import { isImportError, silentLogger } from "@fillbook/core";
import { testClock } from "./ibkr-flex-world.ts";
import { twsStartMs } from "./ibkr-tws-world.ts";

/** A frame of TWS with these words. */
export function frame(...words: readonly string[]): Buffer {
  const body = Buffer.from(words.map((word) => `${word}\0`).join(""));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** What a TWS of one account says at first: its version and time; its account and the next order id. */
export const hello = frame("176", "20260302 13:00:00 US/Eastern");
export const opened = Buffer.concat([frame("15", "1", "U1234567"), frame("9", "1", "1")]);
export const listEnd = frame("55", "1", "1");

/** Words of an execution for servers from version 136 on. */
export function executionWords(execId: string, changes: { readonly [place: number]: string } = {}): readonly string[] {
  const contract = ["320227571", "QQQ", "STK", "", "0.0", "", "", "NASDAQ", "USD", "QQQ", "NMS"];
  const facts = [execId, "20260302 10:00:00 US/Eastern", "U1234567", "IEX", "BOT", "10", "590.25", "1000000007", "71"];
  const words = ["11", "1", "12", ...contract, ...facts, "0", "10", "590.25", "", "", "", "", "2"];
  return words.map((word, place) => changes[place] ?? word);
}

/** Words of a commission. */
export function commissionWords(execId: string, amount = "1.0"): readonly string[] {
  return ["59", "1", execId, amount, "USD", "", "", ""];
}

/** How a peer answers: with bytes behind each thing that it hears, or by itself. */
export type RawAnswer = readonly Uint8Array[] | ((socket: Socket) => void);

/** A server on a free port of 127.0.0.1 that answers as a test says, whoever calls. */
export async function rawTws(answer: RawAnswer) {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
    if (typeof answer === "function") return answer(socket);
    let heard = 0;
    socket.on("data", () => {
      const bytes = answer[heard];
      heard += 1;
      if (bytes !== undefined) socket.write(bytes);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server on a port, not on a pipe, so the address is one with a port.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    get connections() {
      return sockets.size;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** One run against a port, its records counted and thrown away: what it came to, and its error. */
export async function pullFrom(port: number, policy: IbkrTwsPolicy = {}, before: TwsCursor | null = null) {
  const timeouts = { connectMs: 5_000, answerMs: 5_000, commissionMs: 0, ...policy.timeouts };
  const gateways = [{ host: "127.0.0.1", port }];
  const connector = ibkrTws({ gateways, retries: { retriesMax: 0 }, ...policy, timeouts });
  const settings = { host: "127.0.0.1", port, clientId: 71, trading: "live", lookBackDays: 1 } as const;
  const state = { read: async () => null, write: async () => true };
  const pages = connector.pull({
    ...{ connection: { id: "c1", userId: "ada", accountRef: "U1234567", settings }, credentials: {}, cursor: before },
    ...{ mode: "scheduled", window: {}, signal: new AbortController().signal, clock: testClock(twsStartMs) },
    ...{ logger: silentLogger, state },
  });
  let [records, most, cursor] = [0, 0, before];
  try {
    for await (const page of pages) {
      cursor = page.cursor;
      records += page.records.length;
      most = Math.max(most, page.records.length);
    }
    return { records, most, cursor, error: null };
  } catch (error) {
    // Anything else is a fault of the connector, and fails the test.
    if (!isImportError(error)) throw error;
    return { records, most, cursor, error };
  }
}
