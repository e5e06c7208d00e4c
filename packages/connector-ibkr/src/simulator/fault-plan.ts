import type { InjectedFault, SimulatorFault } from "./simulator-fault.ts";

/** The faults at work. */
export interface FaultPlan<Fault = SimulatorFault> {
  inject(fault: Fault): InjectedFault;
  /** Counts a request of this step, and takes the fault that strikes it. */
  strike(step: string, atMs: number): Fault | null;
}

/** What every fault says about the requests that it strikes. */
type FaultScope = Pick<SimulatorFault, "times" | "afterRequests" | "forMs">;

interface PlannedFault<Fault> {
  readonly fault: Fault;
  seen: number;
  fired: number;
  firstMs: number | null;
  removed: boolean;
}

/** A plan without faults, for the Flex Web Service. */
export function createFaultPlan(): FaultPlan {
  return faultPlan(stepOf);
}

/** A plan without faults; `stepOf` names the step that a fault belongs to, or none for a fault of all. */
export function faultPlan<Fault extends FaultScope>(stepOf: (fault: Fault) => string | undefined): FaultPlan<Fault> {
  const planned: PlannedFault<Fault>[] = [];
  return {
    inject(fault) {
      const plan: PlannedFault<Fault> = { fault, seen: 0, fired: 0, firstMs: null, removed: false };
      planned.push(plan);
      return {
        get fired() {
          return plan.fired;
        },
        remove: () => {
          plan.removed = true;
        },
      };
    },
    strike(step, atMs) {
      const matching = planned.filter(({ fault }) => (stepOf(fault) ?? step) === step);
      for (const plan of matching) plan.seen += 1;
      const struck = matching.find((plan) => isDue(plan, atMs));
      if (struck === undefined) return null;
      struck.fired += 1;
      struck.firstMs ??= atMs;
      return struck.fault;
    },
  };
}

function stepOf({ step, kind }: SimulatorFault): string | undefined {
  if (step !== undefined) return step;
  if (kind === "url") return "SendRequest";
  return kind === "in-progress" || kind === "csv" || kind === "attack" ? "GetStatement" : undefined;
}

function isDue({ fault, seen, fired, firstMs, removed }: PlannedFault<FaultScope>, atMs: number): boolean {
  const { afterRequests = 0, forMs, times = forMs === undefined ? 1 : Number.POSITIVE_INFINITY } = fault;
  const over = forMs !== undefined && firstMs !== null && atMs - firstMs >= forMs;
  return !removed && !over && seen > afterRequests && fired < times;
}
