import { expect, it } from "vitest";
import { errorRecovery } from "../packages/core/src/error-codes.ts";
import { sectionsOf } from "./markdown.ts";
import { readText } from "./workspace.ts";

const PAGE = "docs/errors.md";
const sections = sectionsOf(readText(PAGE), 2);
const codes = Object.entries(errorRecovery);

it("docs/errors.md has a heading for each error code, in alphabetical order, and no other", () => {
  expect(sections.map((section) => section.title)).toEqual(codes.map(([code]) => code).sort());
});

it.each(codes)("docs/errors.md: %s names the recovery %s, a cause and what to do", (code, recovery) => {
  const body = sections.find((section) => section.title === code)?.body ?? "";
  expect(body).toContain(`Recovery: \`${recovery}\``);
  expect(body).toMatch(/^Usual cause: \S/m);
  expect(body).toMatch(/^What to do: \S/m);
});
