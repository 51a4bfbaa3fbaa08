//! The cases of the year, and that the running day goes on with them.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use chrono_tz::Asia::Jakarta;
use rules::case::{CaseState, EndKind, Known, Step, StepEvent};
use rules::time::{Millis, date_of, parse_instant, start_of};
use sql::log::{CaseStep, Content};
use sql::registry::Registry;

use super::super::calendar::is_working_day;
use super::super::{live, year};
use super::world::example;
use super::{SEED, today};

/// Every step of the year in order of receipt, with its event's source and id.
fn steps(registry: &Registry, today: NaiveDate) -> Vec<(i64, String, CaseStep)> {
    let events = year(registry, SEED, today, Jakarta).flat_map(|batch| batch.events);
    events.filter_map(|event| if let Content::Step(step) = event.content { Some((event.source, event.id, *step)) } else { None }).collect()
}

/// What the cases of a service have come to, by number.
fn states(registry: &Registry, steps: &[(i64, String, CaseStep)], service: &str) -> BTreeMap<String, CaseState> {
    let service = registry.service(service).expect("a service");
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    for (seq, (source, _, step)) in steps.iter().enumerate().filter(|(_, (.., step))| step.service == service.no) {
        let event = StepEvent {
            seq: seq as i64,
            received_at: step.at,
            source: *source,
            time: Some(step.at),
            unit: step.unit,
            step: step.step,
            at: step.at,
            due: step.due,
            class: step.class.clone(),
            channel: step.channel.clone(),
            area: step.area.clone(),
        };
        assert!(known.entry(step.case.clone()).or_default().learn(&event), "{} goes backwards", step.case);
    }
    known.into_iter().filter_map(|(case, known)| Some((case, known.state(service.ends_at)?))).collect()
}

fn breached(case: &CaseState, now: Millis) -> bool {
    let ended = case.end.map_or(now, |end| end.at);
    case.due.is_some_and(|due| ended > due)
}

#[tokio::test]
async fn every_service_has_cases_and_each_begins_with_its_submission() {
    let registry = example().await;
    let steps = steps(&registry, today());
    let mut cases = 0;
    for service in &registry.services {
        let states = states(&registry, &steps, &service.id);
        assert!(states.len() >= 100, "{}: {}", service.id, states.len());
        assert!(states.values().all(|case| !case.is_incomplete()), "{}", service.id);
        cases += states.len();
    }
    assert!((25_000..40_000).contains(&cases), "{cases} cases");
    assert!((70_000..150_000).contains(&steps.len()), "{} steps", steps.len());
    let seen: HashSet<Step> = steps.iter().map(|(.., step)| step.step).collect();
    assert_eq!(seen.len(), Step::ALL.len(), "every step happens somewhere");
}

#[tokio::test]
async fn counters_take_in_only_when_they_are_open_and_citizens_complain_every_day() {
    let registry = example().await;
    let complaints = registry.service("sp4n").expect("a service").no;
    let clinics = registry.service("surat-sehat").expect("a service").no;
    let mut days_of_complaints = HashSet::new();
    for (.., step) in steps(&registry, today()) {
        let day = date_of(step.at, Jakarta);
        let hour = (step.at - start_of(day, Jakarta)) / 3_600_000;
        if step.step == Step::Submitted && step.service == complaints {
            days_of_complaints.insert(day);
        } else if step.service != clinics && step.step != Step::Closed {
            assert!(is_working_day(day) && (7..18).contains(&hour), "{step:?} on {day} at {hour}");
        }
    }
    assert!(days_of_complaints.len() > 380, "{}", days_of_complaints.len());
}

#[tokio::test]
async fn files_are_returned_turned_down_and_withdrawn_and_some_desks_let_things_wait() {
    let registry = example().await;
    let now = start_of(today(), Jakarta);
    let steps = steps(&registry, today());
    let share = |states: &BTreeMap<String, CaseState>, what: &dyn Fn(&CaseState) -> bool| {
        states.values().filter(|case| what(case)).count() as f64 / states.len() as f64
    };
    let permits = states(&registry, &steps, "sip-nakes");
    assert!((0.08..0.25).contains(&share(&permits, &|case| !case.pauses.is_empty())), "returned");
    assert!((0.01..0.1).contains(&share(&permits, &|case| case.end.is_some_and(|end| end.kind == EndKind::Rejected))), "rejected");
    assert!(
        (0.02..0.3).contains(&share(&permits, &|case| breached(case, now))),
        "late permits: {}",
        share(&permits, &|case| breached(case, now))
    );
    assert!(share(&permits, &|case| case.end.is_none()) < 0.1, "open permits");
    let letters = states(&registry, &steps, "surat-kecamatan");
    let slow = registry.unit("kec-sungkai-jaya").expect("a unit").no;
    let of = |here: bool| -> BTreeMap<String, CaseState> {
        letters.iter().filter(|(_, case)| (case.unit == slow) == here).map(|(number, case)| (number.clone(), case.clone())).collect()
    };
    let (slow, others) = (share(&of(true), &|case| breached(case, now)), share(&of(false), &|case| breached(case, now)));
    assert!(slow > 0.4 && others < 0.2, "letters late: {slow} against {others}");

    let complaints = states(&registry, &steps, "sp4n");
    let classes: HashSet<&str> = complaints.values().filter_map(|case| case.class.as_deref()).collect();
    assert_eq!(classes.len(), 4, "{classes:?}");
    let gate = registry.unit("diskominfo").expect("a unit").no;
    assert!(share(&complaints, &|case| case.unit != gate) > 0.8, "complaints are passed on");
    assert!((0.005..0.08).contains(&share(&complaints, &|case| case.end.is_some_and(|end| end.kind == EndKind::Withdrawn))));
    assert!(complaints.values().any(|case| case.end.is_none() && breached(case, now)), "something is overdue");
}

