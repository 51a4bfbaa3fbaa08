//! Frames that a client sends: masked, small, possibly in pieces.
//!
//! A buffer exists only while a frame or a message is incomplete. Limits hold before memory is
//! taken: a frame that announces too much is refused by its header.

use std::io::Cursor;

use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Control, Data, OpCode};

use super::close;

/// What a client said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Incoming {
    /// A whole text message.
    Text(String),
    /// A ping of the protocol, to be answered with its content.
    Ping(Vec<u8>),
    /// A pong, or a piece that completes nothing: a sign of life.
    Alive,
    /// Goodbye.
    Close,
}

/// Why a socket must close.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// Close code.
    pub(crate) code: u16,
    /// Short sentence for the close frame.
    pub(crate) reason: &'static str,
}

/// Turns bytes into messages.
#[derive(Debug)]
pub(crate) struct Reader {
    limit: usize,
    /// Bytes of a frame that is not whole yet.
    pending: Vec<u8>,
    /// Text of a message whose last frame has not come.
    message: Option<Vec<u8>>,
}

impl Reader {
    /// A reader that refuses messages over `limit` bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, pending: Vec::new(), message: None }
    }

    /// Takes what came from the network.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
    }

    /// The next thing the client said, if it is whole.
    pub(crate) fn next(&mut self) -> Result<Option<Incoming>, Violation> {
        if self.pending.is_empty() {
            return Ok(None);
        }
        let mut cursor = Cursor::new(&self.pending);
        let parsed = FrameHeader::parse(&mut cursor).map_err(|_| protocol("a frame header is not understood"))?;
        let Some((header, length)) = parsed else { return Ok(None) };
        let start = usize::try_from(cursor.position()).expect("a header is a few bytes");
        let mask = self.check(&header, length)?;
        let length = usize::try_from(length).expect("the length was checked against the limit");
        if self.pending.len() < start + length {
            return Ok(None);
        }
        let mut content = self.pending[start..start + length].to_vec();
        content.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
        if self.pending.len() == start + length {
            self.pending = Vec::new();
        } else {
            self.pending.drain(..start + length);
        }
        self.take(header, content).map(Some)
    }

    /// What can be refused by the header alone.
    fn check(&self, header: &FrameHeader, length: u64) -> Result<[u8; 4], Violation> {
        if header.rsv1 || header.rsv2 || header.rsv3 {
            return Err(protocol("reserved bits are set"));
        }
        let mask = header.mask.ok_or(protocol("frames of a client must be masked"))?;
        match header.opcode {
            OpCode::Control(Control::Reserved(_)) | OpCode::Data(Data::Reserved(_)) => Err(protocol("the kind of frame is not known")),
            OpCode::Control(_) if length > 125 || !header.is_final => Err(protocol("a control frame is short and whole")),
            OpCode::Control(_) => Ok(mask),
            OpCode::Data(Data::Binary) => Err(Violation { code: close::UNSUPPORTED, reason: "send text messages" }),
            OpCode::Data(Data::Continue) if self.message.is_none() => Err(protocol("nothing to continue")),
            OpCode::Data(Data::Text) if self.message.is_some() => Err(protocol("the message before is not whole")),
            OpCode::Data(_) => {
                let before = self.message.as_ref().map_or(0, Vec::len) as u64;
                if before.saturating_add(length) > self.limit as u64 {
                    return Err(Violation { code: close::TOO_BIG, reason: "the message is over 64 KiB" });
                }
                Ok(mask)
            }
        }
    }

    fn take(&mut self, header: FrameHeader, content: Vec<u8>) -> Result<Incoming, Violation> {
        match header.opcode {
            OpCode::Control(Control::Ping) => Ok(Incoming::Ping(content)),
            OpCode::Control(Control::Close) => Ok(Incoming::Close),
            OpCode::Control(_) => Ok(Incoming::Alive),
            OpCode::Data(_) => {
                let mut message = self.message.take().unwrap_or_default();
                message.extend_from_slice(&content);
                if !header.is_final {
                    self.message = Some(message);
                    return Ok(Incoming::Alive);
                }
                String::from_utf8(message)
                    .map(Incoming::Text)
                    .map_err(|_| Violation { code: close::NOT_UTF8, reason: "the text is not UTF-8" })
            }
        }
    }
}

