import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Takes a folder for this process until the returned function is called; refused while another living process has it. */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, "process.lock");
  const holder = Number(await readFile(path, "utf8").catch(() => "0"));
  if (isAlive(holder)) throw new Error(`folder ${folder} is in use by process ${holder}`);
  await rm(path, { force: true });
  // "wx" fails when another process was faster.
  await writeFile(path, String(process.pid), { flag: "wx" });
  return () => rm(path, { force: true });
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Without the right to signal it, it is alive all the same.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
