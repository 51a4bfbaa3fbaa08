//! Unpacking `.gz` as it is read: nothing is held but the window, a cut file says where, a bomb ends.

use std::io::{self, BufRead, Read};

use flate2::bufread::MultiGzDecoder;

use super::error::refusal;
use super::progress::Counted;

/// Unpacked bytes up to which any ratio is fine: a file of blanks packs a thousand to one.
const HARMLESS: u64 = 256 * 1024 * 1024;
/// Unpacked bytes for each packed one beyond that. Tables of the same row over and over reach 300; deflate ends at 1,032.
const LARGEST_RATIO: u64 = 500;

/// The unpacked bytes of a gzip file, of all its members.
pub(super) struct Gunzip<R> {
    decoder: MultiGzDecoder<Packed<R>>,
    unpacked: u64,
}

/// Counts what the decoder has taken.
struct Packed<R> {
    input: R,
    taken: u64,
}

impl<R: BufRead> Gunzip<R> {
    pub(super) fn new(input: R) -> Self {
        Self { decoder: MultiGzDecoder::new(Packed { input, taken: 0 }), unpacked: 0 }
    }
}

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let result = self.decoder.read(out);
        let taken = self.decoder.get_ref().taken;
        match result {
            Ok(count) => {
                self.unpacked += count as u64;
                if self.unpacked > HARMLESS && self.unpacked / LARGEST_RATIO > taken {
                    return Err(refusal(format!(
                        "unpacks to more than {LARGEST_RATIO} times its size, {} MiB so far; that is no table, check where it comes from",
                        self.unpacked >> 20
                    )));
                }
                Ok(count)
            }
            Err(cause) => Err(match cause.kind() {
                io::ErrorKind::UnexpectedEof => refusal(format!(
                    "the gzip data breaks off after {taken} bytes ({} unpacked): the file was cut; fetch it or pack it again",
                    self.unpacked
                )),
                io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData
                    if cause.get_ref().is_none_or(|inner| !inner.is::<super::error::Refusal>()) =>
                {
                    refusal(format!("the gzip data is damaged near byte {taken} ({} unpacked); fetch it or pack it again", self.unpacked))
                }
                _ => cause,
            }),
        }
    }
}

impl<R: BufRead> Read for Packed<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(out)?;
        self.taken += count as u64;
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Packed<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.input.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.taken += count as u64;
        self.input.consume(count);
    }
}

/// The unpacked bytes of a counted file.
pub(super) type Unpacked = Gunzip<io::BufReader<Counted>>;

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(plain).expect("writes to memory");
        encoder.finish().expect("writes to memory")
    }

    fn sentence(packed: &[u8]) -> String {
        io::copy(&mut Gunzip::new(packed), &mut io::sink()).expect_err("is refused").to_string()
    }

    #[test]
    fn every_member_is_unpacked() {
        let mut packed = gzip(b"a;b\n");
        packed.extend(gzip(b"1;2\n"));
        let mut text = String::new();
        Gunzip::new(&*packed).read_to_string(&mut text).expect("is gzip");
        assert_eq!(text, "a;b\n1;2\n");
    }

    #[test]
    fn a_cut_file_says_where() {
        let plain: Vec<u8> = (0..200_000_u32).flat_map(|n| format!("{n};{}\n", n.wrapping_mul(2_654_435_761)).into_bytes()).collect();
        let packed = gzip(&plain);
        let cut = &packed[..packed.len() / 2];
        let sentence = sentence(cut);
        assert!(sentence.contains(&format!("breaks off after {} bytes", cut.len())), "{sentence}");
        assert!(self::sentence(&packed[..packed.len() - 3]).contains("was cut"));
    }

    #[test]
    fn damaged_data_says_where() {
        let mut packed = gzip(&b"a;b\n".repeat(1000));
        let last = packed.len() - 5;
        packed[last] ^= 1;
        assert!(sentence(&packed).contains("is damaged near byte"), "{}", sentence(&packed));
    }

    #[test]
    fn a_bomb_ends_at_the_limit() {
        let member = gzip(&vec![b'a'; 32 * 1024 * 1024]);
        let best = {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(&vec![b'a'; 32 * 1024 * 1024]).expect("writes to memory");
            encoder.finish().expect("writes to memory")
        };
        let member = if best.len() < member.len() { best } else { member };
        let sentence = sentence(&member.repeat(40));
        assert!(sentence.contains("more than 500 times its size, 256 MiB so far"), "{sentence}");
    }
}
