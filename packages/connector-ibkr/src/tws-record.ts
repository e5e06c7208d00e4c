import { isCommissionSet } from "./tws-amount.ts";
import { splitWords, type TwsWordList } from "./tws-words.ts";

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
  /** Its words from the order's id on, as {@link TwsWordList.from} keeps them. */
  readonly text: string;
  readonly execId: string;
  readonly time: string;
  readonly account: string;
  readonly clientId: string;
  readonly secType: string;
}

/** A commission as it came. */
export interface TwsCommission {
  /** Its words from the execution's id on, kept in the same way. */
  readonly text: string;
  readonly execId: string;
  /** Whether it holds an amount: one that is not known yet is sent as well. */
  readonly isSet: boolean;
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
  const isSet = isCommissionSet({ amount: words.at(3), currency: words.at(4) });
  return { text: words.from(2), execId: words.at(2), isSet };
}

/** The record that is stored. */
export function twsRecord(
  execution: Pick<TwsExecution, "text">,
  commission: Pick<TwsCommission, "text"> | null,
): TwsRecord {
  const words = splitWords(execution.text);
  const [orderId = ""] = words;
  return {
    contract: named(contractNames, words, 1),
    execution: { orderId, ...named(executionNames, words, 1 + contractNames.length) },
    commission: commission === null ? null : named(commissionNames, splitWords(commission.text), 0),
  };
}

function named(names: readonly string[], words: readonly string[], first: number): TwsWords {
  const facts: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const word = words[first + index];
    if (word !== undefined) facts[name] = word;
  }
  return facts;
}
