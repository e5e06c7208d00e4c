import { InvalidArgument } from "./call-parameters.ts";
import { exportLifeMs, type SimulatedExport } from "./export-book.ts";
import { exportText } from "./export-file.ts";
import { errorAnswer, type MethodAnswer, type PrivateContext, resultAnswer } from "./method-answer.ts";
import { zipFile } from "./zip-file.ts";

/** AddExport. Without `starttm` an export starts at the first of the month, as Kraken's does. */
export function answerAddExport({ state, parameters, atMs }: PrivateContext): MethodAnswer {
  const report = reportOf(parameters);
  const description = parameters.get("description") ?? "";
  if (description === "") throw new InvalidArgument("description");
  const format = parameters.get("format") ?? "CSV";
  if (format !== "CSV" && format !== "TSV") throw new InvalidArgument("format");
  const now = new Date(atMs);
  const monthStart = Date.UTC(now.getUTCFullYear(), now.getUTCMonth()) / 1000;
  const from = secondsOf(parameters, "starttm") ?? monthStart;
  const to = secondsOf(parameters, "endtm") ?? Math.floor(atMs / 1000);
  const { id } = state.exports.add({ description, report, format, from, to, createdMs: atMs });
  return resultAnswer({ id });
}

/** ExportStatus: all jobs of a report, with every number as text. */
export function answerExportStatus({ state, parameters, atMs }: PrivateContext): MethodAnswer {
  const report = reportOf(parameters);
  const jobs = living(state.exports.all(), atMs).filter((job) => job.report === report);
  return resultAnswer(
    jobs.map((job) => {
      const { id, description, format, from, to, createdMs } = job;
      const status = state.exports.statusOf(job, atMs);
      const done = status === "Processed" ? seconds(state.exports.doneMs(job)) : "0";
      return {
        ...{ id, descr: description, format, report, subtype: "all", status, flags: "0", fields: "all" },
        ...{ createdtm: seconds(createdMs), expiretm: seconds(createdMs + exportLifeMs) },
        ...{ starttm: seconds(createdMs), completedtm: done, datastarttm: String(from), dataendtm: String(to) },
        ...{ aclass: report === "trades" ? "forex" : "currency", asset: "all" },
      };
    }),
  );
}

/** RetrieveExport: a ZIP with one file, in pieces that a program writes which streams. */
export function answerRetrieveExport({ state, parameters, atMs }: PrivateContext): MethodAnswer {
  const job = state.exports.find(parameters.get("id") ?? "");
  if (job === null || living([job], atMs).length === 0 || state.exports.statusOf(job, atMs) !== "Processed") {
    // The text is not confirmed: Kraken's answer to an id that is not there is documented nowhere.
    return errorAnswer("EGeneral:Invalid arguments:id");
  }
  const text = Buffer.from(exportText(state, job));
  const extension = job.format === "TSV" ? "tsv" : "csv";
  return { kind: "binary", body: zipFile(`${job.report}.${extension}`, text, { dataDescriptor: true }) };
}

/** RemoveExport: `delete` for a job that is done, `cancel` for one that is not. */
export function answerRemoveExport({ state, parameters }: PrivateContext): MethodAnswer {
  const type = parameters.get("type");
  if (type !== "delete" && type !== "cancel") throw new InvalidArgument("type");
  if (!state.exports.remove(parameters.get("id") ?? "")) throw new InvalidArgument("id");
  return resultAnswer({ [type]: true });
}

function living(jobs: readonly SimulatedExport[], atMs: number): readonly SimulatedExport[] {
  return jobs.filter(({ createdMs }) => atMs < createdMs + exportLifeMs);
}

function reportOf(parameters: URLSearchParams): "trades" | "ledgers" {
  const report = parameters.get("report");
  if (report !== "trades" && report !== "ledgers") throw new InvalidArgument("report");
  return report;
}

function secondsOf(parameters: URLSearchParams, name: string): number | null {
  const text = parameters.get(name) ?? "";
  if (text === "") return null;
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgument(name);
  return Number(text);
}

function seconds(ms: number): string {
  return String(Math.floor(ms / 1000));
}
