//! Satisfaction surveys (SKM) and their index (IKM), by PermenPAN-RB 14/2017.
//!
//! Owns the arithmetic from answers to index and grade, in whole numbers: binary fractions put some indices on the wrong side
//! of a bound. Must never know a respondent.
//!
//! The mean of each element's answers (1 to 4) counts with the same exact weight, 1 by the number of elements in use; the sum
//! times 25 is the index. It is rounded half up to two decimals, then graded: the printed intervals have holes, and this is
//! the only reading that leaves none (ours; the printed weight 0.111 would make 99.90 of a perfect survey).

use std::fmt;

use chrono::NaiveDate;

use crate::word::words;

words! {
    /// What a service is asked about. Reports number the last two both ways, so elements go by name.
    pub enum Element ("element of a survey") {
        /// Requirements.
        U1 = "u1",
        /// System, mechanism and procedure.
        U2 = "u2",
        /// Time to completion.
        U3 = "u3",
        /// Cost.
        U4 = "u4",
        /// Product of the service.
        U5 = "u5",
        /// Competence of who serves.
        U6 = "u6",
        /// Behaviour of who serves.
        U7 = "u7",
        /// Means and premises.
        U8 = "u8",
        /// Handling of complaints, suggestions and input.
        U9 = "u9",
    }
}

words! {
    /// How good a service is.
    pub enum Grade ("grade") {
        /// Sangat baik.
        A = "A",
        /// Baik.
        B = "B",
        /// Kurang baik.
        C = "C",
        /// Tidak baik.
        D = "D",
    }
}

/// The answers to one element.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Sum of the points, 1 to 4 for each answer.
    pub points: u32,
    /// Who answered it.
    pub n: u32,
}

/// An index in hundredths: 8,831 is 88.31.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Index(u32);

impl Index {
    /// The index as a number of hundredths.
    pub const fn hundredths(self) -> u32 {
        self.0
    }

    /// The index as a number.
    pub fn value(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

impl fmt::Display for Index {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// Fractional bits of a sum; more than any rounding of nine elements can use up.
const BITS: u32 = 64;

/// The index over the elements that anybody answered; None when nobody answered anything.
///
/// An element that some left out has the mean of those who answered it.
pub fn index(elements: &[Answers]) -> Option<Index> {
    let used = elements.iter().filter(|element| element.n > 0);
    let count = used.clone().count() as u128;
    if count == 0 {
        return None;
    }
    let share = |element: &Answers| ((u128::from(element.points) * 2_500) << BITS) / (u128::from(element.n) * count);
    let sum: u128 = used.map(share).sum();
    // Each share lost less than one unit by being cut; what lies closer below a half than that is one.
    let rounded = (sum + (1 << (BITS - 1)) + count) >> BITS;
    Some(Index(u32::try_from(rounded).unwrap_or(u32::MAX)))
}

/// The elements with the lowest means, at most `most`, the lowest first: those that get a plan (rencana tindak lanjut).
pub fn lowest(elements: &[(Element, Answers)], most: usize) -> Vec<Element> {
    let mut answered: Vec<&(Element, Answers)> = elements.iter().filter(|(_, answers)| answers.n > 0).collect();
    answered.sort_by(|(_, a), (_, b)| (u64::from(a.points) * u64::from(b.n)).cmp(&(u64::from(b.points) * u64::from(a.n))));
    answered.into_iter().take(most).map(|(element, _)| *element).collect()
}

/// Bounds of grades from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// From when.
    pub valid_from: NaiveDate,
    /// The regulation.
    pub regulation: &'static str,
    /// The least index of A, B and C; below lies D.
    pub least: [Index; 3],
}

const fn day(year: i32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, 1, 1) {
        Some(day) => day,
        None => unreachable!(),
    }
}

/// The scales there have been, the oldest first. A period keeps the one that held at its end: 63.00 was B in 2016.
pub const SCALES: [Scale; 2] = [
    Scale { valid_from: day(2004), regulation: "KEP/25/M.PAN/2/2004", least: [Index(8_126), Index(6_251), Index(4_376)] },
    Scale { valid_from: day(2017), regulation: "PermenPAN-RB 14/2017", least: [Index(8_831), Index(7_661), Index(6_500)] },
];

impl Scale {
    /// The scale that holds on a day; the oldest for a day before all.
    pub fn on(date: NaiveDate) -> &'static Self {
        SCALES.iter().rfind(|scale| scale.valid_from <= date).unwrap_or(&SCALES[0])
    }

    /// The grade of an index.
    pub fn grade(&self, index: Index) -> Grade {
        let reached = self.least.iter().position(|least| index >= *least);
        [Grade::A, Grade::B, Grade::C].get(reached.unwrap_or(3)).copied().unwrap_or(Grade::D)
    }
}

/// How many respondents a survey of so many people served needs (Krejcie and Morgan, P = Q = 0.5, d = 0.05, rounded half up).
pub fn sample_size(population: u64) -> u64 {
    // S = 3.841 N / 4 / (0.0025 (N - 1) + 3.841 / 4), times 4,000 above and below.
    let above = 3_841 * u128::from(population);
    let below = 10 * u128::from(population.saturating_sub(1)) + 3_841;
    u64::try_from((2 * above + below) / (2 * below)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
