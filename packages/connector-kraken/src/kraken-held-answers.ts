import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Instant, Json } from "@fillbook/core";
import type { KrakenClient } from "./kraken-client.ts";

/** An answer of TradesHistory or Ledgers that no page has passed yet. A type, so that it is Json. */
export type HeldAnswer = {
  /** Endpoint and parameters. */
  readonly call: string;
  /** Packed, as base64: it may hold characters that databases refuse. */
  readonly answer: string;
  /** When Kraken gave it; null where it did not say. */
  readonly reportedAt: Instant | null;
};

/** Answers of one cursor, at most. A page needs four or five, and more than these only where a fill has dozens of entries. */
export const answersMax = 16;
/** Characters of a packed answer, at most; a page of history packs to some thousand. */
export const answerLengthMax = 65_536;
const ANSWER_BYTES_MAX = 1_048_576;

/** What Kraken answered since the last page, so that a run that is cut between two pages was not for nothing. */
export interface HeldAnswers {
  /** The client, which does not ask again for what an earlier run was answered. */
  readonly client: KrakenClient;
  /** What of earlier runs is not used yet. */
  readonly waiting: readonly HeldAnswer[];
  /** True once this run was answered something that no page has passed. */
  readonly isAnswered: boolean;
  /** All that no page has passed. */
  held(): readonly HeldAnswer[];
  /** A page is about to pass what was answered. */
  passed(): void;
}

/**
 * A run that goes on from the same cursor makes the same calls again: answers are used in the order in which they came, each once.
 * The first other call ends that.
 */
export function heldAnswers(client: KrakenClient, stored: readonly HeldAnswer[]): HeldAnswers {
  let waiting = stored;
  let answered: Answered[] = [];
  let isAnswered = false;
  return {
    client: {
      file: client.file,
      async call(request) {
        const { endpoint, parameters, read } = request;
        if (endpoint !== "TradesHistory" && endpoint !== "Ledgers") return client.call(request);
        const call = `${endpoint}?${new URLSearchParams(parameters)}`;
        const [next, ...others] = waiting;
        waiting = next?.call === call ? others : [];
        if (next?.call === call) {
          const result = unpacked(next.answer);
          answered.push({ call, result, reportedAt: next.reportedAt });
          return read(result, next.reportedAt);
        }
        return client.call({
          ...request,
          read(result, reportedAt) {
            const value = read(result, reportedAt);
            answered.push({ call, result, reportedAt });
            isAnswered = true;
            return value;
          },
        });
      },
    },
    get waiting() {
      return waiting;
    },
    get isAnswered() {
      return isAnswered;
    },
    held: () => [...packedAnswers(answered), ...waiting].slice(0, answersMax),
    passed() {
      answered = [];
      isAnswered = false;
    },
  };
}

interface Answered {
  readonly call: string;
  readonly result: Json;
  readonly reportedAt: Instant | null;
}

/** What comes behind one that cannot be held is of no use without it. */
function packedAnswers(answered: readonly Answered[]): readonly HeldAnswer[] {
  const held: HeldAnswer[] = [];
  for (const { call, result, reportedAt } of answered) {
    const answer = packed(result);
    if (answer === null) break;
    held.push({ call, answer, reportedAt });
  }
  return held;
}

/** Null for an answer that is longer than any page of history. */
function packed(result: Json): string | null {
  const text = JSON.stringify(result);
  if (text.length > ANSWER_BYTES_MAX / 4) return null;
  const answer = deflateRawSync(text).toString("base64");
  return answer.length > answerLengthMax ? null : answer;
}

function unpacked(answer: string): Json {
  const bytes = inflateRawSync(Buffer.from(answer, "base64"), { maxOutputLength: ANSWER_BYTES_MAX });
  return JSON.parse(bytes.toString("utf8"));
}
