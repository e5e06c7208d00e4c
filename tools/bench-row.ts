/** What one child process measured: for each repetition the claim, and its anchor measured right beside it. */
export interface Measurement {
  readonly name: string;
  readonly unit: string;
  readonly anchor: string;
  readonly goal: Goal | null;
  readonly repetitions: readonly Repetition[];
  /** Fewer where one takes minutes and what it measures hardly scatters; docs/performance.md names them. @defaultValue 5 */
  readonly repetitionsMin?: number;
}

export interface Repetition {
  readonly value: number;
  readonly anchorValue: number;
}

/** A bound on the median of the values or of the ratios. */
export interface Goal {
  readonly of: "value" | "ratio";
  readonly relation: ">=" | "<=";
  readonly bound: number;
}

/** A line of bench/results.json. Every figure is a median over the repetitions unless its name says otherwise. */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly anchor: string;
  readonly anchorValue: number;
  /** Median of the repetitions' own ratios, which is not the ratio of the two medians. */
  readonly ratio: number;
  readonly ratioMin: number;
  readonly ratioMax: number;
  readonly repetitions: number;
  readonly goal: Goal | null;
  /** Null without a goal. */
  readonly met: boolean | null;
}

const REPETITIONS_MIN = 5;

/** Sums the repetitions up. */
export function benchRow(measurement: Measurement): BenchRow {
  const { name, unit, anchor, goal, repetitions, repetitionsMin = REPETITIONS_MIN } = measurement;
  if (repetitions.length < repetitionsMin) throw new RangeError(`${name}: fewer than ${repetitionsMin} repetitions`);
  const ratios = repetitions.map(({ value, anchorValue }) => value / anchorValue);
  const value = median(repetitions.map((repetition) => repetition.value));
  const ratio = median(ratios);
  return {
    name,
    value: rounded(value),
    unit,
    anchor,
    anchorValue: rounded(median(repetitions.map((repetition) => repetition.anchorValue))),
    ratio: rounded(ratio),
    ratioMin: rounded(Math.min(...ratios)),
    ratioMax: rounded(Math.max(...ratios)),
    repetitions: repetitions.length,
    goal,
    met: goal === null ? null : isMet(goal, goal.of === "value" ? value : ratio),
  };
}

function isMet({ relation, bound }: Goal, figure: number): boolean {
  return relation === ">=" ? figure >= bound : figure <= bound;
}

function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((left, right) => left - right);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
  return (low + high) / 2;
}

/** Four significant digits: more would pretend a precision that no shared machine has. */
function rounded(figure: number): number {
  return Number(figure.toPrecision(4));
}
