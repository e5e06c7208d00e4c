import { isJsonObject } from "@fillbook/connector-kit";
import type { Json } from "@fillbook/core";
import { instrumentsIn, type WebInstrument } from "./web-instruments.ts";

/** What normalize needs beside a row. Stored by its hash, so it holds only what this page's rows need. */
export type WebContext = {
  readonly account: string;
  /** What rows may call the account instead. */
  readonly alias: string | null;
  /** Whether the login opens this account alone: then a row that names none is its own. */
  readonly isOnly: boolean;
  readonly instruments: readonly WebInstrument[];
};

/** The context, ready to be asked. */
export interface ReadWebContext {
  readonly account: string;
  readonly alias: string | null;
  readonly isOnly: boolean;
  readonly instruments: ReadonlyMap<string, WebInstrument>;
}

// Each row of a page comes with the page's context, whose instruments are read once. What is not used any more goes.
const contexts = new WeakMap<object, ReadWebContext | null>();

/** Reads a stored context; null for one that this connector did not make. */
export function readWebContext(value: Json): ReadWebContext | null {
  if (!isJsonObject(value)) return null;
  const known = contexts.get(value);
  if (known !== undefined) return known;
  const read = readContext(value);
  contexts.set(value, read);
  return read;
}

function readContext(value: { readonly [name: string]: Json }): ReadWebContext | null {
  const { account, alias, isOnly, instruments = [] } = value;
  if (typeof account !== "string" || account === "") return null;
  return {
    account,
    alias: typeof alias === "string" ? alias : null,
    isOnly: isOnly === true,
    instruments: instrumentsIn(instruments),
  };
}
