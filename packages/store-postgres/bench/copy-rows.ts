import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Pool, PoolClient } from "pg";
import { from, to } from "pg-copy-streams";
import { timeMs } from "../../../tools/bench-timer.ts";

/**
 * How long COPY takes to store a schema's rows once more, in tables with the same columns, checks and indexes: in as many
 * transactions as is said, each with an equal share of every table.
 */
export async function timeCopyMs(
  pool: Pool,
  { like, transactions }: { like: string; transactions: number },
): Promise<number> {
  const schema = `${like}_copy`;
  const rows = await readRows(pool, like);
  await createLike(pool, { schema, like });
  await pool.query("checkpoint");
  const durationMs = await timeMs(() => copyRows(pool, rows, { schema, transactions }));
  await pool.query(`drop schema "${schema}" cascade`);
  return durationMs;
}

/** What a commit of new fills stores, and the order in which it stored it. */
const tables = [
  { name: "executions", order: "row_id" },
  { name: "execution_raws", order: "row_id" },
  { name: "trades", order: "first_executed_at" },
] as const;

/** Each table's rows as the text of COPY, a line a row. */
type CopiedRows = readonly { readonly table: string; readonly lines: readonly Buffer[] }[];

async function readRows(pool: Pool, schema: string): Promise<CopiedRows> {
  return usingClient(pool, async (client) => {
    const copied: { table: string; lines: Buffer[] }[] = [];
    for (const { name, order } of tables) {
      const stream = client.query(to(`copy (select * from "${schema}".${name} order by ${order}) to stdout`));
      copied.push({ table: name, lines: linesOf(Buffer.concat(await stream.toArray())) });
    }
    return copied;
  });
}

async function createLike(pool: Pool, { schema, like }: { schema: string; like: string }): Promise<void> {
  await pool.query(`create schema "${schema}"`);
  for (const { name } of tables)
    await pool.query(`create table "${schema}".${name} (like "${like}".${name} including all)`);
}

async function copyRows(
  pool: Pool,
  rows: CopiedRows,
  { schema, transactions }: { schema: string; transactions: number },
): Promise<void> {
  await usingClient(pool, async (client) => {
    for (let index = 0; index < transactions; index += 1) {
      await client.query("begin");
      for (const { table, lines } of rows) {
        const share = lines.length / transactions;
        const part = lines.slice(Math.floor(index * share), Math.floor((index + 1) * share));
        await pipeline(Readable.from(chunksOf(part)), client.query(from(`copy "${schema}".${table} from stdin`)));
      }
      await client.query("commit");
    }
  });
}

const CHUNK_LINES = 100;

function* chunksOf(lines: readonly Buffer[]): Generator<Buffer> {
  for (let start = 0; start < lines.length; start += CHUNK_LINES)
    yield Buffer.concat(lines.slice(start, start + CHUNK_LINES));
}

// COPY's text escapes the line feeds of values, so each of its own ends a row.
function linesOf(text: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf("\n", start) + 1;
    lines.push(text.subarray(start, end));
    start = end;
  }
  return lines;
}

async function usingClient<Result>(pool: Pool, work: (client: PoolClient) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  try {
    return await work(client);
  } finally {
    client.release();
  }
}
