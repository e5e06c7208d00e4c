// Documents that are made to hurt. Each is as large as it is asked to be, and ends well-formed unless it is refused before.

/** What becomes of a document: an error's code and words of its message, or none where it is read to its end. */
export interface FlexBomb {
  readonly document: (megabytes: number) => AsyncGenerator<Uint8Array>;
  readonly refused: readonly [code: string, message: string] | null;
  /** How one of 64 megabytes is refused, where a small one is not. */
  readonly refusedWhenLarge?: readonly [code: string, message: string];
}

const TOO_LARGE = "RESPONSE_TOO_LARGE";
const UNFINISHED = [TOO_LARGE, "a name, a value, a comment or the text between two elements"] as const;

export const flexBombs = {
  "ever new attribute names": bomb((turn) => row(names(turn, 250)), [TOO_LARGE, "2048 different attribute names"]),
  "ever new element names": bomb((turn) => `<e${turn}/>`, [TOO_LARGE, "1024 different element names"]),
  "the same 250 names": bomb(() => row(names(0, 250)), null),
  "the same 100 names in ever new orders": bomb((turn) => row(shuffled(100, turn)), null),
  "ever new choices of 110 among 1,600 names": bomb((turn) => row(shuffled(1_600, turn).slice(0, 110)), null),
  "ever new choices of 250 among 1,600 names": bomb((turn) => row(shuffled(1_600, turn).slice(0, 250)), null),
  "the smallest elements": {
    ...bomb(() => "<a/>", null),
    refusedWhenLarge: [TOO_LARGE, "more than 5000000 rows"],
  },
  "the smallest rows": bomb(() => '<Trade accountId="U2"/>', null),
  "elements of another level": bomb((turn) => `<Order ${shuffled(100, turn).join("")}/>`, null),
  "ever new accounts": bomb((turn) => `<Trade accountId="U${turn}${"x".repeat(300)}"/>`, null),
  "rows that cannot be read": bomb((turn) => `<Trade accountId="U1" v="${"x".repeat(3_000)}${turn}"/>`, null),
  "values near the bound": bomb((turn) => `<Trade accountId="U1" v="${"x".repeat(50_000)}${turn}"/>`, null),
  "a row of large values": bomb(() => row(names(0, 200, "x".repeat(60_000))), [TOO_LARGE, "an element has more than"]),
  "a row without end": bomb((turn) => ` a${turn}=""`, [TOO_LARGE, "more than 256 attributes"], '<Trade accountId="U2"'),
  "a value without end": bomb(() => "x".repeat(1_000), UNFINISHED, '<Trade accountId="'),
  "a name without end": bomb(() => "x".repeat(1_000), UNFINISHED, "<"),
  "a comment without end": bomb(() => "- x".repeat(400), UNFINISHED, "<!--"),
  "text without end": bomb(() => "words ".repeat(200), UNFINISHED),
  "blanks without end": bomb(() => " ".repeat(1_000), UNFINISHED),
  "levels without end": bomb(() => "<a>", [TOO_LARGE, "nested more than 32 levels"]),
  "comments of single dashes": bomb(() => `<!--${" -x".repeat(10_000)}-->`, null),
  "sections of single brackets": bomb(() => `<![CDATA[${"]x".repeat(10_000)}]]>`, null),
  "values of entities": bomb((turn) => `<Trade accountId="U1" v="${"&lt;".repeat(10_000)}${turn}"/>`, null),
  "values of character references": bomb((turn) => `<Trade accountId="U1" v="${"&#65;".repeat(9_000)}${turn}"/>`, null),
  "values of many lines": bomb((turn) => `<Trade accountId="U1" v="${"a\n".repeat(20_000)}${turn}"/>`, null),
  "different rows without ids": bomb((turn) => fill(turn), null),
  "statements without rows": { document: statements, refused: null },
} satisfies Record<string, FlexBomb>;

const BEGIN =
  '<FlexQueryResponse queryName="q" type="AF"><FlexStatements count="1"><FlexStatement accountId="U1"' +
  ' fromDate="20260105" toDate="20260105"><Trades>';
const END = "</Trades></FlexStatement></FlexStatements></FlexQueryResponse>";
const CHUNK_LENGTH = 65_536;

/** The same filler again and again, behind an opening of its own. */
function bomb(filler: (turn: number) => string, refused: FlexBomb["refused"], opening = ""): FlexBomb {
  return { document: (megabytes) => filled({ opening: BEGIN + opening, filler, closing: END, megabytes }), refused };
}

interface Filling {
  readonly opening: string;
  readonly filler: (turn: number) => string;
  readonly closing: string;
  readonly megabytes: number;
}

async function* filled({ opening, filler, closing, megabytes }: Filling): AsyncGenerator<Uint8Array> {
  let text = opening;
  let turn = 0;
  for (let sent = 0; sent < megabytes * 1e6; ) {
    while (text.length < CHUNK_LENGTH) {
      text += filler(turn);
      turn += 1;
    }
    sent += text.length;
    yield Buffer.from(text);
    text = "";
  }
  yield Buffer.from(text + closing);
}

/** One statement for every other day of the century, again and again. */
async function* statements(megabytes: number): AsyncGenerator<Uint8Array> {
  const day = (turn: number) => new Date(Date.UTC(2000, 0, 1 + ((turn * 2) % 36_500))).toISOString().slice(0, 10);
  const filler = (turn: number) => `<FlexStatement accountId="U1" fromDate="${day(turn)}" toDate="${day(turn)}"/>`;
  const count = Math.floor((megabytes * 1e6) / filler(0).length);
  yield Buffer.from(`<FlexQueryResponse queryName="q" type="AF"><FlexStatements count="${count}">`);
  for (let turn = 0; turn < count; turn += 1_000) {
    const some = Array.from({ length: Math.min(1_000, count - turn) }, (_, index) => filler(turn + index));
    yield Buffer.from(some.join(""));
  }
  yield Buffer.from("</FlexStatements></FlexQueryResponse>");
}

/** Of another account, so that only the reading of it counts. */
function row(attributes: readonly string[]): string {
  return `<Trade accountId="U2"${attributes.join("")}/>`;
}

function names(turn: number, count: number, value = ""): readonly string[] {
  return Array.from({ length: count }, (_, index) => ` a${(turn * count + index).toString(36)}="${value}"`);
}

/** So many names in an order that the seed makes. */
function shuffled(count: number, seed: number): readonly string[] {
  const all = names(0, count).slice();
  let state = seed + 1;
  for (let index = all.length - 1; index > 0; index -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = state % (index + 1);
    [all[index], all[other]] = [all[other] ?? "", all[index] ?? ""];
  }
  return all;
}

function fill(turn: number): string {
  const what = 'assetCategory="STK" symbol="QZX" conid="265598" multiplier="1" currency="USD" exchange="ARCA"';
  const amounts = `quantity="${turn + 1}" tradePrice="20.5" ibCommission="-1" ibCommissionCurrency="USD"`;
  return `<Trade accountId="U1" ${what} ${amounts} transactionType="ExchTrade" dateTime="20260105;093004"/>`;
}
