import { describe, expect, test } from "vitest";
import { countedBook } from "./support/counted-book.ts";
import { cancel, fill, statement, type Told } from "./support/told.ts";

// Goal: a plan costs what its page holds, whatever is stored and however its ids hang together.
// Method: the same shapes of records, small and four times as large, in pages; what is counted is how often and how much a
// commit reads, and the processor's time of its longest look at what it read.

const noId = { familyId: null, order: {} } as const;
const own = (index: number) => ({ familyId: `E${index}`, order: { permanentId: `O${index}` } });

/** Each row shares its trade id with the row before it and its transaction id with the row behind it. */
const chain = (index: number): Told =>
  statement({
    ...noId,
    aliases: [`trade:${1 + (index >> 1)}`, `transaction:${1 + ((index + 1) >> 1)}`],
    sequence: String(1 + ((index + 1) >> 1)),
  });

/** Executions, trades and transactions by turns, each trade with the transactions of two neighbors. */
function zigzag(index: number): Told {
  const link = 1 + Math.floor(index / 3);
  if (index % 3 === 0) return fill({ ...own(link), aliases: [`trade:${link}`] });
  if (index % 3 === 2) return statement({ ...noId, aliases: [`transaction:${link + 1}`] });
  return statement({ ...noId, aliases: [`trade:${link}`, `transaction:${link}`, `transaction:${link + 1}`] });
}

/** A fill and the cancel that names it and the next one. */
function cancelChain(index: number): Told {
  const link = 1 + (index >> 1);
  if (index % 2 === 0) return fill({ ...own(link), aliases: [`trade:${link}`] });
  return cancel({ aliases: [`trade:${link}`, `trade:${link + 1}`], quantity: "10", price: "100" });
}

function executionChain(index: number): Told {
  return fill({ ...own(index), aliases: [`trade:${1 + (index >> 1)}`, `transaction:${1 + ((index + 1) >> 1)}`] });
}

describe("scale: a few more rows beside many stored ones", () => {
  test.each<readonly [string, (index: number) => Told]>([
    ["a chain by trade and transaction ids", chain],
    ["a chain through execution ids", executionChain],
    ["a chain through all kinds of ids", zigzag],
    ["a chain of cancels", cancelChain],
    ["one id on all fills", (index) => fill({ ...own(index), aliases: ["trade:T"] })],
    [
      "one id on all fills and a row that has no other",
      (index) =>
        index === 0 ? statement({ ...noId, aliases: ["trade:T"] }) : fill({ ...own(index), aliases: ["trade:T"] }),
    ],
    ["equal fills without any id", (index) => fill({ ...noId, ordinal: index })],
  ])(
    "%s: they read as often and as much as beside few",
    (_, record) => {
      const [few, many] = [240, 960].map((count) => {
        const book = countedBook();
        for (let from = 0; from < count; from += 60) book.tell(rowsOf(record, from, from + 60));
        return book.tell(rowsOf(record, count, count + 3));
      });
      expect(many).toMatchObject({ rounds: few?.rounds, rows: few?.rows });
      expect(many?.rounds).toBeLessThanOrEqual(16);
      expect(many?.rows).toBeLessThan(150);
    },
    60_000,
  );
});

describe("scale: one commit of many records that hang together", () => {
  const one = (index: number) => ({ revision: index, price: String(1 + index) });
  test.each<readonly [string, (index: number) => Told]>([
    ["reports of one fill that contradict each other", (index) => fill({ price: String(1 + index) })],
    ["revisions of one fill", (index) => fill(one(index))],
    [
      "rows folded into one fill",
      (index) => {
        const facts = { aliases: [`trade:${1 + (index >> 1)}`] as `trade:${string}`[], sequence: String(1 + index) };
        return index % 2 === 0 ? fill({ ...facts, ...one(index) }) : statement({ ...noId, ...facts });
      },
    ],
    [
      "revisions and a cancel of each",
      (index) => {
        const facts = { aliases: ["trade:T"] as `trade:${string}`[], sequence: String(1 + index) };
        return index % 2 === 0
          ? fill({ ...facts, ...one(index) })
          : cancel({ ...facts, quantity: "10", price: String(index) });
      },
    ],
    [
      "revisions and a bust of each",
      (index) => (index % 2 === 0 ? fill(one(index)) : cancel({ familyId: "E1", revision: index - 1 })),
    ],
    ["fills and a cancel of each", cancelChain],
    [
      "fills that move to orders of their own",
      (index) =>
        fill({
          familyId: `E${index >> 1}`,
          revision: index % 2,
          order: index % 2 === 0 ? {} : { permanentId: `O${index}` },
        }),
    ],
    [
      "equal fills with and without ids",
      (index) => (index % 2 === 0 ? fill(own(index)) : fill({ ...noId, ordinal: index >> 1 })),
    ],
  ])(
    "%s: four times as many take less than nine times as long",
    (_, record) => {
      // Twice each: the first look at a shape also compiles it, and a busy machine spoils one of them.
      const [few, many] = [1_500, 6_000].map((count) => {
        const times = [1, 2].map(() => countedBook().tell(rowsOf(record, 0, count)).longestMs);
        return Math.min(...times);
      });
      expect(many).toBeLessThan(9 * Math.max(few ?? 0, 25));
    },
    60_000,
  );
});

function rowsOf(record: (index: number) => Told, from: number, to: number): readonly Told[] {
  return Array.from({ length: to - from }, (_, index) => record(from + index));
}
