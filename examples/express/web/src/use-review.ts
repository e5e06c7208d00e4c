import type { Trade } from "@fillbook/core";
import { useCallback, useMemo, useReducer, useRef } from "preact/hooks";
import { ApiError, get, post } from "./api.ts";
import { countText } from "./format.ts";
import { type Choice, emptyInbox, firstChoice, inboxAfter, reviewsOf } from "./inbox-state.ts";
import { tell, tellError } from "./toasts.tsx";

/** What a person does with the rows of the inbox: choices stay here until they are saved. */
export function useReview(replace: (trades: readonly Trade[]) => void) {
  const [state, act] = useReducer(inboxAfter, emptyInbox);
  // Rows are given functions that never change, so that a key does not draw five hundred of them again.
  const now = useRef({ state, replace });
  now.current = { state, replace };
  const choiceOf = useCallback((trade: Trade) => now.current.state.choices[trade.id] ?? firstChoice(trade), []);
  const actions = useMemo(() => {
    const undo = async (trades: readonly Trade[]) => {
      try {
        const undone = await post<readonly Trade[]>("/api/reviews/undo", { trades: trades.map(seen) });
        now.current.replace(keptSuggestions(undone, trades));
        act({ kind: "mark", ids: undone.map(({ id }) => id), as: "open" });
      } catch (error) {
        tellError(error);
      }
    };
    const review = async (trades: readonly Trade[], choose: (trade: Trade) => Choice) => {
      const open = trades.filter(({ id }) => (now.current.state.rows[id] ?? "open") !== "saving");
      const done: Trade[] = [];
      for (const { link, trades: group } of reviewsOf(open, choose)) {
        const ids = group.map(({ id }) => id);
        act({ kind: "mark", ids, as: "saving" });
        try {
          const reviewed = await post<readonly Trade[]>("/api/reviews", { trades: group.map(seen), link });
          const kept = keptSuggestions(reviewed, group);
          now.current.replace(kept);
          act({ kind: "mark", ids, as: "saved" });
          done.push(...kept);
        } catch (error) {
          await onFailure(error, group, now.current.replace);
          act({ kind: "mark", ids, as: isChanged(error) ? "stale" : "open" });
        }
      }
      if (done.length > 0) tell(`${countText(done.length, "trade")} reviewed`, () => void undo(done));
    };
    return { undo, review };
  }, []);
  const save = useCallback((trade: Trade) => void actions.review([trade], choiceOf), [actions, choiceOf]);
  const undoOne = useCallback((trade: Trade) => void actions.undo([trade]), [actions]);
  return { state, act, choiceOf, save, undoOne, review: actions.review };
}

function seen({ id, version }: Trade) {
  return { id, version };
}

/** A review answers with trades, which have no suggestion: rows keep showing theirs. */
function keptSuggestions(newer: readonly Trade[], before: readonly Trade[]): readonly Trade[] {
  const old = new Map(before.map((trade) => [trade.id, trade]));
  return newer.map((trade) => {
    const known = old.get(trade.id);
    return known !== undefined && "suggestion" in known ? { ...trade, suggestion: known.suggestion } : trade;
  });
}

function isChanged(error: unknown): boolean {
  return error instanceof ApiError && error.problem.code === "TRADE_CHANGED";
}

/** Shows the trades as they are now: nothing of the group was written. */
async function onFailure(
  error: unknown,
  group: readonly Trade[],
  replace: (trades: readonly Trade[]) => void,
): Promise<void> {
  tellError(isChanged(error) ? new ApiError(changedProblem(group.length)) : error);
  if (!isChanged(error)) return;
  const read = await Promise.allSettled(group.map(({ id }) => get<Trade>(`/api/trades/${encodeURIComponent(id)}`)));
  const newer = read.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  replace(keptSuggestions(newer, group));
}

function changedProblem(count: number) {
  const what = count === 1 ? "This trade" : `One of these ${count} trades`;
  return {
    status: 409,
    title: "Changed",
    detail: `${what} changed since it was shown, so nothing was saved. Look again, then save.`,
  };
}
