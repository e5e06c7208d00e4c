import type { SabotageEdit } from "./sabotage-list.ts";

/** The text with the edit made; null unless the searched text stands in it exactly once. */
export function sabotaged(text: string, { search, replacement }: SabotageEdit): string | null {
  const [before, after, ...more] = text.split(search);
  return before === undefined || after === undefined || more.length > 0 ? null : `${before}${replacement}${after}`;
}
