import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon, type IconName } from "./icons.tsx";
import { wordsOf } from "./use-load.ts";

export type Tone = "good" | "warn" | "bad" | "busy" | "plain";

export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return <span class={`badge badge-${tone}`}>{children}</span>;
}

interface ButtonOptions {
  readonly children: ComponentChildren;
  readonly onClick?: (() => void) | undefined;
  readonly kind?: "primary" | "plain" | "quiet" | "danger";
  readonly isBusy?: boolean;
  readonly isDisabled?: boolean;
  readonly type?: "button" | "submit";
  readonly title?: string;
  readonly icon?: IconName;
}

/** A button that keeps its size while it is busy. */
export function Button({
  children,
  onClick,
  kind = "plain",
  isBusy,
  isDisabled,
  type = "button",
  title,
  icon,
}: ButtonOptions) {
  return (
    <button
      class={`button button-${kind}`}
      type={type}
      onClick={onClick}
      disabled={isDisabled === true || isBusy === true}
      aria-busy={isBusy === true}
      title={title}
    >
      {icon === undefined ? null : <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}

/** The top of a page: its name, and what can be done on it. */
export function PageHead({
  title,
  hint,
  children,
}: {
  title: ComponentChildren;
  hint?: ComponentChildren;
  children?: ComponentChildren;
}) {
  return (
    <header class="page-head">
      <div class="page-title">
        <h1>{title}</h1>
        {hint === undefined ? null : <p>{hint}</p>}
      </div>
      <div class="page-actions">{children}</div>
    </header>
  );
}

/** What stands where a list has nothing, written for people. */
export function EmptyState({
  title,
  children,
  action,
}: {
  title: string;
  children: ComponentChildren;
  action?: ComponentChildren;
}) {
  return (
    <div class="state">
      <h2>{title}</h2>
      <p>{children}</p>
      {action}
    </div>
  );
}

export function ErrorState({ error, onRetry }: { readonly error: Error; readonly onRetry: () => void }) {
  return (
    <div class="state state-error" role="alert">
      <h2>This could not be loaded</h2>
      <p>{wordsOf(error)}</p>
      <Button onClick={onRetry} icon="sync">
        Try again
      </Button>
    </div>
  );
}

/** Rows of the height that is to come. */
export function SkeletonRows({ rows = 8 }: { readonly rows?: number }) {
  return (
    <div class="skeleton" aria-busy="true" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, index) => (
        <div class="skeleton-row" key={index} />
      ))}
    </div>
  );
}

export function Notice({
  tone,
  children,
}: {
  readonly tone: "bad" | "warn" | "good" | "plain";
  readonly children: ComponentChildren;
}) {
  return (
    <div class={`notice notice-${tone}`} role={tone === "bad" ? "alert" : "status"}>
      {children}
    </div>
  );
}

/** A modal window of the browser: it keeps the focus, Escape closes it, and the focus goes back. */
export function Dialog({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const reference = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = reference.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const close = (event: Event) => {
    event.preventDefault();
    onClose();
  };
  return (
    <dialog ref={reference} class="dialog" aria-label={title} onCancel={close}>
      <div class="dialog-head">
        <h2>{title}</h2>
        <button type="button" class="button button-quiet icon-button" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      {children}
    </dialog>
  );
}

/** The end of a list that may go on. */
export function MoreRows({ more, isLoading, shown }: { more: (() => void) | null; isLoading: boolean; shown: number }) {
  return (
    <div class="more">
      <span class="muted">{more === null ? `${shown} shown, that is all` : `${shown} shown`}</span>
      {more === null ? null : (
        <Button onClick={more} isBusy={isLoading}>
          Load more
        </Button>
      )}
    </div>
  );
}
