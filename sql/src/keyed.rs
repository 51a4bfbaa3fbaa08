//! SQL text for lists of keys and rows: one statement for many, in few shapes, so that prepared
//! statements are reused. Owns text only.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Mutex, OnceLock};

use sqlx::postgres::PgRow;
use sqlx::query::{Query, QueryAs};
use sqlx::{Database, FromRow, PgPool, Postgres, Sqlite};

/// How many rows one statement may carry; a shorter list is padded by repeating its last row
/// (for keys, where a repeat changes nothing) or takes the next smaller shapes (for rows).
pub(crate) const SHAPES: [usize; 4] = [512, 64, 8, 1];

/// How an engine writes the places of values in lists.
pub(crate) trait Places: Database {
    /// Whether they are numbered, `$1`; else `?`.
    const NUMBERED: bool;
}

/// Places without numbers, although the rest of the SQL numbers them: SQLite keeps a name for each numbered place and the
/// driver asks for the name of each, walking over all before it. With 832 places that took ten times as long as the insert.
impl Places for Sqlite {
    const NUMBERED: bool = false;
}

impl Places for Postgres {
    const NUMBERED: bool = true;
}

/// `(?,?),(?,?),…` or `($1,$2),($3,$4),…` for `rows` rows of `columns` columns.
fn tuples(numbered: bool, columns: usize, rows: usize) -> String {
    let mut text = String::with_capacity(rows * (columns * if numbered { 6 } else { 2 } + 2));
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ",(" });
        for column in 0..columns {
            if column > 0 {
                text.push(',');
            }
            match numbered {
                true => write!(text, "${}", row * columns + column + 1).expect("a string takes all"),
                false => text.push('?'),
            }
        }
        text.push(')');
    }
    text
}

/// The text `head` + tuples + `tail`, kept for the life of the process: there is a handful of them.
pub(crate) fn statement<E: Places>(head: &'static str, tail: &'static str, columns: usize, rows: usize) -> &'static str {
    type Kept = HashMap<(bool, usize, usize, usize, usize), &'static str>;
    static KEPT: OnceLock<Mutex<Kept>> = OnceLock::new();
    let mut kept = KEPT.get_or_init(Mutex::default).lock().expect("no one panics while holding the texts");
    kept.entry((E::NUMBERED, head.as_ptr() as usize, tail.as_ptr() as usize, columns, rows))
        .or_insert_with(|| Box::leak(format!("{head}{}{tail}", tuples(E::NUMBERED, columns, rows)).into_boxed_str()))
}

/// A query with a list of `rows` rows of `columns` values between `head` and `tail`; its values are to be bound.
pub(crate) fn query<E: Places>(
    head: &'static str,
    tail: &'static str,
    columns: usize,
    rows: usize,
) -> Query<'static, E, <E as Database>::Arguments> {
    sqlx::query(statement::<E>(head, tail, columns, rows))
}

/// The same for a query that returns rows.
pub(crate) fn query_as<E: Places, R: for<'r> FromRow<'r, E::Row>>(
    head: &'static str,
    tail: &'static str,
    columns: usize,
    rows: usize,
) -> QueryAs<'static, E, R, <E as Database>::Arguments> {
    sqlx::query_as(statement::<E>(head, tail, columns, rows))
}

/// What a text finds on a database server with keys of four numbers: one array for each, so one text for any number of keys.
pub(crate) async fn by_four<R>(pool: &PgPool, text: &'static str, keys: &[(i64, i64, i64, i64)]) -> Result<Vec<R>, sqlx::Error>
where
    R: for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let column = |of: fn(&(i64, i64, i64, i64)) -> i64| keys.iter().map(of).collect::<Vec<i64>>();
    let query =
        sqlx::query_as(text).bind(column(|key| key.0)).bind(column(|key| key.1)).bind(column(|key| key.2)).bind(column(|key| key.3));
    query.fetch_all(pool).await
}

/// The smallest shape that holds `n` rows, for keys.
pub(crate) fn padded(n: usize) -> usize {
    SHAPES.iter().rev().copied().find(|&shape| shape >= n).unwrap_or(SHAPES[0])
}

/// Cuts `rows` into pieces whose lengths are shapes, largest first, each at most `most` rows.
pub(crate) fn pieces<T>(mut rows: &[T], most: usize) -> Vec<&[T]> {
    let mut out = Vec::new();
    for shape in SHAPES.into_iter().map(|shape| shape.min(most)) {
        while rows.len() >= shape {
            let (piece, rest) = rows.split_at(shape);
            out.push(piece);
            rows = rest;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_hold_every_row_once_in_order() {
        let rows: Vec<usize> = (0..1_237).collect();
        let joined: Vec<usize> = pieces(&rows, 100).concat();
        assert_eq!(joined, rows);
    }

    #[test]
    fn tuples_have_a_place_for_each_column() {
        assert_eq!(tuples(false, 2, 2), "(?,?),(?,?)");
        assert_eq!(tuples(true, 2, 2), "($1,$2),($3,$4)");
    }
}
