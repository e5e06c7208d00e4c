import { readFile } from "node:fs/promises";

/**
 * Whether the process that had this number and mark still runs. Without marks to compare, any process of that number
 * counts as it.
 */
export async function processRuns(pid: number, mark: string | null): Promise<boolean> {
  if (!isThere(pid)) return false;
  const now = await lookUp(pid);
  if (now === null) return true;
  return !now.ended && (mark === null || now.mark === mark);
}

/** When a process began, to the tick and with the machine's start: two of one number differ. Null outside of Linux. */
export async function processMark(pid: number): Promise<string | null> {
  return (await lookUp(pid))?.mark ?? null;
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and another user's.
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

async function lookUp(pid: number): Promise<{ readonly mark: string; readonly ended: boolean } | null> {
  const [status, boot] = await Promise.all([
    textOrNull(`/proc/${pid}/stat`),
    textOrNull("/proc/sys/kernel/random/boot_id"),
  ]);
  if (status === null || boot === null) return null;
  // The second field is the program's name in parentheses and may itself hold blanks and parentheses.
  const fields = status.slice(status.lastIndexOf(")") + 2).split(" ");
  const [state = "", startedTicks = ""] = [fields[0], fields[19]];
  // Z: it ended and its parent has not asked yet how.
  return { mark: `${boot.trim()}/${startedTicks}`, ended: state === "Z" || state === "X" };
}

async function textOrNull(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch(() => null);
}
