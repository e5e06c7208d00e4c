import { tooLarge } from "./flex-bounds.ts";

/** The different names of one kind that a document has had so far. */
export interface FlexNameList {
  /**
   * The name as it is kept: one text for all its occurrences.
   *
   * @throws ImportError `RESPONSE_TOO_LARGE` for a new name above the bound.
   */
  kept(name: string): string;
}

/** @param of what the names are of. */
export function flexNameList(of: "attribute" | "element", { namesMax }: { readonly namesMax: number }): FlexNameList {
  const names = new Map<string, string>();
  return {
    kept(name) {
      const known = names.get(name);
      if (known !== undefined) return known;
      if (names.size >= namesMax) throw tooLarge(`it has more than ${namesMax} different ${of} names`);
      const own = detached(name);
      names.set(own, own);
      return own;
    },
  };
}

/** A copy of its own: a part of a text keeps the whole text in memory, here a piece of the document. */
export function detached(text: string): string {
  return Buffer.from(text).toString();
}
