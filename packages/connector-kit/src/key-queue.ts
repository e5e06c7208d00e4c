import Bottleneck from "bottleneck";
import { throwIfAborted, untilAborted } from "./wait.ts";

/** Runs the jobs of one key one after the other, in the order they came, within this process. */
export interface KeyQueue {
  /** @throws ImportError `ABORTED` as soon as the signal aborts, also while the job waits for its turn. */
  run<T>(key: string, job: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** A key's queue is forgotten after so long without a job. */
const IDLE_MS = 300_000;

/** Queues for any number of keys. */
export function createKeyQueue(): KeyQueue {
  const queues = new Bottleneck.Group({ maxConcurrent: 1, timeout: IDLE_MS });
  return {
    async run(key, job, signal) {
      throwIfAborted(signal);
      // bottleneck cannot take a job out of the queue, so an aborted one ends at once when its turn comes.
      const queued = queues.key(key).schedule(async () => {
        throwIfAborted(signal);
        return job();
      });
      return untilAborted(queued, signal);
    },
  };
}
