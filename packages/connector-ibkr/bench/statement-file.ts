import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Runs the work on a statement file with so many rows, 1,340 bytes each, and removes it. A process of its own writes it, so
 * that none of what that takes shows in a measurement.
 */
export async function withStatement<Result>(rows: number, work: (path: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "fillbook-bench-"));
  try {
    const path = join(folder, "statement.xml");
    execFileSync(process.execPath, [writer, path, String(rows)], { stdio: ["ignore", "ignore", "inherit"] });
    return await work(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const writer = fileURLToPath(new URL("write-statement.ts", import.meta.url));
