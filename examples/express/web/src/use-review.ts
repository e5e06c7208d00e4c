import type { InboxTrade, Trade } from "@fillbook/core";
import { useCallback, useMemo, useReducer, useRef } from "preact/hooks";
import { ApiError, post } from "./api.ts";
import { countText } from "./format.ts";
import { keptProposals, readAgain, withManualsNow } from "./inbox-rows.ts";
import { type Choice, choiceOfLink, emptyInbox, firstChoice, inboxAfter, reviewsOf } from "./inbox-state.ts";
import { tell, tellError } from "./toasts.tsx";

/** What a person does with the rows of the inbox: choices stay here until they are saved. */
export function useReview(replace: (trades: readonly Trade[]) => void) {
  const [state, act] = useReducer(inboxAfter, emptyInbox);
  // Rows are given functions that never change, so that a key does not draw five hundred of them again.
  const now = useRef({ state, replace });
  now.current = { state, replace };
  const choiceOf = useCallback((trade: Trade) => now.current.state.choices[trade.id] ?? firstChoice(trade), []);
  const actions = useMemo(() => {
    const show = (trades: readonly Trade[]) => now.current.replace(trades);
    const stateOf = (id: string) => now.current.state.rows[id] ?? "open";
    const fail = async (error: unknown, group: readonly Trade[]) => {
      await onFailure(error, group, show);
      act({ kind: "mark", ids: group.map(({ id }) => id), as: isChanged(error) ? "stale" : "open" });
    };
    const undo = async (trades: readonly Trade[]) => {
      try {
        const undone = await post<readonly Trade[]>("/api/reviews/undo", { trades: trades.map(seen) });
        show(await withManualsNow(keptProposals(undone, trades)));
        act({ kind: "mark", ids: undone.map(({ id }) => id), as: "open" });
      } catch (error) {
        tellError(error);
      }
    };
    const review = async (trades: readonly Trade[], choose: (trade: Trade) => Choice) => {
      const open = trades.filter(({ id }) => stateOf(id) !== "saving");
      const done: Trade[] = [];
      for (const { link, trades: group } of reviewsOf(open, choose)) {
        const ids = group.map(({ id }) => id);
        act({ kind: "mark", ids, as: "saving" });
        try {
          const reviewed = await post<readonly Trade[]>("/api/reviews", { trades: group.map(seen), link });
          const kept = keptProposals(reviewed, group);
          show(kept);
          act({ kind: "mark", ids, as: "saved" });
          done.push(...kept);
        } catch (error) {
          await fail(error, group);
        }
      }
      if (done.length > 0) tell(`${countText(done.length, "trade")} reviewed`, () => void undo(done));
    };
    const absorb = async (trade: InboxTrade) => {
      const { id, version, absorb: manual } = trade;
      if (manual === null || stateOf(id) === "saving") return;
      act({ kind: "mark", ids: [id], as: "saving" });
      try {
        const path = `/api/trades/${encodeURIComponent(id)}/absorb`;
        const kept = keptProposals([await post<Trade>(path, { version, manual })], [trade]);
        show(kept);
        for (const { link } of kept) act({ kind: "choose", id, choice: choiceOfLink(link) });
        act({ kind: "mark", ids: [id], as: "saved" });
        tell("The import took the place of what you entered", () => void undo(kept));
      } catch (error) {
        await fail(error, [trade]);
      }
    };
    return { undo, review, absorb };
  }, []);
  const save = useCallback((trade: Trade) => void actions.review([trade], choiceOf), [actions, choiceOf]);
  const undoOne = useCallback((trade: Trade) => void actions.undo([trade]), [actions]);
  return { state, act, choiceOf, save, undoOne, review: actions.review, absorb: actions.absorb };
}

function seen({ id, version }: Trade) {
  return { id, version };
}

/** A manual trade that is gone or absorbed already has changed too. */
function isChanged(error: unknown): boolean {
  return error instanceof ApiError && ["TRADE_CHANGED", "TRADE_NOT_FOUND"].includes(error.problem.code ?? "");
}

/** Shows the trades as they are now: nothing of the group was written. */
async function onFailure(
  error: unknown,
  group: readonly Trade[],
  replace: (trades: readonly Trade[]) => void,
): Promise<void> {
  tellError(isChanged(error) ? new ApiError(changedProblem(group.length)) : error);
  if (isChanged(error)) replace(await readAgain(group));
}

function changedProblem(count: number) {
  const what = count === 1 ? "This trade" : `One of these ${count} trades`;
  return {
    status: 409,
    title: "Changed",
    detail: `${what} changed since it was shown, so nothing was saved. Look again, then save.`,
  };
}
