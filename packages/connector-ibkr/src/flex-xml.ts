import { ImportError } from "@fillbook/core";
import { SaxesParser } from "saxes";
import { flexBounds, tooLarge } from "./flex-bounds.ts";
import { type FlexNameList, flexNameList } from "./flex-names.ts";

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
  /** Characters of its attributes, names and values. */
  readonly length: number;
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

/**
 * Reads XML that may have been made to do harm. Nothing is expanded or fetched: a DOCTYPE, a processing instruction and
 * any entity but the five of XML end the document, as does everything above the bounds of flex-bounds.ts.
 *
 * @throws ImportError `PROTOCOL` for what is not well-formed, `RESPONSE_TOO_LARGE` above a bound. No message quotes the
 * document.
 */
export function openFlexXml(handlers: FlexXmlHandlers): FlexXml {
  const parser = new SaxesParser({ position: false });
  const reading: Reading = {
    ...{ depth: 0, attributes: 0, drafted: 0, length: 0, pending: 0, draft: undefined },
    attributeNames: flexNameList("attribute", { namesMax: flexBounds.attributeNamesMax }),
    elementNames: flexNameList("element", { namesMax: flexBounds.elementNamesMax }),
  };
  listen(parser, reading, handlers);
  refuse(parser);
  return {
    write(text) {
      reading.pending += text.length;
      parser.write(text);
      // What has not ended yet grows inside the parser, where no event tells of it.
      if (reading.pending > flexBounds.elementLengthMax + text.length) throw tooLong(unfinished);
    },
    end: () => {
      parser.close();
    },
  };
}

interface Reading {
  depth: number;
  /** Of the element that is open now. */
  attributes: number;
  /** How many of them are where the draft has them. */
  drafted: number;
  /** Their characters. */
  length: number;
  /** Characters since the last event. */
  pending: number;
  /** Of the element that is open now. */
  draft: FlexDraft | undefined;
  readonly attributeNames: FlexNameList;
  readonly elementNames: FlexNameList;
}

function listen(parser: SaxesParser, reading: Reading, handlers: FlexXmlHandlers): void {
  const ended = () => {
    reading.pending = 0;
  };
  parser.on("opentagstart", (tag) => {
    const { name } = tag;
    reading.attributes = 0;
    reading.drafted = 0;
    reading.length = 0;
    reading.depth += 1;
    if (reading.depth > flexBounds.depthMax)
      throw tooLarge(`its elements are nested more than ${flexBounds.depthMax} levels deep`);
    if (name.length > flexBounds.nameLengthMax) throw tooLongName("an element");
    reading.draft = handlers.start(reading.elementNames.kept(name), reading.depth);
    if (reading.draft !== undefined) tag.attributes = reading.draft.attributes;
  });
  parser.on("attribute", (attribute) => addAttribute(reading, attribute));
  parser.on("opentag", ({ name, attributes }) => {
    ended();
    const { draft, drafted, depth, length } = reading;
    const asDrafted = draft !== undefined && drafted === draft.names.length && drafted === reading.attributes;
    handlers.open({ name, attributes, asDrafted, depth, length });
  });
  parser.on("closetag", () => {
    ended();
    handlers.close(reading.depth);
    reading.depth -= 1;
  });
  parser.on("comment", ended);
  parser.on("cdata", ended);
}

function addAttribute(reading: Reading, attribute: { name: string; value: string }): void {
  const { name } = attribute;
  const value = cutOff(attribute.value);
  attribute.value = value;
  const place = reading.attributes;
  reading.pending = 0;
  reading.attributes += 1;
  reading.length += name.length + value.length;
  if (place >= flexBounds.attributesMax)
    throw tooLarge(`an element has more than ${flexBounds.attributesMax} attributes`);
  if (reading.length > flexBounds.elementLengthMax) throw tooLong("an element");
  const expected = reading.draft?.names[place];
  if (reading.draft !== undefined && expected === name) {
    // One text for all: the engine finds the property faster, and what repeats in every row is in memory once.
    attribute.name = expected;
    reading.drafted += 1;
    const last = reading.draft.values[place];
    if (last === value) attribute.value = last;
    else reading.draft.values[place] = value;
    return;
  }
  if (name.length > flexBounds.nameLengthMax) throw tooLongName("an attribute");
  if (name === "__proto__") throw refused("has an attribute of a name that is not allowed");
  attribute.name = reading.attributeNames.kept(name);
}

/** Shorter parts of a text are copies in V8 anyway. */
const PART_LENGTH_MIN = 13;

/**
 * A value that does not keep the piece of the document it stands in, which is as large as a dozen rows are: what a page keeps
 * alive is what makes the engine give the young more room. Joining makes a text of its own as soon as it is read again.
 */
function cutOff(value: string): string {
  return value.length < PART_LENGTH_MIN ? value : ` ${value}`.slice(1);
}

/** What is not well-formed, and what XML allows and no Flex document has. */
function refuse(parser: SaxesParser): void {
  // The parser's message may quote names of the document, so neither it nor the error is kept.
  parser.on("error", ({ message }) => {
    throw refused(faults.find(([text]) => message.includes(text))?.[1] ?? "is not well-formed XML");
  });
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

const unfinished = "a name, a value, a comment or the text between two elements";

function refused(what: string): ImportError {
  return new ImportError("PROTOCOL", `the Flex document ${what}`);
}

function tooLong(what: string): ImportError {
  return tooLarge(`${what} has more than ${flexBounds.elementLengthMax} characters`);
}

function tooLongName(of: string): ImportError {
  return tooLarge(`the name of ${of} has more than ${flexBounds.nameLengthMax} characters`);
}
