//! Which content a file has, so that an interrupted import goes on where it was and a repeated one is known.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::error::Error;

/// SHA-256 of a file's bytes as they lie on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

/// Reads the whole file once, in constant memory.
///
/// # Errors
/// When the file cannot be read.
pub fn fingerprint(path: &Path) -> Result<Fingerprint, Error> {
    let failed = |cause| Error::Read { path: Arc::from(path.display().to_string()), cause };
    let mut file = File::open(path).map_err(failed)?;
    let (mut sha, mut chunk) = (Sha256::new(), vec![0; 128 * 1024]);
    loop {
        match file.read(&mut chunk).map_err(failed)? {
            0 => return Ok(Fingerprint(sha.finalize().into())),
            count => sha.update(&chunk[..count]),
        }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_is_the_sha_256_of_the_bytes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("abc");
        std::fs::write(&path, "abc").expect("is written");
        // FIPS 180-2, appendix B.1.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(fingerprint(&path).expect("is read").to_string(), expected);
        assert!(matches!(fingerprint(&folder.path().join("none")), Err(Error::Read { .. })));
    }
}
