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

/// The same of the number of a file, such as a case's.
///
/// Registers number their files with sixteen digits too (`2026112400000123`), so a
/// NIK in one piece is one here only when its province exists and its day of birth
/// is a date. In a remark nobody writes such numbers, and the wider net holds.
pub fn looks_personal_number(text: &str) -> Option<&'static str> {
    if email::is_in(text) {
        return Some("an e-mail address");
    }
    let groups = digits::groups(text);
    if nik::is_number(&groups) {
        return Some("a national identity number (NIK)");
    }
    phone::is_in(&groups).then_some("a mobile phone number")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{looks_personal, looks_personal_number};

    #[test]
    fn everyday_notes_are_left_alone() {
        for note in [
            "",
            "Pagu Rp 1.250.000.000,00 terserap 85,47%",
            "Berkas 503/1234/2026 kembali 24/11/2026 pukul 14.05.09 WIB",
            "Perubahan SKB 933/1/3 Tahun 2025, berlaku 18-08-2025",
            "Kode 18.03.01.2001, KK 12, RT 003 RW 004",
            "Tahun 2021 2022 2023 2024 dan 2025",
        ] {
            assert_eq!(looks_personal(note), None, "{note:?}");
        }
    }

    #[test]
    fn numbers_of_files_are_left_alone() {
        for number in ["2026112400000123", "SIP-2026112411050001", "503/1234/2026", "1803999999990001", "LAPOR-8123456", "101000113298"] {
            assert_eq!(looks_personal_number(number), None, "{number:?}");
        }
        for number in ["1803010101900001", "SIP-1803014101900001", "180301-010190-0001", "9671012312990123"] {
            assert_eq!(looks_personal_number(number), Some("a national identity number (NIK)"), "{number:?}");
        }
        assert_eq!(looks_personal_number("081234567890"), Some("a mobile phone number"));
        assert_eq!(looks_personal_number("budi@contoh.id"), Some("an e-mail address"));
    }

    proptest! {
        #[test]
        fn any_text_can_be_asked_about(text in any::<String>()) {
            // What is found in a number would be found in a remark.
            prop_assert!(looks_personal_number(&text).is_none() || looks_personal(&text).is_some());
        }

        #[test]
        fn a_nik_is_found_within_any_words(
            before in "[a-z ]{0,9}", province in 11_u32..=96, rest in "[0-9]{14}", after in "[a-z ]{0,9}",
        ) {
            let note = format!("{before}{province}{rest}{after}");
            prop_assert_eq!(looks_personal(&note), Some("a national identity number (NIK)"));
        }

        #[test]
        fn amounts_are_left_alone(rupiah in 0_u64..10_000_000_000_000) {
            let digits = rupiah.to_string();
            let thousands: Vec<&str> = digits
                .as_bytes()
                .rchunks(3)
                .rev()
                .map(|three| std::str::from_utf8(three).expect("digits are ASCII"))
                .collect();
            let note = format!("Rp {},00", thousands.join("."));
            prop_assert_eq!(looks_personal(&note), None, "{}", note);
        }
    }
}
