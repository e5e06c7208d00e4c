import { ImportError } from "@fillbook/core";
import { z } from "zod";

/** What the Flex Web Service says about a statement instead of the statement. */
export type FlexControl = {
  readonly status: "Success" | "Fail" | "Warn";
  /** Digits, kept as text; null where the answer has none. */
  readonly referenceCode: string | null;
  /** As it came; nothing may be sent there before its host was checked. */
  readonly url: string | null;
  /** Digits, such as `1019`; null where the answer has none. */
  readonly errorCode: string | null;
  /** Printable text of at most 500 characters. */
  readonly errorMessage: string | null;
};

/**
 * Reads an answer with the root `FlexStatementResponse`. `Url` is also seen as `url`, `Warn` stands for "in progress".
 *
 * @throws ImportError `PROTOCOL` for anything else. It never quotes the text.
 */
export async function readFlexControl(text: string): Promise<FlexControl> {
  if (text.length > TEXT_LENGTH_MAX) throw refused("is too long");
  // The parser accepts entities and leaves text outside of the root alone; both are refused before it runs.
  if (/<!(?:doctype|entity)/i.test(text)) throw refused("declares a document type");
  const read = answerSchema.safeParse(await parsed(text));
  if (!read.success) throw refused("is not a FlexStatementResponse of a known form");
  const answer = read.data.FlexStatementResponse;
  return {
    status: answer.Status,
    referenceCode: answer.ReferenceCode ?? null,
    url: answer.Url ?? answer.url ?? null,
    errorCode: answer.ErrorCode ?? null,
    errorMessage: answer.ErrorMessage ?? null,
  };
}

const TEXT_LENGTH_MAX = 65_536;

/** The parser takes 13 MB, and a statement from a file has no such answer: it is loaded with the first one. */
async function parsed(text: string): Promise<unknown> {
  const { XMLParser } = await import("fast-xml-parser");
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseAttributeValue: false,
    parseTagValue: false,
    ignoreDeclaration: true,
  });
  try {
    return parser.parse(text, true);
  } catch {
    // The parser's message quotes the text, so it is not kept as the cause.
    throw refused("is not XML");
  }
}

const digits = z.string().regex(/^\d{1,40}$/);
const absent = z.literal("").transform(() => undefined);
const optionalDigits = digits.or(absent).optional();
const optionalUrl = z.string().max(2000).optional();

const answerSchema = z.object({
  FlexStatementResponse: z.object({
    Status: z.enum(["Success", "Fail", "Warn"]),
    ReferenceCode: optionalDigits,
    Url: optionalUrl,
    url: optionalUrl,
    ErrorCode: optionalDigits,
    ErrorMessage: z
      .string()
      .transform((message) => message.replace(/[\p{Cc}\p{Cs}]+/gu, " ").slice(0, 500))
      .optional(),
  }),
});

function refused(what: string): ImportError {
  return new ImportError("PROTOCOL", `the Flex service's answer ${what}`);
}
