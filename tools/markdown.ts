/** A heading and everything up to the next one of its level or above. */
export interface Section {
  readonly title: string;
  readonly body: string;
}

/** The sections of one level (2 is `##`), in order. */
export function sectionsOf(markdown: string, level: number): readonly Section[] {
  const parts = markdown.split(new RegExp(`^${"#".repeat(level)} `, "m")).slice(1);
  return parts.map((part) => {
    const [title = "", ...lines] = part.split("\n");
    const end = lines.findIndex((line) => new RegExp(`^#{1,${level}} `).test(line));
    return {
      title: title.trim(),
      body: lines
        .slice(0, end === -1 ? undefined : end)
        .join("\n")
        .trim(),
    };
  });
}

/** The link targets of a page, without those to other sites. */
export function localLinks(markdown: string): readonly string[] {
  const links = [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? "");
  return links.filter((link) => !/^[a-z]+:/.test(link));
}

/** The anchors that a page's headings make. */
export function anchorsOf(markdown: string): readonly string[] {
  const titles = [...withoutCode(markdown).matchAll(/^#{1,6} (.+)$/gm)].map((match) => match[1] ?? "");
  return titles.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replace(/\s/g, "-"),
  );
}

/** The lines between two marker lines, without the indentation they share; null unless there is exactly one such place. */
export function regionOf(
  text: string,
  { start, end }: { readonly start: string; readonly end: string },
): string | null {
  const lines = text.split("\n");
  const starts = lines.flatMap((line, index) => (line.trim() === start ? [index] : []));
  const ends = lines.flatMap((line, index) => (line.trim() === end ? [index] : []));
  const [first] = starts;
  const [last] = ends;
  if (first === undefined || last === undefined || starts.length + ends.length > 2 || last < first) return null;
  return withoutIndent(lines.slice(first + 1, last))
    .join("\n")
    .trim();
}

function withoutIndent(lines: readonly string[]): readonly string[] {
  const indents = lines.filter((line) => line.trim() !== "").map((line) => line.length - line.trimStart().length);
  const shared = Math.min(...indents);
  return lines.map((line) => line.slice(Number.isFinite(shared) ? shared : 0));
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ""));
}
