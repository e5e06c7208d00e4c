import { ImportError } from "@fillbook/core";
import type { SettingsInput } from "@fillbook/core/connector";
import { z } from "zod";
import { readDhPrime } from "./web-live-session.ts";
import type { WebRegion } from "./web-windows.ts";

/** Facts of one account. */
export interface WebSettings {
  /** Which of the policy's gateways. @defaultValue the only one */
  readonly gatewayUrl?: string | undefined;
  /** Where the user's servers are. @defaultValue "america" */
  readonly region: WebRegion;
  /**
   * Whether to throw out another session of the same user, at most once an hour. Two programs that do so fight for ever;
   * a user name of its own for the import is what IBKR advises. @defaultValue false
   */
  readonly compete: boolean;
}

/** A gateway has none of its own: a person logs in there. */
export type WebCredentials =
  | { readonly kind: "gateway" }
  | {
      readonly kind: "oauth";
      readonly consumerKey: string;
      readonly accessToken: string;
      /** Base64, as the self-service page shows it: encrypted with the public encryption key. */
      readonly accessTokenSecret: string;
      /** PEM. */
      readonly signatureKey: string;
      /** PEM. */
      readonly encryptionKey: string;
      /** PEM as `openssl dhparam` writes it, or hex of the prime. The generator is 2. */
      readonly dhPrime: string;
    };

export const webSettingsSchema: z.ZodType<WebSettings, SettingsInput<WebSettings>> = z.strictObject({
  gatewayUrl: z.string().max(300).optional(),
  region: z.enum(["america", "europe", "asia"]).default("america"),
  compete: z.boolean().default(false),
});

const text = z
  .string()
  .max(10_000, "is longer than 10,000 characters")
  .transform((value) => value.trim())
  .refine((value) => value !== "", "is empty");

/** Keys are pasted with the line ends of Windows, or with none but `\n` in words. */
const pem = text
  .transform((value) => value.replace(/\\n/g, "\n").replace(/\r\n?/g, "\n"))
  .refine((value) => value.includes("PRIVATE KEY-----"), "is not a private key in PEM");

export const webCredentialsSchema: z.ZodType<WebCredentials> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("gateway") }),
  z.object({
    kind: z.literal("oauth"),
    consumerKey: text,
    accessToken: text,
    accessTokenSecret: text.refine((value) => /^[A-Za-z0-9+/=\s]+$/.test(value), "is not base64"),
    signatureKey: pem,
    encryptionKey: pem,
    dhPrime: text
      .transform((value) => readDhPrime(value) ?? "")
      .refine((value) => value !== "", "is neither a prime as hex nor a PEM of DH parameters"),
  }),
]);

/** @throws ImportError `CREDENTIALS_MALFORMED`, which names the field and not its value. */
export function readWebCredentials(credentials: unknown): WebCredentials {
  const read = webCredentialsSchema.safeParse(credentials, { reportInput: false });
  if (read.success) return read.data;
  const issues = read.error.issues.map(({ path, message }) => `${path.join(".") || "credentials"} ${message}`);
  throw new ImportError("CREDENTIALS_MALFORMED", `IBKR Client Portal: ${issues.join("; ")}`);
}
