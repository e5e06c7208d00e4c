import { crowdedAliases } from "./family-graph.ts";
import { foldFamilies } from "./fold.ts";
import { type Known, namesOf } from "./missing-keys.ts";
import { familiesNamed } from "./reach.ts";

/**
 * A cancel may stand on several fills, and these have cancels of their own: an undo follows them this far in one commit.
 * A chain of cancels that is longer is undone in several.
 */
const CANCEL_HOPS_MAX = 8;

/**
 * The families of which an undo may hide reports: those that it names, those that share a cancel of the job with them,
 * and whatever is read as one fill with one of these.
 */
export function familiesToUndo(known: Known, jobId: string, named: ReadonlySet<string>): ReadonlySet<string> {
  const { snapshot, graph } = known;
  const crowded = crowdedAliases(graph);
  const own = [...snapshot.cancels.values()].filter((cancel) => cancel.jobId === jobId && cancel.undone === null);
  const mates = new Map(
    foldFamilies(graph).fills.flatMap(({ familyKeys }) => familyKeys.map((key) => [key, familyKeys] as const)),
  );
  const found = new Set<string>();
  const add = (key: string) => {
    for (const mate of mates.get(key) ?? [key]) found.add(mate);
  };
  for (const key of named) add(key);
  for (let hop = 0; hop < CANCEL_HOPS_MAX; hop += 1) {
    const size = found.size;
    const names = namesAround(found, known);
    for (const cancel of own) {
      if (namesOf(cancel).some((name) => names.has(name)))
        for (const key of familiesNamed(cancel, graph, crowded)) add(key);
    }
    if (found.size === size) break;
  }
  return found;
}

function namesAround(familyKeys: ReadonlySet<string>, { graph }: Known): ReadonlySet<string> {
  const names = new Set(familyKeys);
  for (const key of familyKeys) for (const alias of graph.families.get(key)?.aliases ?? []) names.add(alias);
  return names;
}
