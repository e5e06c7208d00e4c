import type { Json } from "@fillbook/core";
import type { SharedState } from "@fillbook/core/connector";
import { z } from "zod";
import { changeShared } from "./web-shared.ts";

const ms = z.number().int().nullable();

const schema = z.object({
  version: z.literal(1),
  /** Tells one login from the next; a digest, because IBKR's own name of a session opens it. */
  session: z.string().max(100).nullable(),
  openedAtMs: ms,
  openedBy: z.enum(["person", "connector"]).nullable(),
  brokerageAtMs: ms,
  lastTickleAtMs: ms,
  expiresAtMs: ms,
  /** For which opening of the brokerage session a list of trades was asked for, so that an empty one can be believed. */
  primedFor: z.number().int().nullable(),
  competing: z.array(z.object({ atMs: z.number().int(), tookOver: z.boolean() })).max(20),
  ended: z.object({ atMs: z.number().int(), why: z.string().max(300) }).nullable(),
});

/** What one owner was told of a session at IBKR, shared by all his connections that use it. */
export type WebSessionRecord = z.output<typeof schema>;

const nothingKnown: WebSessionRecord = {
  ...{ version: 1, session: null, openedAtMs: null, openedBy: null, brokerageAtMs: null, lastTickleAtMs: null },
  ...{ expiresAtMs: null, primedFor: null, competing: [], ended: null },
};

/** Where a session's record lives. `ownKey` is the owner's at this place. */
export function recordKey(ownKey: string): string {
  return `web:session:${ownKey}`;
}

/** Where a connection's session is named. */
export function connectionKey(connectionId: string): string {
  return `web:connection:${connectionId}`;
}

/** Reads a record; what cannot be read is as good as none. */
export function readRecord(value: Json): WebSessionRecord {
  const read = schema.safeParse(value);
  return read.success ? read.data : nothingKnown;
}

/** Changes the record, and answers with what it was changed to. */
export function changeRecord(
  state: SharedState,
  ownKey: string,
  change: (record: WebSessionRecord) => WebSessionRecord,
): Promise<WebSessionRecord> {
  return changeShared(state, recordKey(ownKey), (value) => {
    const record = change(readRecord(value));
    return { value: { ...record, competing: record.competing.slice(-20) }, result: record };
  });
}
