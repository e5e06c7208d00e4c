import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { homeProblems } from "./home.ts";
import { checkBundles, checkSizes, showImportTime } from "./pack-bundles.ts";
import { checkQuickStart } from "./pack-quick-start.ts";
import { checkTypes } from "./pack-types.ts";
import { isThere, root, type WorkspacePackage, workspacePackages } from "./workspace.ts";

// Packs every package, lints the tarballs, weighs them, installs them with npm into an empty application, loads each
// entry point with import and with require and imports with them, on every Node that is promised, weighs and runs bundles
// of them, and compiles a host with every TypeScript that is.
// Run it through pnpm (`pnpm run check:pack`), after the build.

/** Largest tarball in kB: about twice what it weighs today, so that growth is a decision. */
const budgetKb: Readonly<Record<string, number>> = {
  "@fillbook/core": 700,
  "@fillbook/connector-kit": 100,
  "@fillbook/connector-kraken": 600,
  "@fillbook/connector-ibkr": 900,
  "@fillbook/store-memory": 100,
  "@fillbook/store-postgres": 250,
  "@fillbook/testkit": 400,
};

const nodes = {
  "Node 22.13": join(root, "tools/hosts/node_modules/node22/bin/node"),
  "Node 24": process.execPath,
  "Node 26": join(root, "tools/hosts/node_modules/node26/bin/node"),
};

const packages = workspacePackages();
const specifiers = packages.flatMap((one) => one.entries.map((entry) => entry.specifier));
const folder = mkdtempSync(join(tmpdir(), "fillbook-pack-"));
try {
  run("pnpm", ["--dir", join(root, "tools/hosts"), "install", "--frozen-lockfile"]);
  const tarballs = packages.map(packed);
  for (const tarball of tarballs) {
    run("publint", ["run", "--strict", tarball]);
    run("attw", ["--profile", "esm-only", "--quiet", tarball]);
  }
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  // Without this peer every entry but `/otel` loads.
  install([...tarballs, "@opentelemetry/api@^1.9.0"]);
  for (const [name, node] of Object.entries(nodes)) {
    smoke(name, node);
    imports(node);
    migrates(node);
  }
  await checkSizes(folder);
  await checkBundles(folder, Object.values(nodes));
  showImportTime(folder);
  checkTypes({ folder, specifiers, libraries: "trusted" });
  checkTypes({ folder, specifiers, libraries: "checked" });
  // Last: until here nothing may need it.
  install([`@electric-sql/pglite@${pgliteRange()}`]);
  checkQuickStart(folder, nodes);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function packed({ folder: source, manifest }: WorkspacePackage): string {
  if (!isThere(join(source, "dist"))) throw new Error(`${source} has no dist folder: run the build first`);
  run("pnpm", ["--dir", join(root, source), "pack", "--pack-destination", folder]);
  const tarball = join(folder, `${manifest.name.replace("@", "").replace("/", "-")}-${manifest.version}.tgz`);
  const sizeKb = Math.ceil(statSync(tarball).size / 1000);
  const limitKb = budgetKb[manifest.name] ?? 0;
  console.log(`${manifest.name}: ${sizeKb} kB of ${limitKb} kB`);
  const problems = homeProblems(manifest);
  if (problems.length > 0) throw new Error(`${manifest.name}: ${problems.join("; ")}`);
  if (sizeKb > limitKb) throw new Error(`${manifest.name} is larger than its budget`);
  return tarball;
}

function pgliteRange(): string {
  const ranges = packages.map(({ manifest }) => manifest.peerDependencies?.["@electric-sql/pglite"]);
  return ranges.find((range) => range !== undefined) ?? "latest";
}

function install(what: readonly string[]): void {
  run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...what]);
}

// One class for both ways of loading is what lets `instanceof` work in a mixed application.
function smoke(name: string, node: string): void {
  const file = join(folder, "smoke.mjs");
  const script = `
    import { createRequire } from "node:module";
    const require = createRequire(import.meta.url);
    for (const specifier of ${JSON.stringify(specifiers)}) {
      const required = require(specifier);
      const imported = await import(specifier);
      const names = Object.keys(imported);
      const differing = names.filter((name) => imported[name] !== required[name]);
      if (differing.length > 0) throw new Error(specifier + ": import and require differ in " + differing);
      console.log(process.version, specifier, names.length, "exports");
    }`;
  writeFileSync(file, script);
  console.log(`${name}: import and require`);
  run(node, [file]);
}

// A CommonJS host imports an account from the packed simulator.
function imports(node: string): void {
  const file = join(folder, "imports.cjs");
  const script = `
    const { kraken } = require("@fillbook/connector-kraken");
    const { publishedTradesHistory, startKrakenSimulator } = require("@fillbook/connector-kraken/simulator");
    const { createFillbook } = require("@fillbook/core");
    const { memoryStore } = require("@fillbook/store-memory");
    const { fakeClock } = require("@fillbook/testkit");
    async function main() {
      const clock = fakeClock();
      const trades = publishedTradesHistory();
      const simulator = await startKrakenSimulator({ clock, trades });
      const { apiKey, apiSecret } = simulator.key;
      const book = createFillbook({
        store: memoryStore({ clock }),
        connectors: [kraken({ baseUrl: simulator.url })],
        credentials: async () => ({ apiKey, apiSecret }),
        clock,
      });
      const { id } = await book.forUser("ada").connect({ connector: "kraken" });
      const report = await book.ingest({ connectionId: id, mode: "manual" });
      if (report.status !== "succeeded" || report.stats.inserted !== trades.length) throw new Error(JSON.stringify(report));
      console.log(process.version, "imported", report.stats.inserted, "fills of the simulator");
      await book.close();
      await simulator.close();
    }
    main().catch((error) => {
      console.error(error);
      process.exitCode = 1;
    });`;
  writeFileSync(file, script);
  run(node, [file]);
}

// The built store runs the migrations that were packed with it, and a host finds them by their name.
function migrates(node: string): void {
  const file = join(folder, "migrates.mjs");
  const script = `
    import { readFileSync } from "node:fs";
    import { fileURLToPath } from "node:url";
    import { postgresStore } from "@fillbook/store-postgres";
    const files = ${JSON.stringify(readdirSync(join(root, "packages/store-postgres/migrations")))};
    const texts = [];
    const query = async ({ text }) => {
      texts.push(text);
      const rows = text.includes("to_regclass") ? [{ name: null }] : [];
      return { rows, command: text === "commit" ? "COMMIT" : "" };
    };
    const client = { query, on() {}, removeListener() {}, release() {} };
    await postgresStore({ pool: { connect: async () => client } }).migrate();
    for (const file of files) {
      const path = fileURLToPath(import.meta.resolve("@fillbook/store-postgres/migrations/" + file));
      if (!texts.includes(readFileSync(path, "utf8"))) throw new Error("migrate() did not run " + path);
    }
    console.log(process.version, "migrate() ran", files.join(", "));`;
  writeFileSync(file, script);
  run(node, [file]);
}

function run(program: string, parameters: readonly string[]): void {
  execFileSync(program, parameters, { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
}
