import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { instant } from "@fillbook/core";

/** One month as Acme has it. */
export interface AcmeMonth {
  readonly name: string;
  readonly from: string;
  readonly until: string;
  readonly final: boolean;
  readonly lines: readonly string[];
}

export const HEADER = "kind,time,symbol,side,quantity,price,currency,fee,order,note";

/** Acme Broker on a loopback address. Its months, and what it answers instead of a file, can be changed at any time. */
export interface AcmeBroker {
  readonly url: string;
  readonly token: string;
  months: readonly AcmeMonth[];
  /** Body by path; a number is a status. */
  readonly instead: Map<string, string | number>;
  /** Paths that were asked for, oldest first. */
  readonly asked: string[];
  close(): Promise<void>;
}

export async function startAcmeBroker(months: readonly AcmeMonth[]): Promise<AcmeBroker> {
  const token = "acme-token-4711";
  const state = { months, instead: new Map<string, string | number>(), asked: [] as string[] };
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    state.asked.push(path);
    const answer = state.instead.get(path) ?? answerOf(state.months, path);
    const isKnown = request.headers.authorization === `Bearer ${token}`;
    const status = isKnown ? (typeof answer === "number" ? answer : 200) : 401;
    response.writeHead(status).end(status === 200 ? answer : "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has a port.
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return Object.assign(state, { url: `http://127.0.0.1:${port}`, token, close });
}

/** A month of 2026 by its number; it ends when the next one begins, unless `until` says otherwise. */
export function month(number: number, lines: readonly string[], details: Partial<AcmeMonth> = {}): AcmeMonth {
  const start = (of: number) => instant(new Date(Date.UTC(2026, of - 1)).toISOString());
  const name = `2026-${String(number).padStart(2, "0")}.csv`;
  return { name, from: start(number), until: start(number + 1), final: true, lines, ...details };
}

/** A row that buys one share of AAPL for 100 USD. */
export function buy(time: string, details: { fee?: string; order?: string } = {}): string {
  return `trade,${time},AAPL,buy,1,100,USD,${details.fee ?? "0.35"},${details.order ?? ""},`;
}

function answerOf(months: readonly AcmeMonth[], path: string): string | number {
  if (path === "/exports") {
    const exports = months.map(({ lines, ...facts }) => ({ ...facts, rows: lines.length }));
    return JSON.stringify({ account: "A1", exports });
  }
  const found = months.find(({ name }) => path === `/exports/${name}`);
  return found === undefined ? 404 : [HEADER, ...found.lines, ""].join("\r\n");
}
