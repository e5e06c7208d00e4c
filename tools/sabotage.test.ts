import { expect, it } from "vitest";
import { sabotaged } from "./sabotage-edit.ts";
import { sabotageEdits } from "./sabotage-list.ts";
import { readText } from "./workspace.ts";

// Goal: no rule loses its proof because the code around it was written anew. The proof itself is `pnpm run sabotage`.

it.each(sabotageEdits)("the edit '$name' applies to the present source exactly once", (edit) => {
  expect(sabotaged(readText(edit.file), edit)).not.toBeNull();
});

it("the names of the edits differ", () => {
  const names = sabotageEdits.map((edit) => edit.name);
  expect(new Set(names).size).toBe(names.length);
});

it("an edit applies only where its text stands once", () => {
  const edit = { name: "", file: "", search: "b", replacement: "$&x" };
  expect(sabotaged("abc", edit)).toBe("a$&xc");
  expect(sabotaged("ac", edit)).toBeNull();
  expect(sabotaged("abcb", edit)).toBeNull();
});
