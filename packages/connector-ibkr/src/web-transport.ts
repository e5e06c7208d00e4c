import { createHttp, createKeyQueue, type Http, type KeyQueue } from "@fillbook/connector-kit";
import type { WebPlace } from "./web-place.ts";
import type { ReadWebPolicy } from "./web-policy.ts";
import { webTlsFetch } from "./web-tls-fetch.ts";

/** What the clients of one `ibkrWeb()` share. */
export interface WebTransport {
  readonly policy: ReadWebPolicy;
  readonly queue: KeyQueue;
  http(place: WebPlace): Http;
}

/** Idle connections of more places are left to their servers to close. */
const PLACES_KEPT_MAX = 1_000;

/** The transport of one `ibkrWeb()`. */
export function webTransport(policy: ReadWebPolicy): WebTransport {
  // By pin as well: what one entry of the policy trusts is nothing to another entry of the same address.
  const clients = new Map<string, Http>();
  const { fetch, timeouts, maxBodyBytes } = policy;
  return {
    policy,
    queue: createKeyQueue(),
    http(place) {
      const key = JSON.stringify([place.url, place.pin.ca, place.pin.fingerprint256]);
      const known = clients.get(key);
      if (known !== undefined) return known;
      if (clients.size >= PLACES_KEPT_MAX) clients.clear();
      const made = createHttp({ fetch: fetch ?? webTlsFetch(place), timeouts, bodyBytesMax: maxBodyBytes });
      clients.set(key, made);
      return made;
    },
  };
}
