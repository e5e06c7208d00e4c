import { ImportError, type Logger } from "@fillbook/core";
import { twsSign } from "./tws-codes.ts";
import type { TwsMessage } from "./tws-message.ts";
import type { TwsCommission, TwsExecution } from "./tws-record.ts";

/** Who hears what TWS reports, requested or not. What a method throws ends the line. */
export interface TwsListener {
  execution(execution: TwsExecution): void;
  commission(commission: TwsCommission): void;
}

/** What a line has heard. */
export interface TwsFacts {
  /** Null until TWS has reported which it opens. */
  accounts: readonly string[] | null;
  /** TWS takes requests. */
  ready: boolean;
  /** What the handshake wrote about now: its last word is TWS's time zone. */
  connectionTime: string;
  /** The last request whose list has ended. */
  ended: number | null;
  /** TWS has no connection to IBKR. */
  lost: boolean;
  /** How often TWS got it back. */
  restored: number;
  /** How often TWS reported its time. */
  clockTold: number;
}

/** The state of a line. */
export interface TwsHeart {
  /** Host and port, for errors. */
  readonly place: string;
  /** Number of our last request. */
  asked: number | null;
  /** Why the line broke. */
  error: ImportError | null;
  /** Those who wait for something to be heard. */
  readonly looks: Set<() => void>;
  readonly facts: TwsFacts;
}

/** The state of a line on which nothing was heard yet. */
export function newTwsHeart(place: string): TwsHeart {
  const facts = { accounts: null, ready: false, connectionTime: "", ended: null };
  const connection = { lost: false, restored: 0, clockTold: 0 };
  return { place, asked: null, error: null, looks: new Set(), facts: { ...facts, ...connection } };
}

/** Breaks a line. The first reason is the one that counts: TWS often closes the connection behind it. */
export function breakTwsHeart(heart: TwsHeart, error: ImportError): void {
  heart.error ??= error;
  wake(heart);
}

/** A code, of TWS or of the library; `reqId` is -1 where it is about no request. */
type TwsCode = Pick<Extract<TwsMessage, { readonly kind: "code" }>, "reqId" | "code" | "text">;

/** Makes facts of what is heard, and wakes those who wait for them. */
export interface TwsHearing {
  message(message: TwsMessage): void;
  code(code: TwsCode): void;
}

export function twsHearing(heart: TwsHeart, listener: TwsListener, logger: Logger): TwsHearing {
  const { facts, place } = heart;
  const code = codeHearing(heart, logger);
  return {
    code,
    message(message) {
      switch (message.kind) {
        case "execution":
          listener.execution(message.execution);
          break;
        case "commission":
          listener.commission(message.commission);
          break;
        case "end":
          if (message.reqId === heart.asked) facts.ended = message.reqId;
          break;
        case "accounts":
          // Once they are known they stay as they are for this line.
          if ((facts.accounts ?? []).length === 0) facts.accounts = accountsIn(message.list, place);
          break;
        case "next-order":
          facts.ready = true;
          break;
        case "clock":
          facts.clockTold += 1;
          break;
        case "code":
          return code(message);
      }
      wake(heart);
    },
  };
}

/** Of one line: a gateway that sends codes without end must not fill the host's log. */
const CODES_LOGGED_MAX = 100;

function codeHearing(heart: TwsHeart, logger: Logger): (code: TwsCode) => void {
  const { facts, place } = heart;
  let logged = 0;
  return ({ reqId, code, text }) => {
    const sign = twsSign(code, text, { place, isOurs: reqId >= 0 && reqId === heart.asked });
    logged += 1;
    if (logged <= CODES_LOGGED_MAX) logger.debug({ code, reqId, said: text.slice(0, 200) }, "ibkr tws: a code");
    if (logged === CODES_LOGGED_MAX) logger.debug({ place }, "ibkr tws: further codes of this line are not logged");
    if (sign.kind === "failure") return breakTwsHeart(heart, sign.error);
    if (sign.kind === "news") return;
    if (sign.kind === "restored") facts.restored += 1;
    facts.lost = sign.kind === "lost";
    wake(heart);
  };
}

/** More than any advisor's login opens. */
const ACCOUNTS_MAX = 10_000;

function accountsIn(list: string, place: string): readonly string[] {
  const accounts = list.split(",", ACCOUNTS_MAX + 1).map((account) => account.trim());
  if (accounts.length <= ACCOUNTS_MAX) return accounts.filter((account) => account !== "");
  const message = `TWS at ${place} opens more than ${ACCOUNTS_MAX} accounts, which are not read`;
  throw new ImportError("RESPONSE_TOO_LARGE", message);
}

function wake({ looks }: TwsHeart): void {
  for (const look of looks) look();
}
