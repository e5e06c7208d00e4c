import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/index.ts", "src/simulator/index.ts"],
  format: ["esm"],
  dts: false,
  sourcemap: true,
  clean: true,
  target: "node20",
  tsconfig: "../../tsconfig.build.json",
});
