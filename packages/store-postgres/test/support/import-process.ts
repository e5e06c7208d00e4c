import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { IngestReport } from "@fillbook/core";
import type { HaltCounts } from "./halt-at.ts";
import type { ImportMessage, ImportOptions, ThrownError } from "./import-messages.ts";

/** How an import process ended. */
export interface ImportOutcome extends HaltCounts {
  /** The report of its last run; null when there was none, or when it was killed before. */
  readonly report: IngestReport | null;
  /** Of all its runs, oldest first. */
  readonly reports: readonly IngestReport[];
  /** What the last `ingest` threw, if it did. */
  readonly thrown: ThrownError | null;
  /** The signal that ended it; null when it ended by itself. */
  readonly signal: NodeJS.Signals | null;
}

/** A process that imports one connection. */
export interface ImportProcess extends AsyncDisposable {
  /** Resolves when it has said so: it is killed or paused from then on. Rejects when it ends otherwise. */
  halted(): Promise<void>;
  /** Resolves when one of its runs has committed so many pages. Rejects when it ends before. */
  committed(page: number): Promise<void>;
  /** SIGSTOP, SIGCONT or SIGKILL. SIGCONT wakes one that halts itself, too, however close before it said so. */
  send(signal: NodeJS.Signals): void;
  /** The reports of its runs so far. */
  reports(): readonly IngestReport[];
  /** Tells one that runs "until-told" to end after its run. */
  finish(): void;
  /** Waits for its end. Rejects with what it wrote to stderr when it failed. */
  ended(): Promise<ImportOutcome>;
}

/** A process that lives longer is killed, and its end is an error. */
const LIFE_MS_MAX = 120_000;
const WAKE_EVERY_MS = 20;

/** Starts an import in a process of its own. Killed when disposed of. */
export function startImport(options: ImportOptions): ImportProcess {
  const script = fileURLToPath(new URL("import-child.ts", import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(options)]);
  const end = endOf(child);
  const { heard, hear } = listenTo(child, end);
  const outcome = end.then((signal) => outcomeOf(heard, signal));
  // A test that waits for something else sees the failure there.
  outcome.catch(() => {});
  return {
    halted: () => hear((message) => message.kind === "halt", "halted"),
    committed: (page) => {
      return hear((message) => message.kind === "page" && message.page >= page, `committed page ${page}`);
    },
    send(signal) {
      child.kill(signal);
      if (signal === "SIGCONT") wakeAgain(child, heard);
    },
    reports: () => reportsIn(heard),
    finish: () => void child.stdin.end(),
    ended: () => outcome,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await outcome.catch(() => {});
    },
  };
}

/** All that the process has said so far, and a way to wait until it says something. */
function listenTo(child: ChildProcessWithoutNullStreams, end: Promise<unknown>) {
  const heard: ImportMessage[] = [];
  const news = new EventEmitter();
  createInterface({ input: child.stdout }).on("line", (line) => {
    heard.push(JSON.parse(line));
    news.emit("heard");
  });
  return {
    heard,
    async hear(isIt: (message: ImportMessage) => boolean, what: string): Promise<void> {
      let over = false;
      while (!heard.some(isIt)) {
        if (over) throw new Error(`the process ended before it ${what}`);
        over = await Promise.race([end.then(() => true), once(news, "heard").then(() => false)]);
      }
    },
  };
}

/** It says that it halts before it does, so the first SIGCONT may come too early. */
function wakeAgain(child: ChildProcessWithoutNullStreams, heard: readonly ImportMessage[]): void {
  const count = (kind: ImportMessage["kind"]) => heard.filter((message) => message.kind === kind).length;
  const timer = setInterval(() => {
    if (count("halt") === count("woken") || !child.kill("SIGCONT")) clearInterval(timer);
  }, WAKE_EVERY_MS);
  timer.unref();
}

/** The signal that ended the process; null when it ended by itself. */
async function endOf(child: ChildProcessWithoutNullStreams): Promise<NodeJS.Signals | null> {
  let complaints = "";
  child.stderr.on("data", (text) => {
    complaints += text;
  });
  let overdue = false;
  const timer = setTimeout(() => {
    overdue = true;
    child.kill("SIGKILL");
  }, LIFE_MS_MAX);
  // Not "exit": everything that it said is to be read first.
  const [code, signal]: (number | NodeJS.Signals | null)[] = await once(child, "close");
  clearTimeout(timer);
  if (overdue) throw new Error(`the import process lived longer than ${LIFE_MS_MAX} ms: ${complaints}`);
  if (typeof signal === "string") return signal;
  if (code !== 0) throw new Error(`the import process ended with code ${code}: ${complaints}`);
  return null;
}

function reportsIn(heard: readonly ImportMessage[]): readonly IngestReport[] {
  return heard.flatMap((message) => (message.kind === "report" ? [message.report] : []));
}

function outcomeOf(heard: readonly ImportMessage[], signal: NodeJS.Signals | null): ImportOutcome {
  const reports = reportsIn(heard);
  const thrown = heard.findLast((message) => message.kind === "thrown")?.error ?? null;
  const counts = heard.findLast((message) => message.kind === "halt" || message.kind === "end");
  const { calls = 0, statements = 0 } = counts ?? {};
  return { report: reports.at(-1) ?? null, reports, thrown, signal, calls, statements };
}
