import { randomBytes } from "node:crypto";
import { isJsonObject } from "@fillbook/connector-kit";
import { type Clock, ImportError, type Json } from "@fillbook/core";
import type { SharedState } from "@fillbook/core/connector";
import { z } from "zod";
import type { WebConsumer } from "./web-access.ts";
import type { WebSign } from "./web-answer.ts";
import type { WebClient } from "./web-client.ts";
import { liveSessionChallenge, liveSessionToken } from "./web-live-session.ts";
import { openToken, sealToken } from "./web-seal.ts";
import { changeShared } from "./web-shared.ts";
import { signWithKey } from "./web-sign.ts";

/** Where live session tokens are kept. */
export interface WebLoginRun {
  readonly client: WebClient;
  readonly state: SharedState;
  readonly clock: Clock;
}

/** A token that ends within this time is replaced, in milliseconds. */
const RENEW_BEFORE_MS = 10 * 60_000;

const PATH = "/oauth/live_session_token";

/**
 * Signs with the token that some process has made, if there is one that lasts. Answers with the token's end in
 * milliseconds since 1970, or null when a new one is needed.
 */
export async function useKeptToken({ client, state, clock }: WebLoginRun): Promise<number | null> {
  const { consumer } = client.access;
  if (consumer === null) return null;
  const place = tokenKey(client);
  const kept = readKept((await state.read(place))?.value ?? null);
  if (kept === null || kept.expiresAtMs - clock.now() < RENEW_BEFORE_MS) return null;
  const token = openToken(kept.token, { secret: consumer.tokenSecret(), place });
  client.useToken(token);
  return token === null ? null : kept.expiresAtMs;
}

/**
 * Makes a new live session token, which ends the one before: there is one for an access token. It is kept, sealed, for
 * all processes.
 *
 * @throws ImportError `CREDENTIALS_INVALID` when IBKR refuses the signature, or its own proof does not fit twice.
 */
export async function makeToken({ client, state, clock }: WebLoginRun): Promise<number> {
  const { consumer } = client.access;
  if (consumer === null) throw new ImportError("UNEXPECTED", "a gateway has no live session token");
  client.useToken(null);
  for (let proofs = 0; proofs < 2; ) {
    const made = await exchanged(client, consumer);
    if (made === "moved") continue;
    if (made === null) {
      proofs += 1;
      continue;
    }
    client.useToken(made.token);
    const place = tokenKey(client);
    const sealed = sealToken(made.token, { secret: consumer.tokenSecret(), place });
    const expiresAtMs = Math.min(made.expiresAtMs, clock.now() + DAY_MS);
    await changeShared(state, place, () => ({ value: { token: sealed, expiresAtMs }, result: null }));
    return expiresAtMs;
  }
  const message =
    "IBKR OAuth: the proof of the live session token does not fit, twice: check consumer key, token secret and dhPrime";
  throw new ImportError("CREDENTIALS_INVALID", message);
}

const DAY_MS = 86_400_000;

const answerSchema = z.object({
  diffie_hellman_response: z.string().regex(/^[0-9a-fA-F]{1,2048}$/),
  live_session_token_signature: z.string().regex(/^[0-9a-fA-F]{40}$/),
  live_session_token_expiration: z.number().int().positive(),
});

/** Null when the server's proof does not fit, "moved" when another host is to be asked. */
async function exchanged(client: WebClient, consumer: WebConsumer) {
  const { dhPrime, consumerKey } = consumer;
  const random = randomBytes(32);
  const challenge = liveSessionChallenge(dhPrime, random);
  const secret = consumer.tokenSecret();
  const key = consumer.signatureKey.reveal();
  const reply = await client.call({
    ...{ method: "POST", path: PATH },
    sign: (signing) => signWithKey(signing, { challenge, secret, key }),
  });
  if (reply.kind === "sign") {
    if (reply.sign === "moved" && client.nextPlace()) return "moved";
    throw refusal(reply);
  }
  const answer = answerSchema.safeParse(reply.value);
  if (!answer.success) throw new ImportError("PROTOCOL", "the answer of a live session token is not as documented");
  const { diffie_hellman_response: response, live_session_token_signature: proof } = answer.data;
  const token = liveSessionToken({ dhPrime, random, response, secret, consumerKey, proof });
  return token === null ? null : { token, expiresAtMs: answer.data.live_session_token_expiration };
}

/** Only a refusal says something of the keys; a page, an empty answer or 410 at every host does not. */
function refusal({ sign, said }: { readonly sign: WebSign; readonly said: string }): ImportError {
  const words = JSON.stringify(said);
  return sign === "logged-out"
    ? new ImportError(
        "CREDENTIALS_INVALID",
        `IBKR OAuth refuses the consumer's signature (${words}): check keys, token and the machine's clock`,
      )
    : new ImportError("BROKER_UNAVAILABLE", `IBKR OAuth gives no live session token (${sign}: ${words})`);
}

function tokenKey({ access }: WebClient): string {
  return `web:token:${access.key}`;
}

function readKept(value: Json): { readonly token: Json; readonly expiresAtMs: number } | null {
  if (!isJsonObject(value) || typeof value.expiresAtMs !== "number") return null;
  return { token: value.token ?? null, expiresAtMs: value.expiresAtMs };
}
