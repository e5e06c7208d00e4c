import { ImportError } from "@fillbook/core";
import type { SettingsInput } from "@fillbook/core/connector";
import { z } from "zod";
import { defaultFlexTimeZone, isTimeZone } from "./flex-zone.ts";

/** Facts of one account and its Flex query. */
export interface FlexSettings {
  /** The number of the Flex query, as Client Portal shows it. Queries of activity and of trade confirmations are read. */
  readonly queryId: string;
  /** Whose rows of the statement are imported. @defaultValue the connection's `accountRef` */
  readonly accountId?: string | undefined;
  /** IANA name of the zone of times that show none, and that which a name such as `AEST` stands for; IBKR's are in New York for all exchanges. @defaultValue "America/New_York" */
  readonly timeZone: string;
  /** The first day to read, `yyyy-MM-dd`. @defaultValue the first day of the first statement */
  readonly historyFrom?: string | undefined;
  /**
   * How many days before the last covered one are read again, because cancels come late. From 5 to 180. Of use where the
   * period is not the saved one. @defaultValue 30
   */
  readonly overlapDays: number;
  /**
   * `saved` asks for the period that is saved with the query and names days only where it left some out; `override` names
   * the days in every request, which some accounts answer late or not at all. @defaultValue "saved"
   */
  readonly period: "saved" | "override";
}

/** A token of the Flex Web Service. */
export interface FlexCredentials {
  readonly token: string;
}

const queryId = z
  .string()
  .transform((text) => text.trim())
  .refine((text) => /^\d{1,20}$/.test(text), "is not the number of a Flex query");

const day = z.string().refine(isDay, "is not a day as yyyy-MM-dd");

/** What a host gives for {@link FlexSettings}. */
export type FlexSettingsInput = SettingsInput<FlexSettings, "queryId">;

/** What a connection for files needs: no query is asked. */
export type FlexFileSettings = Omit<FlexSettings, "queryId"> & {
  readonly queryId?: string | undefined;
};

const flexSettings = z.strictObject({
  queryId,
  accountId: z
    .string()
    .refine((text) => /^[\x21-\x7e]{1,100}$/.test(text), "is not an account's name")
    .optional(),
  timeZone: z.string().max(100).refine(isTimeZone, "is not a time zone").default(defaultFlexTimeZone),
  historyFrom: day.optional(),
  overlapDays: z.number().int().min(5).max(180).default(30),
  period: z.enum(["saved", "override"]).default("saved"),
});

export const flexSettingsSchema: z.ZodType<FlexSettings, FlexSettingsInput> = flexSettings;

export const flexFileSettingsSchema: z.ZodType<FlexFileSettings, unknown> = flexSettings.partial({ queryId: true });

const token = z
  .string()
  .max(500, "is longer than 500 characters")
  .transform((text) => text.trim())
  .refine((text) => text !== "", "is empty")
  .refine((text) => /^[A-Za-z0-9._-]*$/.test(text), "has characters that no Flex token has");

export const flexCredentialsSchema: z.ZodType<FlexCredentials> = z.object({ token });

/** @throws ImportError `CREDENTIALS_MALFORMED`, which names the field and not its value. */
export function readFlexCredentials(credentials: unknown): FlexCredentials {
  const read = flexCredentialsSchema.safeParse(credentials, { reportInput: false });
  if (read.success) return read.data;
  const issues = read.error.issues.map(({ path, message }) => `${path.join(".") || "credentials"} ${message}`);
  throw new ImportError("CREDENTIALS_MALFORMED", `IBKR Flex: ${issues.join("; ")}`);
}

function isDay(text: string): boolean {
  if (!/^20\d\d-\d\d-\d\d$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}
