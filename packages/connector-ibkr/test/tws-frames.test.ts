import { expect, test } from "vitest";
import { twsFrames, twsMessageBytesMax } from "../src/tws-frames.ts";

// Goal: whatever comes, in whatever pieces, messages are those that were sent or there is an error, at once.

const place = "127.0.0.1:4001";

function framed(...bodies: readonly string[]): Buffer {
  return Buffer.concat(
    bodies.map((body) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(body));
      return Buffer.concat([length, Buffer.from(body)]);
    }),
  );
}

function readAll(pieces: readonly Buffer[]): readonly string[] {
  const bodies: string[] = [];
  const read = twsFrames(place, (body) => bodies.push(body.toString()));
  for (const piece of pieces) read(piece);
  return bodies;
}

const bodies = ["a\0", "x".repeat(300), "55\x001\x001\0"];
const whole = framed(...bodies);

test("frames: split at any byte, in two pieces or in single bytes, the messages are the same", () => {
  for (let at = 0; at <= whole.length; at += 1) {
    expect(readAll([whole.subarray(0, at), whole.subarray(at)])).toEqual(bodies);
  }
  expect(readAll([...whole].map((byte) => Buffer.from([byte])))).toEqual(bodies);
  expect(readAll([whole.subarray(0, -1)])).toEqual(bodies.slice(0, -1));
});

test("frames: a message of the largest size in single bytes takes the time and memory of its bytes", () => {
  const body = Buffer.alloc(twsMessageBytesMax, "x");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  let read = 0;
  const take = twsFrames(place, (message) => {
    read += message.length;
  });
  take(length);
  for (let at = 0; at < body.length; at += 1) take(body.subarray(at, at + 1));
  expect(read).toBe(twsMessageBytesMax);
});

const refused: readonly (readonly [string, readonly number[], string, RegExp])[] = [
  ["the most negative length", [0x80, 0, 0, 0], "PROTOCOL", /message of -2147483648 bytes, which none has/],
  ["a length of -1", [0xff, 0xff, 0xff, 0xff], "PROTOCOL", /of -1 bytes/],
  ["a length of -4", [0xff, 0xff, 0xff, 0xfc], "PROTOCOL", /of -4 bytes/],
  ["a length of 0", [0, 0, 0, 0], "PROTOCOL", /of 0 bytes/],
  ["one byte too many", [0, 0x10, 0, 1], "RESPONSE_TOO_LARGE", /1048577 bytes; more than 1048576 are not read/],
  ["the largest length of IBKR", [0, 0xff, 0xff, 0xff], "RESPONSE_TOO_LARGE", /16777215 bytes/],
  ["the largest number", [0x7f, 0xff, 0xff, 0xff], "PROTOCOL", /of 2147483647 bytes/],
  ["HTTP", [...Buffer.from("HTTP")], "PROTOCOL", /answered with HTTP/],
  ["a page", [...Buffer.from("<htm")], "PROTOCOL", /answered with text that begins with "<htm"/],
  ["SSH", [...Buffer.from("SSH-")], "PROTOCOL", /answered with text that begins with "SSH-"/],
  ["a TLS alert", [0x15, 3, 1, 0], "PROTOCOL", /answered with TLS/],
  ["a TLS handshake", [0x16, 3, 3, 0], "PROTOCOL", /answered with TLS/],
];

test.each(refused)("frames: %s is refused with its prefix, before a byte behind it", (_name, prefix, code, message) => {
  const error = expect.objectContaining({ code, message: expect.stringMatching(message) });
  expect(() => readAll([Buffer.from(prefix)])).toThrow(error);
  expect(() => readAll(prefix.map((byte) => Buffer.from([byte])))).toThrow(error);
});

test("frames: whatever the first four bytes are, they are a length within its bounds or an error", () => {
  for (let first = 0; first < 256; first += 1) {
    for (const rest of [
      [0, 0, 0],
      [0, 0, 1],
      [0xff, 0xff, 0xff],
    ]) {
      const prefix = Buffer.from([first, ...rest]);
      const length = prefix.readInt32BE();
      const read = () => readAll([prefix]);
      if (length >= 1 && length <= twsMessageBytesMax) expect(read()).toEqual([]);
      else expect(read).toThrow(expect.objectContaining({ name: "ImportError" }));
    }
  }
});
