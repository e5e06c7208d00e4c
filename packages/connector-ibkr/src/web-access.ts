import { createHash } from "node:crypto";
import { type Secret, secret } from "@fillbook/connector-kit";
import { ImportError } from "@fillbook/core";
import { decryptTokenSecret } from "./web-live-session.ts";
import type { WebPlace } from "./web-place.ts";
import type { ReadWebPolicy } from "./web-policy.ts";
import type { WebCredentials, WebSettings } from "./web-settings.ts";

/** How a connection reaches Client Portal. */
export interface WebAccess {
  /** Names the session among all processes: a digest of the gateway's address, or of the access token. */
  readonly key: string;
  /** Where to ask; the first works, unless IBKR says otherwise. */
  readonly places: readonly [WebPlace, ...WebPlace[]];
  /** Null for a gateway, which needs no signatures. */
  readonly consumer: WebConsumer | null;
  readonly secrets: readonly Secret[];
}

/** What signs for a user. */
export interface WebConsumer {
  readonly consumerKey: string;
  readonly accessToken: Secret;
  readonly signatureKey: Secret;
  readonly dhPrime: string;
  /** The access token secret, decrypted. */
  readonly tokenSecret: () => Buffer;
}

/**
 * The access that credentials and settings describe.
 *
 * @throws ImportError `OPTION_INVALID` for a gateway that the policy does not allow, `CREDENTIALS_INVALID` for keys that
 * do not fit each other.
 */
export function webAccess(policy: ReadWebPolicy, credentials: WebCredentials, settings: WebSettings): WebAccess {
  if (credentials.kind === "gateway") {
    const place = gatewayOf(policy, settings);
    return { key: digest(place.url), places: [place], consumer: null, secrets: [] };
  }
  const { consumerKey, accessToken, accessTokenSecret, signatureKey, encryptionKey, dhPrime } = credentials;
  const decrypted = decryptTokenSecret(accessTokenSecret, encryptionKey);
  const hidden = [accessToken, accessTokenSecret, decrypted.toString("hex")].map(secret);
  return {
    key: digest(accessToken),
    places: policy.oauth,
    consumer: {
      consumerKey,
      accessToken: secret(accessToken),
      signatureKey: secret(signatureKey),
      dhPrime,
      tokenSecret: () => decrypted,
    },
    secrets: hidden,
  };
}

/** Only what the host's code allowed is ever asked: settings may come from the user. */
function gatewayOf({ gateways }: ReadWebPolicy, { gatewayUrl }: WebSettings): WebPlace {
  const wanted = gatewayUrl?.replace(/\/+$/, "");
  const found = wanted === undefined ? gateways : gateways.filter(({ url }) => url === wanted);
  const [place, ...others] = found;
  if (place !== undefined && others.length === 0) return place;
  const why = wanted === undefined ? "gatewayUrl is needed: the policy allows" : "the policy allows other gateways:";
  throw new ImportError("OPTION_INVALID", `ibkrWeb(): ${why} ${gateways.length} of them`);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
