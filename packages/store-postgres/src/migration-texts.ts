// Written from migrations/*.sql by test/migration-texts.test.ts with UPDATE=1: a bundle has no files to read.

/** The migrations in their order, the first of version 1. */
export const migrationTexts: readonly string[] = [
  // 0001_initial.sql
  `-- Tables of Fillbook. Run in its own schema, which is first in the search path. Every key starts with the owner.
-- All text sorts by bytes (collate "C"): order and indexes do not depend on the server's locale or C library.
-- Documents are json, not jsonb: they are kept as they were written, and jsonb refuses some text that brokers send.

create table schema_versions (
  version integer primary key,
  name text not null,
  applied_at timestamptz not null default now()
);

create table connections (
  id text collate "C" primary key,
  owner text collate "C" not null,
  connector text collate "C" not null,
  broker text collate "C" not null,
  -- null while pending, unless whoever connected gave it.
  account_ref text collate "C",
  label text,
  settings json not null,
  status text not null check (status in ('pending', 'active', 'needs_reauth', 'error', 'disconnected')),
  health text not null check (health in ('ok', 'degraded', 'maintenance_window', 'needs_reauth')),
  schedule text not null check (schedule in ('interval', 'files')),
  -- No other sole connection of the owner has its connector and account.
  sole boolean not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  sync_every_ms bigint not null check (sync_every_ms > 0),
  -- null while no run is due until its owner did something.
  next_sync_at timestamptz,
  last_sync_at timestamptz,
  last_succeeded_at timestamptz,
  last_validated_at timestamptz,
  breaker text not null default 'closed' check (breaker in ('closed', 'open', 'half_open')),
  consecutive_failures bigint not null default 0 check (consecutive_failures >= 0),
  paused_until timestamptz,
  unique (owner, id)
);
create index connections_by_time on connections (owner, created_at, id);
create unique index connections_sole on connections (owner, connector, account_ref) where sole;

-- Narrow and often written: who runs a connection, until when, and when it is due. due_at is null while not scheduled.
create table leases (
  connection_id text collate "C" primary key,
  owner text collate "C" not null,
  token bigint not null default 0,
  job_id text collate "C",
  expires_at timestamptz,
  due_at timestamptz,
  -- One more run is due right after the running one.
  follow_up boolean not null default false,
  -- The job that stands for the connection's runs without change.
  unchanged_job_id text collate "C",
  cursor json,
  -- What of the history was read completely; null before the first page that told of it.
  coverage json,
  foreign key (owner, connection_id) references connections (owner, id) on delete cascade,
  check ((job_id is null) = (expires_at is null))
) with (fillfactor = 50);
create index leases_due on leases (due_at) where due_at is not null;
create index leases_lost on leases (expires_at) where job_id is not null and due_at is null;

-- Credentials as a vault sealed them, apart from the connections: a read of those never touches them.
create table sealed_credentials (
  connection_id text collate "C" primary key,
  owner text collate "C" not null,
  sealed json not null,
  foreign key (owner, connection_id) references connections (owner, id) on delete cascade
);

create table jobs (
  owner text collate "C" not null,
  id text collate "C" not null,
  connection_id text collate "C" not null,
  mode text not null check (mode in ('scheduled', 'manual', 'backfill')),
  status text not null check (status in ('running', 'succeeded', 'partial', 'failed', 'blocked_reauth')),
  started_at timestamptz not null,
  finished_at timestamptz,
  read_window json not null,
  cursor_before json,
  cursor_after json,
  error json,
  more boolean not null default false,
  pages bigint not null default 0,
  fetched bigint not null default 0,
  inserted bigint not null default 0,
  updated bigint not null default 0,
  duplicates bigint not null default 0,
  corrected bigint not null default 0,
  canceled bigint not null default 0,
  conflicts bigint not null default 0,
  ignored bigint not null default 0,
  rejected bigint not null default 0,
  canonical_changes bigint not null default 0,
  trades_touched bigint not null default 0,
  pending_review bigint not null default 0,
  -- Runs without change that this row stands for, itself included: only the latest one of a connection is kept.
  unchanged_runs bigint not null default 0,
  -- The last page that was committed and its statistics: a repeated commit of it answers the same and writes nothing.
  last_page bigint not null default 0,
  last_page_stats json,
  -- When something of what it stored was last undone.
  undone_at timestamptz,
  primary key (owner, id),
  foreign key (owner, connection_id) references connections (owner, id) on delete cascade,
  check ((status = 'running') = (finished_at is null)),
  check (fetched = inserted + updated + duplicates + corrected + canceled + conflicts + ignored + rejected)
) with (fillfactor = 70);
create index jobs_by_time on jobs (owner, started_at, id);
create index jobs_by_connection on jobs (owner, connection_id, started_at, id);
create index jobs_running on jobs (owner, started_at, id) where status = 'running';

-- One row a report. Facts and keys are never changed; canonical, voided, trade_id, pinned, undone and fill are what plans
-- rewrite, job, connection and fetch time where an undone report is told again, and first_reported_at, which may become an
-- earlier moment. What a fill counts of its own family's
-- decision is in the row of that.
create table executions (
  owner text collate "C" not null,
  family_key text collate "C" not null,
  revision_key text collate "C" not null,
  row_id bigint generated by default as identity,
  broker text collate "C" not null,
  account text collate "C" not null,
  -- How it came about: for an order, or bought from the broker at once.
  execution_kind text collate "C" not null check (execution_kind in ('order', 'instant')),
  family_class text not null check (family_class in ('execution', 'trade', 'transaction', 'content')),
  rank text collate "C" not null,
  content_key text collate "C" not null,
  order_key text collate "C",
  order_key_class smallint,
  order_key_id text collate "C",
  alias_keys json not null,
  family_id text collate "C",
  revision integer not null check (revision >= 0),
  execution_id text collate "C",
  executed_at timestamptz not null,
  symbol text collate "C" not null,
  -- One spelling of all of the symbol, and of its first part.
  symbol_key text collate "C" not null,
  symbol_head text collate "C" not null,
  raw_symbol text collate "C" not null,
  kind text collate "C" not null,
  currency text collate "C",
  base text collate "C",
  exchange text collate "C",
  conid text collate "C",
  multiplier numeric check (multiplier > 0 and multiplier < 'Infinity'),
  side text not null check (side in ('buy', 'sell')),
  -- NaN is above Infinity, so the upper bound refuses both.
  quantity numeric not null check (quantity > 0 and quantity < 'Infinity'),
  price numeric not null check (price > '-Infinity' and price < 'Infinity'),
  fees json,
  fee_basis text not null check (fee_basis in ('fill', 'row')),
  sequence text collate "C",
  aliases json not null,
  order_permanent_id text collate "C",
  order_reference text collate "C",
  order_client_id text collate "C",
  order_id text collate "C",
  order_quantity numeric check (order_quantity > 0 and order_quantity < 'Infinity'),
  liquidity text check (liquidity in ('maker', 'taker')),
  connector text collate "C" not null,
  authority smallint not null check (authority in (1, 2)),
  reported_at timestamptz,
  connection_id text collate "C" not null,
  job_id text collate "C" not null,
  fetched_at timestamptz not null,
  -- The earliest moment at which the broker reported this; null while none is known.
  first_reported_at timestamptz,
  context_hash text collate "C" not null,
  canonical boolean not null,
  voided boolean not null,
  trade_id text collate "C",
  pinned boolean not null,
  -- The event of the undo by which it counts for nothing.
  undone text collate "C",
  fill json,
  -- Whether and since when a report is known is answered by the key alone.
  primary key (owner, family_key, revision_key) include (first_reported_at),
  check (not (canonical and voided)),
  check (undone is null or not canonical),
  check (fill is null or trade_id is not null)
);
create unique index executions_canonical on executions (owner, family_key) where canonical;
create index executions_by_time on executions (owner, executed_at, revision_key);
create index executions_by_symbol on executions (owner, symbol_key);
create index executions_by_job on executions (owner, job_id);
create index executions_by_execution_id on executions (owner, execution_id) where execution_id is not null;
create index executions_by_order on executions (owner, order_key_id) where order_key_id is not null;
create index executions_by_reference on executions (owner, order_reference) where order_reference is not null;
create index executions_superseded on executions (owner, executed_at, revision_key) where not canonical;
create index executions_by_trade on executions (owner, trade_id, executed_at, revision_key);
create index executions_idless on executions (owner, content_key) where family_class = 'content';
create index executions_undone on executions (owner, family_key, revision_key) where undone is not null;

-- The brokers' records as they came: most of the bytes, and read only on request.
create table execution_raws (
  row_id bigint primary key,
  owner text collate "C" not null,
  raw json not null
);

create table execution_aliases (
  owner text collate "C" not null,
  alias_key text collate "C" not null,
  family_key text collate "C" not null,
  primary key (owner, alias_key, family_key)
);

create table cancels (
  owner text collate "C" not null,
  cancel_key text collate "C" not null,
  family_key text collate "C",
  alias_keys json not null,
  facts json not null,
  raw json not null,
  connection_id text collate "C" not null,
  job_id text collate "C" not null,
  fetched_at timestamptz not null,
  context_hash text collate "C" not null,
  undone text collate "C",
  primary key (owner, cancel_key)
);

-- The families and aliases that a cancel names.
create table cancel_names (
  owner text collate "C" not null,
  name text collate "C" not null,
  cancel_key text collate "C" not null,
  primary key (owner, name, cancel_key),
  foreign key (owner, cancel_key) references cancels (owner, cancel_key) on delete cascade
);

create table rejects (
  owner text collate "C" not null,
  reject_key text collate "C" not null,
  connection_id text collate "C" not null,
  job_id text collate "C" not null,
  reason text not null,
  raw_hash text collate "C" not null,
  raw json not null,
  raw_truncated boolean not null,
  context_hash text collate "C" not null,
  fetched_at timestamptz not null,
  first_reported_at timestamptz,
  -- The connector's number of the record among its equals.
  ordinal integer check (ordinal >= 0),
  -- When the record could be read after all, and the job that did.
  resolved_at timestamptz,
  resolved_job_id text collate "C",
  primary key (owner, reject_key)
);
create index rejects_open on rejects (owner, connection_id, fetched_at, reject_key) where resolved_at is null;

-- What connectors need beside a record to read it again.
create table contexts (
  owner text collate "C" not null,
  context_hash text collate "C" not null,
  context json not null,
  primary key (owner, context_hash)
);

create table decisions (
  owner text collate "C" not null,
  family_key text collate "C" not null,
  trade_plan_id text collate "C",
  campaign_id text collate "C",
  decided_at timestamptz not null,
  decided_by text collate "C" not null,
  seen_revision_key text collate "C",
  suggestion json,
  -- The decision before, which an undo brings back.
  previous json,
  -- The trade on the other side where an imported trade took the place of a manual one.
  absorption json,
  -- The fill of the family counts this decision: whether it is no longer what its owner saw. null where no fill counts it.
  stale boolean,
  primary key (owner, family_key),
  check (trade_plan_id is null or campaign_id is null)
);

-- What the last hour's decisions answered, by the ids of their batches: one that comes again answers the same.
create table answers (
  owner text collate "C" not null,
  batch_id text collate "C" not null,
  answered_at timestamptz not null default now(),
  answer json not null,
  primary key (owner, batch_id)
);
create index answers_by_time on answers (owner, answered_at);

create table trades (
  owner text collate "C" not null,
  id text collate "C" not null,
  broker text collate "C" not null,
  account text collate "C" not null,
  connection_id text collate "C" not null,
  order_key text collate "C" not null,
  order_id text collate "C",
  symbol text collate "C" not null,
  symbol_key text collate "C" not null,
  symbol_head text collate "C" not null,
  instrument json not null,
  side text not null check (side in ('buy', 'sell')),
  status text not null check (status in ('filled', 'partial', 'canceled', 'unknown')),
  inbox text not null check (inbox in ('pending_review', 'reviewed')),
  -- Its fills are not as its owner saw them.
  changed boolean not null check (not changed or inbox = 'reviewed'),
  quantity numeric not null check (quantity >= 0 and quantity < 'Infinity'),
  average_price numeric check (average_price > '-Infinity' and average_price < 'Infinity'),
  first_executed_at timestamptz not null,
  last_executed_at timestamptz not null,
  totals json not null,
  version bigint not null,
  last_job_id text collate "C",
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (owner, id),
  -- Checked at commit: two trades may exchange their orders within one.
  unique (owner, order_key) deferrable initially deferred,
  check ((status = 'canceled') = (average_price is null))
);
create index trades_by_time on trades (owner, last_executed_at, id);
create index trades_by_symbol on trades (owner, symbol_key);
create index trades_by_job on trades (owner, last_job_id);
create index trades_by_order on trades (owner, order_id) where order_id is not null;
create index trades_changed on trades (owner, last_executed_at, id) where changed;
create index trades_manual on trades (owner, last_executed_at, id) where broker = 'manual';
create index trades_inbox on trades (owner, last_executed_at, id) where inbox = 'pending_review';

create table problems (
  owner text collate "C" not null,
  problem_key text collate "C" not null,
  kind text not null,
  severity text not null check (severity in ('info', 'warning', 'error')),
  message text not null,
  details json,
  connection_id text collate "C",
  job_id text collate "C",
  opened_at timestamptz not null,
  resolved_at timestamptz,
  primary key (owner, problem_key)
);
create index problems_by_time on problems (owner, opened_at, problem_key);
create index problems_open_by_connection on problems (owner, connection_id, severity) where resolved_at is null;
create index problems_open on problems (owner, opened_at, problem_key) where resolved_at is null;

-- The stages of jobs: written beside the commits, and read only by people.
create table steps (
  owner text collate "C" not null,
  job_id text collate "C" not null,
  id text collate "C" not null,
  connection_id text collate "C" not null,
  page integer not null,
  name text collate "C" not null,
  place integer not null,
  started_at timestamptz not null,
  duration_ms bigint not null check (duration_ms >= 0),
  input json not null,
  output json not null,
  error_code text collate "C",
  error_message text,
  primary key (owner, job_id, id),
  foreign key (owner, job_id) references jobs (owner, id) on delete cascade,
  check ((error_code is null) = (error_message is null))
);
create index steps_by_time on steps (owner, started_at, id);
create index steps_by_connection on steps (owner, connection_id, started_at, id);

-- Who changed what: only ever added to. Rows of a person who is forgotten are the host's to delete.
create table audit_events (
  owner text collate "C" not null,
  id text collate "C" not null,
  happened_at timestamptz not null,
  done_by text collate "C" not null,
  action text collate "C" not null,
  connection_id text collate "C",
  trade_id text collate "C",
  details json not null,
  primary key (owner, id)
);
create index audit_by_time on audit_events (owner, happened_at, id);
-- A trade has few events: they are sorted.
create index audit_by_trade on audit_events (owner, trade_id) where trade_id is not null;
create index audit_by_connection on audit_events (owner, connection_id, happened_at, id);

-- Pacing counters, nonce floors, sessions: shared by workers, and not any owner's.
create table shared_state (
  key text collate "C" primary key,
  value json not null,
  version bigint not null
);

insert into schema_versions (version, name) values (1, 'initial');
`,
];
