-- Keys of events by a hash, put in behind the commit: the text keys made a random page of each event at the door.
-- The appender fills the new table from the log, from the place `keyed_seq` on.
drop table event_key;

create table event_key (
  hash bigint not null,
  seq  bigint not null,
  constraint event_key_pk primary key (hash, seq)
) without rowid;
