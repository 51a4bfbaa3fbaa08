//! The quick way to read events as nearly all are written: strings without escapes, each key once, no nulls.
//!
//! Whatever is written otherwise is not read here at all: the answer is `None`, and serde says what it is. What is read here is
//! what serde would have read, to which a property test holds it. Most of the processor's time in a large batch was serde's
//! asking the visitor for each key and value what it expects.

use std::borrow::Cow;

use super::{Data, Event, Text};

/// Hands on each event of a list of at most `most`. `None` when the list is to be read in the ordinary way; what was handed on
/// until then means nothing.
pub(super) fn list<'a>(text: &'a str, most: usize, mut take: impl FnMut(Event<'a>)) -> Option<()> {
    let mut reader = Reader { text, at: 0 };
    reader.expect(b'[')?;
    for _ in 0..most {
        take(reader.event()?);
        match reader.next()? {
            b',' => {}
            b']' => return reader.end(),
            _ => return None,
        }
    }
    None
}

/// One event that stands alone.
pub(super) fn one(text: &str) -> Option<Event<'_>> {
    let mut reader = Reader { text, at: 0 };
    let event = reader.event()?;
    reader.end()?;
    Some(event)
}

/// A place in a text.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let b' ' | b'\n' | b'\t' | b'\r' = *bytes.get(self.at)? {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    fn end(&mut self) -> Option<()> {
        self.peek().is_none().then_some(())
    }

    /// A string without escapes.
    fn string(&mut self) -> Option<&'a str> {
        self.expect(b'"')?;
        let from = self.at;
        let length = self.text.as_bytes()[from..].iter().position(|byte| matches!(byte, b'"' | b'\\' | ..b' '))?;
        self.at = from + length + 1;
        let string = self.text.get(from..from + length)?;
        (self.text.as_bytes()[from + length] == b'"').then_some(string)
    }

    fn number(&mut self) -> Option<f64> {
        self.peek()?;
        let rest = &self.text.as_bytes()[self.at..];
        let length = number_length(rest)?;
        let number: f64 = self.text.get(self.at..self.at + length)?.parse().ok()?;
        self.at += length;
        number.is_finite().then_some(number)
    }

    /// The members of an object, each with its key; `member` reads the value.
    fn object(&mut self, mut member: impl FnMut(&mut Self, &'a str) -> Option<()>) -> Option<()> {
        self.expect(b'{')?;
        loop {
            let key = self.string()?;
            self.expect(b':')?;
            member(self, key)?;
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    fn event(&mut self) -> Option<Event<'a>> {
        let (mut specversion, mut id, mut source, mut kind, mut time, mut data) = (None, None, None, None, None, None);
        self.object(|reader, key| {
            match key {
                "specversion" => once(&mut specversion, reader.text()?),
                "id" => once(&mut id, reader.text()?),
                "source" => once(&mut source, reader.text()?),
                "type" => once(&mut kind, reader.text()?),
                "time" => once(&mut time, reader.text()?),
                "data" => once(&mut data, reader.data()?),
                // Another attribute, as the standard has more of them.
                _ => reader.string().map(drop),
            }
        })?;
        Some(Event { specversion: specversion?, id: id?, source: source?, kind: kind?, time, data: data? })
    }

    fn data(&mut self) -> Option<Data<'a>> {
        let mut data = Data::default();
        self.object(|reader, key| match key {
            "unit" => once(&mut data.unit, reader.text()?),
            "indicator" => once(&mut data.indicator, reader.text()?),
            "at" => once(&mut data.at, reader.text()?),
            "value" => once(&mut data.value, reader.number()?),
            "numerator" => once(&mut data.numerator, reader.number()?),
            "denominator" => once(&mut data.denominator, reader.number()?),
            "note" => once(&mut data.note, reader.text()?),
            "service" => once(&mut data.service, reader.text()?),
            "case" => once(&mut data.case, reader.text()?),
            "step" => once(&mut data.step, reader.text()?),
            "due" => once(&mut data.due, reader.text()?),
            "class" => once(&mut data.class, reader.text()?),
            "channel" => once(&mut data.channel, reader.text()?),
            "area" => once(&mut data.area, reader.text()?),
            "source" => once(&mut data.source, reader.text()?),
            "id" => once(&mut data.id, reader.text()?),
            "reason" => once(&mut data.reason, reader.text()?),
            _ => None,
        })?;
        Some(data)
    }

    fn text(&mut self) -> Option<Text<'a>> {
        self.string().map(|string| Text(Cow::Borrowed(string)))
    }
}

fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

/// Bytes of the number of JSON at the beginning: the grammar of RFC 8259, which is narrower than Rust's.
fn number_length(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || (whole > 1 && bytes[at] == b'0') {
        return None;
    }
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return None;
        }
        at += 1 + fraction;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        if exponent == 0 {
            return None;
        }
        at += 1 + sign + exponent;
    }
    Some(at)
}

#[cfg(test)]
mod tests;
