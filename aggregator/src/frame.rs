//! Rows to polars frames and back: the two group-bys that every roll-up goes through.
//!
//! Groups are numbered by the caller, so a frame has one integer key whatever the windows are.
//! Must never know what an indicator is.

mod few;

use polars::prelude::{Column, DataFrame, IntoLazy, PolarsResult, col};

/// Parts laid out by column, one row for each part and window; in the order in which they stand in time.
#[derive(Debug, Default)]
pub struct Parts {
    /// Number of the group.
    pub group: Vec<u32>,
    /// Samples.
    pub n: Vec<i64>,
    /// Sums.
    pub sum: Vec<f64>,
    /// Least.
    pub min: Vec<Option<f64>>,
    /// Greatest.
    pub max: Vec<Option<f64>>,
    /// Last in time.
    pub last: Vec<Option<f64>>,
    /// Sums of numerators.
    pub numerator: Vec<f64>,
    /// Sums of denominators.
    pub denominator: Vec<f64>,
    /// Newest moments of data.
    pub data_at: Vec<i64>,
    /// Sources of these.
    pub source: Vec<i64>,
}

/// What the parts of a group come to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Merged {
    /// Samples.
    pub n: i64,
    /// Sum.
    pub sum: f64,
    /// Least.
    pub min: Option<f64>,
    /// Greatest.
    pub max: Option<f64>,
    /// Last in time.
    pub last: Option<f64>,
    /// Sum of the numerators.
    pub numerator: f64,
    /// Sum of the denominators.
    pub denominator: f64,
    /// Newest moment of data.
    pub data_at: i64,
    /// Source of the last.
    pub source: i64,
}

/// Units' own values laid out by column, one row for each unit and window above it; newest data last.
#[derive(Debug, Default)]
pub struct Owns {
    /// Number of the group.
    pub group: Vec<u32>,
    /// Values.
    pub value: Vec<Option<f64>>,
    /// Numerators.
    pub numerator: Vec<Option<f64>>,
    /// Denominators.
    pub denominator: Vec<Option<f64>>,
    /// Samples in use.
    pub n: Vec<i64>,
    /// Newest moments of data.
    pub data_at: Vec<i64>,
    /// Sources of these.
    pub source: Vec<i64>,
}

/// What the units of a group come to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Joined {
    /// Sum of the values.
    pub sum: f64,
    /// Units that have a value.
    pub units: i64,
    /// Sum of the numerators.
    pub numerator: f64,
    /// Sum of the denominators.
    pub denominator: f64,
    /// Samples in use.
    pub n: i64,
    /// Newest moment of data.
    pub data_at: i64,
    /// Source of that.
    pub source: i64,
}

/// Merges parts by group; `None` for a group without rows.
///
/// # Errors
/// What polars reports; columns of unequal length for instance.
pub fn merge(parts: Parts, groups: usize) -> PolarsResult<Vec<Option<Merged>>> {
    if parts.group.len() <= few::MOST { Ok(few::merge(&parts, groups)) } else { merge_by_polars(parts, groups) }
}

fn merge_by_polars(parts: Parts, groups: usize) -> PolarsResult<Vec<Option<Merged>>> {
    let mut merged = vec![None; groups];
    let height = parts.group.len();
    let frame = DataFrame::new(
        height,
        vec![
            Column::new("group".into(), parts.group),
            Column::new("n".into(), parts.n),
            Column::new("sum".into(), parts.sum),
            Column::new("min".into(), parts.min),
            Column::new("max".into(), parts.max),
            Column::new("last".into(), parts.last),
            Column::new("numerator".into(), parts.numerator),
            Column::new("denominator".into(), parts.denominator),
            Column::new("data_at".into(), parts.data_at),
            Column::new("source".into(), parts.source),
        ],
    )?;
    let frame = frame
        .lazy()
        .group_by([col("group")])
        .agg([
            col("n").sum(),
            col("sum").sum(),
            col("min").min(),
            col("max").max(),
            col("last").last(),
            col("numerator").sum(),
            col("denominator").sum(),
            col("data_at").max(),
            col("source").last(),
        ])
        .collect()?;
    let (group, n) = (frame.column("group")?.u32()?, frame.column("n")?.i64()?);
    let float = |name: &str| frame.column(name).and_then(|column| column.f64());
    let (sum, min, max, last) = (float("sum")?, float("min")?, float("max")?, float("last")?);
    let (numerator, denominator) = (float("numerator")?, float("denominator")?);
    let (data_at, source) = (frame.column("data_at")?.i64()?, frame.column("source")?.i64()?);
    for row in 0..frame.height() {
        let Some(at) = group.get(row) else { continue };
        merged[at as usize] = Some(Merged {
            n: n.get(row).unwrap_or_default(),
            sum: sum.get(row).unwrap_or_default(),
            min: min.get(row),
            max: max.get(row),
            last: last.get(row),
            numerator: numerator.get(row).unwrap_or_default(),
            denominator: denominator.get(row).unwrap_or_default(),
            data_at: data_at.get(row).unwrap_or_default(),
            source: source.get(row).unwrap_or_default(),
        });
    }
    Ok(merged)
}

