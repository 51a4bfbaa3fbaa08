//! Random words and the fingerprints that are stored of them.

use sha2::{Digest, Sha256};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// Without letters that are read as others: it is typed from a terminal into a browser.
const PLAIN: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyz-";

/// SHA-256 of a word; what is stored of a cookie.
pub(crate) type Fingerprint = [u8; 32];

/// A word of 256 random bits in base64url.
pub(crate) fn word() -> String {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    base64url(&bytes)
}

/// A word of 60 random bits to be typed by a person.
pub(crate) fn code() -> String {
    let mut bytes = [0u8; 12];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes.iter().map(|byte| char::from(PLAIN[usize::from(byte % 31)])).collect()
}

/// What is stored of a word.
pub(crate) fn fingerprint(word: &str) -> Fingerprint {
    Sha256::digest(word.as_bytes()).into()
}

/// Whether two texts are equal, in a time that does not depend on where they differ.
pub(crate) fn equal(a: &str, b: &str) -> bool {
    use subtle::ConstantTimeEq;
    fingerprint(a).ct_eq(&fingerprint(b)).into()
}

fn base64url(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for piece in bytes.chunks(3) {
        let group = piece.iter().fold(0u32, |group, &byte| group << 8 | u32::from(byte)) << (8 * (3 - piece.len()));
        for place in 0..=piece.len() {
            text.push(char::from(ALPHABET[(group >> (18 - 6 * place) & 63) as usize]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64url_as_rfc_4648() {
        let table = [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE")];
        for (plain, encoded) in table {
            assert_eq!(base64url(plain.as_bytes()), encoded);
        }
        assert_eq!(base64url(&[0xfb, 0xff]), "-_8");
    }

    #[test]
    fn words_differ_and_are_long() {
        let (a, b) = (word(), word());
        assert_ne!(a, b);
        assert_eq!(a.len(), 43);
        assert_eq!(code().len(), 12);
        assert!(equal(&a, &a.clone()) && !equal(&a, &b));
    }
}
