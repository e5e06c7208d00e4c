import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/index.ts", "src/connector.ts", "src/node.ts", "src/store.ts"],
  format: ["esm"],
  dts: false,
  sourcemap: true,
  clean: true,
  target: "node20",
  tsconfig: "../../tsconfig.build.json",
});
