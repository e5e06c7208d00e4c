import { type AuditEvent, auditEvent, FILLBOOK } from "./audit-event.ts";
import type { Clock } from "./clock.ts";
import { redactedError, secretsIn } from "./error-cause.ts";
import { ImportError, isImportError } from "./import-error.ts";
import { instantFromUnixMs } from "./instant.ts";
import type { Json } from "./json.ts";
import type { Logger } from "./logger.ts";
import type { BookStore } from "./store-contract.ts";
import type { Vault, VaultBinding } from "./vault.ts";

interface Of {
  readonly owner: string;
  readonly connectionId: string;
}

/** @throws ImportError `CREDENTIALS_UNAVAILABLE`, whatever the vault threw. */
export async function sealCredentials(vault: Vault, of: Of & { readonly plain: Json }): Promise<Json> {
  try {
    return await vault.seal(JSON.stringify(of.plain), bindingOf(of));
  } catch (error) {
    // No cause: a client of a key service may hold in its error what it was asked to seal.
    const name = error instanceof Error ? error.name : typeof error;
    const message = `the credentials of connection ${of.connectionId} could not be sealed: the vault threw ${name}`;
    throw new ImportError("CREDENTIALS_UNAVAILABLE", message, { connectionId: of.connectionId });
  }
}

/** @throws ImportError `CREDENTIALS_UNAVAILABLE`, whatever the vault threw. */
export async function openSealed(vault: Vault, of: Of & { readonly sealed: Json }): Promise<Json> {
  const { connectionId } = of;
  const bytes = await openBytes(vault, of);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // No cause: the parser quotes what it read.
    const message = `the vault opened the credentials of connection ${connectionId} as something else than was sealed`;
    throw new ImportError("CREDENTIALS_UNAVAILABLE", message, { connectionId });
  }
}

async function openBytes(vault: Vault, of: Of & { readonly sealed: Json }): Promise<Uint8Array> {
  try {
    return await vault.open(of.sealed, bindingOf(of));
  } catch (cause) {
    if (isImportError(cause) && cause.code === "CREDENTIALS_UNAVAILABLE") throw cause;
    const message = `the credentials of connection ${of.connectionId} could not be opened: the vault failed`;
    throw new ImportError("CREDENTIALS_UNAVAILABLE", message, { cause, connectionId: of.connectionId });
  }
}

interface ResealParts {
  readonly store: BookStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Seals credentials again that an older key sealed, unless somebody replaced or deleted them meanwhile. True when it did.
 * A failure is logged and no more: what is stored still opens.
 */
export async function reseal(
  { store, vault, clock, logger }: ResealParts,
  { owner, connectionId, sealed, plain }: Of & { readonly sealed: Json; readonly plain: Json },
): Promise<boolean> {
  try {
    if (!vault.needsRotation(sealed)) return false;
    const next = await sealCredentials(vault, { owner, connectionId, plain });
    const audit = resealedEvent(connectionId, clock);
    return await store.replaceSealedCredentials({ owner, connectionId, expected: sealed, sealed: next, audit });
  } catch (error) {
    const err = redactedError(error, secretsIn(plain));
    logger.warn({ connectionId, err }, "credentials could not be sealed by the newest key");
    return false;
  }
}

export function resealedEvent(connectionId: string, clock: Clock): AuditEvent {
  const at = instantFromUnixMs(clock.now());
  return auditEvent({ at, by: FILLBOOK, action: "credentials.resealed", connectionId, details: null });
}

function bindingOf({ owner, connectionId }: Of): VaultBinding {
  return { owner, connectionId, field: "credentials" };
}
