//! Ids of events that an import makes: what they are about, and the how manieth word on it they are.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_whatever_it_is_about() {
        for base in ["a", "7/B-12/closed", "x~2", "~", "a~b", "a~1"] {
            for number in [1, 2, 10] {
                assert_eq!(parse(&id(base, number)), (base, number), "{base} {number}");
            }
        }
    }
}
