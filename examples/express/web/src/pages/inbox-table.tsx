import type { InboxTrade, Trade } from "@fillbook/core";
import { useEffect, useRef, useState } from "preact/hooks";
import { isAbsorbable, neighbor } from "../inbox-state.ts";
import type { Plans } from "../reference-data.ts";
import { navigate } from "../router.ts";
import type { useReview } from "../use-review.ts";
import { AbsorbDialog } from "./absorb-dialog.tsx";
import { InboxRow } from "./inbox-row.tsx";

interface InboxTableOptions {
  readonly items: readonly (Trade | InboxTrade)[];
  readonly plans: Plans;
  readonly review: ReturnType<typeof useReview>;
  readonly onHelp: () => void;
  readonly isChanged: boolean;
}

/** The table. It can be worked with the keyboard alone: one row is active, and keys are about it. */
export function InboxTable({ items, plans, review, onHelp, isChanged }: InboxTableOptions) {
  const { state, act } = review;
  const active = items.some(({ id }) => id === state.active) ? state.active : (items[0]?.id ?? null);
  const [absorbing, setAbsorbing] = useState<InboxTrade | null>(null);
  useKeys({ items, active, review, onHelp, onAbsorb: setAbsorbing });
  const open = items.filter(({ id }) => state.rows[id] !== "saved").map(({ id }) => id);
  const isAll = open.length > 0 && open.every((id) => state.selected.has(id));
  return (
    <div class="table-wrap">
      <table class="table inbox-table cards">
        <thead>
          <tr>
            <th class="cell-check">
              <input
                type="checkbox"
                aria-label="Select all that are shown"
                checked={isAll}
                onChange={() => act({ kind: "select", ids: isAll ? [] : open })}
              />
            </th>
            <th class="cell-time">Executed</th>
            <th class="cell-account">Account</th>
            <th class="cell-symbol">Symbol</th>
            <th class="cell-side">Side</th>
            <th class="number cell-quantity">Quantity</th>
            <th class="number cell-price">Price</th>
            <th class="cell-suggestion">{isChanged ? "Reviewed as" : "Suggested"}</th>
            <th class="cell-plan">Plan</th>
            <th class="cell-campaign">Campaign</th>
            <th class="cell-action" aria-label="Save" />
          </tr>
        </thead>
        <tbody>
          {items.map((trade) => (
            <InboxRow
              key={trade.id}
              trade={trade}
              plans={plans}
              choice={state.choices[trade.id] ?? known(review, trade)}
              state={state.rows[trade.id] ?? "open"}
              isSelected={state.selected.has(trade.id)}
              isActive={trade.id === active}
              act={act}
              onSave={review.save}
              onUndo={review.undoOne}
              onAbsorb={setAbsorbing}
            />
          ))}
        </tbody>
      </table>
      {absorbing === null ? null : (
        <AbsorbDialog
          trade={absorbing}
          plans={plans}
          onClose={() => setAbsorbing(null)}
          onAbsorb={(trade) => void review.absorb(trade)}
        />
      )}
    </div>
  );
}

const firstChoices = new WeakMap<Trade, ReturnType<ReturnType<typeof useReview>["choiceOf"]>>();

// The same object each time: a row that gets an equal but new one would be drawn again.
function known({ choiceOf }: ReturnType<typeof useReview>, trade: Trade) {
  const choice = firstChoices.get(trade) ?? choiceOf(trade);
  firstChoices.set(trade, choice);
  return choice;
}

interface Keys extends Pick<InboxTableOptions, "items" | "review" | "onHelp"> {
  readonly active: string | null;
  readonly onAbsorb: (trade: InboxTrade) => void;
}

/** Keys count anywhere on the page, but in fields and windows. */
function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event, latest.current);
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, []);
}

function onKey(event: KeyboardEvent, { items, active, ...rest }: Keys): void {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") !== null) return;
  const row = active === null ? null : document.getElementById(`row-${active}`);
  const field = event.target instanceof HTMLElement ? event.target.closest("select, input:not([type=checkbox])") : null;
  if (field !== null) {
    if (event.key === "Escape") row?.focus();
    return;
  }
  const trade = items.find(({ id }) => id === active);
  const run = commandOf(event.key, { items, trade, row, ...rest });
  if (run === null) return;
  event.preventDefault();
  run();
}

interface Command extends Omit<Keys, "active"> {
  readonly trade: Trade | InboxTrade | undefined;
  readonly row: HTMLElement | null;
}

function commandOf(key: string, { items, trade, row, review, onHelp, onAbsorb }: Command): (() => void) | null {
  const { act, state } = review;
  const move = (step: 1 | -1) => {
    const isFocused = row?.contains(document.activeElement) === true;
    const ids = items.map(({ id }) => id);
    // The first key goes to the active row itself.
    const to = isFocused ? neighbor(ids, trade?.id ?? null, step) : (trade?.id ?? null);
    if (to === null) return;
    act({ kind: "activate", id: to });
    const target = document.getElementById(`row-${to}`);
    target?.focus({ preventScroll: true });
    target?.scrollIntoView({ block: "nearest" });
  };
  const open = items.map(({ id }) => id).filter((id) => state.rows[id] !== "saved");
  const openSelect = (name: string) => {
    const select = row?.querySelector<HTMLSelectElement>(`.cell-${name} select`);
    select?.focus();
    if (select !== null && select !== undefined && !select.disabled) select.showPicker();
  };
  const commands: Readonly<Record<string, () => void>> = {
    j: () => move(1),
    ArrowDown: () => move(1),
    k: () => move(-1),
    ArrowUp: () => move(-1),
    x: () => trade !== undefined && state.rows[trade.id] !== "saved" && act({ kind: "toggle", id: trade.id }),
    a: () => act({ kind: "select", ids: state.selected.size > 0 ? [] : open }),
    Enter: () => openSelect("plan"),
    c: () => openSelect("campaign"),
    s: () => trade !== undefined && state.rows[trade.id] !== "saved" && review.save(trade),
    b: () => document.getElementById("bulk-link")?.focus(),
    i: () => trade !== undefined && isAbsorbable(trade) && state.rows[trade.id] !== "saving" && onAbsorb(trade),
    u: () => trade !== undefined && state.rows[trade.id] === "saved" && review.undoOne(trade),
    o: () => trade !== undefined && navigate(`/trades/${encodeURIComponent(trade.id)}`),
    "/": () => document.getElementById("symbol-filter")?.focus(),
    "?": onHelp,
  };
  const isOnButton =
    document.activeElement instanceof HTMLButtonElement || document.activeElement instanceof HTMLAnchorElement;
  if (key === "Enter" && isOnButton) return null;
  return Object.hasOwn(commands, key) ? (commands[key] ?? null) : null;
}
