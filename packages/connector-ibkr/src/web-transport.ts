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

/** The transport of one `ibkrWeb()`. */
export function webTransport(policy: ReadWebPolicy): WebTransport {
  const clients = new Map<string, Http>();
  const { fetch, timeouts, maxBodyBytes } = policy;
  return {
    policy,
    queue: createKeyQueue(),
    http(place) {
      const known = clients.get(place.url);
      if (known !== undefined) return known;
      const made = createHttp({ fetch: fetch ?? webTlsFetch(place), timeouts, bodyBytesMax: maxBodyBytes });
      clients.set(place.url, made);
      return made;
    },
  };
}
