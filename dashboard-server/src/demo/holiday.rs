//! Public holidays of Indonesia, 2025 and 2026, with the decrees that set them.
//!
//! From PyPI `holidays` 0.109 (MIT), checked against the decrees. A demo's own small table: deadlines in
//! working days, where a decree must be data, are not counted from it.

use chrono::{Datelike, NaiveDate};

/// The days off of one joint ministerial decree (SKB): month, day, name; `cuti bersama` is collective leave.
struct Decree {
    year: i32,
    name: &'static str,
    days: &'static [(u32, u32, &'static str)],
}

const DECREES: [Decree; 3] = [
    Decree {
        year: 2025,
        name: "SKB 1017/2/2 of 2024",
        days: &[
            (1, 1, "Tahun Baru Masehi"),
            (1, 27, "Isra Mikraj Nabi Muhammad"),
            (1, 28, "Cuti Bersama Tahun Baru Imlek"),
            (1, 29, "Tahun Baru Imlek"),
            (3, 28, "Cuti Bersama Hari Suci Nyepi"),
            (3, 29, "Hari Suci Nyepi"),
            (3, 31, "Hari Raya Idul Fitri"),
            (4, 1, "Hari kedua dari Hari Raya Idul Fitri"),
            (4, 2, "Cuti Bersama Hari Raya Idul Fitri"),
            (4, 3, "Cuti Bersama Hari Raya Idul Fitri"),
            (4, 4, "Cuti Bersama Hari Raya Idul Fitri"),
            (4, 7, "Cuti Bersama Hari Raya Idul Fitri"),
            (4, 18, "Wafat Yesus Kristus"),
            (4, 20, "Kebangkitan Yesus Kristus"),
            (5, 1, "Hari Buruh Internasional"),
            (5, 12, "Hari Raya Waisak"),
            (5, 13, "Cuti Bersama Hari Raya Waisak"),
            (5, 29, "Kenaikan Yesus Kristus"),
            (5, 30, "Cuti Bersama Kenaikan Yesus Kristus"),
            (6, 1, "Hari Lahir Pancasila"),
            (6, 6, "Hari Raya Idul Adha"),
            (6, 9, "Cuti Bersama Hari Raya Idul Adha"),
            (6, 27, "Tahun Baru Islam"),
            (8, 17, "Hari Kemerdekaan Republik Indonesia"),
            (9, 5, "Maulid Nabi Muhammad"),
            (12, 25, "Hari Raya Natal"),
            (12, 26, "Cuti Bersama Hari Raya Natal"),
        ],
    },
    Decree { year: 2025, name: "SKB 933/1/3 of 2025", days: &[(8, 18, "Cuti Bersama Hari Kemerdekaan Republik Indonesia")] },
    Decree {
        year: 2026,
        name: "SKB 1497/2/5 of 2025",
        days: &[
            (1, 1, "Tahun Baru Masehi"),
            (1, 16, "Isra Mikraj Nabi Muhammad"),
            (2, 16, "Cuti Bersama Tahun Baru Imlek"),
            (2, 17, "Tahun Baru Imlek"),
            (3, 18, "Cuti Bersama Hari Suci Nyepi"),
            (3, 19, "Hari Suci Nyepi"),
            (3, 20, "Cuti Bersama Hari Raya Idul Fitri"),
            (3, 21, "Hari Raya Idul Fitri"),
            (3, 22, "Hari kedua dari Hari Raya Idul Fitri"),
            (3, 23, "Cuti Bersama Hari Raya Idul Fitri"),
            (3, 24, "Cuti Bersama Hari Raya Idul Fitri"),
            (4, 3, "Wafat Yesus Kristus"),
            (4, 5, "Kebangkitan Yesus Kristus"),
            (5, 1, "Hari Buruh Internasional"),
            (5, 14, "Kenaikan Yesus Kristus"),
            (5, 15, "Cuti Bersama Kenaikan Yesus Kristus"),
            (5, 27, "Hari Raya Idul Adha"),
            (5, 28, "Cuti Bersama Hari Raya Idul Adha"),
            (5, 31, "Hari Raya Waisak"),
            (6, 1, "Hari Lahir Pancasila"),
            (6, 16, "Tahun Baru Islam"),
            (8, 17, "Hari Kemerdekaan Republik Indonesia"),
            (8, 25, "Maulid Nabi Muhammad"),
            (12, 24, "Cuti Bersama Hari Raya Natal"),
            (12, 25, "Hari Raya Natal"),
        ],
    },
];

/// Days that are off every year; all that is known of a year without decree.
const FIXED: [(u32, u32, &str); 5] = [
    (1, 1, "Tahun Baru Masehi"),
    (5, 1, "Hari Buruh Internasional"),
    (6, 1, "Hari Lahir Pancasila"),
    (8, 17, "Hari Kemerdekaan Republik Indonesia"),
    (12, 25, "Hari Raya Natal"),
];

/// The name of the holiday on that date, and the decree that says so; None on other days.
pub(super) fn on(date: NaiveDate) -> Option<(&'static str, Option<&'static str>)> {
    let same = |(month, day, _): &&(u32, u32, &str)| date.month() == *month && date.day() == *day;
    for decree in DECREES.iter().filter(|decree| decree.year == date.year()) {
        if let Some((.., name)) = decree.days.iter().find(same) {
            return Some((name, Some(decree.name)));
        }
    }
    FIXED.iter().find(same).map(|(.., name)| (*name, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decrees_leave_the_working_days_that_were_published() {
        for (year, expected) in [(2025, 237), (2026, 240)] {
            let first = NaiveDate::from_ymd_opt(year, 1, 1).expect("a date");
            let working = first
                .iter_days()
                .take_while(|date| date.year() == year)
                .filter(|date| date.weekday().num_days_from_monday() < 5 && on(*date).is_none());
            assert_eq!(working.count(), expected, "{year}");
        }
    }

    #[test]
    fn a_day_added_during_the_year_names_its_own_decree() {
        let date = NaiveDate::from_ymd_opt(2025, 8, 18).expect("a date");
        assert_eq!(on(date).and_then(|(_, decree)| decree), Some("SKB 933/1/3 of 2025"));
        let later = NaiveDate::from_ymd_opt(2028, 8, 17).expect("a date");
        assert_eq!(on(later), Some(("Hari Kemerdekaan Republik Indonesia", None)));
    }
}
