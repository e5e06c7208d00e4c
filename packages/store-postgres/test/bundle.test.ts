import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build, type Metafile } from "esbuild";
import { expect, onTestFinished, test } from "vitest";
import { freshSchema, testDatabaseUrl, testPool } from "./support/database.ts";

// Goal: a server is one file that needs nothing of this repository. Method: esbuild makes it as hosts do, it runs alone in a
// folder of its own, and the tables are looked at from here.

const here = dirname(fileURLToPath(import.meta.url));
const server = `
  import { createFillbook } from "@fillbook/core";
  import { postgresStore } from "@fillbook/store-postgres";
  import { Pool } from "pg";

  const pool = new Pool({ connectionString: process.argv[2] });
  const store = postgresStore({ pool }, { schema: process.argv[3] });
  await store.migrate();
  await using book = createFillbook({ store, connectors: [], credentials: async () => null });
  console.log("due", (await book.ingestDue()).length);
  await pool.end();`;
/** CommonJS within the bundle asks Node for its modules. */
const banner = `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);`;

test("a bundled server holds no embedded database, and migrates from its own file", { timeout: 60_000 }, async () => {
  const schema = freshSchema();
  const outfile = join(await freshFolder(), "server.mjs");
  const { metafile } = await bundle(server, outfile);
  expect(Object.keys(metafile.inputs).filter((path) => /pglite|embedded/.test(path))).toEqual([]);
  expect(leftOutside(metafile)).toEqual(["pg-native"]);
  const { stdout } = await promisify(execFile)(process.execPath, [outfile, testDatabaseUrl(), schema]);
  expect(stdout).toBe("due 0\n");
  const { rows } = await testPool().query(`select version from "${schema}".schema_versions order by version`);
  expect(rows).toEqual([{ version: 1 }]);
});

test("the entry of the embedded store is what brings the embedded database in", async () => {
  const source = `export { embeddedStore } from "@fillbook/store-postgres/embedded";`;
  const { metafile } = await bundle(source, join(await freshFolder(), "embedded.mjs"), ["@electric-sql/pglite"]);
  expect(leftOutside(metafile)).toEqual(["@electric-sql/pglite"]);
  expect(Object.keys(metafile.inputs).filter((path) => path.includes("node_modules/pg/"))).toEqual([]);
});

function bundle(contents: string, outfile: string, external: readonly string[] = []) {
  return build({
    stdin: { contents, resolveDir: here, loader: "ts" },
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    // Of pg, which tries whether it is there.
    external: ["pg-native", ...external],
    banner: { js: banner },
    metafile: true,
    logLevel: "silent",
  });
}

/** What the bundle still imports and Node does not have. */
function leftOutside({ outputs }: Metafile): string[] {
  const imports = Object.values(outputs).flatMap((output) => output.imports);
  return imports.filter(({ external, path }) => external === true && !isBuiltin(path)).map(({ path }) => path);
}

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fillbook-bundle-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  // A file beside it says that no manifest above makes it CommonJS.
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  return folder;
}
