import type { FillbookEvent, RunStats } from "@fillbook/core";
import { useEffect, useState } from "preact/hooks";
import { checkSession } from "./api.ts";

/** A run that goes on. */
export interface LiveRun {
  readonly jobId: string;
  readonly startedAt: string;
  readonly stats: RunStats | null;
  readonly expectedRecords: number | null;
}

interface Live {
  readonly runs: Readonly<Record<string, LiveRun>>;
  /** Grows whenever lists may be out of date: a run ended, or events were missed. */
  readonly round: number;
}

let live: Live = { runs: {}, round: 0 };
const listeners = new Set<() => void>();

function set(next: Live): void {
  live = next;
  for (const listener of listeners) listener();
}

/** How runs stand after an event. Pure. */
export function runsAfter(runs: Live["runs"], event: FillbookEvent): Live["runs"] {
  const { connectionId } = event;
  const { [connectionId]: known, ...others } = runs;
  switch (event.type) {
    case "run.started":
      return {
        ...others,
        [connectionId]: { jobId: event.jobId, startedAt: event.at, stats: null, expectedRecords: null },
      };
    case "run.progress": {
      const startedAt = known?.jobId === event.jobId ? known.startedAt : event.at;
      const { jobId, stats, expectedRecords } = event;
      return { ...others, [connectionId]: { jobId, startedAt, stats, expectedRecords } };
    }
    case "run.finished":
      return others;
    default:
      return runs;
  }
}

/** Listens until the returned function is called. Events are best effort, so lists are read again now and then. */
export function listen(): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    source = new EventSource("/api/events");
    // What happened before it was open is not told: the lists know.
    source.onopen = () => set({ runs: {}, round: live.round + 1 });
    source.onmessage = ({ data }) => {
      const event = JSON.parse(String(data)) as FillbookEvent;
      set({ runs: runsAfter(live.runs, event), round: live.round + (event.type === "run.finished" ? 1 : 0) });
    };
    source.onerror = () => {
      // A stream that was refused is not opened again by the browser: the session may have ended.
      if (source?.readyState !== EventSource.CLOSED) return;
      checkSession().catch(() => null);
      timer = setTimeout(open, AGAIN_MS);
    };
  };
  open();
  const poll = setInterval(() => document.hidden || set({ ...live, round: live.round + 1 }), POLL_MS);
  return () => {
    source?.close();
    clearTimeout(timer);
    clearInterval(poll);
    // Who logs in next at this browser is told of her own runs alone.
    live = { runs: {}, round: live.round };
  };
}

const AGAIN_MS = 10_000;
const POLL_MS = 60_000;

export function useLive(): Live {
  const [, setRound] = useState(0);
  useEffect(() => {
    const listener = () => setRound((last) => last + 1);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return live;
}

/** Asks again whenever lists may be out of date. */
export function useReloads(...reloads: readonly (() => void)[]): void {
  const { round } = useLive();
  const [seen] = useState({ round });
  useEffect(() => {
    if (seen.round === round) return;
    seen.round = round;
    for (const reload of reloads) reload();
  }, [round]);
}
