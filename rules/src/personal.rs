//! Text that looks like it names a person.
//!
//! Owns the shapes of the identifiers that most often slip into notes. Must never
//! keep or print what it found: it answers only what kind it is.

mod digits;
mod email;
mod nik;
mod phone;

/// What a personal thing the text seems to hold, in words for an error message;
/// `None` when nothing was found.
///
/// Finds national identity numbers (NIK), Indonesian mobile numbers and e-mail
/// addresses, with or without separators. It is a net, not a proof: it rather lets
/// an odd spelling pass than refuse amounts, dates and case numbers.
pub fn looks_personal(text: &str) -> Option<&'static str> {
    if email::is_in(text) {
        return Some("an e-mail address");
    }
    let groups = digits::groups(text);
    if nik::is_in(&groups) {
        return Some("a national identity number (NIK)");
    }
    phone::is_in(&groups).then_some("a mobile phone number")
}
