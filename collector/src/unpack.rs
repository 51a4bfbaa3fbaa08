//! Unpacking a compressed body without ever holding more than the limit.

use std::io::Read;

use bytes::Bytes;

use crate::limits::{Budget, Held, MAX_BODY};

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

impl Packing {
    /// By the value of `Content-Encoding`; `None` for one that is not known, also for several at once.
    pub(crate) fn from_header(value: Option<&str>) -> Option<Self> {
        match value.map(str::trim) {
            None | Some("") => Some(Self::Plain),
            Some(word) if word.eq_ignore_ascii_case("identity") => Some(Self::Plain),
            Some(word) if word.eq_ignore_ascii_case("gzip") => Some(Self::Gzip),
            Some(word) if word.eq_ignore_ascii_case("zstd") => Some(Self::Zstd),
            Some(_) => None,
        }
    }
}

/// Why a body was not unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UnpackError {
    /// It is larger than the limit, or wants a larger window.
    #[error("the unpacked body has more than {MAX_BODY} bytes; send it in smaller batches")]
    TooLarge,
    /// It is not what its header says.
    #[error("the body is not {0} as Content-Encoding says, or it is cut short")]
    Broken(&'static str),
    /// No budget left for it at the moment.
    #[error("no room for the unpacked body at the moment")]
    UsedUp,
}

/// Largest window of zstd, as a power of two: 8 MiB, which RFC 9659 sets for HTTP. A frame that wants more would make us hold more.
const ZSTD_WINDOW_LOG: u32 = 23;

/// Bytes that are unpacked, and taken from the budget, at a time.
const STEP: usize = 64 * 1024;

/// The plain body. What it needs beyond the packed one is taken from the budget step by step, before it is filled.
pub(crate) fn unpack(body: Bytes, packing: Packing, budget: &Budget, held: &mut Held) -> Result<Bytes, UnpackError> {
    match packing {
        Packing::Plain if body.len() > MAX_BODY => Err(UnpackError::TooLarge),
        Packing::Plain => Ok(body),
        Packing::Gzip => drain(flate2::read::MultiGzDecoder::new(&*body), budget, held, "gzip"),
        Packing::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(&*body).map_err(|_| UnpackError::Broken("zstd"))?;
            decoder.window_log_max(ZSTD_WINDOW_LOG).map_err(|_| UnpackError::Broken("zstd"))?;
            drain(decoder, budget, held, "zstd")
        }
    }
}

fn drain(mut packed: impl Read, budget: &Budget, held: &mut Held, name: &'static str) -> Result<Bytes, UnpackError> {
    let mut plain = Vec::new();
    let mut step = vec![0; STEP];
    loop {
        let count = packed.read(&mut step).map_err(|_| UnpackError::Broken(name))?;
        if count == 0 {
            return Ok(Bytes::from(plain));
        }
        if plain.len() + count > MAX_BODY {
            return Err(UnpackError::TooLarge);
        }
        budget.hold(held, count).map_err(|_| UnpackError::UsedUp)?;
        plain.extend_from_slice(&step[..count]);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(plain: &[u8]) -> Bytes {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(plain).expect("writes to memory");
        encoder.finish().expect("writes to memory").into()
    }

    fn room() -> (Budget, Held) {
        (Budget::new(64 * 1024 * 1024), Held::default())
    }

    #[test]
    fn both_packings_come_back() {
        let plain = b"[1,2,3]".repeat(30_000);
        let (budget, mut held) = room();
        assert_eq!(unpack(gzip(&plain), Packing::Gzip, &budget, &mut held).expect("is gzip"), plain);
        let packed = zstd::encode_all(&*plain, 19).expect("packs");
        assert_eq!(unpack(packed.into(), Packing::Zstd, &budget, &mut held).expect("is zstd"), plain);
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = vec![b' '; 256 * 1024 * 1024];
        let packed = gzip(&bomb);
        assert!(packed.len() < MAX_BODY, "small enough to be let in");
        // With room for the limit and one step only, unpacking on would be noticed.
        let budget = Budget::new(MAX_BODY + STEP);
        assert_eq!(unpack(packed, Packing::Gzip, &budget, &mut Held::default()), Err(UnpackError::TooLarge));
        let packed = zstd::encode_all(&*bomb, 1).expect("packs");
        assert_eq!(unpack(packed.into(), Packing::Zstd, &budget, &mut Held::default()), Err(UnpackError::TooLarge));
    }

    #[test]
    fn the_limit_itself_fits() {
        let (budget, mut held) = room();
        assert_eq!(unpack(gzip(&vec![b' '; MAX_BODY]), Packing::Gzip, &budget, &mut held).expect("fits").len(), MAX_BODY);
        assert_eq!(unpack(gzip(&vec![b' '; MAX_BODY + 1]), Packing::Gzip, &budget, &mut held), Err(UnpackError::TooLarge));
    }

    #[test]
    fn broken_and_cut_bodies_are_named() {
        let (budget, mut held) = room();
        assert_eq!(unpack(Bytes::from_static(b"[]"), Packing::Gzip, &budget, &mut held), Err(UnpackError::Broken("gzip")));
        assert_eq!(unpack(Bytes::from_static(b"[]"), Packing::Zstd, &budget, &mut held), Err(UnpackError::Broken("zstd")));
        let whole = gzip(&b"[1,2,3]".repeat(1000));
        assert_eq!(unpack(whole.slice(..whole.len() / 2), Packing::Gzip, &budget, &mut held), Err(UnpackError::Broken("gzip")));
        let whole = zstd::encode_all(&*b"[1,2,3]".repeat(1000), 3).expect("packs");
        let half = Bytes::copy_from_slice(&whole[..whole.len() / 2]);
        assert_eq!(unpack(half, Packing::Zstd, &budget, &mut held), Err(UnpackError::Broken("zstd")));
    }

    #[test]
    fn no_room_is_overload_not_a_fault() {
        let budget = Budget::new(10);
        assert_eq!(unpack(gzip(b"01234567890123456789"), Packing::Gzip, &budget, &mut Held::default()), Err(UnpackError::UsedUp));
    }

    #[test]
    fn only_single_known_packings_are_accepted() {
        assert_eq!(Packing::from_header(None), Some(Packing::Plain));
        assert_eq!(Packing::from_header(Some("GZIP")), Some(Packing::Gzip));
        assert_eq!(Packing::from_header(Some("zstd")), Some(Packing::Zstd));
        assert_eq!(Packing::from_header(Some("gzip, gzip")), None);
        assert_eq!(Packing::from_header(Some("br")), None);
    }
}
