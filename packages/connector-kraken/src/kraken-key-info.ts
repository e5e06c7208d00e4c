import { isImportError, type Json } from "@fillbook/core";
import { z } from "zod";
import type { KrakenClient } from "./kraken-client.ts";

/** Errors that mean "this method is not for you", not "this key is bad". */
const NOT_OFFERED: ReadonlySet<string> = new Set(["REQUEST_INVALID", "FEATURE_UNAVAILABLE", "PERMISSION_DENIED"]);

/** What a key is and may; null where Kraken does not offer GetApiKeyInfo (docs.kraken.com, added 2026-03-11). */
export async function readKeyInfo(client: KrakenClient): Promise<KeyInfo | null> {
  try {
    return await client.call({ endpoint: "GetApiKeyInfo", parameters: {}, read: keyInfoOrNull });
  } catch (error) {
    if (isImportError(error) && NOT_OFFERED.has(error.code)) return null;
    throw error;
  }
}

function keyInfoOrNull(result: Json): KeyInfo | null {
  const read = keyInfo.safeParse(result);
  return read.success ? read.data : null;
}

/** docs.kraken.com (read 2026-05-26) writes camelCase, live answers snake_case; numbers may be text; 0 means none. */
const unixSeconds = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .transform((text) => (text && /^[1-9]\d{8,9}$/.test(text) ? text : null));
const words = z.string().nullish();

const keyInfo = z
  .object({
    permissions: z.array(z.string().max(100)).max(100),
    iban: words,
    query_from: unixSeconds,
    queryFrom: unixSeconds,
    query_to: unixSeconds,
    queryTo: unixSeconds,
    valid_until: unixSeconds,
    validUntil: unixSeconds,
  })
  .transform((info) => ({
    permissions: info.permissions,
    iban: /^[\x20-\x7e]{1,100}$/.test(info.iban?.trim() ?? "") ? (info.iban?.trim() ?? null) : null,
    queryFrom: info.query_from ?? info.queryFrom,
    queryTo: info.query_to ?? info.queryTo,
    validUntil: info.valid_until ?? info.validUntil,
  }));
export type KeyInfo = z.output<typeof keyInfo>;
