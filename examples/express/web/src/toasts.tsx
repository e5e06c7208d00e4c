import { useEffect, useState } from "preact/hooks";
import { wordsOf } from "./use-load.ts";

interface Toast {
  readonly id: number;
  readonly tone: "good" | "bad";
  readonly text: string;
  readonly undo: (() => void) | null;
}

const SHOWN_MS = 8_000;
let toasts: readonly Toast[] = [];
let nextId = 1;
let onChange = () => {};

/** Says that something is done; with `undo` it can be taken back from there. */
export function tell(text: string, undo: (() => void) | null = null): void {
  add({ tone: "good", text, undo });
}

export function tellError(error: unknown): void {
  add({ tone: "bad", text: wordsOf(error), undo: null });
}

function add(toast: Omit<Toast, "id">): void {
  const id = nextId++;
  toasts = [...toasts.slice(-2), { id, ...toast }];
  onChange();
  setTimeout(() => remove(id), SHOWN_MS);
}

function remove(id: number): void {
  toasts = toasts.filter((toast) => toast.id !== id);
  onChange();
}

/** Over the page, so that nothing moves; read out by who listens. */
export function Toasts() {
  const [, setRound] = useState(0);
  useEffect(() => {
    onChange = () => setRound((last) => last + 1);
  }, []);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.map(({ id, tone, text, undo }) => (
        <div key={id} class={`toast toast-${tone}`}>
          <span>{text}</span>
          {undo === null ? null : (
            <button
              type="button"
              onClick={() => {
                remove(id);
                undo();
              }}
            >
              Undo
            </button>
          )}
          <button type="button" aria-label="Dismiss" onClick={() => remove(id)}>
            ✕
          </button>
        </div>
      ))}
    </div>
  );
}
