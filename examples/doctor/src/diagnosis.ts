/** What a doctor found out. Nothing of it holds a secret. */
export interface Diagnosis {
  /** What was seen, in the order in which it was looked at. */
  readonly seen: readonly string[];
  /** What to fix, the gravest first; empty where nothing is to do. */
  readonly fixes: readonly string[];
}

/** The lines that a person reads. */
export function diagnosisLines({ seen, fixes }: Diagnosis): readonly string[] {
  const todo =
    fixes.length === 0 ? ["Nothing to fix."] : ["To fix:", ...fixes.map((fix, index) => `${index + 1}. ${fix}`)];
  return [...seen.map((line) => `- ${line}`), ...todo];
}
