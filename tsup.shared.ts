import { defineConfig } from "tsup";

/** How every package's JavaScript is built; `tsc` writes the declarations beside it. The package's folder is the working one. */
export function packageBuild(entry: readonly string[]): ReturnType<typeof defineConfig> {
  return defineConfig({
    entry: [...entry],
    format: ["esm"],
    dts: false,
    sourcemap: true,
    clean: true,
    target: "node22",
    tsconfig: "../../tsconfig.build.json",
  });
}
