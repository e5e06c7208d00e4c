import type { SettingsInput } from "@fillbook/core/connector";
import { z } from "zod";
import { isTimeZone } from "./flex-zone.ts";

/** Facts of one account. */
export interface TwsSettings {
  /** Where TWS or IB Gateway runs: one that the policy's `gateways` allow the owner. @defaultValue "127.0.0.1" */
  readonly host: string;
  /** TWS: 7496 live, 7497 paper; IB Gateway: 4001 live, 4002 paper. */
  readonly port: number;
  /**
   * Of the import alone. Make it the Master API client ID in the settings of TWS: only that client is told the commissions
   * of orders that others placed. @defaultValue 71
   */
  readonly clientId: number;
  /** Whether it is real money. A gateway that is logged in to the other kind is refused. @defaultValue "live" */
  readonly trading: "live" | "paper";
  /**
   * Days that the gateway shows, today included, from 1 to 7: IB Gateway shows today, TWS as many as its Trade Log does.
   * @defaultValue 1
   */
  readonly lookBackDays: number;
  /** Zone that was chosen at the login, for times that show none or one of its names, and for when its day begins. @defaultValue unknown */
  readonly timeZone?: string | undefined;
}

/** What a host gives for {@link TwsSettings}. */
export type TwsSettingsInput = SettingsInput<TwsSettings, "port">;

/** The socket has no login of its own: whoever reaches it may read it. */
export type TwsCredentials = { readonly [name: string]: never };

/** A name or an IPv4 address. */
export const twsHostForm = /^[A-Za-z0-9._-]{1,253}$/;

export const twsSettingsSchema: z.ZodType<TwsSettings, TwsSettingsInput> = z.strictObject({
  host: z.string().regex(twsHostForm).default("127.0.0.1"),
  port: z.number().int().min(1).max(65_535),
  clientId: z.number().int().min(0).max(2_147_483_646).default(71),
  trading: z.enum(["live", "paper"]).default("live"),
  lookBackDays: z.number().int().min(1).max(7).default(1),
  timeZone: z.string().max(60).refine(isTimeZone, "is not a time zone such as Europe/Zurich").optional(),
});

export const twsCredentialsSchema: z.ZodType<TwsCredentials> = z.strictObject({});
