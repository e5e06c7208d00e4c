import type { BlockedFill, Job, UndoneFill, UndoReport } from "@fillbook/core";
import { useState } from "preact/hooks";
import { post } from "../api.ts";
import { plainText } from "../format.ts";
import { tellError } from "../toasts.tsx";
import { Button, Dialog, Notice } from "../ui.tsx";
import { blockedText, isUndoable, undoText } from "../undo-words.ts";
import { Moment } from "../values.tsx";

interface UndoImportOptions {
  readonly job: Job;
  readonly onDone: (report: UndoReport) => void;
}

/** The button, which asks first. Pressed again it goes on with what an interrupted or partial undo left. */
export function UndoImport({ job, onDone }: UndoImportOptions) {
  const [isAsking, setAsking] = useState(false);
  const [isBusy, setBusy] = useState(false);
  if (!isUndoable(job)) return null;
  const undo = async () => {
    setBusy(true);
    try {
      onDone(await post<UndoReport>(`/api/jobs/${encodeURIComponent(job.id)}/undo`));
    } catch (error) {
      tellError(error);
    }
    setBusy(false);
    setAsking(false);
  };
  return (
    <>
      <Button onClick={() => setAsking(true)} isBusy={isBusy}>
        {job.undoneAt === null ? "Undo this import" : "Undo what is left"}
      </Button>
      {isAsking ? (
        <Dialog title="Undo this import?" onClose={() => setAsking(false)}>
          <div class="form">
            <p>
              What this run brought counts no more, as if it had not run. Nothing is deleted: the reports stay readable.
            </p>
            <p class="muted">
              Fills that somebody reviewed stay, and so do those that a later run told of. A sync does not bring it back
              by itself; a backfill or the same file does.
            </p>
            <div class="form-actions">
              <span class="spacer" />
              <Button onClick={() => setAsking(false)}>Cancel</Button>
              <Button kind="danger" onClick={() => void undo()} isBusy={isBusy}>
                Yes, undo it
              </Button>
            </div>
          </div>
        </Dialog>
      ) : null}
    </>
  );
}

/** What was undone, and what stayed and why. */
export function UndoResult({ report }: { readonly report: UndoReport }) {
  const { kept, blocked } = report;
  const isWhole = kept.count + blocked.count === 0 && report.status === "undone";
  return (
    <>
      <Notice tone={isWhole ? "good" : "warn"}>{undoText(report)}</Notice>
      {kept.count + blocked.count === 0 ? null : (
        <ul class="decisions" aria-label="What stayed">
          {kept.items.slice(0, SHOWN_MAX).map((fill) => (
            <li key={fill.id}>
              <Fill fill={fill} /> <span class="muted">was reviewed</span>
            </li>
          ))}
          {blocked.items.slice(0, SHOWN_MAX).map((fill) => (
            <li key={fill.id}>
              <Fill fill={fill} /> <Blocked fill={fill} />
            </li>
          ))}
        </ul>
      )}
      {Math.max(kept.count, blocked.count) > SHOWN_MAX ? (
        <p class="muted">Only the first {SHOWN_MAX} of each kind are shown.</p>
      ) : null}
    </>
  );
}

const SHOWN_MAX = 20;

function Fill({ fill }: { readonly fill: UndoneFill }) {
  const symbol = plainText(fill.symbol);
  return (
    <>
      {fill.tradeId === null ? <b>{symbol}</b> : <a href={`/trades/${encodeURIComponent(fill.tradeId)}`}>{symbol}</a>}{" "}
      <Moment at={fill.executedAt} />
    </>
  );
}

function Blocked({ fill }: { readonly fill: BlockedFill }) {
  return (
    <span class="muted">
      {blockedText(fill)}
      {fill.jobIds.map((id, index) => (
        <>
          {index === 0 ? ": undo " : ", "}
          <a key={id} href={`/jobs/${encodeURIComponent(id)}`}>
            {fill.jobIds.length === 1 ? "that run" : `run ${index + 1}`}
          </a>
        </>
      ))}
    </span>
  );
}
