/** One message of PostgreSQL's wire protocol. */
export interface SqlMessage {
  /** The message's letter; empty for the first one of a client, which has none. */
  readonly type: string;
  readonly body: Buffer;
  /** The whole message as it came. */
  readonly bytes: Buffer;
}

/**
 * Cuts a stream into whole messages, however its packets fall. A client's stream begins with a message without a letter.
 *
 * @see https://www.postgresql.org/docs/18/protocol-message-formats.html
 */
export function sqlMessages(from: "client" | "server"): (packet: Buffer) => readonly SqlMessage[] {
  let rest: Buffer = Buffer.alloc(0);
  let letters = from === "server" ? 1 : 0;
  return (packet) => {
    rest = Buffer.concat([rest, packet]);
    const messages: SqlMessage[] = [];
    while (rest.length >= letters + 4) {
      // The length counts itself and not the letter.
      const end = letters + rest.readInt32BE(letters);
      if (rest.length < end) break;
      const bytes = rest.subarray(0, end);
      messages.push({ type: bytes.toString("latin1", 0, letters), body: bytes.subarray(letters + 4), bytes });
      rest = rest.subarray(end);
      letters = 1;
    }
    return messages;
  };
}

/** True when a client asks for a commit: as a simple query, or as a statement to be prepared without a name. */
export function asksForCommit({ type, body }: SqlMessage): boolean {
  if (type === "Q") return isCommit(body.toString("utf8"));
  return type === "P" && isCommit(body.toString("utf8", body.indexOf(0) + 1));
}

/** True when a server says that a transaction was committed. */
export function saysCommitted({ type, body }: SqlMessage): boolean {
  return type === "C" && body.toString("latin1") === "COMMIT\0";
}

/** True when a server has answered all it was asked. */
export function saysReady({ type }: SqlMessage): boolean {
  return type === "Z";
}

function isCommit(text: string): boolean {
  return /^\s*(?:commit|end)\b[^;]*;?\s*\0/i.test(text);
}
