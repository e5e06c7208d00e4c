import * as z from "zod/mini";
import type { Clock } from "./clock.ts";
import { decisionBatch, scopesOfKeys } from "./decision-batch.ts";
import { ImportError } from "./import-error.ts";
import { parseOptions } from "./parse-options.ts";
import type { BookStore } from "./store-contract.ts";

export interface PinRequest {
  /** The fill, as `executions` names it. */
  readonly familyKey: string;
  /** The report that is right. */
  readonly revisionKey: string;
}

/** What a person does about a fill that the broker told in contradicting ways. */
export interface UserPins {
  /**
   * Chooses which report of a fill is right, as the conflict's action `pin-report` offers: it counts from then on, and the
   * problem closes. Choosing another one later takes its place, also one that was told since and contradicts it; a newer
   * revision of the broker outranks all of them.
   *
   * @throws ImportError `OPTION_INVALID` where this person has no such fill, or the report is not one of those that
   * contradict each other now; one that was undone is none.
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
const key = z.string().check(z.minLength(1), z.maxLength(4000));
const pinSchema = z.strictObject({ familyKey: key, revisionKey: key });

interface PinParts {
  readonly userId: string;
  readonly actor: string;
  readonly store: Pick<BookStore, "commit">;
  readonly clock: Clock;
}

export function userPins({ userId, actor, store, clock }: PinParts): UserPins {
  return {
    async pinReport(request) {
      const { familyKey, revisionKey } = parseOptions(pinSchema, request);
      const batch = decisionBatch({ owner: userId, by: actor, clock, accounts: [] });
      const { kind } = await store.commit({
        ...batch,
        accounts: scopesOfKeys([familyKey]),
        pins: [{ familyKey, revisionKey, pinned: true }],
      });
      if (kind === "stale") throw notOffered({ familyKey, revisionKey });
      if (kind === "fenced") throw new Error("a batch without a run has no fence");
    },
  };
}

function notOffered({ familyKey, revisionKey }: PinRequest): ImportError {
  return new ImportError("OPTION_INVALID", `no conflict of fill ${familyKey} has report ${revisionKey}`);
}
