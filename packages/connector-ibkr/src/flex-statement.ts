import { throwIfAborted } from "@fillbook/connector-kit";
import { ImportError } from "@fillbook/core";
import { readFlexControl } from "./flex-control.ts";
import { flexDocument } from "./flex-document.ts";
import { defaultFlexLimits, type FlexEvent, type FlexLimits } from "./flex-event.ts";
import { flexPieces } from "./flex-pieces.ts";
import { openFlexXml } from "./flex-xml.ts";

/**
 * Reads a Flex document as it arrives, in constant memory, and yields what it holds. A document that is cut off at any
 * byte ends in an error and never in `end`: rows that were yielded before may be stored, but nothing may claim that the
 * period was read.
 *
 * @param chunks bytes in UTF-8 (a byte order mark is allowed) or text, cut anywhere.
 * @throws ImportError `FEATURE_UNAVAILABLE` for CSV, `PROTOCOL` for what else is no Flex document (HTML, nothing, other
 * XML, other encodings, a count of statements that is not true), `RESPONSE_TOO_LARGE` above a bound, `ABORTED`. No
 * message quotes the document.
 */
export async function* readFlexStatement(
  chunks: AsyncIterable<Uint8Array | string>,
  options: { readonly limits?: Partial<FlexLimits>; readonly signal?: AbortSignal } = {},
): AsyncGenerator<FlexEvent, void, undefined> {
  const limits = { ...defaultFlexLimits, ...options.limits };
  const document = flexDocument(limits);
  const xml = openFlexXml(document);
  let control: string | null = null;
  for await (const text of flexPieces(chunks, limits)) {
    if (options.signal !== undefined) throwIfAborted(options.signal);
    xml.write(text);
    if (document.isControl()) control = keepControl(control, text);
    else yield* document.take();
  }
  xml.end();
  if (control !== null) yield { kind: "control", control: await readFlexControl(control) };
  else yield* document.finish();
}

const CONTROL_LENGTH_MAX = 65_536;

// The root stands in the first piece of text, so nothing of a control answer was thrown away before it is known.
function keepControl(kept: string | null, text: string): string {
  const all = `${kept ?? ""}${text}`;
  if (all.length <= CONTROL_LENGTH_MAX) return all;
  throw new ImportError("RESPONSE_TOO_LARGE", `the Flex answer has more than ${CONTROL_LENGTH_MAX} characters`);
}
