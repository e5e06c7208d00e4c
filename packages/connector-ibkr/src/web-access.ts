import { createHash } from "node:crypto";
import { type Secret, secret } from "@fillbook/connector-kit";
import { ImportError } from "@fillbook/core";
import { decryptTokenSecret } from "./web-live-session.ts";
import type { WebPlace } from "./web-place.ts";
import type { ReadWebPolicy } from "./web-policy.ts";
import type { WebCredentials, WebSettings } from "./web-settings.ts";

/** How a connection reaches Client Portal. */
export interface WebAccess {
  /**
   * Names what limits all who use the session, whoever they are, such as turns: a digest of the gateway's address, or of the
   * access token and its secret, so that somebody who knows another's token alone stops nothing of his.
   */
  readonly key: string;
  /** Names what was said to this owner at this place: nobody else reads it. */
  readonly ownKey: string;
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

/** Who wants to reach Client Portal, and how. */
interface WebAccessRequest {
  readonly userId: string;
  readonly credentials: WebCredentials;
  readonly settings: WebSettings;
  readonly signal: AbortSignal;
}

/**
 * The access that credentials and settings describe.
 *
 * @throws ImportError `OPTION_INVALID` for a gateway that the policy does not allow this owner, `CREDENTIALS_INVALID` for
 * keys that do not fit each other.
 */
export async function webAccess(policy: ReadWebPolicy, request: WebAccessRequest): Promise<WebAccess> {
  const { userId, credentials } = request;
  if (credentials.kind === "gateway") {
    const place = await gatewayOf(policy, request);
    return { ...keysOf(userId, place, []), places: [place], consumer: null, secrets: [] };
  }
  const { consumerKey, accessToken, accessTokenSecret, signatureKey, encryptionKey, dhPrime } = credentials;
  const decrypted = decryptTokenSecret(accessTokenSecret, encryptionKey);
  const hidden = [accessToken, accessTokenSecret, decrypted.toString("hex")].map(secret);
  return {
    ...keysOf(userId, policy.oauth[0], [accessToken, decrypted.toString("hex")]),
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

/**
 * Only what the host's code allows this owner is ever asked: settings may come from the user. A refusal says nothing of the
 * gateways of others.
 */
async function gatewayOf(
  { gateways }: ReadWebPolicy,
  { userId, settings, signal }: WebAccessRequest,
): Promise<WebPlace> {
  const wanted = settings.gatewayUrl?.replace(/\/+$/, "");
  const own = await gateways({ userId, signal });
  const [place, ...others] = wanted === undefined ? own : own.filter(({ url }) => url === wanted);
  if (place !== undefined && others.length === 0) return place;
  throw new ImportError("OPTION_INVALID", `ibkrWeb(): ${refusal(wanted, place)}`);
}

function refusal(wanted: string | undefined, found: WebPlace | undefined): string {
  if (found === undefined)
    return wanted === undefined
      ? "the host allows this owner no gateway"
      : "gatewayUrl is no gateway that the host allows this owner";
  return wanted === undefined
    ? "gatewayUrl is missing, and the host allows this owner several gateways"
    : "the host allows this owner two gateways at gatewayUrl";
}

/** A gateway's limits are those of its address, an access token's are its own wherever it is used. */
function keysOf(userId: string, { url }: WebPlace, token: readonly string[]): Pick<WebAccess, "key" | "ownKey"> {
  return { key: digest(token.length === 0 ? [url] : token), ownKey: digest([userId, url, ...token]) };
}

/** Of a list, so that no two lists of texts are one text. */
function digest(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
