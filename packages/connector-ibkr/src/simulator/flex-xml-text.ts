/** A row of a statement: an element and its attributes, still editable, values not yet escaped. */
export interface FlexRow {
  readonly element: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** An element that is empty, or only opened. */
export function flexTag(
  { element, attributes }: FlexRow,
  { quote, open = false }: { readonly quote: '"' | "'"; readonly open?: boolean },
): string {
  let text = `<${element}`;
  for (const name in attributes) text += ` ${name}=${quote}${escapeText(attributes[name] ?? "")}${quote}`;
  return open ? `${text}>` : `${text} />`;
}

const SPECIAL = /[&<>"']/;
const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

function escapeText(text: string): string {
  return SPECIAL.test(text) ? text.replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign) : text;
}
