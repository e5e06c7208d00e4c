import type { Database } from "./database.ts";

/**
 * Makes the tables of the app, in a schema of its own beside Fillbook's. One statement, so that it is one transaction, and
 * behind a lock, so that any number of processes may start at once.
 */
export async function createTables(database: Database): Promise<void> {
  await database.query(`
    do $$
    begin
      perform pg_advisory_xact_lock(hashtext('fillbook example app'));
      create schema if not exists app;
      create table if not exists app.users (
        id uuid primary key,
        name text not null unique,
        password_hash text not null,
        created_at timestamptz not null default now()
      );
      create table if not exists app.sessions (
        id text primary key,
        data text not null,
        expires_at timestamptz not null
      );
      create index if not exists sessions_by_expiry on app.sessions (expires_at);
      create table if not exists app.campaigns (
        id uuid primary key default gen_random_uuid(),
        user_id text not null,
        name text not null,
        unique (user_id, name)
      );
      create table if not exists app.trade_plans (
        id uuid primary key default gen_random_uuid(),
        user_id text not null,
        name text not null,
        symbol text not null,
        direction text not null check (direction in ('long', 'short')),
        campaign_id uuid references app.campaigns (id),
        unique (user_id, name)
      );
    end
    $$
  `);
}
