//! Worked surveys, bounds and sample sizes of tests/data/rule_vectors/skm.json.

use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../tests/data/rule_vectors/skm.json")).expect("JSON")
}

fn list<'v>(vectors: &'v Value, name: &str) -> &'v Vec<Value> {
    vectors[name].as_array().expect("a list")
}

fn now() -> &'static Scale {
    Scale::on(day(2026))
}

fn hundredths(text: &str) -> Index {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    Index(whole.parse::<u32>().expect("a number") * 100 + format!("{part:0<2}").parse::<u32>().expect("two decimals"))
}

#[test]
fn a_perfect_survey_is_a_hundred() {
    let vectors = vectors();
    let exact = &list(&vectors, "ikm")[0];
    let elements: Vec<Answers> =
        list(exact, "element_sums").iter().map(|sum| Answers { points: sum.as_u64().unwrap() as u32, n: 1 }).collect();
    let found = index(&elements).unwrap();
    assert_eq!(
        (found.to_string().as_str(), now().grade(found).as_str()),
        (exact["ikm"].as_str().unwrap(), exact["grade"].as_str().unwrap())
    );
}

#[test]
fn what_falls_into_the_holes_of_the_print_is_rounded_half_up_and_then_graded() {
    for case in list(&vectors(), "ikm_gap_cases") {
        let (n, points) = (case["respondents"].as_u64().unwrap() as u32, case["total_of_all_answers"].as_u64().unwrap() as u32);
        // However the points lie over the elements.
        let even = points / 9;
        let elements: Vec<Answers> = (0..9).map(|no| Answers { points: if no == 0 { points - 8 * even } else { even }, n }).collect();
        let found = index(&elements).unwrap();
        assert_eq!(found.to_string(), case["rounded"].as_str().unwrap(), "{case}");
        assert_eq!(now().grade(found).as_str(), case["grade"].as_str().unwrap(), "{case}");
    }
}

#[test]
fn grades_have_the_bounds_of_their_time() {
    let vectors = vectors();
    for case in list(&vectors, "ikm_boundaries") {
        assert_eq!(now().grade(hundredths(case["rounded"].as_str().unwrap())).as_str(), case["grade"].as_str().unwrap(), "{case}");
    }
    let before = Scale::on(day(2016));
    for case in list(&vectors, "old_scale_kepmenpan_25_2004") {
        let (least, most) = case["range"].as_str().unwrap().split_once('-').unwrap();
        for end in [least, most] {
            assert_eq!(before.grade(hundredths(end)).as_str(), case["grade"].as_str().unwrap(), "{case}");
        }
    }
    let both = |text: &str| [before, now()].map(|scale| scale.grade(hundredths(text)));
    assert_eq!((both("80.00"), both("63.00")), ([Grade::B, Grade::B], [Grade::B, Grade::D]));
}

#[test]
fn samples_are_as_large_as_the_table_says() {
    for case in list(&vectors(), "krejcie_morgan") {
        assert_eq!(sample_size(case["N"].as_u64().unwrap()), case["table"].as_u64().unwrap(), "{case}");
    }
    assert_eq!([50, 100, 500, 1_000].map(sample_size), [44, 80, 217, 278]);
    assert_eq!([0, 1].map(sample_size), [0, 1]);
}

#[test]
fn what_nobody_answered_has_no_weight() {
    let answered = Answers { points: 30, n: 10 };
    assert_eq!(index(&[answered, Answers::default(), answered]).map(|index| index.to_string()), Some("75.00".to_owned()));
    assert_eq!(index(&[Answers { points: 36, n: 10 }, Answers { points: 9, n: 3 }]).map(Index::hundredths), Some(8_250));
    assert_eq!((index(&[]), index(&[Answers::default()])), (None, None));
}

#[test]
fn the_lowest_come_first_and_equal_ones_in_their_order() {
    let of = |points, n| Answers { points, n };
    let elements =
        [(Element::U1, of(30, 10)), (Element::U2, of(5, 2)), (Element::U3, of(0, 0)), (Element::U4, of(25, 10)), (Element::U5, of(39, 10))];
    assert_eq!(lowest(&elements, 3), [Element::U2, Element::U4, Element::U1]);
}

proptest! {
    /// Against fractions that are exact: all elements have as many answers.
    #[test]
    fn an_index_is_exact(n in 1..5_000_u32, shares in proptest::collection::vec(0.0..=1.0_f64, 1..10)) {
        let points: Vec<u32> = shares.iter().map(|share| n + (share * 3.0 * f64::from(n)) as u32).collect();
        let elements: Vec<Answers> = points.iter().map(|points| Answers { points: *points, n }).collect();
        let (total, below) = (points.iter().map(|points| u128::from(*points)).sum::<u128>(), u128::from(n) * points.len() as u128);
        let expected = (2 * 2_500 * total + below) / (2 * below);
        prop_assert_eq!(index(&elements).map(|index| u128::from(index.hundredths())), Some(expected));
    }

    /// Who answers twice alike changes nothing, nor does the order of elements.
    #[test]
    fn an_index_is_one_of_means(answers in proptest::collection::vec((1..400_u32, 0.0..=1.0_f64), 1..10), times in 1..50_u32) {
        let one: Vec<Answers> = answers.iter().map(|(n, share)| Answers { points: n + (share * 3.0 * f64::from(*n)) as u32, n: *n }).collect();
        let mut many: Vec<Answers> = one.iter().map(|one| Answers { points: one.points * times, n: one.n * times }).collect();
        many.reverse();
        prop_assert_eq!(index(&one), index(&many));
        prop_assert!(index(&one).is_some_and(|index| (2_500..=10_000).contains(&index.hundredths())));
    }
}
