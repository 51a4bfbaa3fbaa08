//! The known word that was probably meant.

/// The known word with the fewest slips of the pen (a letter too many, too few, another or swapped with its neighbour),
/// when those are few for its length.
pub(super) fn nearest<'w>(found: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let found = folded(found);
    let best = known.into_iter().map(|word| (slips(&found, &folded(word)), word)).min_by_key(|(slips, _)| *slips)?;
    // A third of the letters may differ: `colum`, `time-format`, `zeitzone` no more.
    (best.0 * 3 <= found.len().max(2)).then_some(best.1)
}

/// `, write "column"`, or nothing.
pub(super) fn suggestion<'w>(found: &str, known: impl IntoIterator<Item = &'w str>) -> String {
    nearest(found, known).map_or_else(String::new, |word| format!(", write \"{word}\""))
}

/// Capitals, `-`, `_` and spaces are no slip.
fn folded(word: &str) -> Vec<char> {
    word.chars().flat_map(char::to_lowercase).map(|c| if matches!(c, '-' | ' ') { '_' } else { c }).collect()
}

/// Damerau's distance with neighbours swapped only once.
fn slips(a: &[char], b: &[char]) -> usize {
    let mut rows = [Vec::new(), (0..=b.len()).collect::<Vec<_>>(), vec![0; b.len() + 1]];
    rows[0].resize(b.len() + 1, 0);
    for i in 1..=a.len() {
        let [before, last, next] = &mut rows;
        next[0] = i;
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            next[j] = changed.min(last[j] + 1).min(next[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                next[j] = next[j].min(before[j - 2] + 1);
            }
        }
        rows.rotate_left(1);
    }
    rows[1][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 5] = ["column", "create", "blank", "value", "time_format"];

    #[test]
    fn a_slip_of_the_pen_is_understood() {
        for (found, meant) in
            [("colum", "column"), ("cloumn", "column"), ("Column", "column"), ("time-format", "time_format"), ("valu", "value")]
        {
            assert_eq!(nearest(found, KNOWN), Some(meant), "{found}");
        }
    }

    #[test]
    fn another_word_is_not_guessed() {
        for found in ["spalte", "x", "", "kolom"] {
            assert_eq!(nearest(found, KNOWN), None, "{found}");
        }
        assert_eq!(suggestion("colum", KNOWN), ", write \"column\"");
        assert_eq!(suggestion("x", KNOWN), "");
    }
}
