import { z } from "zod";
import { auditEvent } from "./audit-event.ts";
import type { Clock } from "./clock.ts";
import { decisionBatch, scopesOfKeys } from "./decision-batch.ts";
import { ImportError } from "./import-error.ts";
import { parseOptions } from "./parse-options.ts";
import { type ProblemAction, problemAction } from "./problem-action.ts";
import type { BookStore } from "./store-contract.ts";

export interface PinRequest {
  readonly familyKey: string;
  /** The report that is right. */
  readonly revisionKey: string;
}

/** What a person does about a fill that the broker told in contradicting ways. */
export interface UserPins {
  /**
   * Chooses which report of a fill is right, as the conflict's action `pin-report` offers: it counts from then on, and the
   * problem closes. Choosing another one later takes its place; a newer revision of the broker outranks both.
   *
   * @throws ImportError `OPTION_INVALID` where no conflict of this person names the report.
   * @example
   * const [problem] = (await user.problems({ kind: "conflict" })).items;
   * if (problem?.action.kind === "pin-report") {
   *   const [revisionKey = ""] = problem.action.revisionKeys;
   *   await user.pinReport({ familyKey: problem.action.familyKey, revisionKey });
   * }
   */
  pinReport(request: PinRequest): Promise<void>;
}

// Keys of families are made of several ids.
const key = z.string().min(1).max(4000);
const pinSchema = z.strictObject({ familyKey: key, revisionKey: key });

interface PinParts {
  readonly userId: string;
  readonly actor: string;
  readonly store: Pick<BookStore, "problems" | "commit">;
  readonly clock: Clock;
}

export function userPins(parts: PinParts): UserPins {
  const { userId, actor, store, clock } = parts;
  return {
    async pinReport(request) {
      const { familyKey, revisionKey } = parseOptions(pinSchema, request);
      const offered = await offeredChoice(parts, { familyKey, revisionKey });
      const batch = decisionBatch({ owner: userId, by: actor, clock, accounts: [] });
      const details = { familyKey, revisionKey };
      await store.commit({
        ...batch,
        accounts: scopesOfKeys([familyKey]),
        audit: auditEvent({ at: batch.at, by: actor, action: "report.pinned", connectionId: null, details }),
        pins: offered.revisionKeys.map((one) => ({ familyKey, revisionKey: one, pinned: one === revisionKey })),
      });
    },
  };
}

/** The conflict that offers this choice, open or not. */
async function offeredChoice(
  { userId, store }: PinParts,
  { familyKey, revisionKey }: PinRequest,
): Promise<Extract<ProblemAction, { readonly kind: "pin-report" }>> {
  let after: { readonly after?: string } = {};
  for (;;) {
    const { items, next } = await store.problems(userId, { kind: "conflict", state: "all", limit: 200, ...after });
    for (const action of items.map(problemAction)) {
      if (action.kind !== "pin-report" || action.familyKey !== familyKey) continue;
      if (action.revisionKeys.includes(revisionKey)) return action;
    }
    if (next === null) break;
    after = { after: next };
  }
  throw new ImportError("OPTION_INVALID", `no conflict of fill ${familyKey} names report ${revisionKey}`);
}
