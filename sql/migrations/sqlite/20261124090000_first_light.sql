-- Times are milliseconds since 1970 UTC in bigint columns. `start` and other day columns are days
-- since 1970-01-01 in the region's calendar, so that a window never depends on a zone once stored.

-- One row for each change of the configuration; what it changed keeps its number.
create table revision (
  no          integer primary key,
  recorded_at bigint  not null,
  actor       text    not null,
  -- SHA-256 over the digest before and the rows written, so that a row edited behind our back shows.
  digest      blob    not null
);

-- Every configuration row as it was between two revisions. A change closes a row and adds one:
-- nothing is overwritten, so targets, names and boards can be read as known at any moment.
create table configuration (
  kind          text   not null,
  key           text   not null,
  from_revision bigint not null,
  to_revision   bigint,
  content       text   not null,
  constraint configuration_pk primary key (kind, key, from_revision)
);
create index configuration_open on configuration (kind, key) where to_revision is null;

-- Small numbers for the ids of units, indicators and sources: given once, never reused,
-- so that a log row takes bytes and not names.
create table unit (
  no integer primary key,
  id text    not null constraint unit_id unique
);
create table indicator (
  no integer primary key,
  id text    not null constraint indicator_id unique
);
create table source (
  no     integer primary key,
  id     text    not null constraint source_id unique,
  -- The configured source a longer CloudEvents source ("S/…") belongs to; null for the source itself.
  parent bigint
);

-- One row for each committed group of events. The digest is chained: SHA-256 over the digest
-- before and the rows of the group in log order.
create table batch (
  no          integer primary key,
  received_at bigint  not null,
  first_seq   bigint  not null,
  last_seq    bigint  not null,
  digest      blob    not null
);
create index batch_received_at on batch (received_at, last_seq);

-- The log of samples, append-only, in log order (received_at, seq). There is no index beside the
-- row number on purpose: rows are appended as they come, what is keyed is merged behind.
create table sample (
  seq         integer primary key,
  received_at bigint  not null,
  source      bigint  not null,
  event_id    text    not null,
  time        bigint,
  unit        bigint  not null,
  indicator   bigint  not null,
  -- 0: `at` is an instant; 1 day … 6 year: `at` is the period's first day, at midnight UTC.
  grain       bigint  not null,
  at          bigint  not null,
  value       double precision,
  numerator   double precision,
  denominator double precision,
  note        text
);

-- The log of voids. A void may come before its event, so it names it by source and id.
create table void (
  seq           integer primary key,
  received_at   bigint  not null,
  source        bigint  not null,
  event_id      text    not null,
  time          bigint,
  target_source bigint  not null,
  target_id     text    not null,
  reason        text    not null
);
create index void_target on void (target_source, target_id);

-- (source, id) makes an event unique over all types.
create table event_key (
  source   bigint not null,
  event_id text   not null,
  seq      bigint not null,
  constraint event_key_pk primary key (source, event_id)
) without rowid;

-- The revision that counts of each sample (unit, indicator, at).
create table counted (
  indicator   bigint not null,
  unit        bigint not null,
  grain       bigint not null,
  at          bigint not null,
  seq         bigint not null,
  received_at bigint not null,
  source      bigint not null,
  time        bigint,
  value       double precision,
  numerator   double precision,
  denominator double precision,
  constraint counted_pk primary key (indicator, unit, grain, at)
) without rowid;

-- The other revisions of a sample: replaced, or too old to count. A void may bring one back.
create table superseded (
  indicator   bigint not null,
  unit        bigint not null,
  grain       bigint not null,
  at          bigint not null,
  seq         bigint not null,
  received_at bigint not null,
  source      bigint not null,
  time        bigint,
  value       double precision,
  numerator   double precision,
  denominator double precision,
  constraint superseded_pk primary key (indicator, unit, grain, at, seq)
) without rowid;

-- What a unit itself booked in one smallest period: instants by their day, period samples by their period.
create table part (
  indicator   bigint not null,
  unit        bigint not null,
  grain       bigint not null,
  start       bigint not null,
  n           bigint not null,
  sum         double precision not null,
  min         double precision,
  max         double precision,
  last        double precision,
  -- Where `last` stands in time: the instant, or the end of its period.
  last_at     bigint not null,
  numerator   double precision not null,
  denominator double precision not null,
  -- The part of the ratio that stood last, for running totals.
  last_numerator   double precision,
  last_denominator double precision,
  data_at     bigint not null,
  source      bigint not null,
  last_seq    bigint not null,
  constraint part_pk primary key (indicator, unit, grain, start)
) without rowid;

-- A part that changed and whose windows outside the boards are not rolled up yet. unit 0: all of the
-- indicator, because its definition, a target or the tree changed.
create table mark (
  indicator bigint not null,
  unit      bigint not null,
  grain     bigint not null,
  start     bigint not null,
  constraint mark_pk primary key (indicator, unit, grain, start)
) without rowid;

-- Roll-ups in time layout: the newest windows of all units stand together, as boards read them.
create table rollup (
  every           bigint not null,
  start           bigint not null,
  indicator       bigint not null,
  unit            bigint not null,
  own_value       double precision,
  own_numerator   double precision,
  own_denominator double precision,
  own_n           bigint not null,
  own_data_at     bigint,
  own_source      bigint,
  value           double precision,
  numerator       double precision,
  denominator     double precision,
  n               bigint not null,
  data_at         bigint,
  source          bigint,
  target          double precision,
  target_high     double precision,
  achievement     double precision,
  status          bigint not null,
  as_of           bigint not null,
  computed_at     bigint not null,
  revision        bigint not null,
  constraint rollup_pk primary key (every, start, indicator, unit)
) without rowid;

-- Named counters: how far the log is merged, which revision is rolled up, how often roll-ups changed.
create table progress (
  name  text   not null constraint progress_pk primary key,
  value bigint not null
);

-- What must not change under the rows that rest on it, such as the zone that tells days apart.
create table setting (
  name  text not null constraint setting_pk primary key,
  value text not null
);

create table person (
  no          integer primary key,
  name        text    not null constraint person_name unique,
  password    text    not null,
  role        text    not null,
  unit        bigint,
  created_at  bigint  not null,
  disabled_at bigint
);

-- Only the SHA-256 of the cookie is kept: a copy of the database opens no session.
create table session (
  hash             blob   not null constraint session_pk primary key,
  person           bigint not null,
  created_at       bigint not null,
  seen_at          bigint not null,
  authenticated_at bigint not null
);
create index session_person on session (person);

create table api_key (
  id           text   not null constraint api_key_pk primary key,
  source       bigint not null,
  hash         blob   not null,
  -- JSON list of unit numbers; null means every unit.
  units        text,
  read         bigint not null,
  created_at   bigint not null,
  last_used_at bigint,
  revoked_at   bigint
);
