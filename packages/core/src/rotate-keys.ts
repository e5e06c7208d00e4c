import type { Clock } from "./clock.ts";
import type { SealedRow } from "./connection-store.ts";
import { noSecrets, redactedError } from "./error-cause.ts";
import { ImportError } from "./import-error.ts";
import type { Json } from "./json.ts";
import type { Logger } from "./logger.ts";
import type { BookStore } from "./store-contract.ts";
import { inStore } from "./store-error.ts";
import type { Vault } from "./vault.ts";
import { openSealed, resealedEvent, sealCredentials } from "./vault-credentials.ts";

/** What `rotateKeys` did to the sealed credentials of all connections. */
export interface KeyRotation {
  /** Sealed again by the newest key. */
  readonly rotated: number;
  /** Sealed by it already, or replaced by somebody else meanwhile. */
  readonly kept: number;
  /** Could not be opened or sealed; each is logged. While there are any, keep the old keys. */
  readonly failed: number;
}

const PAGE_ROWS = 100;

/** So many failures in a row are an outage of the vault: it would fail for the rest too. */
const FAILURES_IN_A_ROW_MAX = 20;

interface RotationParts {
  readonly store: BookStore;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Seals everything again that an older key sealed. Ended early, a later call goes on with what is left. */
export async function rotateKeys({
  vault,
  ...rest
}: Omit<RotationParts, "vault"> & { readonly vault: Vault | undefined }): Promise<KeyRotation> {
  if (vault === undefined) throw new ImportError("OPTION_INVALID", "invalid option vault: there are no keys to rotate");
  const parts = { ...rest, vault };
  const { store, signal } = parts;
  const counts = { rotated: 0, kept: 0, failed: 0 };
  let failuresInARow = 0;
  let after = "";
  for (;;) {
    const rows = await inStore("sealed credentials could not be listed", () =>
      store.listSealedCredentials({ after, limit: PAGE_ROWS }),
    );
    for (const row of rows) {
      signal.throwIfAborted();
      const outcome = await rotated(parts, row);
      counts[outcome] += 1;
      failuresInARow = outcome === "failed" ? failuresInARow + 1 : 0;
      if (failuresInARow === FAILURES_IN_A_ROW_MAX) throw outage(counts);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return counts;
    after = last.connectionId;
  }
}

async function rotated({ store, vault, clock, logger }: RotationParts, row: SealedRow): Promise<keyof KeyRotation> {
  const { owner, connectionId, sealed } = row;
  let next: Json;
  try {
    if (!vault.needsRotation(sealed)) return "kept";
    const plain = await openSealed(vault, row);
    next = await sealCredentials(vault, { owner, connectionId, plain });
  } catch (error) {
    logger.error(
      { connectionId, err: redactedError(error, noSecrets) },
      "credentials could not be sealed by the newest key",
    );
    return "failed";
  }
  const replaced = await inStore("sealed credentials could not be replaced", () =>
    store.replaceSealedCredentials({
      ...{ owner, connectionId, expected: sealed, sealed: next },
      audit: resealedEvent(connectionId, clock),
    }),
  );
  return replaced ? "rotated" : "kept";
}

function outage({ rotated, kept }: KeyRotation): ImportError {
  const done = `${rotated} were sealed again and ${kept} were so already`;
  return new ImportError(
    "CREDENTIALS_UNAVAILABLE",
    `the vault failed for ${FAILURES_IN_A_ROW_MAX} connections in a row; ${done}. Call rotateKeys again to go on`,
  );
}
