import session from "express-session";
import { z } from "zod";
import type { Database } from "./database.ts";

declare module "express-session" {
  interface SessionData {
    /** Who is logged in; absent before. */
    userId: string;
    /** What unsafe requests of this session must carry. */
    csrfToken: string;
  }
}

/** Sessions in the database: they outlive a deploy, and any number of processes share them. */
export class SessionStore extends session.Store {
  readonly #database: Database;

  constructor(database: Database) {
    super();
    this.#database = database;
  }

  override get(id: string, callback: (error: unknown, session?: session.SessionData | null) => void): void {
    const statement = "select data from app.sessions where id = $1 and expires_at > now()";
    this.#query(statement, [id]).then(
      (rows) => callback(null, rows[0] === undefined ? null : readSession(rows[0])),
      (error: unknown) => callback(error),
    );
  }

  override set(id: string, data: session.SessionData, callback?: (error?: unknown) => void): void {
    const statement = `
      insert into app.sessions (id, data, expires_at) values ($1, $2, $3::timestamptz)
      on conflict (id) do update set data = excluded.data, expires_at = excluded.expires_at`;
    this.#query(statement, [id, JSON.stringify(data), expiryOf(data)]).then(() => callback?.(), callback);
  }

  override destroy(id: string, callback?: (error?: unknown) => void): void {
    this.#query("delete from app.sessions where id = $1", [id]).then(() => callback?.(), callback);
  }

  /** Called by each request that changes nothing: who stays away for the cookie's time is logged out. */
  override touch(id: string, data: session.SessionData, callback?: (error?: unknown) => void): void {
    const statement = "update app.sessions set expires_at = $2::timestamptz where id = $1";
    this.#query(statement, [id, expiryOf(data)]).then(() => callback?.(), callback);
  }

  /** Takes away what nobody can use any more. */
  async deleteExpired(): Promise<void> {
    await this.#query("delete from app.sessions where expires_at <= now()", []);
  }

  async #query(text: string, parameters: unknown[]): Promise<readonly unknown[]> {
    return (await this.#database.query(text, parameters)).rows;
  }
}

function readSession(row: unknown): session.SessionData {
  const { data } = z.object({ data: z.string() }).parse(row);
  // Only `set` above writes these rows.
  return JSON.parse(data) as session.SessionData;
}

function expiryOf({ cookie }: session.SessionData): string {
  const { maxAge } = cookie;
  if (maxAge === undefined || maxAge === null) throw new Error("a session's cookie has no end");
  return new Date(Date.now() + maxAge).toISOString();
}
