import { createHttp, createKeyQueue, type Http, type KeyQueue } from "@fillbook/connector-kit";
import type { WebPlace } from "./web-place.ts";
import type { ReadWebPolicy } from "./web-policy.ts";
import { webTlsFetch } from "./web-tls-fetch.ts";

/** How long an answer may be: one about the session, one of accounts or instruments, the list of trades. */
export type WebAnswerSize = "short" | "accounts" | "instruments" | "rows";

/** What the clients of one `ibkrWeb()` share. */
export interface WebTransport {
  readonly policy: ReadWebPolicy;
  readonly queue: KeyQueue;
  http(place: WebPlace, answer: WebAnswerSize): Http;
}

/** Idle connections of more places are left to their servers to close. */
const PLACES_KEPT_MAX = 1_000;

/** Bytes of answers about the session. The longest that was seen has 1 kB. */
const SHORT_BYTES_MAX = 65_536;
/** Of accounts: about 4,000 with 250 bytes each. */
const ACCOUNTS_BYTES_MAX = 2 ** 20;
/** Of 200 instruments, which is as many as one request names: 5 kB each, and seen were 3. */
const INSTRUMENTS_BYTES_MAX = 2 ** 20;

/** The transport of one `ibkrWeb()`. */
export function webTransport(policy: ReadWebPolicy): WebTransport {
  // By pin as well: what one entry of the policy trusts is nothing to another entry of the same address.
  const clients = new Map<string, Readonly<Record<WebAnswerSize, Http>>>();
  return {
    policy,
    queue: createKeyQueue(),
    http(place, answer) {
      const key = JSON.stringify([place.url, place.pin.ca, place.pin.fingerprint256]);
      const known = clients.get(key);
      if (known !== undefined) return known[answer];
      if (clients.size >= PLACES_KEPT_MAX) clients.clear();
      const made = clientsOf(policy, place);
      clients.set(key, made);
      return made[answer];
    },
  };
}

/** Clients of one place, which share its connections. */
function clientsOf({ fetch, timeouts, maxBodyBytes }: ReadWebPolicy, place: WebPlace) {
  const send = fetch ?? webTlsFetch(place);
  const upTo = (bytes: number) => createHttp({ fetch: send, timeouts, bodyBytesMax: Math.min(bytes, maxBodyBytes) });
  return {
    short: upTo(SHORT_BYTES_MAX),
    accounts: upTo(ACCOUNTS_BYTES_MAX),
    instruments: upTo(INSTRUMENTS_BYTES_MAX),
    rows: upTo(maxBodyBytes),
  };
}
