import type { Connection } from "@fillbook/core";
import { useState } from "preact/hooks";
import { change, post } from "../api.ts";
import { connectionText } from "../reference-data.ts";
import { tell } from "../toasts.tsx";
import { Button, Dialog, Notice } from "../ui.tsx";
import { useLoad, wordsOf } from "../use-load.ts";
import { connectForms, type FieldSpec } from "./connect-forms.ts";

interface KnownConnector {
  readonly id: string;
  readonly readsFiles: boolean;
}

/** Connects an account, or gives one new credentials. */
export function ConnectDialog({
  connection,
  onClose,
  onDone,
}: {
  /** The one to reconnect; null for a new one. */
  readonly connection: Connection | null;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const connectors = useLoad<readonly KnownConnector[]>(connection === null ? "/api/connectors" : null);
  const [chosen, setChosen] = useState("");
  const known = (connectors.data ?? []).filter(({ id }) => id in connectForms);
  const id = connection?.connector ?? (chosen === "" ? (known[0]?.id ?? "") : chosen);
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const form = connectForms[id];
  // Files need none, a login may.
  const asksSettings = connection === null || connection.schedule === "files";
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const read = (fields: readonly FieldSpec[]) =>
      Object.fromEntries(fields.map(({ name }) => [name, String(data.get(name) ?? "")]));
    const credentials = { ...form?.fixed, ...read(form?.credentials ?? []) };
    setBusy(true);
    setError(null);
    try {
      const made = await send(connection, { id, credentials, settings: read(form?.settings ?? []), data });
      tell(`${connectionText(made)} is connected; its first run begins.`);
      // Its report is told by the page's own events.
      post(`/api/connections/${made.id}/sync`).catch(() => undefined);
      onDone();
      onClose();
    } catch (caught) {
      setError(caught as Error);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={connection === null ? "Connect an account" : `Reconnect ${connectionText(connection)}`}
      onClose={onClose}
    >
      <form class="form" onSubmit={submit}>
        {connection === null ? <ConnectorField known={known} value={id} onChange={setChosen} /> : null}
        {form === undefined ? null : <p class="muted">{form.hint}</p>}
        {form?.credentials.map((field) => (
          <Field key={field.name} field={field} />
        ))}
        {asksSettings ? form?.settings.map((field) => <Field key={field.name} field={field} />) : null}
        {connection === null ? (
          <>
            <Field
              field={{
                name: "accountRef",
                label: "Account",
                hint: "Only if the login opens several.",
                isOptional: true,
              }}
            />
            <Field field={{ name: "label", label: "Name for it", isOptional: true }} />
          </>
        ) : null}
        {error === null ? null : <Notice tone="bad">{wordsOf(error)}</Notice>}
        <div class="form-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" isBusy={isBusy} isDisabled={form === undefined}>
            {connection === null ? "Connect" : form?.credentials.length === 0 ? "I have logged in again" : "Reconnect"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

async function send(
  connection: Connection | null,
  made: { id: string; credentials: object; settings: object; data: FormData },
): Promise<Connection> {
  const { id, credentials, settings, data } = made;
  if (connection !== null) {
    const own = `/api/connections/${connection.id}`;
    if (connection.schedule === "files") await change("PATCH", own, { settings });
    return change("PUT", `${own}/credentials`, { credentials });
  }
  const text = (name: string) => String(data.get(name) ?? "").trim();
  const optional = Object.fromEntries(
    ["label", "accountRef"].flatMap((name) => (text(name) === "" ? [] : [[name, text(name)]])),
  );
  return post("/api/connections", { connector: id, credentials, settings, ...optional });
}

function ConnectorField(options: { known: readonly KnownConnector[]; value: string; onChange: (id: string) => void }) {
  const { known, value, onChange } = options;
  return (
    <label class="field">
      <span>Broker</span>
      <select class="select" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {known.map(({ id }) => (
          <option key={id} value={id}>
            {connectForms[id]?.title ?? id}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Field({ field }: { readonly field: FieldSpec }) {
  const { name, label, hint, kind = "text", isOptional = false } = field;
  const common = { id: `field-${name}`, name, autocomplete: "off", spellcheck: false, required: !isOptional } as const;
  return (
    <label class="field" for={`field-${name}`}>
      <span>
        {label} {isOptional ? <small class="muted">optional</small> : null}
      </span>
      {kind === "password" ? <input type="password" {...common} /> : <input type="text" {...common} />}
      {hint === undefined ? null : <small class="muted">{hint}</small>}
    </label>
  );
}
