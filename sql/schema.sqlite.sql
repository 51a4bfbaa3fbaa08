CREATE INDEX batch_received_at on batch (received_at, last_seq);

CREATE INDEX configuration_open on configuration (kind, key) where to_revision is null;

CREATE INDEX rollup_next_due on rollup (next_due) where next_due is not null;

CREATE INDEX session_person on session (person);

CREATE INDEX void_target on void (target_source, target_id);

CREATE TABLE api_key (
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

CREATE TABLE batch (
  no          integer primary key,
  received_at bigint  not null,
  first_seq   bigint  not null,
  last_seq    bigint  not null,
  digest      blob    not null
);

CREATE TABLE case_state (
  service           bigint not null,
  case_id           text   not null,
  unit              bigint not null,
  -- Null: incomplete, listed but not tabled.
  submitted_at      bigint,
  completed_file_at bigint,
  ended_at          bigint,
  -- 1 closed, 2 rejected, 3 withdrawn.
  end_kind          bigint,
  due               bigint,
  class             text,
  channel           text,
  area              text,
  -- JSON list of [from, to or null].
  pauses            text   not null,
  -- JSON list of the places of its steps in the log, voided ones left out.
  steps             text   not null,
  last_seq          bigint not null,
  constraint case_state_pk primary key (service, case_id)
) without rowid;

CREATE TABLE case_step (
  seq         integer primary key,
  received_at bigint  not null,
  source      bigint  not null,
  event_id    text    not null,
  time        bigint,
  service     bigint  not null,
  case_id     text    not null,
  unit        bigint  not null,
  -- 1 submitted … 11 reopened.
  step        bigint  not null,
  at          bigint  not null,
  due         bigint,
  class       text,
  channel     text,
  area        text
);

CREATE TABLE configuration (
  kind          text   not null,
  key           text   not null,
  from_revision bigint not null,
  to_revision   bigint,
  content       text   not null,
  constraint configuration_pk primary key (kind, key, from_revision)
);

CREATE TABLE counted (
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

CREATE TABLE event_key (
  hash bigint not null,
  seq  bigint not null,
  constraint event_key_pk primary key (hash, seq)
) without rowid;

CREATE TABLE indicator (
  no integer primary key,
  id text    not null constraint indicator_id unique
);

CREATE TABLE mark (
  indicator bigint not null,
  unit      bigint not null,
  grain     bigint not null,
  start     bigint not null,
  constraint mark_pk primary key (indicator, unit, grain, start)
) without rowid;

CREATE TABLE part (
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

CREATE TABLE person (
  no          integer primary key,
  name        text    not null constraint person_name unique,
  password    text    not null,
  role        text    not null,
  unit        bigint,
  created_at  bigint  not null,
  disabled_at bigint
);

CREATE TABLE progress (
  name  text   not null constraint progress_pk primary key,
  value bigint not null
);

CREATE TABLE revision (
  no          integer primary key,
  recorded_at bigint  not null,
  actor       text    not null,
  -- SHA-256 over the digest before and the rows written, so that a row edited behind our back shows.
  digest      blob    not null
);

CREATE TABLE rollup (
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
  revision        bigint not null, next_due bigint,
  constraint rollup_pk primary key (every, start, indicator, unit)
) without rowid;

CREATE TABLE sample (
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

CREATE TABLE service (
  no integer primary key,
  id text    not null constraint service_id unique
);

CREATE TABLE session (
  hash             blob   not null constraint session_pk primary key,
  person           bigint not null,
  created_at       bigint not null,
  seen_at          bigint not null,
  authenticated_at bigint not null
);

CREATE TABLE setting (
  name  text not null constraint setting_pk primary key,
  value text not null
);

CREATE TABLE source (
  no     integer primary key,
  id     text    not null constraint source_id unique,
  -- The configured source a longer CloudEvents source ("S/…") belongs to; null for the source itself.
  parent bigint
);

CREATE TABLE superseded (
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

CREATE TABLE unit (
  no integer primary key,
  id text    not null constraint unit_id unique
);

CREATE TABLE void (
  seq           integer primary key,
  received_at   bigint  not null,
  source        bigint  not null,
  event_id      text    not null,
  time          bigint,
  target_source bigint  not null,
  target_id     text    not null,
  reason        text    not null
);