#[tokio::test]
async fn most_of_what_is_open_is_young_and_in_time() {
    let registry = example().await;
    for day in ["2026-11-24", "2026-03-25", "2027-01-01"] {
        let today: NaiveDate = day.parse().expect("a date");
        let steps = steps(&registry, today);
        let now = start_of(today, Jakarta);
        let (mut open, mut late, mut older_than_a_month) = (0, 0, 0);
        for service in &registry.services {
            for case in states(&registry, &steps, &service.id).values().filter(|case| case.end.is_none()) {
                let opened = date_of(case.submitted_at.expect("it was submitted"), Jakarta);
                let age = (today - opened).num_days();
                assert!(age < 220, "{}: open for {age} days", service.id);
                open += 1;
                late += usize::from(breached(case, now));
                older_than_a_month += usize::from(age > 30);
            }
        }
        assert!((150..500).contains(&open), "{open} open before {day}");
        assert!(late * 3 < open && late > 5, "{late} of {open} late before {day}");
        assert!(older_than_a_month * 2 < open, "{older_than_a_month} of {open} are older than a month before {day}");
    }
}

#[tokio::test]
async fn a_later_demo_tells_the_same_cases_on() {
    let registry = example().await;
    let by_id = |today: NaiveDate| -> HashMap<(i64, String), CaseStep> {
        steps(&registry, today).into_iter().map(|(source, id, step)| ((source, id), step)).collect()
    };
    let later = by_id(today() + chrono::Days::new(3));
    let mut common = 0;
    for (id, step) in by_id(today()) {
        if let Some(other) = later.get(&id) {
            assert_eq!(*other, step);
            common += 1;
        }
    }
    assert!(common > 70_000, "{common}");
}

/// What the sources send on a day between two moments, asked every seven minutes; by source and id.
fn sent(registry: &Registry, from: &str, until: &str) -> BTreeMap<(String, String), serde_json::Value> {
    let at = |text: &str| parse_instant(text).expect("an instant");
    let mut sent = BTreeMap::new();
    for source in live::sources(registry) {
        let mut steps = live::steps(registry, &source, SEED, Jakarta, at(from));
        let asked = (at(from)..at(until)).step_by(420_000).chain([at(until)]);
        for now in asked {
            for event in steps.until(now) {
                let moment = event["data"]["at"].as_str().and_then(parse_instant).expect("a moment");
                assert!(moment <= now, "{event} has not happened by {now}");
                let id = event["id"].as_str().expect("an id").to_owned();
                assert_eq!(sent.insert((source.clone(), id), event), None, "told twice");
            }
        }
    }
    sent
}

#[tokio::test]
async fn the_running_day_tells_what_the_next_demo_has_in_its_year() {
    let registry = example().await;
    let live = sent(&registry, "2026-11-24T08:00:00+07:00", "2026-11-24T23:55:00+07:00");
    let restarted = sent(&registry, "2026-11-24T14:00:00+07:00", "2026-11-24T23:55:00+07:00");
    assert_eq!(live, restarted, "a restart loses and invents nothing");
    assert!(live.len() > 200, "{} steps", live.len());
    let tomorrow = today().succ_opt().expect("a day");
    let told: BTreeMap<(String, String), CaseStep> = steps(&registry, tomorrow)
        .into_iter()
        .filter(|(.., step)| date_of(step.at, Jakarta) == today())
        .map(|(source, id, step)| ((registry.source_no(source).expect("a source").id.clone(), id), step))
        .collect();
    assert_eq!(live.keys().collect::<Vec<_>>(), told.keys().collect::<Vec<_>>());
    for (key, step) in &told {
        let data = &live[key]["data"];
        let prefix = &registry.source(&key.0).expect("a source").case_prefix;
        assert_eq!(format!("{prefix}{}", data["case"].as_str().expect("a number")), step.case);
        assert!(!prefix.is_empty() && registry.unit(data["unit"].as_str().expect("a unit")).is_some_and(|unit| unit.no == step.unit));
        assert_eq!(data["step"], step.step.as_str());
        assert_eq!(data["at"].as_str().and_then(parse_instant), Some(step.at));
        assert_eq!(data["due"].as_str().and_then(parse_instant), step.due);
        assert_eq!(data["class"].as_str(), step.class.as_deref());
        assert_eq!(rules::personal::looks_personal_number(data["case"].as_str().expect("a number")), None);
    }
    let before_noon = told.values().filter(|step| step.at < start_of(today(), Jakarta) + 12 * 3_600_000).count();
    assert!(before_noon > 60, "{before_noon} before noon");
}

#[tokio::test]
async fn a_source_that_stays_goes_over_midnight() {
    let registry = example().await;
    let both = sent(&registry, "2026-11-24T08:00:00+07:00", "2026-11-25T17:00:00+07:00");
    let second = sent(&registry, "2026-11-25T08:00:00+07:00", "2026-11-25T17:00:00+07:00");
    let of_second: Vec<_> = both.iter().filter(|(_, event)| event["data"]["at"].as_str() >= Some("2026-11-24T17:00")).collect();
    assert!(of_second.iter().copied().eq(&second), "{} steps against {}", of_second.len(), second.len());
}
