import { type Instant, instantFromUnixSeconds, type Json } from "@fillbook/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { KrakenClient } from "../src/kraken-client.ts";
import { answersMax, heldAnswers } from "../src/kraken-held-answers.ts";

// Goal: a run that is cut goes on where it was, and each answer serves once. Method: a job of so many calls, cut after each budget;
// an answer says which of the calls to Kraken it was.

const history = (number: number) => ({ endpoint: "Ledgers" as const, parameters: { ofs: String(number) } });
/** Kraken gives an answer a second after the one before. */
const momentOf = (asked: number) => instantFromUnixSeconds(String(1_750_000_000 + asked));
/** A numbered answer counts only with the moment at which it was given. */
const read = (result: Json, reportedAt: Instant | null) =>
  typeof result === "number" && reportedAt !== momentOf(result) ? `given at ${reportedAt}` : result;

/** Kraken, which numbers its answers. */
function aKraken(answerOf: (asked: number) => Json = (asked) => asked) {
  const asked: string[] = [];
  const client: KrakenClient = {
    async call({ endpoint, parameters, read: take }) {
      asked.push(`${endpoint} ${parameters.ofs}`);
      return take(answerOf(asked.length), momentOf(asked.length));
    },
    file: async () => Buffer.alloc(0),
  };
  return { asked, client };
}

test("a job cut anywhere makes each of its calls once", async () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(cuts, fc.integer({ min: 1, max: answersMax }), async (budgets, calls) => {
      const { asked, client } = aKraken();
      let stored = heldAnswers(client, []).held();
      let result: Json[] = [];
      for (let run = 0; result.length < calls; run += 1) {
        const answers = heldAnswers(client, stored);
        const until = asked.length + (budgets[run % budgets.length] ?? 1);
        result = [];
        for (let call = 0; call < calls; call += 1) {
          if (asked.length === until && answers.waiting.length === 0) break;
          result.push(await answers.client.call({ ...history(call), read }));
        }
        stored = JSON.parse(JSON.stringify(answers.held()));
      }
      expect(asked).toEqual(Array.from({ length: calls }, (_, call) => `Ledgers ${call}`));
      expect(result).toEqual(Array.from({ length: calls }, (_, call) => call + 1));
    }),
  );
});

test("another call than the held one is asked, and ends the use of the others", async () => {
  const { asked, client } = aKraken();
  const first = heldAnswers(client, []);
  for (const call of [1, 2, 3]) await first.client.call({ ...history(call), read });
  const second = heldAnswers(client, first.held());
  expect(await second.client.call({ ...history(1), read })).toBe(1);
  expect(await second.client.call({ ...history(9), read })).toBe(4);
  expect(second.waiting).toEqual([]);
  expect(await second.client.call({ ...history(2), read })).toBe(5);
  expect(asked).toHaveLength(5);
});

test("a call that is made twice is asked twice, and calls that are no history are neither held nor answered", async () => {
  const { asked, client } = aKraken();
  const answers = heldAnswers(client, []);
  await answers.client.call({ ...history(1), read });
  await answers.client.call({ ...history(1), read });
  await answers.client.call({ endpoint: "ExportStatus", parameters: { ofs: "0" }, read });
  expect(asked).toHaveLength(3);
  expect(answers.held()).toHaveLength(2);
  answers.passed();
  expect([answers.held(), answers.isAnswered]).toEqual([[], false]);
});

test("what databases refuse is held as other text, and an answer too long for a cursor is not held", async () => {
  const strange = { "\u0000": "\ud800", ["__proto__"]: [1, null] };
  const { client } = aKraken((asked) => (asked === 2 ? "x".repeat(300_000) : strange));
  const answers = heldAnswers(client, []);
  for (const call of [1, 2, 3]) await answers.client.call({ ...history(call), read });
  const held = answers.held();
  expect(held).toHaveLength(1);
  expect(held[0]?.answer).toMatch(/^[A-Za-z0-9+/=]+$/);
  expect(JSON.stringify(await heldAnswers(client, held).client.call({ ...history(1), read }))).toBe(
    JSON.stringify(strange),
  );
});

test("an answer that cannot be read is not held", async () => {
  const { client } = aKraken();
  const answers = heldAnswers(client, []);
  const broken = () => {
    throw new Error("no list");
  };
  await expect(answers.client.call({ ...history(1), read: broken })).rejects.toThrow("no list");
  expect(answers.isAnswered).toBe(false);
});
