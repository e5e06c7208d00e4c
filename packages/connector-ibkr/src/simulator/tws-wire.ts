/** One message of the socket: its length in four bytes, then words that each end with a zero byte. */
export function twsFrame(tokens: readonly string[]): Buffer {
  const body = Buffer.from(tokens.map((token) => `${token}\0`).join(""), "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/** The first thing that a client says: the protocols that it speaks, such as "v100..193". */
export interface TwsHello {
  readonly from: number;
  readonly to: number;
}

/** Reads what a client sends, in whatever pieces it comes. */
export function twsReader(on: {
  readonly hello: (hello: TwsHello) => void;
  readonly message: (tokens: readonly string[]) => void;
}): (piece: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let greeted = false;
  return (piece) => {
    rest = Buffer.concat([rest, piece]);
    for (;;) {
      const start = greeted ? 4 : 8;
      if (rest.length < start) return;
      const length = rest.readUInt32BE(start - 4);
      if (rest.length < start + length) return;
      const text = rest.subarray(start, start + length).toString("utf8");
      rest = rest.subarray(start + length);
      if (greeted) on.message(text.split("\0").slice(0, -1));
      else on.hello(helloOf(text));
      greeted = true;
    }
  };
}

function helloOf(text: string): TwsHello {
  const match = /^v(\d+)(?:\.\.(\d+))?/.exec(text);
  if (match === null) throw new Error(`the client speaks no version: ${JSON.stringify(text)}`);
  return { from: Number(match[1]), to: Number(match[2] ?? match[1]) };
}
