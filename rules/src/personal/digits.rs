//! Groups of digits, and what stands between them.

/// Digits that stand together, and how they are joined to what comes before.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Group<'a> {
    /// ASCII digits only, never empty.
    pub(super) digits: &'a str,
    pub(super) before: Before,
}

/// What stands before a group of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// A single separator that people write inside long numbers, after a digit.
    Space,
    Dash,
    Dot,
    /// A decimal comma, after a digit.
    Comma,
    /// A plus sign.
    Plus,
    /// Anything else, or nothing: a number begins here.
    Start,
}

impl Before {
    /// Whether the group may be the continuation of a number written in groups.
    pub(super) fn joins(self) -> bool {
        matches!(self, Self::Space | Self::Dash | Self::Dot)
    }

    /// Whether the group may be the digits after a decimal mark.
    pub(super) fn is_decimal_mark(self) -> bool {
        matches!(self, Self::Dot | Self::Comma)
    }
}

/// Every group of digits of a text, in order.
pub(super) fn groups(text: &str) -> Vec<Group<'_>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if length == 0 {
            at += 1;
            continue;
        }
        found.push(Group {
            digits: &text[at..at + length],
            before: before(&bytes[..at]),
        });
        at += length;
    }
    found
}

fn before(bytes: &[u8]) -> Before {
    match bytes {
        [.., b'+'] => Before::Plus,
        [.., digit, b' '] if digit.is_ascii_digit() => Before::Space,
        [.., digit, b'-'] if digit.is_ascii_digit() => Before::Dash,
        [.., digit, b'.'] if digit.is_ascii_digit() => Before::Dot,
        [.., digit, b','] if digit.is_ascii_digit() => Before::Comma,
        _ => Before::Start,
    }
}
