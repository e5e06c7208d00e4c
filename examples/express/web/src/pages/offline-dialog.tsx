import type { Connection } from "@fillbook/core";
import { useState } from "preact/hooks";
import { post } from "../api.ts";
import { Button, Dialog, Notice } from "../ui.tsx";
import { useLoad, wordsOf } from "../use-load.ts";
import { Field } from "./connect-dialog.tsx";
import { connectForms } from "./connect-forms.ts";

/** An account that only takes files: nothing is asked of the broker. */
export function OfflineDialog({ onClose, onDone }: { onClose: () => void; onDone: (connection: Connection) => void }) {
  const connectors = useLoad<readonly { id: string; readsFiles: boolean }[]>("/api/connectors");
  const known = (connectors.data ?? []).filter(({ id, readsFiles }) => readsFiles && id in connectForms);
  const [chosen, setChosen] = useState("");
  const [error, setError] = useState<Error | null>(null);
  const id = chosen === "" ? (known[0]?.id ?? "") : chosen;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(data.get(name) ?? "").trim();
    const label = text("label");
    const request = { connector: id, offline: true, accountRef: text("accountRef") };
    setError(null);
    try {
      onDone(await post<Connection>("/api/connections", label === "" ? request : { ...request, label }));
      onClose();
    } catch (caught) {
      setError(caught as Error);
    }
  };
  return (
    <Dialog title="An account for files" onClose={onClose}>
      <form class="form" onSubmit={submit}>
        <p class="muted">It keeps no credentials and is never asked by itself. Files of another account are refused.</p>
        <label class="field">
          <span>Broker</span>
          <select class="select" value={id} onChange={(event) => setChosen(event.currentTarget.value)}>
            {known.map((one) => (
              <option key={one.id} value={one.id}>
                {connectForms[one.id]?.title}
              </option>
            ))}
          </select>
        </label>
        <Field
          field={{
            name: "accountRef",
            label: "Account",
            hint: "As the broker writes it in the file, such as U1234567.",
          }}
        />
        <Field field={{ name: "label", label: "Name for it", isOptional: true }} />
        {error === null ? null : <Notice tone="bad">{wordsOf(error)}</Notice>}
        <div class="form-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary">
            Add
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
