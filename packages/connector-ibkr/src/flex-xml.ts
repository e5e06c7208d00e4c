import { ImportError } from "@fillbook/core";
import { SaxesParser } from "saxes";

/** The attributes of one element. Unless a handler gave the object, it has no prototype. */
export type FlexAttributes = Record<string, string>;

/** An element as it opens. Its attributes are the handler's own from then on. */
export interface FlexElement {
  readonly name: string;
  readonly attributes: FlexAttributes;
  /** Whether the draft was right: its names, all of them, in its order. */
  readonly asDrafted: boolean;
  /** 1 for the root. */
  readonly depth: number;
}

/** An element as it is expected, attribute by attribute; what comes otherwise is read all the same. */
export interface FlexDraft {
  /** The attributes are put into it; it has none of its own. */
  readonly attributes: FlexAttributes;
  readonly names: readonly string[];
  /** The last values in these places; kept up to date here. */
  readonly values: string[];
}

/** What a document's elements are told to. */
export interface FlexXmlHandlers {
  start(name: string, depth: number): FlexDraft | undefined;
  open(element: FlexElement): void;
  close(depth: number): void;
}

/** A tokenizer that was fed and has not ended. */
export interface FlexXml {
  write(text: string): void;
  /** @throws ImportError `PROTOCOL` where the document is not complete. */
  end(): void;
}

export const attributeLengthMax = 65_536;
const attributesMax = 256;
const depthMax = 32;
const nameLengthMax = 128;

/**
 * Reads XML that may have been made to do harm. Nothing is expanded or fetched: a DOCTYPE, a processing instruction and
 * any entity but the five of XML end the document, as does everything above the bounds of this file.
 *
 * @throws ImportError `PROTOCOL` for what is not well-formed, `RESPONSE_TOO_LARGE` above a bound. No message quotes the
 * document.
 */
export function openFlexXml(handlers: FlexXmlHandlers): FlexXml {
  const parser = new SaxesParser({ position: false });
  const bounds: Bounds = { depth: 0, attributes: 0, drafted: 0, pending: 0, draft: undefined };
  listen(parser, bounds, handlers);
  return {
    write(text) {
      bounds.pending += text.length;
      guarded(() => parser.write(text));
      // An unfinished value grows inside the parser, where no event tells of it.
      if (bounds.pending > attributeLengthMax + text.length)
        throw tooLarge("a value", `${attributeLengthMax} characters`);
    },
    end: () => guarded(() => parser.close()),
  };
}

interface Bounds {
  depth: number;
  /** Of the element that is open now. */
  attributes: number;
  /** How many of them are where the draft has them. */
  drafted: number;
  /** Characters since the last event. */
  pending: number;
  /** Of the element that is open now. */
  draft: FlexDraft | undefined;
}

function listen(parser: SaxesParser, bounds: Bounds, handlers: FlexXmlHandlers): void {
  parser.on("opentagstart", (tag) => {
    const { name } = tag;
    bounds.attributes = 0;
    bounds.drafted = 0;
    bounds.depth += 1;
    if (bounds.depth > depthMax) throw tooLarge("the nesting of elements", `${depthMax} levels`);
    if (name.length > nameLengthMax) throw tooLarge("an element's name", `${nameLengthMax} characters`);
    bounds.draft = handlers.start(name, bounds.depth);
    if (bounds.draft !== undefined) tag.attributes = bounds.draft.attributes;
  });
  parser.on("attribute", (attribute) => {
    const { name, value } = attribute;
    const place = bounds.attributes;
    bounds.pending = 0;
    bounds.attributes += 1;
    if (place >= attributesMax) throw tooLarge("the attributes of an element", `${attributesMax}`);
    if (value.length > attributeLengthMax) throw tooLarge("a value", `${attributeLengthMax} characters`);
    const expected = bounds.draft?.names[place];
    if (bounds.draft !== undefined && expected === name) {
      // One text for all: the engine finds the property faster, and what repeats in every row is in memory once.
      attribute.name = expected;
      bounds.drafted += 1;
      const last = bounds.draft.values[place];
      if (last === value) attribute.value = last;
      else bounds.draft.values[place] = value;
      return;
    }
    if (name.length > nameLengthMax) throw tooLarge("an attribute's name", `${nameLengthMax} characters`);
    if (name === "__proto__") throw refused("has an attribute of a name that is not allowed");
  });
  parser.on("opentag", ({ name, attributes }) => {
    bounds.pending = 0;
    const { draft, drafted, depth } = bounds;
    const asDrafted = draft !== undefined && drafted === draft.names.length && drafted === bounds.attributes;
    handlers.open({ name, attributes, asDrafted, depth });
  });
  parser.on("closetag", () => {
    bounds.pending = 0;
    handlers.close(bounds.depth);
    bounds.depth -= 1;
  });
  refuseDeclarations(parser);
}

/** What XML allows and no Flex document has. */
function refuseDeclarations(parser: SaxesParser): void {
  parser.on("doctype", () => {
    throw refused("declares a document type, which no Flex document does");
  });
  parser.on("processinginstruction", () => {
    throw refused("holds a processing instruction, which no Flex document does");
  });
  parser.on("xmldecl", ({ encoding = "UTF-8" }) => {
    if (!/^(?:utf-?8|us-ascii)$/i.test(encoding)) throw refused("declares an encoding other than UTF-8");
  });
}

function guarded(step: () => unknown): void {
  try {
    step();
  } catch (error) {
    if (error instanceof ImportError) throw error;
    // The parser's message may quote names of the document, so neither it nor the error is kept.
    const said = error instanceof Error ? error.message : "";
    const known = faults.find(([text]) => said.includes(text));
    throw refused(known === undefined ? "is not well-formed XML" : known[1]);
  }
}

/** What the parser says, and what a person is told; in this order, since the first match counts. */
const faults: readonly (readonly [string, string])[] = [
  ["unclosed tag", "is cut off: it ends inside an element"],
  ["unexpected end", "is cut off: it ends inside a tag"],
  ["must contain a root", "is cut off: it ends before the first element"],
  ["duplicate attribute", "has an element with the same attribute twice"],
  ["undefined entity", "uses an entity that XML does not define"],
  ["character entity", "refers to a character that does not exist"],
  ["only one root", "goes on after its end"],
  ["text data outside", "has text outside of its elements"],
  ["doctype", "declares a document type, which no Flex document does"],
];

function refused(what: string): ImportError {
  return new ImportError("PROTOCOL", `the Flex document ${what}`);
}

function tooLarge(what: string, bound: string): ImportError {
  return new ImportError("RESPONSE_TOO_LARGE", `the Flex document was refused: ${what} is above ${bound}`);
}
