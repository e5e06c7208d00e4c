import type { Connection } from "@fillbook/core";
import { useState } from "preact/hooks";
import { change } from "../api.ts";
import { connectionText } from "../reference-data.ts";
import { tell } from "../toasts.tsx";
import { Button, Dialog, Notice } from "../ui.tsx";
import { wordsOf } from "../use-load.ts";

const schedules: readonly (readonly [ms: number, text: string])[] = [
  [60_000, "every minute"],
  [300_000, "every 5 minutes"],
  [900_000, "every 15 minutes"],
  [3_600_000, "every hour"],
  [86_400_000, "every day"],
];

/** Name and schedule of a connection, and its end. */
export function EditDialog({
  connection,
  onClose,
  onDone,
}: {
  connection: Connection;
  onClose: () => void;
  onDone: () => void;
}) {
  const [error, setError] = useState<Error | null>(null);
  const [isEnding, setEnding] = useState(false);
  const path = `/api/connections/${connection.id}`;
  const run = async (work: () => Promise<unknown>, words: string) => {
    setError(null);
    try {
      await work();
      tell(words);
      onDone();
      onClose();
    } catch (caught) {
      setError(caught as Error);
    }
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const label = String(data.get("label")).trim();
    const changes = { label: label === "" ? null : label, syncEveryMs: Number(data.get("syncEveryMs")) };
    void run(() => change("PATCH", path, changes), "Saved");
  };
  const isKnown = schedules.some(([ms]) => ms === connection.syncEveryMs);
  return (
    <Dialog title={connectionText(connection)} onClose={onClose}>
      <form class="form" onSubmit={submit}>
        <label class="field">
          <span>Name</span>
          <input name="label" maxLength={200} defaultValue={connection.label ?? ""} />
        </label>
        <label class="field">
          <span>Sync</span>
          <select class="select" name="syncEveryMs" defaultValue={String(connection.syncEveryMs)}>
            {isKnown ? null : <option value={connection.syncEveryMs}>as it is</option>}
            {schedules.map(([ms, text]) => (
              <option key={ms} value={ms} selected={ms === connection.syncEveryMs}>
                {text}
              </option>
            ))}
          </select>
        </label>
        {error === null ? null : <Notice tone="bad">{wordsOf(error)}</Notice>}
        {isEnding ? (
          <Notice tone="warn">
            Its credentials are deleted and no run begins any more. What was imported stays, and you can reconnect.
          </Notice>
        ) : null}
        <div class="form-actions">
          {connection.status === "disconnected" ? null : isEnding ? (
            <Button kind="danger" onClick={() => void run(() => change("DELETE", path), "Disconnected")}>
              Yes, disconnect
            </Button>
          ) : (
            <Button kind="quiet" onClick={() => setEnding(true)}>
              Disconnect…
            </Button>
          )}
          <span class="spacer" />
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" isDisabled={connection.status === "disconnected"}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
