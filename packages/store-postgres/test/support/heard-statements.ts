import { Pool } from "pg";
import { onTestFinished } from "vitest";
import { testDatabaseUrl } from "./database.ts";

/** One statement on its way to the server. */
export interface HeardStatement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** A pool whose statements are written down. */
export function listeningPool(): { readonly pool: Pool; readonly heard: HeardStatement[] } {
  const heard: HeardStatement[] = [];
  const pool = new Pool({ connectionString: testDatabaseUrl(), max: 2 });
  pool.on("connect", (client) => {
    const query = client.query.bind(client) as (...parameters: unknown[]) => unknown;
    const listened = (config: HeardStatement, ...rest: unknown[]) => {
      heard.push({ text: config.text, values: config.values ?? [] });
      return query(config, ...rest);
    };
    Object.assign(client, { query: listened });
  });
  onTestFinished(() => pool.end());
  return { pool, heard };
}

/** What the planner would do for these statements: each of these tables that it would read from end to end. */
export async function seqScansOf(
  pool: Pool,
  statements: readonly HeardStatement[],
  tables: readonly string[],
): Promise<readonly string[]> {
  const isScan = (node: PlanNode) => node["Node Type"] === "Seq Scan" && tables.includes(String(node["Relation Name"]));
  return planned(pool, statements, isScan);
}

/** Statements that would sort more than so many rows for their page, because no index has them in its order. */
export async function sortsOf(
  pool: Pool,
  statements: readonly HeardStatement[],
  rowsMax: number,
): Promise<readonly string[]> {
  const isSort = (node: PlanNode) => String(node["Node Type"]).endsWith("Sort") && Number(node["Plan Rows"]) > rowsMax;
  return planned(pool, statements, isSort);
}

/** Statements that would walk a list by one of these indexes. */
export async function walksOf(
  pool: Pool,
  statements: readonly HeardStatement[],
  indexes: readonly string[],
): Promise<readonly string[]> {
  return planned(pool, statements, (node) => indexes.includes(String(node["Index Name"])));
}

interface PlanNode {
  readonly "Node Type"?: unknown;
  readonly "Relation Name"?: unknown;
  readonly "Index Name"?: unknown;
  readonly "Plan Rows"?: unknown;
  readonly "Actual Rows"?: unknown;
  readonly "Actual Loops"?: unknown;
  readonly "Rows Removed by Filter"?: unknown;
}

async function planned(
  pool: Pool,
  statements: readonly HeardStatement[],
  isWanted: (node: PlanNode) => boolean,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { text, values } of statements) {
    const { rows } = await pool.query(`explain (format json) ${text}`, [...values]);
    for (const node of nodesOf(rows[0]["QUERY PLAN"]).filter(isWanted)) {
      found.push(`${node["Node Type"]} of ${node["Relation Name"] ?? "rows"}: ${text.trim().slice(0, 300)}`);
    }
  }
  return found;
}

function nodesOf(plan: unknown): PlanNode[] {
  if (typeof plan !== "object" || plan === null) return [];
  return [plan, ...Object.values(plan).flatMap(nodesOf)];
}

/** How many rows each of these statements takes from tables when it runs now, those of inner loops each time. */
export async function rowsReadOf(pool: Pool, statements: readonly HeardStatement[]): Promise<readonly number[]> {
  return Promise.all(
    statements.map(async ({ text, values }) => {
      const { rows } = await pool.query(`explain (analyze, format json) ${text}`, [...values]);
      const read = nodesOf(rows[0]["QUERY PLAN"]).filter((node) => node["Relation Name"] !== undefined);
      const counts = read.map((node) => {
        const [taken, left = 0] = [node["Actual Rows"], node["Rows Removed by Filter"]];
        return (Number(taken) + Number(left)) * Number(node["Actual Loops"]);
      });
      return counts.reduce((sum, count) => sum + count, 0);
    }),
  );
}
