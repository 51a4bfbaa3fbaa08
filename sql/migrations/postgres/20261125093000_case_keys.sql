-- Views for other tools name a case by its pseudonym, as the API does: the number by which a house knows a case is often known
-- to a citizen too. Who needs the numbers is granted the schema bi_numbers, deliberately and apart from bi.
drop view bi.case_steps;
drop view bi.cases;

-- The salt that the server would make at the first question; 244 random bits.
insert into setting (name, value) values ('case_salt', replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''))
on conflict (name) do nothing;

-- A hash of the salt, the service and the number, each behind its length in eight bytes, the lowest first.
create function case_key(salt text, service bigint, number text) returns text language sql immutable strict parallel safe as $$
  select encode(substring(sha256(string_agg(
    set_byte(set_byte('\x0000000000000000'::bytea, 0, octet_length(part) % 256), 1, octet_length(part) / 256) || part,
    ''::bytea order by place)) from 1 for 8), 'hex')
  from unnest(array[convert_to(salt, 'UTF8'), convert_to(service::text, 'UTF8'), convert_to(number, 'UTF8')])
    with ordinality as parts (part, place)
$$;

-- Each case as its steps leave it; without `submitted_at` it is listed but not in tables.
create view bi.cases as
  select v.id as service, v.name as service_name, case_key(k.value, c.service, c.case_id) as case_key, u.id as unit,
    u.name as unit_name, to_timestamp(c.submitted_at / 1000.0) as submitted_at,
    to_timestamp(c.completed_file_at / 1000.0) as completed_file_at, to_timestamp(c.ended_at / 1000.0) as ended_at,
    (array['closed', 'rejected', 'withdrawn'])[c.end_kind] as end_kind, to_timestamp(c.due / 1000.0) as due, c.class, c.channel, c.area
  from case_state c
  join setting k on k.name = 'case_salt'
  join (select n.no, v.id, v.name from service n join bi.services v on v.id = n.id) v on v.no = c.service
  join (select n.no, v.id, v.name from unit n join bi.units v on v.id = n.id) u on u.no = c.unit;

-- Every step that was taken in, those that were taken back too. Ids of events often have the number of the case in them, so
-- they are left out: `seq` tells steps apart.
create view bi.case_steps as
  select s.seq, to_timestamp(s.received_at / 1000.0) as received_at, o.id as source,
    to_timestamp(s.time / 1000.0) as event_time, v.id as service, v.name as service_name,
    case_key(k.value, s.service, s.case_id) as case_key, u.id as unit, u.name as unit_name,
    (array['submitted', 'completed_file', 'returned', 'resubmitted', 'decided', 'handed_over', 'closed', 'rejected', 'withdrawn',
      'reassigned', 'reopened'])[s.step] as step,
    to_timestamp(s.at / 1000.0) as at, to_timestamp(s.due / 1000.0) as due, s.class, s.channel, s.area,
    exists (select 1 from void w where w.target_source = s.source and w.target_id = s.event_id) as voided
  from case_step s
  join setting k on k.name = 'case_salt'
  join source o on o.no = s.source
  join (select n.no, v.id, v.name from service n join bi.services v on v.id = n.id) v on v.no = s.service
  join (select n.no, v.id, v.name from unit n join bi.units v on v.id = n.id) u on u.no = s.unit;

create schema bi_numbers;

-- Which number a pseudonym stands for, for each case of which any step was taken in.
create view bi_numbers.cases as
  select v.id as service, case_key(k.value, c.service, c.case_id) as case_key, c.case_id
  from (select distinct service, case_id from case_step) c
  join setting k on k.name = 'case_salt'
  join service v on v.no = c.service;
