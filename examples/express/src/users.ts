import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Database } from "./database.ts";
import { hashPassword, isPassword, unmatchedHash } from "./passwords.ts";

export interface User {
  readonly id: string;
  readonly name: string;
}

/** What a person types to sign up and to log in. Names differ by more than their case. */
export const loginSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[a-z0-9][a-z0-9._@+-]{1,99}$/, "is not a name of 2 to 100 letters, digits and . _ @ + -"),
  password: z.string().min(12, "is shorter than 12 characters").max(200, "is longer than 200 characters"),
});

export type Login = z.output<typeof loginSchema>;

/** Makes a user; null when the name is taken. */
export async function addUser(
  database: Database,
  { name, password }: Login,
  id: string = randomUUID(),
): Promise<User | null> {
  const { rows } = await database.query(
    "insert into app.users (id, name, password_hash) values ($1, $2, $3) on conflict do nothing returning id, name",
    [id, name, await hashPassword(password)],
  );
  return oneUser(rows);
}

export async function findUser(database: Database, id: string): Promise<User | null> {
  const { rows } = await database.query("select id, name from app.users where id = $1", [id]);
  return oneUser(rows);
}

/** The user with this name and password; null when either is wrong. */
export async function checkLogin(database: Database, { name, password }: Login): Promise<User | null> {
  const { rows } = await database.query("select id, name, password_hash from app.users where name = $1", [name]);
  const [found] = z.array(storedUser).parse(rows);
  // An unknown name costs the same work, so that the time of an answer does not tell which names there are.
  const isRight = await isPassword(password, found?.password_hash ?? unmatchedHash);
  return found === undefined || !isRight ? null : { id: found.id, name: found.name };
}

const userRow = z.object({ id: z.string(), name: z.string() });
const storedUser = userRow.extend({ password_hash: z.string() });

function oneUser(rows: readonly unknown[]): User | null {
  return z.array(userRow).parse(rows)[0] ?? null;
}
