/** A parameter that Kraken answers with EGeneral:Invalid arguments. */
export class InvalidArgument extends Error {
  readonly parameter: string;

  constructor(parameter: string) {
    super(`EGeneral:Invalid arguments:${parameter}`);
    this.parameter = parameter;
  }
}

/** "true" or "false" (or 1, 0); absent or empty is the default. Throws InvalidArgument on other text. */
export function booleanParameter(
  parameters: URLSearchParams,
  { name, defaultValue }: { readonly name: string; readonly defaultValue: boolean },
): boolean {
  const text = parameters.get(name) ?? "";
  if (text === "") return defaultValue;
  if (text === "true" || text === "1") return true;
  if (text === "false" || text === "0") return false;
  throw new InvalidArgument(name);
}

/** A whole number from 0; absent or empty is 0. Throws InvalidArgument on other text. */
export function offsetParameter(parameters: URLSearchParams, name: string): number {
  const text = parameters.get(name) ?? "";
  if (text === "") return 0;
  if (!/^\d{1,12}$/.test(text)) throw new InvalidArgument(name);
  return Number(text);
}

/** The parts of a comma list; absent or empty is no part. */
export function listParameter(parameters: URLSearchParams, name: string): readonly string[] {
  const text = parameters.get(name) ?? "";
  return text === "" ? [] : text.split(",").map((part) => part.trim());
}
