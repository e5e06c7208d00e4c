import type { Json } from "./json.ts";

/** What a sealed value belongs to: it opens under the same binding and no other. */
export interface VaultBinding {
  /** The user whose credentials they are. */
  readonly owner: string;
  /** The connection that they open. */
  readonly connectionId: string;
  /** Which of the connection's secrets it is. */
  readonly field: string;
}

/**
 * Seals credentials before a store keeps them and opens them for a run. `aesVault` of `@fillbook/core/node` is one with
 * keys of the host; a key management service is another.
 *
 * A vault's duties: bind what it seals to the binding, fail closed, and quote nothing of what it sealed in an error. Not
 * its duties: to keep anything, or to know what credentials are. Whatever it throws ends a run with
 * `CREDENTIALS_UNAVAILABLE`, which the next run tries again: its outage never makes a person log in.
 */
export interface Vault {
  /** Two calls with the same text give different values. */
  seal(plain: Uint8Array | string, binding: VaultBinding): Promise<Json>;
  /** Throws for a value that was changed, or sealed under another binding or an unknown key. */
  open(sealed: Json, binding: VaultBinding): Promise<Uint8Array>;
  /** True when the value should be sealed again: by an older key than the one that seals now. */
  needsRotation(sealed: Json): boolean;
}