/// Joins units' own values by group; `None` for a group without rows.
///
/// # Errors
/// As [`merge`].
pub fn join(owns: Owns, groups: usize) -> PolarsResult<Vec<Option<Joined>>> {
    if owns.group.len() <= few::MOST { Ok(few::join(&owns, groups)) } else { join_by_polars(owns, groups) }
}

fn join_by_polars(owns: Owns, groups: usize) -> PolarsResult<Vec<Option<Joined>>> {
    let mut joined = vec![None; groups];
    let height = owns.group.len();
    let frame = DataFrame::new(
        height,
        vec![
            Column::new("group".into(), owns.group),
            Column::new("value".into(), owns.value),
            Column::new("numerator".into(), owns.numerator),
            Column::new("denominator".into(), owns.denominator),
            Column::new("n".into(), owns.n),
            Column::new("data_at".into(), owns.data_at),
            Column::new("source".into(), owns.source),
        ],
    )?;
    let frame = frame
        .lazy()
        .group_by([col("group")])
        .agg([
            col("value").sum(),
            col("value").count().alias("units"),
            col("numerator").sum(),
            col("denominator").sum(),
            col("n").sum(),
            col("data_at").max(),
            col("source").last(),
        ])
        .collect()?;
    let (group, n) = (frame.column("group")?.u32()?, frame.column("n")?.i64()?);
    let float = |name: &str| frame.column(name).and_then(|column| column.f64());
    let (sum, numerator, denominator) = (float("value")?, float("numerator")?, float("denominator")?);
    let units = frame.column("units")?.u32()?;
    let (data_at, source) = (frame.column("data_at")?.i64()?, frame.column("source")?.i64()?);
    for row in 0..frame.height() {
        let Some(at) = group.get(row) else { continue };
        joined[at as usize] = Some(Joined {
            sum: sum.get(row).unwrap_or_default(),
            units: units.get(row).unwrap_or_default().into(),
            numerator: numerator.get(row).unwrap_or_default(),
            denominator: denominator.get(row).unwrap_or_default(),
            n: n.get(row).unwrap_or_default(),
            data_at: data_at.get(row).unwrap_or_default(),
            source: source.get(row).unwrap_or_default(),
        });
    }
    Ok(joined)
}

impl Parts {
    /// Adds a part to a group.
    pub fn push(&mut self, group: u32, part: &sql::part::Part) {
        self.group.push(group);
        self.n.push(part.n);
        self.sum.push(part.sum);
        self.min.push(part.min);
        self.max.push(part.max);
        self.last.push(part.last);
        self.numerator.push(part.numerator);
        self.denominator.push(part.denominator);
        self.data_at.push(part.data_at);
        self.source.push(part.source);
    }
}

impl Owns {
    /// Adds a unit's own value to a group.
    pub fn push(&mut self, group: u32, own: &sql::rollup::Own) {
        self.group.push(group);
        self.value.push(own.value);
        self.numerator.push(own.numerator);
        self.denominator.push(own.denominator);
        self.n.push(own.n);
        self.data_at.push(own.data_at.unwrap_or(i64::MIN));
        self.source.push(own.source.unwrap_or_default());
    }
}
