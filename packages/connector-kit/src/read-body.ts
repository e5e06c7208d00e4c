import { ImportError } from "@fillbook/core";

interface ReadBodyOptions {
  /** What the error names. */
  readonly place: string;
  readonly bodyBytesMax: number;
  /** Rejects when the request is ended early, which a transport may be slow to notice. */
  readonly stopped: Promise<never>;
  readonly onPiece: () => void;
}

/**
 * Reads a body to its end as UTF-8. Bytes are counted as they come out of decompression, so neither a false
 * content-length nor a compressed bomb gets past the limit.
 *
 * @throws ImportError `RESPONSE_TOO_LARGE` at the limit, and whatever the transport throws.
 */
export async function readBody(body: AsyncIterable<Uint8Array> | null, options: ReadBodyOptions): Promise<string> {
  if (body === null) return "";
  const decoder = new TextDecoder();
  const pieces = body[Symbol.asyncIterator]();
  let text = "";
  let sizeBytes = 0;
  for (;;) {
    const { done, value } = await Promise.race([pieces.next(), options.stopped]);
    if (done) return text + decoder.decode();
    sizeBytes += value.byteLength;
    if (sizeBytes > options.bodyBytesMax) {
      throw new ImportError("RESPONSE_TOO_LARGE", `${options.place}: the answer exceeds ${options.bodyBytesMax} bytes`);
    }
    options.onPiece();
    text += decoder.decode(value, { stream: true });
  }
}
