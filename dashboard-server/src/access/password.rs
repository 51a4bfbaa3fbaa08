//! Passwords: Argon2id as a PHC string, hashed off the async threads, few at a time.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::problem::{Answer, Problem};

/// OWASP's minimum for Argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Hashes at once: each takes 19 MiB and a core for some 30 ms. Who finds no place is told to come
/// back, so that a flood of sign-ins slows sign-ins and nothing else.
const AT_ONCE: usize = 2;
/// Hashes that may wait for a place; more are refused with 503.
const WAITING: usize = 16;

const SHORTEST: usize = 12;
const LONGEST: usize = 128;

/// Passwords of 12 letters and more that lead the lists of leaked ones, and those people here would
/// think of first. Compared in lower case, without spaces.
const COMMON: [&str; 40] = [
    "123456789012",
    "1234567890123",
    "12345678901234",
    "1234567890ab",
    "123123123123",
    "111111111111",
    "000000000000",
    "abcdefghijkl",
    "abcd12345678",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiopas",
    "qwerty123456",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "1qaz2wsx3edc4rfv",
    "q1w2e3r4t5y6",
    "zaq12wsxcde3",
    "asdfghjkl123",
    "password1234",
    "password12345",
    "password123456",
    "passwordpassword",
    "p@ssw0rd1234",
    "passw0rd1234",
    "administrator",
    "administrator1",
    "admin1234567",
    "admin12345678",
    "adminadmin12",
    "adminadminadmin",
    "letmeinletmein",
    "iloveyou1234",
    "welcome12345",
    "indonesia123",
    "indonesia1945",
    "indonesiaraya",
    "lampungutara",
    "lampungutara1",
    "bismillah123",
];

/// Hashes and checks passwords, a bounded number at once.
#[derive(Debug)]
pub(crate) struct Passwords {
    places: Semaphore,
    /// Those at work and those waiting.
    queue: Semaphore,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { places: Semaphore::new(AT_ONCE), queue: Semaphore::new(AT_ONCE + WAITING) }
    }
}

impl Passwords {
    /// Whether `password` is the one that `stored` was made of. Without `stored` (an unknown user) it
    /// works as long and answers no.
    ///
    /// # Errors
    /// 503 when too many wait.
    pub(crate) async fn verify(&self, password: String, stored: Option<String>) -> Answer<bool> {
        self.off_thread(move || matches(&password, stored.as_deref())).await
    }

    /// The string to store of a password.
    ///
    /// # Errors
    /// 503 when too many wait.
    pub(crate) async fn hash(&self, password: String) -> Answer<String> {
        self.off_thread(move || hash(&password)).await
    }

    async fn off_thread<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Answer<T> {
        let _waiting = self.queue.try_acquire().map_err(|_| Problem::busy("too many people sign in at once; try again", 2))?;
        let _place = self.places.acquire().await.expect("the semaphore is never closed");
        tokio::task::spawn_blocking(work).await.map_err(|error| Problem::internal(&error))
    }
}

/// Says what is wrong with a new password, if something is.
///
/// # Errors
/// One sentence.
pub fn check_new(password: &str, name: &str) -> Result<(), &'static str> {
    let letters = password.chars().count();
    if letters < SHORTEST {
        return Err("a password has at least 12 characters");
    }
    if letters > LONGEST {
        return Err("a password has at most 128 characters");
    }
    let plain: String = password.to_lowercase().split_whitespace().collect();
    let one_letter = plain.chars().all(|letter| plain.starts_with(letter));
    if one_letter || COMMON.contains(&plain.as_str()) || (!name.is_empty() && plain == name.to_lowercase()) {
        return Err("this password is among the first that are tried; choose another");
    }
    Ok(())
}

/// The PHC string to store of a password. Takes some 30 ms of one core: not for async threads.
pub fn hash(password: &str) -> String {
    let hash: PasswordHash = argon2().hash_password(password.as_bytes()).expect("the password is at most 128 letters and memory is there");
    hash.to_string()
}

fn matches(password: &str, stored: Option<&str>) -> bool {
    let Some(stored) = stored else {
        // As much work as a real check, so that the time does not tell whether the name exists.
        hash(password);
        return false;
    };
    match PasswordHash::new(stored) {
        Ok(stored) => argon2().verify_password(password.as_bytes(), &stored).is_ok(),
        Err(error) => {
            tracing::error!(%error, "a stored password is not a PHC string; set it again with `pantau user passwd`");
            false
        }
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the constants are within Argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_password_names_its_parameters_and_matches_only_itself() {
        let stored = hash("kata sandi yang panjang");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(matches("kata sandi yang panjang", Some(&stored)));
        assert!(!matches("kata sandi yang panjanG", Some(&stored)));
        assert!(!matches("kata sandi yang panjang", Some("plain text")));
        assert!(!matches("kata sandi yang panjang", None));
    }

    #[test]
    fn new_passwords_have_rules_of_length_only_and_no_fame() {
        assert!(check_new("delapan-1234", "budi").is_ok());
        assert!(check_new("pendek", "budi").is_err());
        assert!(check_new(&"é".repeat(12), "budi").is_err(), "one letter over and over");
        assert!(check_new(&"ab".repeat(64), "budi").is_ok());
        assert!(check_new(&"ab".repeat(65), "budi").is_err());
        assert!(check_new("Password 1234", "budi").is_err());
        assert!(check_new("budi.santoso.1", "Budi.Santoso.1").is_err());
    }

    #[tokio::test]
    async fn a_flood_is_refused_and_the_rest_served() {
        let passwords = Passwords::default();
        let flood = (0..40).map(|_| passwords.off_thread(std::thread::yield_now));
        let answers = futures_util::future::join_all(flood).await;
        let refused = answers.iter().filter(|answer| answer.is_err()).count();
        assert_eq!(answers.len() - refused, AT_ONCE + WAITING);
    }
}
