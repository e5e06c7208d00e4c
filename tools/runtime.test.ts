import { expect, it } from "vitest";

it("tests run on the Node that the project installs, whatever the machine has", () => {
  expect(Number(process.versions.node.split(".")[0])).toBeGreaterThanOrEqual(24);
});
