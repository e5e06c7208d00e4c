/** Words of a message by name. All of them are text, so that no digit of an amount or an id is lost. */
export type TwsWords = { readonly [name: string]: string };

/** An execution as TWS told it, joined with its commission: what is stored as the raw record. */
export type TwsRecord = {
  readonly contract: TwsWords;
  readonly execution: TwsWords;
  /** Null while TWS has not told it. */
  readonly commission: TwsWords | null;
};

/** execDetails, as the library read it and as it came. */
export interface TwsExecution {
  readonly contract: TwsWords;
  readonly execution: TwsWords;
}

/** What the library read, as far as this asks: hosts without the library see these types too. */
interface Named {
  readonly execId?: string | undefined;
}

/**
 * An execution with its amounts and permanent order number as they came: the library reads them into floats, and an empty
 * one as 0. They stand at fixed places behind the execution's id, in every version of the protocol.
 */
export function twsExecution(contract: object, execution: Named, tokens: readonly string[]): TwsExecution {
  const own = behind(tokens, execution.execId, { shares: 5, price: 6, permId: 7, cumQty: 10, avgPrice: 11 });
  return { contract: words(contract), execution: { ...words(execution), ...own } };
}

/** A commission with its amounts as they came. */
export function twsCommission(report: Named, tokens: readonly string[]): TwsWords {
  const own = behind(tokens, report.execId, { commission: 1, realizedPNL: 3, yield: 4 });
  return { ...words(report), ...own };
}

function behind(
  tokens: readonly string[],
  execId: string | undefined,
  places: Readonly<Record<string, number>>,
): TwsWords {
  const start = execId === undefined || execId === "" ? -1 : tokens.indexOf(execId);
  if (start < 0) return {};
  const found = Object.entries(places).map(([name, place]) => [name, tokens[start + place] ?? ""] as const);
  return Object.fromEntries(found);
}

function words(facts: object): TwsWords {
  const known = Object.entries(facts).filter(([, value]) => ["string", "number", "boolean"].includes(typeof value));
  return Object.fromEntries(known.map(([name, value]) => [name, String(value)]));
}
