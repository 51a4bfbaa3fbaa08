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
    /// A separator that people write inside long numbers, after a digit.
    Space,
    Dash,
    Dot,
    /// A decimal comma, after a digit.
    Comma,
    /// A plus sign, after whatever.
    Plus,
    /// Anything else, or nothing: a number begins here.
    Start,
}

impl Group<'_> {
    /// Whether it may be the continuation of a number written in groups.
    pub(super) fn joins(&self, also_by_dots: bool) -> bool {
        match self.before {
            Before::Space | Before::Dash => true,
            Before::Dot => also_by_dots,
            Before::Comma | Before::Plus | Before::Start => false,
        }
    }
}

impl Before {
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
        let length = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if length == 0 {
            at += 1;
            continue;
        }
        found.push(Group { digits: &text[at..at + length], before: before(&bytes[..at]) });
        at += length;
    }
    found
}

fn before(bytes: &[u8]) -> Before {
    let (before, bytes) = match bytes {
        [.., b'+'] => return Before::Plus,
        [rest @ .., b' ', b'-', b' '] => (Before::Dash, rest),
        // A no-break space in UTF-8, as office programs write it into numbers.
        [rest @ .., 0xc2, 0xa0] => (Before::Space, rest),
        [rest @ .., b' '] => (Before::Space, rest),
        [rest @ .., b'-'] => (Before::Dash, rest),
        [rest @ .., b'.'] => (Before::Dot, rest),
        [rest @ .., b','] => (Before::Comma, rest),
        _ => return Before::Start,
    };
    if bytes.last().is_some_and(u8::is_ascii_digit) { before } else { Before::Start }
}
