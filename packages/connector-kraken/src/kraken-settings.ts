import { ImportError, type Instant } from "@fillbook/core";
import { instantSchema, type SettingsInput } from "@fillbook/core/connector";
import { z } from "zod";

/** Verification level of the Kraken account, which sets its call limit. */
export type KrakenTier = "starter" | "intermediate" | "pro";

/** Facts of one Kraken account. */
export interface KrakenSettings {
  /** Kraken's API does not tell it, so the slowest is assumed. @defaultValue "starter" */
  readonly tier: KrakenTier;
  /**
   * Whether fills of one matching event come as one row, as Kraken shows them by default. The two modes name fills
   * differently, so it is fixed once fills were imported. @defaultValue true
   */
  readonly consolidateTaker: boolean;
  /**
   * Whether fees are read from the ledger, which needs the right "Query ledger entries"; without it they are Kraken's
   * estimates in the quote currency. It costs two calls more for fifty fills. @defaultValue true
   */
  readonly ledgerFees: boolean;
  /**
   * Whether what Kraken's app bought, sold and converted becomes executions too. Only the ledger shows it.
   * @defaultValue true
   */
  readonly instant: boolean;
  /**
   * Whether a first run and a backfill read history from an export, which needs the right "Export data"; without it, where Kraken refuses,
   * or with `consolidateTaker: false` from pages. @defaultValue true
   */
  readonly exports: boolean;
  /** Fills more than a second before this are not read. @defaultValue the account's first fill */
  readonly historyFrom?: Instant | undefined;
}

/** An API key of Kraken. */
export interface KrakenCredentials {
  readonly apiKey: string;
  /** Base64, as Kraken shows it once. */
  readonly apiSecret: string;
  /** Only for a key with a static second factor. */
  readonly otp?: string | undefined;
}

export const krakenSettingsSchema: z.ZodType<KrakenSettings, SettingsInput<KrakenSettings>> = z.strictObject({
  tier: z.enum(["starter", "intermediate", "pro"]).default("starter"),
  consolidateTaker: z.boolean().default(true),
  ledgerFees: z.boolean().default(true),
  instant: z.boolean().default(true),
  exports: z.boolean().default(true),
  historyFrom: z.optional(instantSchema),
});

const CREDENTIAL_LENGTH_MAX = 1000;

/** Text around which people paste spaces and line breaks. Messages name the field, never the value. */
const credential = z
  .string()
  .max(CREDENTIAL_LENGTH_MAX, `is longer than ${CREDENTIAL_LENGTH_MAX} characters`)
  .transform((text) => text.trim())
  .refine((text) => text !== "", "is empty")
  .refine((text) => !/\s/.test(text), "has a space or a line break inside")
  .refine((text) => /^[\x21-\x7e]*$/.test(text), "has characters that no Kraken key has");

export const krakenCredentialsSchema: z.ZodType<KrakenCredentials> = z.object({
  apiKey: credential,
  apiSecret: credential.refine(isBase64, "is not base64: copy the whole private key"),
  otp: credential.optional(),
});

/** @throws ImportError `CREDENTIALS_MALFORMED`, which names the fields and not their values. */
export function readKrakenCredentials(credentials: unknown): KrakenCredentials {
  const read = krakenCredentialsSchema.safeParse(credentials, { reportInput: false });
  if (read.success) return read.data;
  const issues = read.error.issues.map(({ path, message }) => `${path.join(".") || "credentials"} ${message}`);
  throw new ImportError("CREDENTIALS_MALFORMED", `Kraken: ${issues.join("; ")}`);
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}
