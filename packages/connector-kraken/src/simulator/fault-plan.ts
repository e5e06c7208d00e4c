import type {
  AnswerFault,
  InjectedFault,
  ProcessFault,
  SimulatorFault,
  TransformFault,
  TransformTextFault,
} from "./simulator-fault.ts";

/** The faults that strike one request. */
export interface StruckFaults {
  readonly processes: readonly ProcessFault[];
  readonly transform: TransformFault | null;
  readonly transformText: TransformTextFault | null;
  readonly answer: AnswerFault | null;
}

/** The faults at work. */
export interface FaultPlan {
  inject(fault: SimulatorFault): InjectedFault;
  /** Counts a request of this path, and takes what strikes it: every process, and the first of each other sort. */
  strike(path: string): StruckFaults;
}

interface PlannedFault {
  readonly fault: SimulatorFault;
  seen: number;
  fired: number;
  removed: boolean;
}

type FaultSort = "process" | "transform" | "transform-text" | "answer";

/** A plan without faults. */
export function createFaultPlan(): FaultPlan {
  const planned: PlannedFault[] = [];
  return {
    inject(fault) {
      if (fault.kind === "transform" && !matches(fault, "/0/private/TradesHistory")) {
        throw new Error(`a transform fault is for TradesHistory; use transform-text for ${fault.path}`);
      }
      const plan: PlannedFault = { fault, seen: 0, fired: 0, removed: false };
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
    strike(path) {
      const struck: SimulatorFault[] = [];
      const taken = new Set<FaultSort>();
      for (const plan of planned.filter(({ fault }) => matches(fault, path))) {
        plan.seen += 1;
        const sort = sortOf(plan.fault);
        if (!due(plan) || taken.has(sort)) continue;
        if (sort !== "process") taken.add(sort);
        plan.fired += 1;
        struck.push(plan.fault);
      }
      return bySort(struck);
    },
  };
}

function matches({ path = "TradesHistory" }: SimulatorFault, requestPath: string): boolean {
  return path.startsWith("/") ? path === requestPath : requestPath.endsWith(`/${path}`);
}

function due({ fault, seen, fired, removed }: PlannedFault): boolean {
  return !removed && seen > (fault.afterRequests ?? 0) && fired < (fault.times ?? 1);
}

function sortOf({ kind }: SimulatorFault): FaultSort {
  return kind === "process" || kind === "transform" || kind === "transform-text" ? kind : "answer";
}

function bySort(struck: readonly SimulatorFault[]): StruckFaults {
  let transform: TransformFault | null = null;
  let transformText: TransformTextFault | null = null;
  let answer: AnswerFault | null = null;
  const processes: ProcessFault[] = [];
  for (const fault of struck) {
    if (fault.kind === "process") processes.push(fault);
    else if (fault.kind === "transform") transform = fault;
    else if (fault.kind === "transform-text") transformText = fault;
    else answer = fault;
  }
  return { processes, transform, transformText, answer };
}
