import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Clock, systemClock } from "@fillbook/core";
import { fakeClock } from "@fillbook/testkit";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { lockFolder } from "../src/folder-lock.ts";
import { processMark, processRuns } from "../src/folder-process.ts";

// Goal: one holder at a time, whoever dies where. Method: real files; other holders are processes of their own, and a dead
// holder is one that was killed.

/** In the race for a folder; `pnpm crash` has the most. */
const PROCESSES = inject("wholeCrashMatrix") ? 8 : 4;

const inUse = { code: "STORE_FAILED", message: expect.stringContaining("in use") };

describe("one process", () => {
  test("is refused a folder that it has locked, until it releases it", async () => {
    const folder = join(await aPlace(), "not", "yet", "there");
    const lock = await locked(folder);
    await expect(locked(folder)).rejects.toMatchObject(inUse);
    await lock.release();
    expect(await namesAround(folder)).toEqual([]);
    await (await locked(folder)).release();
  });

  test("knows a folder by all its spellings", async () => {
    const place = await aPlace();
    const folder = join(place, "real", "data");
    await mkdir(join(place, "real"));
    await symlink(join(place, "real"), join(place, "alias"));
    await locked(folder);
    await expect(locked(join(place, "alias", "data"))).rejects.toMatchObject(inUse);
    await expect(locked(relative(process.cwd(), folder))).rejects.toMatchObject(inUse);
    await expect(locked(`${folder}/`)).rejects.toMatchObject(inUse);
    await mkdir(folder);
    await symlink(folder, join(place, "other-name"));
    await expect(locked(join(place, "other-name"))).rejects.toMatchObject(inUse);
    await locked(join(place, "real", "data2"));
  });

  test("is told the folder, the holder, and the file", async () => {
    const folder = join(await aPlace(), "data");
    await locked(folder);
    const words = [folder, `process ${process.pid} on host ${hostname()}`, `delete ${folder}.lock`];
    for (const part of words) await expect(locked(folder)).rejects.toThrow(part);
  });

  test("releases no lock but its own", async () => {
    const folder = join(await aPlace(), "data");
    const first = await locked(folder);
    await rm(`${folder}.lock`);
    const second = await locked(folder);
    await first.release();
    await expect(locked(folder)).rejects.toMatchObject(inUse);
    await second.release();
    await second.release();
  });

  test("hears when the file system refuses", async () => {
    const file = join(await aPlace(), "file");
    await writeFile(file, "");
    const refused = { code: "STORE_FAILED", message: expect.stringContaining("cannot be locked") };
    await expect(locked(join(file, "data"))).rejects.toMatchObject(refused);
  });
});

describe("another process", () => {
  test("that lives keeps its lock; killed, it is succeeded", async () => {
    const folder = join(await aPlace(), "data");
    const holder = aHolder();
    expect(await holder.lock([folder])).toEqual([folder]);
    await expect(locked(folder)).rejects.toThrow(`process ${holder.pid} on`);
    await holder.kill();
    const lock = await locked(folder);
    await expect(locked(folder)).rejects.toThrow(`process ${process.pid} on`);
    expect(await namesAround(folder)).toEqual(["data.lock"]);
    await lock.release();
  });

  test("of another machine keeps its lock even when no such process runs here", async () => {
    const folder = await aDeadFolder();
    await editLock(folder, { host: "elsewhere" });
    await expect(locked(folder)).rejects.toThrow("on host elsewhere");
  });

  // Only Linux says when a process began.
  test.runIf(process.platform === "linux")("is not taken for a later one of the same number", async () => {
    const folder = await aDeadFolder();
    await editLock(folder, { pid: process.pid });
    await locked(folder);
    expect(await processRuns(process.pid, await processMark(process.pid))).toBe(true);
    expect(await processRuns(process.pid, null)).toBe(true);
  });

  // Other systems do not tell a process that ended unseen from one that runs.
  test.runIf(process.platform === "linux")("is dead though its parent never asked how it ended", async () => {
    const parent = spawn("sh", ["-c", "sleep 0.1 & echo $!; exec sleep 60"]);
    onTestFinished(() => void parent.kill("SIGKILL"));
    const [pid] = await once(parent.stdout, "data");
    expect(await processRuns(Number(pid), null)).toBe(true);
    await expect.poll(() => processRuns(Number(pid), null)).toBe(false);
    expect(() => process.kill(Number(pid), 0)).not.toThrow();
  });
});

