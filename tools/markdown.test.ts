import { expect, it } from "vitest";
import { anchorsOf, localLinks, regionOf, sectionsOf } from "./markdown.ts";

const markers = { start: "// start", end: "// end" };

it("sections end at the next heading of their level or above", () => {
  const page = "# Page\n\n## One\ntext\n### Deeper\nmore\n## Two\n\n# Next\nnot two";
  expect(sectionsOf(page, 2)).toEqual([
    { title: "One", body: "text\n### Deeper\nmore" },
    { title: "Two", body: "" },
  ]);
});

it("links to other sites and links in code are left out", () => {
  const page = "[a](b.md#c) [d](https://example.com) `[e](f.md)`\n```md\n[g](h.md)\n```\n[`i()`](j.md)";
  expect(localLinks(page)).toEqual(["b.md#c", "j.md"]);
});

it("anchors are made as code hosts make them", () => {
  expect(anchorsOf("# What it's for\n## `RATE_LIMITED`, or not")).toEqual(["what-its-for", "rate_limited-or-not"]);
});

it("a region loses its markers and the indentation its lines share", () => {
  expect(regionOf("a\n  // start\n  b {\n\n    c\n  }\n  // end\nd", markers)).toBe("b {\n\n  c\n}");
});

it("a region that is not there, not closed, or there twice is none", () => {
  expect(regionOf("a", markers)).toBeNull();
  expect(regionOf("// start\na", markers)).toBeNull();
  expect(regionOf("// start\na\n// end\n// start\nb\n// end", markers)).toBeNull();
});
