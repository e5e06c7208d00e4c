import { abortedError, throwIfAborted } from "@fillbook/connector-kit";
import { type ImportError, isImportError, type Logger } from "@fillbook/core";
import type { IBApi } from "@stoqey/ib";
import { twsError, twsSign } from "./tws-codes.ts";
import { guardTws } from "./tws-guard.ts";
import type { TwsLibrary } from "./tws-library.ts";
import { type TwsExecution, type TwsWords, twsCommission, twsExecution } from "./tws-record.ts";

/** Who hears what TWS tells, asked for or not. */
export interface TwsListener {
  execution(execution: TwsExecution): void;
  commission(commission: TwsWords): void;
}

/** What a line has heard. */
interface TwsFacts {
  /** Null until TWS has said which it opens. */
  accounts: readonly string[] | null;
  /** TWS takes requests. */
  ready: boolean;
  /** What the handshake wrote about now: its last word is TWS's time zone. */
  connectionTime: string;
  /** Requests whose list has ended. */
  readonly ended: Set<number>;
  /** TWS has no connection to IBKR. */
  lost: boolean;
  /** How often TWS got it back. */
  restored: number;
  /** How often TWS told its time. */
  clockTold: number;
}

/** One connection to TWS, open until it is closed or breaks. */
export interface TwsLine {
  readonly place: string;
  readonly facts: Readonly<TwsFacts>;
  /** Asks for executions; the answer goes to the listener, then `facts.ended` has the number. */
  ask(request: { readonly reqId: number; readonly account: string; readonly from: string }): void;
  /** Asks for the time, to see whether anybody is there. */
  knock(): void;
  /**
   * True once it holds, false when the limit ends before.
   *
   * @throws ImportError when the line breaks or the run is aborted.
   */
  until(holds: (facts: Readonly<TwsFacts>) => boolean, limit: AbortSignal): Promise<boolean>;
  close(): void;
}

export interface TwsLineOptions {
  readonly library: TwsLibrary;
  readonly host: string;
  readonly port: number;
  readonly clientId: number;
  readonly listener: TwsListener;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** A limit for what TWS may take, in real time: the other end of a socket knows no other clock. */
export function twsLimit(timeoutMs: number): AbortSignal {
  return AbortSignal.timeout(timeoutMs);
}

/** Opens a line. Nothing has been heard yet: wait until it is ready. */
export function openTwsLine(options: TwsLineOptions): TwsLine {
  const { library, host, port, clientId, signal } = options;
  throwIfAborted(signal);
  const heart: Heart = { place: `${host}:${port}`, asked: null, error: null, looks: new Set(), facts: noFacts() };
  // All of its options: for one that is left out the library loads a file into the process's environment.
  const api = new library.IBApi({ host, port, clientId, maxReqPerSec: REQUESTS_A_SECOND });
  guardTws(api, (cause) =>
    fail(
      heart,
      isImportError(cause)
        ? cause
        : twsError("PROTOCOL", { place: heart.place, what: "sent what is no message", cause }),
    ),
  );
  listen(api, heart, options);
  api.connect(clientId);
  return {
    ...{ place: heart.place, facts: heart.facts },
    ask({ reqId, account, from }) {
      heart.asked = reqId;
      api.reqExecutions(reqId, { acctCode: account, time: from });
    },
    knock: () => void api.reqCurrentTime(),
    until: (holds, limit) => until(heart, { holds, limit, signal }),
    close: () => void api.disconnect(),
  };
}

/** IBKR's limit is 50 (TWS API, read 2026-05-27). */
const REQUESTS_A_SECOND = 40;

interface Heart {
  readonly place: string;
  /** Number of our last request. */
  asked: number | null;
  /** Why the line broke. */
  error: ImportError | null;
  /** Those who wait for something to be heard. */
  readonly looks: Set<() => void>;
  readonly facts: TwsFacts;
}

function noFacts(): TwsFacts {
  return { accounts: null, ready: false, connectionTime: "", ended: new Set(), lost: false, restored: 0, clockTold: 0 };
}

function listen(api: IBApi, heart: Heart, { library, listener, logger }: TwsLineOptions): void {
  const { EventName } = library;
  const { facts, place } = heart;
  let tokens: readonly string[] = [];
  const heard = (change: () => void) => {
    change();
    for (const look of heart.looks) look();
  };
  const onCode = (code: number, said: string, reqId: number) => {
    const sign = twsSign(code, said, { place, isOurs: reqId >= 0 && reqId === heart.asked });
    logger.debug({ code, reqId, said: said.slice(0, 200) }, "ibkr tws: a code");
    if (sign.kind === "failure") fail(heart, sign.error);
    if (sign.kind === "lost") heard(() => Object.assign(facts, { lost: true }));
    if (sign.kind === "restored") heard(() => Object.assign(facts, { lost: false, restored: facts.restored + 1 }));
  };
  // The library tells each message twice: as it came, then as it was read.
  api.on(EventName.received, (words) => {
    tokens = words;
  });
  api.on(EventName.server, (_version, time) => heard(() => Object.assign(facts, { connectionTime: String(time) })));
  api.on(EventName.managedAccounts, (list) => heard(() => Object.assign(facts, { accounts: accountsIn(list) })));
  api.on(EventName.nextValidId, () => heard(() => Object.assign(facts, { ready: true })));
  api.on(EventName.currentTime, () => heard(() => Object.assign(facts, { clockTold: facts.clockTold + 1 })));
  api.on(EventName.execDetails, (_reqId, contract, execution) =>
    heard(() => listener.execution(twsExecution(contract, execution, tokens))),
  );
  api.on(EventName.commissionReport, (report) => heard(() => listener.commission(twsCommission(report, tokens))));
  api.on(EventName.execDetailsEnd, (reqId) => heard(() => facts.ended.add(reqId)));
  // Codes that name no request come as another event.
  api.on(EventName.info, (message, code) => onCode(code, message, -1));
  api.on(EventName.error, (error: Error, code: number, reqId: number) => onCode(code, error.message, reqId));
  api.on(EventName.disconnected, () => fail(heart, twsError("NETWORK", { place, what: "closed the connection" })));
}

/** The first reason is the one that counts: TWS often closes the connection behind it. */
function fail(heart: Heart, error: ImportError): void {
  heart.error ??= error;
  for (const look of heart.looks) look();
}

function accountsIn(list: string): readonly string[] {
  return list
    .split(",")
    .map((account) => account.trim())
    .filter((account) => account !== "");
}

function until(
  heart: Heart,
  wanted: {
    readonly holds: (facts: Readonly<TwsFacts>) => boolean;
    readonly limit: AbortSignal;
    readonly signal: AbortSignal;
  },
): Promise<boolean> {
  const { holds, limit, signal } = wanted;
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      heart.looks.delete(look);
      signal.removeEventListener("abort", look);
      limit.removeEventListener("abort", look);
      settle();
    };
    const look = () => {
      if (signal.aborted) return end(() => reject(abortedError(signal)));
      if (holds(heart.facts)) return end(() => resolve(true));
      if (heart.error !== null) return end(() => reject(heart.error));
      if (limit.aborted) end(() => resolve(false));
    };
    heart.looks.add(look);
    signal.addEventListener("abort", look);
    limit.addEventListener("abort", look);
    look();
  });
}
