import type { Connection, IngestReport } from "@fillbook/core";
import { useState } from "preact/hooks";
import { post, upload } from "../api.ts";
import { isForFiles, reportText, statsText } from "../connection-state.ts";
import { plainText, providerText } from "../format.ts";
import { useLive } from "../live.ts";
import { connectionText, useConnections } from "../reference-data.ts";
import { Button, EmptyState, ErrorState, Notice, PageHead, SkeletonRows } from "../ui.tsx";
import { useLoad, wordsOf } from "../use-load.ts";
import { FileDrop } from "./file-drop.tsx";
import { OfflineDialog } from "./offline-dialog.tsx";

interface Outcome {
  readonly isGood: boolean;
  readonly text: string;
  readonly jobId: string | null;
}

/** History from the broker, or from a file that was downloaded there. */
export function Backfill() {
  const connections = useConnections();
  const connectors = useLoad<readonly { id: string; readsFiles: boolean }[]>("/api/connectors");
  const [chosen, setChosen] = useState("");
  const [isAdding, setAdding] = useState(false);
  const list = (connections.data?.items ?? []).filter(({ status }) => status !== "disconnected");
  const connection = list.find(({ id }) => id === chosen) ?? list[0];
  const readsFiles = connectors.data?.find(({ id }) => id === connection?.connector)?.readsFiles ?? false;
  return (
    <>
      <PageHead title="Backfill" hint="Fills of any time, each of them once, however often they are read.">
        <Button icon="plus" onClick={() => setAdding(true)}>
          Files without a login
        </Button>
      </PageHead>
      <div class="scroll">
        {connections.error !== null && connections.data === null ? (
          <ErrorState error={connections.error} onRetry={connections.reload} />
        ) : null}
        {connections.data === null && connections.error === null ? <SkeletonRows rows={4} /> : null}
        {connections.data !== null && connection === undefined ? (
          <EmptyState title="No account to fill yet" action={<a href="/sync">Go to Sync</a>}>
            Connect an account first, or add one for files alone.
          </EmptyState>
        ) : null}
        {connection === undefined ? null : (
          <div class="backfill">
            <label class="field">
              <span>Account</span>
              <select class="select" value={connection.id} onChange={(event) => setChosen(event.currentTarget.value)}>
                {list.map((one) => (
                  <option key={one.id} value={one.id}>
                    {connectionText(one)} · {providerText(one.connector)} {one.accountRef}
                  </option>
                ))}
              </select>
            </label>
            <div class="panels">
              <FromBroker key={connection.id} connection={connection} />
              {readsFiles ? <FromFile key={`${connection.id} file`} connection={connection} /> : null}
            </div>
          </div>
        )}
      </div>
      {isAdding ? (
        <OfflineDialog
          onClose={() => setAdding(false)}
          onDone={({ id }) => {
            setChosen(id);
            connections.reload();
          }}
        />
      ) : null}
    </>
  );
}

/** A request ends before a proxy gives it up; then it is asked for again, until all is read. */
const ROUNDS_MAX = 200;

function FromBroker({ connection }: { readonly connection: Connection }) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const [from, to] = [dayEdge(data.get("from"), "T00:00:00"), dayEdge(data.get("to"), "T23:59:59.999")];
    const window = { ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) };
    setBusy(true);
    setOutcome(null);
    try {
      let report: IngestReport | null = null;
      for (let round = 0; round < ROUNDS_MAX && (report === null || ("more" in report && report.more)); round += 1) {
        report = await post<IngestReport>(`/api/connections/${connection.id}/backfill`, (from ?? to) ? { window } : {});
      }
      setOutcome(report === null ? null : outcomeOf(report));
    } catch (error) {
      setOutcome({ isGood: false, text: wordsOf(error), jobId: null });
    }
    setBusy(false);
  };
  const isBlocked = connection.status === "needs_reauth" || isForFiles(connection);
  return (
    <section class="panel" aria-label="From the broker">
      <h2>From the broker</h2>
      <p class="muted">
        {isForFiles(connection)
          ? "This account has no login here: it takes files."
          : "As far back as the broker tells. A long history takes minutes; you can leave this page."}
      </p>
      <form class="form" onSubmit={submit}>
        <div class="form-row">
          <label class="field">
            <span>From</span>
            <input type="date" name="from" disabled={isBlocked} />
          </label>
          <label class="field">
            <span>To</span>
            <input type="date" name="to" disabled={isBlocked} />
          </label>
        </div>
        {isBlocked && !isForFiles(connection) ? (
          <Notice tone="warn">
            It needs a new login first. <a href={`/sync?reconnect=${connection.id}`}>Reconnect</a>
          </Notice>
        ) : null}
        <Button type="submit" kind="primary" isBusy={isBusy} isDisabled={isBlocked} icon="backfill">
          Read history
        </Button>
      </form>
      <RunProgress connectionId={connection.id} isBusy={isBusy} />
      <OutcomeNotice outcome={outcome} />
    </section>
  );
}

function FromFile({ connection }: { readonly connection: Connection }) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [isBusy, setBusy] = useState(false);
  const onFile = async (file: File) => {
    setBusy(true);
    setOutcome(null);
    try {
      const report = await upload<IngestReport>(`/api/connections/${connection.id}/file`, file);
      setOutcome(outcomeOf(report, file.name));
    } catch (error) {
      setOutcome({ isGood: false, text: `${file.name}: ${wordsOf(error)}`, jobId: null });
    }
    setBusy(false);
  };
  return (
    <section class="panel" aria-label="From a file">
      <h2>From a file</h2>
      <p class="muted">
        {connection.broker === "ibkr"
          ? "A Flex statement as XML. It must be of this account, or nothing is written."
          : "A table of trades or ledgers as CSV, or the ZIP archive with both."}
      </p>
      <FileDrop isBusy={isBusy} onFile={(file) => void onFile(file)} />
      <RunProgress connectionId={connection.id} isBusy={isBusy} />
      <OutcomeNotice outcome={outcome} />
    </section>
  );
}

function RunProgress({ connectionId, isBusy }: { readonly connectionId: string; readonly isBusy: boolean }) {
  const { runs } = useLive();
  const run = runs[connectionId];
  if (!isBusy) return <div class="run-progress" />;
  const stats = run?.stats ?? null;
  const expected = run?.expectedRecords ?? null;
  const known = expected === null || expected === 0 ? {} : { value: stats?.fetched ?? 0, max: expected };
  return (
    <div class="run-progress" role="status">
      <progress class="progress" {...known} />
      <span class="muted">{stats === null ? "Reading…" : `${stats.fetched} records read: ${statsText(stats)}`}</span>
    </div>
  );
}

function OutcomeNotice({ outcome }: { readonly outcome: Outcome | null }) {
  if (outcome === null) return null;
  return (
    <Notice tone={outcome.isGood ? "good" : "bad"}>
      {plainText(outcome.text)} {outcome.jobId === null ? null : <a href={`/jobs/${outcome.jobId}`}>See the run</a>}
    </Notice>
  );
}

function outcomeOf(report: IngestReport, name?: string): Outcome {
  const { isGood, text } = reportText(report);
  const jobId = report.status === "skipped" ? report.runningJobId : report.jobId;
  return { isGood, text: name === undefined ? text : `${name}: ${text}`, jobId };
}

function dayEdge(day: FormDataEntryValue | null, time: string): string | null {
  return typeof day === "string" && day !== "" ? new Date(`${day}${time}`).toISOString() : null;
}
