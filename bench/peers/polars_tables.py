"""From the packed cases to four tables with polars: `FILE OUT COPIES`, of which COPIES is 1."""
import json
import sys
import time

import polars as pl

path, out = sys.argv[1], sys.argv[2]
columns = ["department", "opened", "target", "closed"]
cases = pl.read_csv(path, columns=columns, schema_overrides={column: pl.String for column in columns})
cases = cases.with_columns(pl.col("opened", "target", "closed").str.to_datetime("%Y-%m-%dT%H:%M:%S"))
cut = pl.datetime(2016, 1, 13)
cases = cases.lazy().select(
    "department",
    d=pl.col("opened").dt.date(),
    cl=pl.col("closed").is_not_null().cast(pl.UInt32),
    inv=(pl.col("closed") < pl.col("opened")).fill_null(False).cast(pl.UInt32),
    h=pl.when(pl.col("closed") >= pl.col("opened")).then((pl.col("closed") - pl.col("opened")).dt.total_microseconds() / 3.6e9),
    tg=pl.col("target").is_not_null().cast(pl.UInt32),
    br=(pl.col("target").is_not_null() & pl.when(pl.col("closed").is_null()).then(pl.col("target") < cut).otherwise(pl.col("closed") > pl.col("target"))).cast(pl.UInt32),
).collect().lazy()
figures = [pl.len().alias("opened"), pl.col("cl").sum().alias("closed"), pl.col("inv").sum().alias("invalid_order"), pl.col("h").count().alias("valid_closed"),
    pl.col("h").median().alias("median_h"), pl.col("h").quantile(0.9, interpolation="linear").alias("p90_h"), pl.col("h").mean().alias("mean_h"),
    pl.col("tg").sum().alias("with_target"), pl.col("br").sum().alias("breached")]  # fmt: skip
began = time.perf_counter()
names = {"weekly": "1w", "monthly": "1mo", "quarterly": "1q", "yearly": "1y"}
tables = pl.collect_all([cases.group_by("department", pl.col("d").dt.truncate(every).alias("starts")).agg(figures) for every in names.values()])
compute_s = time.perf_counter() - began
for name, table in zip(names, tables):
    table.write_csv(f"{out}/{name}.csv")
print(json.dumps({"compute_s": compute_s}))
