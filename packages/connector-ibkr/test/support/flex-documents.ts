import { readFile } from "node:fs/promises";
import type { FlexEvent, FlexRaw } from "../../src/flex-event.ts";
import { readFlexStatement } from "../../src/flex-statement.ts";

/** A statement around rows, as the service sends it. */
export function flexDocumentOf(rows: string, { type = "AF", section = "Trades" } = {}): string {
  return `<FlexQueryResponse queryName="made" type="${type}"><FlexStatements count="1"><FlexStatement accountId="U1" fromDate="20260112" toDate="20260113" period="" whenGenerated="20260114;021503"><${section}>${rows}</${section}></FlexStatement></FlexStatements></FlexQueryResponse>`;
}

/** All events of a document that arrives in pieces of this length. */
export async function eventsOf(document: string | Uint8Array, options: ReadOptions = {}): Promise<FlexEvent[]> {
  const events: FlexEvent[] = [];
  for await (const event of readFlexStatement(inPieces(document, options.pieceLength), options)) events.push(event);
  return events;
}

/** The rows of a document. */
export async function rowsOf(document: string | Uint8Array, options: ReadOptions = {}): Promise<FlexRaw[]> {
  return (await eventsOf(document, options)).flatMap((event) => (event.kind === "rows" ? event.rows : []));
}

type ReadOptions = Parameters<typeof readFlexStatement>[1] & { readonly pieceLength?: number };

export async function* inPieces(
  document: string | Uint8Array,
  pieceLength = 65_536,
): AsyncGenerator<string | Uint8Array> {
  for (let start = 0; start < document.length; start += pieceLength) yield document.slice(start, start + pieceLength);
}

export function fixture(name: string): Promise<string> {
  return readFile(new URL(`../fixtures/${name}`, import.meta.url), "utf8");
}
