import type { FlexAttack } from "./simulator-fault.ts";

const OPEN =
  '<FlexQueryResponse queryName="Trades" type="AF">\n<FlexStatements count="1">\n<FlexStatement accountId="U1234567"' +
  ' fromDate="20260105" toDate="20260105" period="" whenGenerated="20260106;020000">\n<Trades>\n';
const CLOSE = "</Trades>\n</FlexStatement>\n</FlexStatements>\n</FlexQueryResponse>\n";
const CHUNK_BYTES = 64 * 1024;
const MIB = 1024 * 1024;

/** A document made to hurt a parser, in pieces. All of it is made. */
export function* attackDocument(attack: FlexAttack, sizeBytes?: number): Generator<string, void, undefined> {
  switch (attack) {
    case "entity-expansion":
      yield `<?xml version="1.0"?>\n<!DOCTYPE FlexQueryResponse [\n${laughs()}]>\n`;
      yield `${OPEN}<Trade accountId="U1234567" description="&l9;" />\n${CLOSE}`;
      return;
    case "doctype":
      yield `<?xml version="1.0"?>\n<!DOCTYPE FlexQueryResponse>\n${OPEN}${CLOSE}`;
      return;
    case "external-entity":
      yield '<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/hostname">]>\n';
      yield `${OPEN}<Trade accountId="U1234567" description="&file;" />\n${CLOSE}`;
      return;
    case "huge-attribute":
      yield `${OPEN}<Trade accountId="U1234567" description="`;
      yield* filler("x", sizeBytes ?? MIB);
      yield `" />\n${CLOSE}`;
      return;
    case "deep-nesting":
      yield OPEN;
      yield* filler("<a>", 3 * 100_000);
      yield* filler("</a>", 4 * 100_000);
      yield CLOSE;
      return;
    case "huge-body":
      yield OPEN;
      yield* filler('<Trade accountId="U1234567" levelOfDetail="EXECUTION" />\n', sizeBytes ?? 50 * MIB);
      yield CLOSE;
      return;
    default:
      yield brokenFrame(attack);
  }
}

type FrameAttack = "no-end-tag" | "wrong-count" | "no-count" | "wrong-root" | "second-root";

function brokenFrame(attack: FrameAttack): string {
  const whole = OPEN + CLOSE;
  switch (attack) {
    case "no-end-tag":
      return whole.replace("</FlexQueryResponse>\n", "");
    case "wrong-count":
      return whole.replace('count="1"', 'count="2"');
    case "no-count":
      return whole.replace(' count="1"', "");
    case "wrong-root":
      return whole.replaceAll("FlexQueryResponse", "FlexQueryAnswer");
    case "second-root":
      return whole + whole;
  }
}

// Nine levels of ten: a billion copies.
function laughs(): string {
  const levels = Array.from({ length: 9 }, (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">\n`);
  return `<!ENTITY l0 "ha">\n${levels.join("")}`;
}

function* filler(unit: string, sizeBytes: number): Generator<string> {
  const chunk = unit.repeat(Math.ceil(CHUNK_BYTES / unit.length));
  const units = Math.floor(sizeBytes / unit.length);
  const perChunk = chunk.length / unit.length;
  for (let left = units; left > 0; left -= perChunk) {
    yield left >= perChunk ? chunk : chunk.slice(0, left * unit.length);
  }
}
