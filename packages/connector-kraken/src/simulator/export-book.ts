/** An export that was asked for. */
export interface SimulatedExport {
  /** Four letters. */
  readonly id: string;
  readonly description: string;
  readonly report: "trades" | "ledgers";
  readonly format: "CSV" | "TSV";
  /** Unix seconds. */
  readonly from: number;
  readonly to: number;
  readonly createdMs: number;
}

type ExportStatus = "Queued" | "Processing" | "Processed";

/** The exports of the simulated account. */
export interface ExportBook {
  add(request: Omit<SimulatedExport, "id">): SimulatedExport;
  find(id: string): SimulatedExport | null;
  remove(id: string): boolean;
  all(): readonly SimulatedExport[];
  statusOf(job: SimulatedExport, atMs: number): ExportStatus;
  doneMs(job: SimulatedExport): number;
}

/** A real row of 2023 had 14 days from its making to its end. */
export const exportLifeMs = 14 * 86_400_000;

/** An empty book, whose exports take so long to be made. */
export function createExportBook(exportMs: number): ExportBook {
  const jobs = new Map<string, SimulatedExport>();
  let made = 0;
  return {
    add(request) {
      made += 1;
      const job = { ...request, id: letters(made) };
      jobs.set(job.id, job);
      return job;
    },
    find: (id) => jobs.get(id) ?? null,
    remove: (id) => jobs.delete(id),
    all: () => [...jobs.values()],
    statusOf({ createdMs }, atMs) {
      if (atMs - createdMs >= exportMs) return "Processed";
      return atMs - createdMs >= exportMs / 4 ? "Processing" : "Queued";
    },
    doneMs: ({ createdMs }) => createdMs + exportMs,
  };
}

function letters(number: number): string {
  return [17_576, 676, 26, 1].map((unit) => String.fromCharCode(65 + (Math.floor(number / unit) % 26))).join("");
}
