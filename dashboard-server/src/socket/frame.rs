//! Frames that a server writes: unmasked, whole.

use bytes::Bytes;
use serde::Serialize;

const FINAL_TEXT: u8 = 0x81;
const FINAL_CLOSE: u8 = 0x88;
const FINAL_PING: u8 = 0x89;
const FINAL_PONG: u8 = 0x8a;
/// The longest header that a server writes: two bytes and eight of length.
const LONGEST_HEADER: usize = 10;

/// A message as the bytes of its frame; cheap to clone, shared by all who get it.
#[derive(Clone, Debug)]
pub(crate) struct Framed {
    bytes: Bytes,
    header: usize,
}

impl Framed {
    /// Encodes a message as JSON and frames it as text, in one buffer.
    pub(crate) fn json(message: &impl Serialize) -> Self {
        let mut buffer = vec![0; LONGEST_HEADER];
        serde_json::to_writer(&mut buffer, message).expect("our messages have string keys and are written to memory");
        let header = header(FINAL_TEXT, buffer.len() - LONGEST_HEADER);
        let unused = LONGEST_HEADER - header.len();
        buffer[unused..LONGEST_HEADER].copy_from_slice(&header);
        // Exactly as long as it is: the ring keeps a thousand of these.
        buffer.shrink_to_fit();
        Self { header: header.len(), bytes: Bytes::from(buffer).slice(unused..) }
    }

    /// A ping of the protocol, without content.
    pub(crate) fn ping() -> Self {
        Self::control(FINAL_PING, &[])
    }

    /// The answer to a ping of the protocol.
    pub(crate) fn pong(content: &[u8]) -> Self {
        Self::control(FINAL_PONG, content)
    }

    /// Goodbye, with its reason.
    pub(crate) fn close(code: u16, reason: &str) -> Self {
        let mut content = code.to_be_bytes().to_vec();
        // A control frame holds 125 bytes; our reasons are short ASCII sentences.
        content.extend(reason.bytes().take(123));
        Self::control(FINAL_CLOSE, &content)
    }

    fn control(first: u8, content: &[u8]) -> Self {
        let mut bytes = header(first, content.len());
        let header = bytes.len();
        bytes.extend_from_slice(content);
        Self { bytes: Bytes::from(bytes), header }
    }

    /// The frame, ready for the wire.
    pub(crate) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The message without its frame, for an HTTP answer; shares the same memory.
    pub(crate) fn payload(&self) -> Bytes {
        self.bytes.slice(self.header..)
    }

    /// Bytes on the wire.
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }
}

fn header(first: u8, length: usize) -> Vec<u8> {
    let mut header = Vec::with_capacity(LONGEST_HEADER);
    header.push(first);
    match length {
        0..126 => header.push(length as u8),
        126..65_536 => {
            header.push(126);
            header.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            header.push(127);
            header.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    header
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;

    #[test]
    fn another_implementation_reads_the_frames() {
        for length in [0, 1, 123, 124, 125, 126, 65_533, 65_534, 70_000] {
            let text = "x".repeat(length);
            let framed = Framed::json(&text);
            let mut cursor = std::io::Cursor::new(framed.bytes());
            let (header, payload) = FrameHeader::parse(&mut cursor).unwrap().unwrap();
            assert!(header.is_final && header.mask.is_none());
            assert_eq!(payload as usize, length + 2, "quotes and text");
            assert_eq!(framed.payload(), serde_json::to_vec(&text).unwrap());
            assert_eq!(framed.len(), cursor.position() as usize + length + 2);
        }
    }

    #[test]
    fn close_carries_its_code() {
        let framed = Framed::close(4401, "the session ended");
        assert_eq!(&framed.payload()[..2], 4401u16.to_be_bytes());
        assert_eq!(&framed.payload()[2..], b"the session ended");
    }
}
