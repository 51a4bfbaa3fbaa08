//! E-mail addresses: something, an at sign, a domain that ends in letters.

/// Whether the text holds an e-mail address.
pub(super) fn is_in(text: &str) -> bool {
    text.match_indices('@').any(|(at, _)| {
        let local = text[..at].chars().next_back();
        local.is_some_and(|c| c.is_ascii_alphanumeric() || "._%+-".contains(c)) && starts_with_domain(&text[at + 1..])
    })
}

/// At least two labels, the last of two letters or more.
fn starts_with_domain(text: &str) -> bool {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '.')).unwrap_or(text.len());
    // A sentence may end right behind the address.
    let labels: Vec<&str> = text[..end].trim_end_matches(['.', '-']).split('.').collect();
    labels.len() >= 2
        && labels.iter().all(|label| !label.is_empty())
        && labels.last().is_some_and(|last| last.len() >= 2 && last.chars().all(|c| c.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use crate::personal::looks_personal;

    #[test]
    fn addresses_are_found() {
        for text in ["budi@example.com", "kirim ke siti.a+x@dinas.lampungutara.go.id.", "<a_b@x-y.co>"] {
            assert_eq!(looks_personal(text), Some("an e-mail address"), "{text:?}");
        }
    }

    #[test]
    fn other_at_signs_are_left_alone() {
        for text in ["5 @ Rp 10.000", "@dinas", "a@b", "3@1.500", "x@.id", "a@b..id", "@", "a@b.c1"] {
            assert_eq!(looks_personal(text), None, "{text:?}");
        }
    }
}
