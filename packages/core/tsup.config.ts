import { packageBuild } from "../../tsup.shared.ts";

export default packageBuild([
  "src/index.ts",
  "src/connector.ts",
  "src/node.ts",
  "src/otel.ts",
  "src/store.ts",
  "src/plain.ts",
  "src/engine.ts",
]);
