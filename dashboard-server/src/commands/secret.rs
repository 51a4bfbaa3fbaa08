//! Passwords and keys, made from the system's randomness.

/// Without letters and digits that are read as others: a password is copied from paper.
const UNAMBIGUOUS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
const BASE_62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Groups of a password and their length: 20 letters of 31 are 99 bits.
const GROUPS: usize = 4;
const GROUP: usize = 5;
/// 43 letters of 62 are 256 bits.
const KEY_SECRET: usize = 43;
const KEY_ID: usize = 8;

/// A password like `k3m9x-…`.
pub(crate) fn password() -> String {
    (0..GROUPS).map(|_| random(UNAMBIGUOUS, GROUP)).collect::<Vec<_>>().join("-")
}

/// The id and the secret of a key.
pub(crate) fn key() -> (String, String) {
    (random(BASE_62, KEY_ID), random(BASE_62, KEY_SECRET))
}

/// `length` letters, each as likely as any other.
fn random(letters: &[u8], length: usize) -> String {
    // Bytes from this on would favour the first letters, so they are thrown away.
    let fair = 256 - 256 % letters.len();
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let mut bytes = [0_u8; 64];
        getrandom::fill(&mut bytes).expect("the system has randomness once it has started");
        let drawn = bytes.iter().map(|&byte| usize::from(byte)).filter(|&byte| byte < fair);
        text.extend(drawn.map(|byte| char::from(letters[byte % letters.len()])).take(length - text.len()));
    }
    text
}
