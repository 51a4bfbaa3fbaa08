//! Foreign text inside our sentences: bounded and without control characters, so that an answer or a log line stays one line.

/// Characters of foreign text that a sentence shows; enough to recognise a value, too few to carry a document.
const SHOWN: usize = 60;

/// The text in double quotes, cut after 60 characters.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", cut(text, SHOWN))
}

/// An event's id for an answer, cut after 128 characters, which is as long as an id may be.
pub(crate) fn bounded(text: &str) -> String {
    cut(text, 128)
}

fn cut(text: &str, most: usize) -> String {
    let mut shown: String = text.chars().take(most).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(most).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_unprintable_text_is_tamed() {
        assert_eq!(quoted("a\nb"), "\"a\u{fffd}b\"");
        assert_eq!(quoted(&"é".repeat(61)), format!("\"{}…\"", "é".repeat(60)));
        assert_eq!(quoted(&"é".repeat(60)), format!("\"{}\"", "é".repeat(60)));
    }
}
