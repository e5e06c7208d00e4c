import { ImportError } from "@fillbook/core";
import type { TwsListener } from "./tws-hearing.ts";
import type { TwsCommission, TwsExecution } from "./tws-record.ts";
import { readTwsTime } from "./tws-time.ts";

/** An execution that was heard, kept as small as it can be: a list stays in memory until its end. */
export interface TwsRow extends Pick<TwsExecution, "text" | "execId" | "time"> {
  /** Milliseconds since 1970; null where the time cannot be read. */
  readonly atMs: number | null;
  /** A combo as a whole: it costs nothing, its legs do. */
  readonly isCombo: boolean;
  /** Of an order of our own client id. */
  readonly isOwn: boolean;
  /** Null while TWS has not reported it. */
  readonly commission: TwsCommission | null;
}

/** What has been heard of an account's executions, on however many lines. */
export interface TwsCollector extends TwsListener {
  /** How many executions there are so far. */
  size(): number;
  /** Whether the commission of every execution is known. */
  isPriced(): boolean;
  /** The executions so far, each joined with its commission, whichever came first. */
  rows(): readonly TwsRow[];
}

export interface TwsCollectorOptions {
  /** Host and port, for errors. */
  readonly place: string;
  readonly account: string;
  readonly clientId: number;
  /** Zone of the login, for times that show none. */
  readonly timeZone: string | null;
}

/**
 * Most executions that are kept, and most commissions. A list has a day, at TWS up to a week; the largest accounts that
 * people write about trade by program and have some thousand executions a day.
 */
export const twsExecutionsMax = 40_000;

/** Most characters of both: an execution has some 300, a commission some 90. */
const twsListLengthMax = 24 * 2 ** 20;

/**
 * Keeps the executions of one account apart by all that they say: one that is reported twice is one, and two that share
 * an id and differ are both kept, for a person to see.
 *
 * @throws ImportError `RESPONSE_TOO_LARGE` from the methods of the listener, for more than is kept.
 */
export function twsCollector({ place, account, clientId, timeZone }: TwsCollectorOptions): TwsCollector {
  const executions = new Map<string, Writable<TwsRow>>();
  const commissions = new Map<string, TwsCommission>();
  const unpriced = new Set<string>();
  let length = 0;
  const keep = (what: string, { count, added }: { readonly count: number; readonly added: number }) => {
    length += added;
    if (count > twsExecutionsMax) throw flood(place, `more than ${twsExecutionsMax} ${what}`);
    if (length > twsListLengthMax) throw flood(place, `executions of more than ${twsListLengthMax} characters`);
  };
  return {
    execution({ text, execId, time, secType, ...heard }) {
      if ((heard.account !== "" && heard.account !== account) || executions.has(text)) return;
      keep("executions", { count: executions.size + 1, added: text.length });
      const read = readTwsTime(time, timeZone);
      const isCombo = secType === "BAG";
      const kinds = { isCombo, isOwn: heard.clientId === String(clientId) };
      executions.set(text, { text, execId, time, atMs: "atMs" in read ? read.atMs : null, ...kinds, commission: null });
      if (!isCombo && commissions.get(execId)?.isSet !== true) unpriced.add(execId);
    },
    commission(heard) {
      const known = commissions.get(heard.execId);
      // A later amount counts; a later "not known" does not undo one.
      if (!heard.isSet && known?.isSet === true) return;
      const added = heard.text.length - (known?.text.length ?? 0);
      keep("commissions", { count: commissions.size + (known === undefined ? 1 : 0), added });
      commissions.set(heard.execId, heard);
      if (heard.isSet) unpriced.delete(heard.execId);
    },
    size: () => executions.size,
    isPriced: () => unpriced.size === 0,
    rows() {
      for (const row of executions.values()) row.commission = commissions.get(row.execId) ?? null;
      return [...executions.values()];
    },
  };
}

/** A copy of each row would cost as much again. */
type Writable<Row> = { -readonly [name in keyof Row]: Row[name] };

// Thrown while a message is heard, where the guard ends the line with it.
function flood(place: string, what: string): ImportError {
  const message = `TWS at ${place} reported ${what}; nothing of the list was stored, a Flex statement has it`;
  return new ImportError("RESPONSE_TOO_LARGE", message);
}
