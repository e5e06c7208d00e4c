import { readAll } from "../../../testkit/src/suite/play.ts";
import { krakenFaults, ownRefusals } from "./fleet-kraken.ts";
import { executionLines, storedExecutionLines, storedTradeLines, tradeLines } from "./fleet-model.ts";
import type { FleetConnection, FleetWorld } from "./fleet-world.ts";

/** Everything that is not as it must be at the end, in words; nothing when all is well. */
export async function fleetFindings(world: FleetWorld): Promise<readonly string[]> {
  const findings = [...world.watch.violations, ...world.krakens.flatMap(ownRefusals)];
  const owners = [...new Set(world.connections.map(({ owner }) => owner))];
  for (const owner of owners) findings.push(...(await ownerFindings(world, owner)));
  for (const connection of world.connections) findings.push(...(await connectionFindings(world, connection)));
  for (const { jobId, owner, connectionId } of world.watch.abandoned()) {
    const job = await world.store.job(owner, jobId);
    const isClosed = job?.status === "failed" && job.error?.code === "LEASE_LOST";
    if (!isClosed) findings.push(`${connectionId}: the abandoned job ${jobId} is ${job?.status} ${job?.error?.code}`);
  }
  return findings;
}

async function ownerFindings({ store, connections }: FleetWorld, owner: string): Promise<string[]> {
  const own = connections.filter((one) => one.owner === owner);
  const accounts = [...new Set(own.map(({ account }) => account))];
  const executions = await readAll((after) => store.executions(owner, { limit: 200, canonical: true, ...after }));
  const trades = await readAll((after) => store.trades(owner, { limit: 200, ...after }));
  const running = (await store.jobs(owner, { status: "running" })).items;
  const problems = await readAll((after) => store.problems(owner, { limit: 200, ...after }));
  return [
    ...differences("execution", executionLines(accounts), storedExecutionLines(executions)),
    ...differences("trade", tradeLines(accounts), storedTradeLines(trades)),
    ...running.map(({ id, connectionId }) => `${connectionId}: job ${id} is still running`),
    ...problems
      .filter(({ connectionId }) => !own.some(({ id, doom }) => id === connectionId && doom !== null))
      // The fleet's keys end soon on purpose, and the warning is true until its owner puts it away.
      .filter(({ message }) => !message.startsWith("the API key ends at"))
      .map(({ kind, message }) => `${owner}: the problem ${kind} is open: ${message}`),
  ];
}

/** Compares as multisets: a line that is there twice must be there twice. */
function differences(what: string, wanted: readonly string[], stored: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of wanted) left.set(line, (left.get(line) ?? 0) + 1);
  for (const line of stored) left.set(line, (left.get(line) ?? 0) - 1);
  return [...left].flatMap(([line, count]) => {
    if (count === 0) return [];
    return [
      `${what} ${count > 0 ? "lost" : "invented"}: ${line}${Math.abs(count) === 1 ? "" : ` ${Math.abs(count)} times`}`,
    ];
  });
}

async function connectionFindings({ store, endMs }: FleetWorld, connection: FleetConnection): Promise<string[]> {
  const { id, owner, doom } = connection;
  const stored = await store.connection(owner, id);
  const [job] = (await store.jobs(owner, { connectionId: id, limit: 1 })).items;
  if (stored === null || job === undefined) return [`${id}: it never ran`];
  const at = `${id} (${stored.connector} ${stored.accountRef})`;
  if (doom === null) {
    const isWell = stored.status === "active" && stored.health === "ok" && stored.breaker === "closed";
    const isRecent = stored.lastSucceededAt !== null && Date.parse(stored.lastSucceededAt) > endMs - 1_800_000;
    if (isWell && isRecent && job.status === "succeeded") return [];
    const { status, health, breaker, lastSucceededAt } = stored;
    return [
      `${at}: ${status} ${health} ${breaker}, succeeded ${lastSucceededAt}, last job ${job.status} ${job.error?.code}`,
    ];
  }
  const problems = (await store.problems(owner, { connectionId: id, state: "open" })).items;
  const kind = doom === "error" ? "connection_error" : "needs_reauth";
  const tells = problems.some((problem) => problem.kind === kind && problem.message.length > 20);
  if (stored.status === doom && stored.nextSyncAt === null && tells) return [];
  return [`${at}: ${stored.status} instead of ${doom}, its problems are ${JSON.stringify(problems)}`];
}

/** How often each fault struck and each situation arose. */
export function fleetCounts({ watch, krakens }: FleetWorld): Readonly<Record<string, number>> {
  const counts: Record<string, number> = Object.fromEntries(watch.counts);
  for (const { faults } of krakens)
    for (const { name, injected } of faults) counts[name] = (counts[name] ?? 0) + injected.fired;
  const outcomes = krakens.flatMap(({ simulator }) => simulator.requests.map(({ outcome }) => outcome));
  counts["kraken: requests"] = outcomes.length;
  counts["kraken: maintenance"] = outcomes.filter((outcome) => outcome === "EService:Unavailable").length;
  counts["kraken: key expired"] = outcomes.filter((outcome) => outcome === "EAPI:Invalid key").length;
  counts["jobs abandoned"] = watch.abandoned().length;
  return Object.fromEntries(Object.entries(counts).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** What must have happened at least once, or the check has not tried it. */
export const expectedEvents: readonly string[] = [
  ...Object.keys(krakenFaults),
  ...["kraken: maintenance", "kraken: key expired"],
  ...["maintenance", "locked out", "too many requests", "unavailable", "cut off", "broken answer"].map(desk),
  ...["no answer", "foreign error", "not for this account", "credentials refused"].map(desk),
  ...["store fails", "store's answer is lost", "process dies before a call", "process dies after a call"],
  "process stands still",
  ...[
    "host: no ticks for hours",
    "host: a worker is closed",
    "host: a worker's clock is wrong",
    "host: a tick was aborted",
  ],
  ...["host: two workers tick at once", "host: a process was replaced", "jobs abandoned"],
  ...["a person synced", "a person met a running job", "a person reconnected", "access was broken for good"],
  ...["rejects were read again", "run: SCHEMA_DRIFT", "run: ABORTED", "run: succeeded"],
  ...["an execution", "an execution was corrected", "an execution was canceled"],
];

/** What two days may pass without. */
export const rareEvents: readonly string[] = ["a late commit was fenced"];

function desk(kind: string): string {
  return `desk: ${kind}`;
}
