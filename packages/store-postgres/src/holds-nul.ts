/** True for an id that the database's text cannot hold: no row has it, and a statement that asks for it would fail. */
export function holdsNul(id: string): boolean {
  return id.includes("\u0000");
}