describe("a lock file that is none", () => {
  test.each(["", "{", '{"pid":1}', "null"])("%j counts as somebody's for a while only", async (text) => {
    const folder = join(await aPlace(), "data");
    await writeFile(`${folder}.lock`, text);
    const clock = fakeClock(Date.now());
    await expect(locked(folder, clock)).rejects.toMatchObject(inUse);
    clock.advance(12_000);
    await locked(folder, clock);
    await expect(locked(folder, clock)).rejects.toThrow(`process ${process.pid}`);
  });
});

describe("of all who succeed a dead holder at once, exactly one holds the folder", () => {
  test("in one process, at every pause of the others", { timeout: 60_000 }, async () => {
    for (const folder of await deadFolders(30)) {
      const claims = await Promise.allSettled(Array.from({ length: 12 }, () => afterTurns(() => locked(folder))));
      expect(claims.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      for (const claim of claims) if (claim.status === "rejected") expect(claim.reason).toMatchObject(inUse);
      expect(await namesAround(folder)).toEqual([`${basename(folder)}.lock`]);
    }
  });

  test(`in ${PROCESSES} processes`, { timeout: 60_000 }, async () => {
    const folders = await deadFolders(40);
    const got = await raceOf(PROCESSES, folders);
    expect(got.flat().sort()).toEqual([...folders].sort());
  });

  test("after a successor died before it was done", { timeout: 60_000 }, async () => {
    const folders = await deadFolders(20);
    const successors = await deadFolders(20);
    for (const [index, folder] of folders.entries()) {
      const { token } = await readLock(folder);
      await writeFile(`${folder}.lock.${token}.next`, await readFile(`${successors[index]}.lock`));
    }
    const got = await raceOf(PROCESSES, folders);
    expect(got.flat().sort()).toEqual([...folders].sort());
    for (const folder of folders) expect(await namesAround(folder)).toEqual([`${basename(folder)}.lock`]);
  });
});

function locked(folder: string, clock: Clock = systemClock) {
  return lockFolder(folder, { clock });
}

async function aPlace(): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), "fillbook-lock-"));
  onTestFinished(() => rm(place, { recursive: true, force: true }));
  return place;
}

/** What lies beside a folder and is named after it. */
async function namesAround(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, ".."));
  return names.filter((name) => name.startsWith(`${basename(folder)}.`));
}

/** Folders, each in a place of its own, whose holder was killed. */
async function deadFolders(count: number): Promise<readonly string[]> {
  const folders = await Promise.all(Array.from({ length: count }, async () => join(await aPlace(), "data")));
  const holder = aHolder();
  expect(await holder.lock(folders)).toEqual(folders);
  await holder.kill();
  return folders;
}

async function aDeadFolder(): Promise<string> {
  const [folder = ""] = await deadFolders(1);
  return folder;
}

async function readLock(folder: string): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(`${folder}.lock`, "utf8"));
}

async function editLock(folder: string, changes: object): Promise<void> {
  await writeFile(`${folder}.lock`, JSON.stringify({ ...(await readLock(folder)), ...changes }));
}

/** What each of so many processes got. Two and two go the same way, and each pair begins elsewhere. */
async function raceOf(processes: number, folders: readonly string[]): Promise<string[][]> {
  const holders = Array.from({ length: processes }, aHolder);
  // An answer says that the process has started.
  await Promise.all(holders.map((holder) => holder.lock([])));
  return Promise.all(
    holders.map((holder, index) => {
      const first = Math.floor(index / 2) * Math.floor((2 * folders.length) / processes);
      return holder.lock([...folders.slice(first), ...folders.slice(0, first)]);
    }),
  );
}

/** Begins a little later than the last, so that claims meet in all stages. */
async function afterTurns<Result>(work: () => Promise<Result>): Promise<Result> {
  await systemClock.sleep(Math.floor(Math.random() * 6));
  return work();
}

interface Holder {
  readonly pid: number | undefined;
  /** Tries each folder in turn and answers with those that it got. */
  lock(folders: readonly string[]): Promise<string[]>;
  kill(): Promise<void>;
}

function aHolder(): Holder {
  const script = fileURLToPath(new URL("fixtures/folder-holder.ts", import.meta.url));
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, [script]);
  onTestFinished(() => void child.kill("SIGKILL"));
  let complaints = "";
  child.stderr.on("data", (chunk) => {
    complaints += chunk;
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    pid: child.pid,
    async lock(folders) {
      child.stdin.write(`${JSON.stringify(folders)}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(`the holder ended: ${complaints}`);
      return JSON.parse(value);
    },
    async kill() {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}
