import { type KrakenPolicy, kraken } from "@fillbook/connector-kraken";
import { type ErrorCode, isImportError, type Json, silentLogger } from "@fillbook/core";
import { type ExecutionInput, executionSchema } from "@fillbook/core/connector";
import { z } from "zod";
import { testClock } from "./drive-kraken.ts";

export interface FileOptions {
  readonly policy?: KrakenPolicy;
  readonly settings?: object;
  readonly pieceBytes?: number;
}

/** What a file came to, up to the error that ended it. */
export interface ReadFile {
  readonly executions: ExecutionInput[];
  ignored: number;
  readonly rejected: string[];
  /** Of the diagnostics. */
  readonly keys: string[];
  readonly messages: string[];
  readonly resolved: string[];
  error: { readonly code: ErrorCode; readonly message: string } | null;
}

/** Reads a file as `importFile` does; Kraken's lists cannot be reached, so names are the static ones. */
export async function readKrakenFile(file: string | Buffer, options: FileOptions = {}): Promise<ReadFile> {
  const { policy = {}, settings = {}, pieceBytes = 1_000 } = options;
  const connector = kraken({ baseUrl: "http://127.0.0.1:9", ...policy });
  const found: ReadFile = {
    executions: [],
    ignored: 0,
    rejected: [],
    keys: [],
    messages: [],
    resolved: [],
    error: null,
  };
  const pages = connector.readFile?.(inPieces(Buffer.from(file), pieceBytes), {
    connection: { id: "c", userId: "u1", accountRef: "account-1", settings: z.parse(connector.settings, settings) },
    ...{ signal: new AbortController().signal, clock: testClock(), logger: silentLogger },
  });
  if (pages === undefined) throw new Error("the connector reads no files");
  try {
    for await (const { records, context, diagnostics = [], resolved = [] } of pages) {
      found.keys.push(...diagnostics.map(({ key }) => key));
      found.messages.push(...diagnostics.map(({ message }) => message));
      found.resolved.push(...resolved.map(({ key }) => key));
      for (const { raw } of JSON.parse(JSON.stringify(records)) as { raw: Json }[]) {
        const read = connector.normalize(raw, context);
        if (read.kind === "execution") found.executions.push(read.execution);
        else if (read.kind === "rejected") found.rejected.push(read.reason);
        else found.ignored += 1;
        if (read.kind === "execution") executionSchema.parse(read.execution);
      }
    }
  } catch (error) {
    if (!isImportError(error)) throw error;
    found.error = { code: error.code, message: error.message };
  }
  return found;
}

export async function* inPieces(bytes: Buffer, sizeBytes: number): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += sizeBytes) yield bytes.subarray(offset, offset + sizeBytes);
}
