/**
 * Works on what `next` hands out until that is null, so many at the same time. All of them end before a failure is told:
 * work must not go on behind its caller's back.
 */
export async function inParallel<Item>({
  workers,
  next,
  work,
}: {
  readonly workers: number;
  readonly next: () => Promise<Item | null>;
  readonly work: (item: Item) => Promise<void>;
}): Promise<void> {
  const worker = async () => {
    for (let item = await next(); item !== null; item = await next()) await work(item);
  };
  const ended = await Promise.allSettled(Array.from({ length: workers }, worker));
  const failure = ended.find((one) => one.status === "rejected");
  if (failure !== undefined) throw failure.reason;
}
