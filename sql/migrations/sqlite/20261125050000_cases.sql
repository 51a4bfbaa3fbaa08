-- Service timings: services get numbers, steps of cases their own part of the log, and a case what its steps come to.
create table service (
  no integer primary key,
  id text    not null constraint service_id unique
);

create table case_step (
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

create table case_state (
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

-- When time alone changes a roll-up of cases: a case that is open now will be late then.
alter table rollup add column next_due bigint;

create index rollup_next_due on rollup (next_due) where next_due is not null;
