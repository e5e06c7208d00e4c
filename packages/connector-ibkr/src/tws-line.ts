import { abortedError, throwIfAborted } from "@fillbook/connector-kit";
import { isImportError, type Logger } from "@fillbook/core";
import type { IBApi } from "@stoqey/ib";
import { twsError } from "./tws-codes.ts";
import { guardTws } from "./tws-guard.ts";
import {
  breakTwsHeart,
  newTwsHeart,
  type TwsFacts,
  type TwsHearing,
  type TwsHeart,
  type TwsListener,
  twsHearing,
} from "./tws-hearing.ts";
import type { TwsLibrary } from "./tws-library.ts";
import { twsReader } from "./tws-reader.ts";

/** One connection to TWS, open until it is closed or breaks. */
export interface TwsLine {
  readonly place: string;
  readonly facts: Readonly<TwsFacts>;
  /** Requests executions; the answer goes to the listener, then `facts.ended` is the number. */
  ask(request: { readonly reqId: number; readonly account: string; readonly from: string }): void;
  /** Requests the time, to see whether anybody is there. */
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
export function openTwsLine({ library, listener, signal, logger, ...target }: TwsLineOptions): TwsLine {
  throwIfAborted(signal);
  const heart = newTwsHeart(`${target.host}:${target.port}`);
  const hearing = twsHearing(heart, listener, logger);
  // All of its options: for one that is left out the library loads a file into the process's environment.
  const api = new library.IBApi({ ...target, maxReqPerSec: REQUESTS_A_SECOND });
  listen(api, { library, heart, hearing });
  api.connect(target.clientId);
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

interface Ears {
  readonly library: TwsLibrary;
  readonly heart: TwsHeart;
  readonly hearing: TwsHearing;
}

// The library connects and sends. What comes is read by the guard; the library reports only how the connection is.
function listen(api: IBApi, { library, heart, hearing }: Ears): void {
  const { EventName } = library;
  const { place, facts } = heart;
  const onHello = ({ time }: { readonly time: string }) => {
    facts.connectionTime = time;
  };
  const read = twsReader({ place, onHello, onMessage: hearing.message });
  const onBroken = (cause: unknown) =>
    breakTwsHeart(
      heart,
      isImportError(cause) ? cause : twsError("PROTOCOL", { place, what: "sent what cannot be read", cause }),
    );
  guardTws({ library, api, read, onBroken });
  api.on(EventName.error, ({ message }: Error, code: number) => hearing.code({ reqId: -1, code, text: message }));
  api.on(EventName.disconnected, () =>
    breakTwsHeart(heart, twsError("NETWORK", { place, what: "closed the connection" })),
  );
}

function until(
  heart: TwsHeart,
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
