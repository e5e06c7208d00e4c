import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface MeasuredImport {
  readonly path: string;
  readonly rows: number;
  /** Without it the rows are only normalized. */
  readonly database?: { readonly url: string; readonly schema: string };
  /** Of the engine. @defaultValue none */
  readonly flags?: readonly string[];
}

/** What docs/performance.md advises for a process that imports. */
export const boundedHeap: readonly string[] = ["--max-semi-space-size=2", "--max-old-space-size=128"];

/**
 * The largest resident memory, in megabytes, of a process of its own that reads a statement. Its modules come from Node's
 * compile cache beside the file: a host loads JavaScript, and what it takes to strip types is none of its memory.
 */
export function peakMegabytes({ path, rows, database, flags = [] }: MeasuredImport): number {
  const env = { ...process.env, NODE_COMPILE_CACHE: join(dirname(path), "compiled") };
  const read = (parameters: readonly string[]) => {
    const text = execFileSync(process.execPath, [...flags, child, ...parameters], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
      env,
    });
    // The child is a file of this folder and wrote nothing else.
    return JSON.parse(text) as { readonly rows: number; readonly peakMegabytes: number };
  };
  read([]);
  const measured = read(database === undefined ? [path] : [path, database.url, database.schema]);
  if (measured.rows !== rows) throw new Error(`${measured.rows} rows were read, not ${rows}`);
  return measured.peakMegabytes;
}

const child = fileURLToPath(new URL("peak-memory.ts", import.meta.url));