fn protocol(reason: &'static str) -> Violation {
    Violation { code: close::PROTOCOL, reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame as a client writes it.
    fn frame(first: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![first];
        match content.len() {
            n if n < 126 => bytes.push(0x80 | n as u8),
            n if n < 65_536 => {
                bytes.push(0x80 | 126);
                bytes.extend((n as u16).to_be_bytes());
            }
            n => {
                bytes.push(0x80 | 127);
                bytes.extend((n as u64).to_be_bytes());
            }
        }
        let mask = [0x11, 0x22, 0x33, 0x44];
        bytes.extend(mask);
        bytes.extend(content.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        bytes
    }

    fn read(bytes: &[u8], step: usize) -> Result<Vec<Incoming>, Violation> {
        let mut reader = Reader::new(65_536);
        let mut said = Vec::new();
        for piece in bytes.chunks(step) {
            reader.push(piece);
            while let Some(incoming) = reader.next()? {
                said.push(incoming);
            }
        }
        assert!(reader.pending.capacity() == 0 || !reader.pending.is_empty(), "no buffer without content");
        Ok(said)
    }

    #[test]
    fn messages_come_out_whole_however_they_are_cut() {
        let mut bytes = frame(0x81, "héllo".as_bytes());
        bytes.extend(frame(0x01, b"one "));
        bytes.extend(frame(0x89, b"still there?"));
        bytes.extend(frame(0x80, b"two"));
        bytes.extend(frame(0x88, &1000u16.to_be_bytes()));
        for step in [1, 2, 3, 7, 1000] {
            let said = read(&bytes, step).unwrap();
            let expected = [
                Incoming::Text("héllo".into()),
                Incoming::Alive,
                Incoming::Ping(b"still there?".to_vec()),
                Incoming::Text("one two".into()),
                Incoming::Close,
            ];
            assert_eq!(said, expected, "in steps of {step}");
        }
    }

    #[test]
    fn what_breaks_the_rules_names_its_close_code() {
        let unmasked = vec![0x81, 0x02, b'h', b'i'];
        let table = [
            (frame(0x82, b"binary"), close::UNSUPPORTED),
            (frame(0x81, &[0xff, 0xfe]), close::NOT_UTF8),
            (frame(0x81, &vec![b'x'; 65_537]), close::TOO_BIG),
            ([frame(0x01, &vec![b'x'; 40_000]), frame(0x80, &vec![b'x'; 40_000])].concat(), close::TOO_BIG),
            // Only the header came, announcing 2^62 bytes.
            (vec![0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4], close::TOO_BIG),
            (frame(0xc1, b"rsv1"), close::PROTOCOL),
            (frame(0x83, b"reserved"), close::PROTOCOL),
            (frame(0x8b, b"reserved"), close::PROTOCOL),
            (frame(0x80, b"nothing before"), close::PROTOCOL),
            ([frame(0x01, b"a"), frame(0x81, b"b")].concat(), close::PROTOCOL),
            (frame(0x89, &[0; 126]), close::PROTOCOL),
            (frame(0x09, b"ping in pieces"), close::PROTOCOL),
            (unmasked, close::PROTOCOL),
        ];
        for (bytes, code) in table {
            assert_eq!(read(&bytes, 4096).unwrap_err().code, code, "{:?}", &bytes[..bytes.len().min(8)]);
        }
    }

    #[test]
    fn a_message_at_the_limit_passes() {
        let said = read(&frame(0x81, &vec![b'x'; 65_536]), 1400).unwrap();
        assert!(matches!(&said[..], [Incoming::Text(text)] if text.len() == 65_536));
    }
}
