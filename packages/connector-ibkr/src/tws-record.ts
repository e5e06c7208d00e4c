import type { TwsWordList } from "./tws-words.ts";

/** Words of a message by name. All of them are text, as they came, so that no digit of an amount or an id is lost. */
export type TwsWords = { readonly [name: string]: string };

/** An execution joined with its commission: what is stored as the raw record. */
export type TwsRecord = {
  readonly contract: TwsWords;
  readonly execution: TwsWords;
  /** Null while TWS has not reported it. */
  readonly commission: TwsWords | null;
};

/** An execution as it came, in one text, since a list of them is kept in memory until its end. */
export interface TwsExecution {
  /** Its words from the order's id on, with a zero between them. */
  readonly text: string;
  readonly execId: string;
  readonly time: string;
  readonly account: string;
  readonly clientId: string;
  readonly secType: string;
}

/** A commission as it came. */
export interface TwsCommission {
  /** Its words from the execution's id on, with a zero between them. */
  readonly text: string;
  readonly execId: string;
  readonly amount: string;
  readonly currency: string;
}

// execDetails as @stoqey/ib 1.6.10 reads it, and by the names that it has there. Older servers leave out the last ones.
const contractNames = [
  ...["conId", "symbol", "secType", "lastTradeDateOrContractMonth", "strike", "right", "multiplier"],
  ...["exchange", "currency", "localSymbol", "tradingClass"],
] as const;
const executionNames = [
  ...["execId", "time", "acctNumber", "exchange", "side", "shares", "price", "permId", "clientId", "liquidation"],
  ...["cumQty", "avgPrice", "orderRef", "evRule", "evMultiplier", "modelCode", "lastLiquidity", "pendingPriceRevision"],
] as const;
const commissionNames = ["execId", "commission", "currency", "realizedPNL", "yield", "yieldRedemptionDate"] as const;

/** Reads an execution. @param first place of the order's id among its words. */
export function twsExecution(words: TwsWordList, first: number): TwsExecution {
  const contract = first + 1;
  const execution = contract + contractNames.length;
  const own = (name: (typeof executionNames)[number]) => words.at(execution + executionNames.indexOf(name));
  return {
    text: words.from(first),
    execId: own("execId"),
    time: own("time"),
    account: own("acctNumber"),
    clientId: own("clientId"),
    secType: words.at(contract + contractNames.indexOf("secType")),
  };
}

/** Reads a commission. */
export function twsCommission(words: TwsWordList): TwsCommission {
  return { text: words.from(2), execId: words.at(2), amount: words.at(3), currency: words.at(4) };
}

/** The record that is stored. */
export function twsRecord(execution: TwsExecution, commission: TwsCommission | null): TwsRecord {
  const [orderId = "", ...words] = execution.text.split("\0");
  return {
    contract: named(contractNames, words),
    execution: { orderId, ...named(executionNames, words.slice(contractNames.length)) },
    commission: commission === null ? null : named(commissionNames, commission.text.split("\0")),
  };
}

function named(names: readonly string[], words: readonly string[]): TwsWords {
  return Object.fromEntries(
    names.flatMap((name, index) => {
      const word = words[index];
      return word === undefined ? [] : [[name, word] as const];
    }),
  );
}
