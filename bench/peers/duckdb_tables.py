"""From the packed cases to four tables with DuckDB: `FILE OUT COPIES`. Prints seconds and rows a second."""
import json
import os
import sys
import time

import duckdb

path, out, copies = sys.argv[1], sys.argv[2], int(sys.argv[3])
# What a load into a table that stays costs, apart from the rest.
began = time.perf_counter()
kept = duckdb.connect(os.path.join(out, "kept.db"))
kept.execute(f"create table cases as select * from read_csv('{path}', header=true)")
kept.execute("create index by_id on cases (case_id)")
kept.close()
load_s = time.perf_counter() - began
os.remove(os.path.join(out, "kept.db"))

db = duckdb.connect()
many = f" cross join range({copies}) as copy(no)" if copies > 1 else ""
department = "department || '-' || no as department" if copies > 1 else "department"
db.execute(f"""create temp table c as select {department}, (opened::timestamp)::date d, closed is not null as cl, closed < opened as inv,
  case when closed >= opened then epoch(closed - opened) / 3600.0 end h, target is not null as tg,
  target is not null and (closed > target or (closed is null and target < timestamp '2016-01-13 00:00:00')) br
  from read_csv('{path}', header=true){many}""")
FIGURES = """count(*) opened, count(*) filter (cl) closed, count(*) filter (not cl) still_open, count(*) filter (inv) invalid_order,
  count(h) valid_closed, quantile_cont(h, 0.5) median_h, quantile_cont(h, 0.9) p90_h, avg(h) mean_h,
  count(*) filter (tg) with_target, count(*) filter (br) breached"""
began = time.perf_counter()
for every in ("week", "month", "quarter", "year"):
    db.execute(f"create temp table by_{every} as select department, date_trunc('{every}', d) as starts, {FIGURES} from c group by 1, 2")
compute_s = time.perf_counter() - began
rows = db.execute("select count(*) from c").fetchone()[0]
if copies == 1:
    for every, name in (("week", "weekly"), ("month", "monthly"), ("quarter", "quarterly"), ("year", "yearly")):
        db.execute(f"copy by_{every} to '{out}/{name}.csv' (header)")
print(json.dumps({"load_s": load_s, "compute_s": compute_s, "rows_per_s": rows / compute_s}))
