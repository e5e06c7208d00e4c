/**
 * A copy of a literal, for objects that a page keeps. The engine puts a literal's objects among the old ones once many of
 * them outlived a collection, and an old one keeps its row, and all text around it, until the next full collection: while
 * a statement is read, nearly every row then survives its page. A copy always begins among the young.
 */
export function copied<Value extends object>(literal: Value): Value {
  return { ...literal };
}
