//! Ids of events that an import makes: what they are about, and the how manieth word on it they are.

use sql::log::{Content, NewEvent};

/// Between what it is about and its number.
const MARK: char = '~';

/// The id of the `number`th word, from 1, on `base`.
pub(super) fn id(base: &str, number: u32) -> String {
    match number {
        1 if parse(base).0 == base => base.to_owned(),
        _ => format!("{base}{MARK}{number}"),
    }
}

/// What an id is about, and its number.
pub(super) fn parse(id: &str) -> (&str, u32) {
    match id.rsplit_once(MARK).map(|(base, number)| (base, number.parse())) {
        Some((base, Ok(number))) => (base, number),
        _ => (id, 1),
    }
}

/// The id of the void of an event.
pub(super) fn void(of: &str) -> String {
    format!("void{MARK}{of}")
}

/// Voids of every word on `base` up to the `number`th, the last of all last: of the last alone the one before would count
/// again. Those that were sent before are duplicates.
pub(super) fn voids(source: i64, base: &str, number: u32, reason: &str) -> impl Iterator<Item = NewEvent> {
    (1..=number).map(move |number| {
        let target = id(base, number);
        let content = Content::Void { source, id: target.clone(), reason: reason.to_owned() };
        NewEvent { source, id: void(&target), time: None, content }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_back_is_taken_back_with_all_that_was_said_before() {
        let ids: Vec<String> = voids(7, "1/B/closed", 3, "gone").map(|event| event.id).collect();
        assert_eq!(ids, ["void~1/B/closed", "void~1/B/closed~2", "void~1/B/closed~3"]);
    }

    #[test]
    fn an_id_reads_back_whatever_it_is_about() {
        for base in ["a", "7/B-12/closed", "x~2", "~", "a~b", "a~1"] {
            for number in [1, 2, 10] {
                assert_eq!(parse(&id(base, number)), (base, number), "{base} {number}");
            }
        }
    }
}
