import type { Clock } from "./clock.ts";
import { ImportError } from "./import-error.ts";
import type { Json } from "./json.ts";
import type { Logger } from "./logger.ts";
import { readCredentials } from "./open-pages.ts";
import type { Connection } from "./read-types.ts";
import type { BookStore } from "./store-contract.ts";
import { inStore } from "./store-error.ts";
import type { Vault } from "./vault.ts";
import { openSealed, reseal, sealCredentials } from "./vault-credentials.ts";

/** Whose credentials they are. */
export type CredentialOwner = Pick<Connection, "id" | "userId" | "connector">;

/** How a book gets at credentials: from the host's callback, from what its vault sealed, or not at all. */
export interface CredentialAccess {
  /** For a run. */
  open(of: CredentialOwner): Promise<unknown>;
  /** For `connect` and `reconnect`: those that were given to them, or the callback's. */
  ask(of: CredentialOwner, given: unknown): Promise<unknown>;
  /** What the store keeps of credentials that `ask` answered and the broker took; null when it keeps none. */
  seal(of: CredentialOwner, asked: unknown): Promise<Json | null>;
}

export interface CredentialParts {
  readonly store: BookStore;
  readonly vault: Vault | undefined;
  readonly credentials: ((of: CredentialOwner) => Promise<unknown>) | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The callback wins over the vault: nothing is sealed then, and what is sealed stays closed. */
export function credentialAccess({ store, vault, credentials, ...rest }: CredentialParts): CredentialAccess {
  if (credentials !== undefined) return askedCredentials(credentials);
  return vault === undefined ? withoutCredentials(store) : sealedCredentials({ store, vault, ...rest });
}

function askedCredentials(credentials: (of: CredentialOwner) => Promise<unknown>): CredentialAccess {
  return {
    open: credentials,
    async ask(of, given) {
      if (given === undefined) return readCredentials(() => credentials(of), of.id);
      throw new ImportError(
        "OPTION_INVALID",
        "invalid option credentials: this book asks its credentials function and keeps none",
      );
    },
    async seal() {
      return null;
    },
  };
}

function sealedCredentials(parts: { store: BookStore; vault: Vault; clock: Clock; logger: Logger }): CredentialAccess {
  const { store, vault } = parts;
  return {
    async open(of) {
      const sealed = await readSealed(store, of);
      const plain = await openSealed(vault, { owner: of.userId, connectionId: of.id, sealed });
      await reseal(parts, { owner: of.userId, connectionId: of.id, sealed, plain });
      return plain;
    },
    async ask(_of, given) {
      return asJson(given);
    },
    seal: (of, asked) => sealCredentials(vault, { owner: of.userId, connectionId: of.id, plain: asJson(asked) }),
  };
}

function withoutCredentials(store: BookStore): CredentialAccess {
  const refuse = async (): Promise<never> => {
    const message = "invalid option vault: a book connects only with a vault, or with a credentials function";
    throw new ImportError("OPTION_INVALID", message);
  };
  return {
    async open(of) {
      await readSealed(store, of);
      const message = `the credentials of connection ${of.id} are sealed, and no vault was given to Fillbook`;
      throw new ImportError("CREDENTIALS_UNAVAILABLE", message, { connectionId: of.id });
    },
    ask: refuse,
    seal: refuse,
  };
}

async function readSealed(store: BookStore, { id, userId }: CredentialOwner): Promise<Json> {
  const sealed = await inStore("sealed credentials could not be read", () => store.sealedCredentials(userId, id));
  if (sealed !== null) return sealed;
  const message = `connection ${id} has no credentials; reconnect it with some`;
  throw new ImportError("CREDENTIALS_MALFORMED", message, { connectionId: id });
}

/** Longest JSON text of one connection's credentials. */
const CREDENTIALS_LENGTH_MAX = 65_536;

/** The credentials as a later run will read them: what JSON does not carry is missed now, not then. */
function asJson(given: unknown): Json {
  const text = jsonText(given);
  if (text === null || text.length > CREDENTIALS_LENGTH_MAX) {
    const message = `the credentials are not JSON of at most ${CREDENTIALS_LENGTH_MAX} characters`;
    throw new ImportError("CREDENTIALS_MALFORMED", message);
  }
  return JSON.parse(text);
}

// What stringify throws names keys of the credentials: it is nobody's cause.
function jsonText(given: unknown): string | null {
  try {
    return JSON.stringify(given) ?? null;
  } catch {
    return null;
  }
}
