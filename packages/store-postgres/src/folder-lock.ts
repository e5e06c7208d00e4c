import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { type Clock, ImportError } from "@fillbook/core";
import { z } from "zod";
import { processMark, processRuns } from "./folder-process.ts";

/** A folder that is this process' alone until it releases it or ends. */
export interface FolderLock {
  /** Gives the folder back. A lock that somebody else put in its place stays. */
  release(): Promise<void>;
}

/** A lock file that no one can read counts as somebody's for so long: it may come from another program that is writing. */
const UNREADABLE_MS_MAX = 10_000;

/** How often a lock may slip away between looking and taking before this one counts as beaten. */
const ATTEMPTS_MAX = 20;

/**
 * Takes a folder for this process, by a lock file beside it: `<folder>.lock`. The folder itself need not be there yet; its
 * parents are made. Another holder on this machine is refused as long as its process lives, and its lock taken over after
 * that. A lock from another machine is always refused: nobody here can tell whether that process lives.
 *
 * Machines are told apart by their host name. Processes that share a folder under one name but do not see each other, as
 * containers may, are not kept apart; nor are containers that see the folder but not the file beside it.
 *
 * The rules. A lock file is linked into place whole, so it is never half-written, and only where none is. A dead holder's
 * lock is not removed but succeeded: its successor links a file named after the dead lock's token. The holder is the last
 * of that line, which begins at `<folder>.lock`. A file system links a name once, so of all who find the same last one dead
 * exactly one succeeds it. The successor then moves its file over `<folder>.lock` and is the whole line again. Somebody slow
 * may have found the line as it was before that move, and succeed a lock that is no longer on it; so each successor reads
 * the line once more after linking, and holds the folder only when it is the last. Tokens never come back, and only a
 * holder moves its own file, so that answer stays true. No rule depends on how long something takes.
 *
 * @throws ImportError `STORE_FAILED` when another holds the folder, or the file system refuses
 */
export async function lockFolder(folder: string, { clock }: { clock: Clock }): Promise<FolderLock> {
  try {
    await mkdir(dirname(resolve(folder)), { recursive: true });
    const path = `${await onePath(resolve(folder))}.lock`;
    const token = randomUUID();
    const claim: Claim = { folder, path, token, draft: `${path}.${token}.new` };
    await writeFile(claim.draft, await recordText(token, clock), { flag: "wx" });
    try {
      await take(claim, clock);
    } finally {
      await rm(claim.draft, { force: true });
    }
    return { release: () => release(claim) };
  } catch (error) {
    if (!(error instanceof Error) || !("syscall" in error)) throw error;
    // Left as it is, it would pass for a lost connection and be tried again.
    throw new ImportError("STORE_FAILED", `folder ${folder} cannot be locked: ${error.message}`, { cause: error });
  }
}

interface Claim {
  readonly folder: string;
  readonly path: string;
  readonly token: string;
  /** The whole lock file under a name that nobody looks at. */
  readonly draft: string;
}

const recordSchema = z.object({
  pid: z.int().positive(),
  host: z.string(),
  token: z.uuid(),
  startedAt: z.string(),
  /** Tells apart two processes that had the same number; null where the machine does not say. */
  processMark: z.string().nullable(),
});

/** One lock on the line, at the path where it was read. */
interface Holder {
  readonly path: string;
  readonly token: string;
  /** Null when the file cannot be read as a lock. */
  readonly record: z.output<typeof recordSchema> | null;
  readonly changedMs: number;
}

/** Two spellings of one folder are one path, also through symbolic links. */
async function onePath(folder: string): Promise<string> {
  const there = await unlessMissing(realpath(folder));
  return there ?? join(await realpath(dirname(folder)), basename(folder));
}

async function recordText(token: string, clock: Clock): Promise<string> {
  const startedAt = new Date(clock.now()).toISOString();
  const record: z.input<typeof recordSchema> = {
    ...{ pid: process.pid, host: hostname(), token, startedAt },
    processMark: await processMark(process.pid),
  };
  return `${JSON.stringify(record)}\n`;
}

async function take(claim: Claim, clock: Clock): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const line = await readLine(claim.path);
    const last = line.at(-1);
    if (last === undefined) {
      if (await linked(claim.draft, claim.path)) return;
      continue;
    }
    if (await isHeld(last, clock)) throw refusal(claim, last);
    const place = placeAfter(claim.path, last);
    if (!(await linked(claim.draft, place))) continue;
    const after = await readLine(claim.path);
    if (after.at(-1)?.token === claim.token) return moveToFront(claim, after);
    await rm(place, { force: true });
  }
  throw new ImportError("STORE_FAILED", `folder ${claim.folder}: ${claim.path} changes hands all the time`);
}

/** From the lock file to its last successor; empty where there is no lock. */
async function readLine(path: string): Promise<readonly Holder[]> {
  const line: Holder[] = [];
  for (let next = await readHolder(path); next !== null; next = await readHolder(placeAfter(path, next))) {
    line.push(next);
  }
  return line;
}

async function readHolder(path: string): Promise<Holder | null> {
  const text = await unlessMissing(readFile(path, "utf8"));
  const stats = await unlessMissing(stat(path));
  if (text === null || stats === null) return null;
  const record = recordSchema.safeParse(jsonOrNull(text)).data ?? null;
  return { path, record, token: record?.token ?? `${stats.ino}-${stats.mtimeMs}`, changedMs: stats.mtimeMs };
}

async function isHeld({ record, changedMs }: Holder, clock: Clock): Promise<boolean> {
  // A machine that lost its power may leave an empty file behind.
  if (record === null) return clock.now() - changedMs <= UNREADABLE_MS_MAX;
  return record.host !== hostname() || (await processRuns(record.pid, record.processMark));
}

function placeAfter(path: string, { token }: Holder): string {
  return `${path}.${token}.next`;
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** The places between are named after dead locks: nobody reads them once the line is this one lock. */
async function moveToFront({ path }: Claim, line: readonly Holder[]): Promise<void> {
  const places = line.slice(1).map((holder) => holder.path);
  const own = places.pop();
  if (own !== undefined) await rename(own, path);
  await Promise.all(places.map((place) => rm(place, { force: true })));
}

function refusal({ folder, path }: Claim, { record, path: found }: Holder): ImportError {
  const holder = record === null ? "an unknown process" : `process ${record.pid} on host ${record.host}`;
  const since = record === null ? "" : ` since ${record.startedAt}`;
  const files = found === path ? path : `${path} and ${found}`;
  const hint = `only one process may open it; delete ${files} if that process is surely gone`;
  return new ImportError("STORE_FAILED", `folder ${folder} is in use by ${holder}${since}: ${hint}`);
}

async function release({ path, token }: Claim): Promise<void> {
  // No one succeeds a process that lives, so the lock cannot change hands between these two.
  if ((await readHolder(path))?.token === token) await rm(path, { force: true });
}

async function unlessMissing<Result>(promise: Promise<Result>): Promise<Result | null> {
  return promise.catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : null;
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
