import { isJsonObject } from "@fillbook/connector-kit";
import type { Json } from "@fillbook/core";

/** What normalize needs beside an execution. */
export type TwsContext = {
  readonly account: string;
  /** Whether the gateway opens this account alone: then an execution that names none is its own. */
  readonly isOnly: boolean;
  /** Zone of the login, for times that show none. */
  readonly timeZone: string | null;
};

/** Reads a stored context; null for one that this connector did not make. */
export function readTwsContext(value: Json): TwsContext | null {
  if (!isJsonObject(value)) return null;
  const { account, isOnly, timeZone } = value;
  if (typeof account !== "string" || account === "") return null;
  return { account, isOnly: isOnly === true, timeZone: typeof timeZone === "string" ? timeZone : null };
}
