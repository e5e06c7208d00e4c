import { isJsonObject } from "@fillbook/connector-kit";
import type { Json } from "@fillbook/core";
import { defaultFlexTimeZone } from "./flex-zone.ts";

/**
 * What a row does not say itself. It is the same for all pages of a statement and for all statements of one query, so it
 * is stored once. A type and not an interface, so that it is assignable to Json.
 */
export type FlexContext = {
  /** `AF` rows are final, `TCF` rows are not. */
  readonly type: "AF" | "TCF";
  /** IANA name of the zone that times without a zone are in. */
  readonly timeZone: string;
  /** The statement's account, for rows of a query without the column; null where the statement does not say it. */
  readonly account: string | null;
};

/** @param request the document's type, the statement's account; `timeZone` of the query. @defaultValue America/New_York */
export function flexContext(request: {
  readonly type: "AF" | "TCF";
  readonly account: string | null;
  readonly timeZone?: string;
}): FlexContext {
  const { type, account, timeZone = defaultFlexTimeZone } = request;
  return { type, timeZone, account };
}

/** A context as it comes back from a store; null for what this connector did not make. */
export function readFlexContext(context: Json): FlexContext | null {
  if (!isJsonObject(context)) return null;
  const { type, timeZone, account = null } = context;
  if (type !== "AF" && type !== "TCF") return null;
  if (typeof timeZone !== "string" || (account !== null && typeof account !== "string")) return null;
  return { type, timeZone, account };
}
