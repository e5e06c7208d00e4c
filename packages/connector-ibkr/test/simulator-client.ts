import type { SimulatedEntry } from "../src/simulator/index.ts";
import { type FlexQueryOptions, flexDocument, flexQuery, type IbkrSimulator } from "../src/simulator/index.ts";

/** A clock that stands still until a test moves it. */
export function movableClock(startMs: number): { now(): number; advance(waitMs: number): void } {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance(waitMs) {
      nowMs += waitMs;
    },
  };
}

/** A GET of the service with the simulator's token and version 3; parameters given replace those. */
export async function get(
  simulator: IbkrSimulator,
  step: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const query = new URLSearchParams({ t: simulator.token.token, v: "3", ...parameters });
  return fetch(`${simulator.url}/${step}?${query}`, { headers: { "user-agent": "Java/1.8" } });
}

/** SendRequest's answer as text. */
export async function send(simulator: IbkrSimulator, parameters: Readonly<Record<string, string>> = {}) {
  return (await get(simulator, "SendRequest", { q: simulator.queries[0]?.id ?? "", ...parameters })).text();
}

/** Both steps; the text of the second, or of the first when it gives no reference. */
export async function statement(simulator: IbkrSimulator, parameters: Readonly<Record<string, string>> = {}) {
  const answer = await send(simulator, parameters);
  const reference = elementOf(answer, "ReferenceCode");
  return reference === "" ? answer : (await get(simulator, "GetStatement", { q: reference })).text();
}

/** The text of an element without children, or "". */
export function elementOf(text: string, element: string): string {
  return new RegExp(`<${element}>([^<]*)</${element}>`).exec(text)?.[1] ?? "";
}

/** The code of an answer, or "" when it is none that failed. */
export function codeOf(text: string): string {
  return elementOf(text, "ErrorCode");
}

export interface SeenRow {
  readonly element: string;
  readonly attributes: Record<string, string>;
}

/** The elements of a document that have attributes, values as written. */
export function rowsOf(text: string, ...elements: readonly string[]): SeenRow[] {
  const tags = [...text.matchAll(/<(\w+)((?: \w+=(?:"[^"]*"|'[^']*'))+) ?\/?>/g)];
  const rows = tags.map(([, element = "", rest = ""]) => {
    const pairs = [...rest.matchAll(/(\w+)=(?:"([^"]*)"|'([^']*)')/g)];
    return {
      element,
      attributes: Object.fromEntries(pairs.map(([, name = "", one, other]) => [name, one ?? other ?? ""])),
    };
  });
  return elements.length === 0 ? rows : rows.filter(({ element }) => elements.includes(element));
}

/** A document over these entries, without a server. */
export async function documentOf(entries: Iterable<SimulatedEntry>, options: FlexQueryOptions): Promise<string> {
  const account = { accountId: "U1234567", alias: "", model: "", baseCurrency: "USD" };
  const range = { fromDay: "2026-04-01", toDay: "2026-04-09", period: "" };
  const generatedAtMs = Date.UTC(2026, 3, 10, 1, 23, 54);
  let text = "";
  const statements = [{ account, ...range, entries }];
  for await (const chunk of flexDocument({ query: flexQuery(options), statements, generatedAtMs })) text += chunk;
  return text;
}

/** What New York's morning of a day is in milliseconds, for clocks: 07:00 or 08:00. */
export function morningOf(day: string): number {
  return Date.parse(`${day}T12:00:00Z`);
}
