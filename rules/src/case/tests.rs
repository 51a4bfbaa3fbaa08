use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::service::EndsAt;

fn event(seq: i64, step: Step, at: Millis) -> StepEvent {
    StepEvent { step, at, unit: 1, due: None, class: None, channel: None, area: None, source: 1, time: None, received_at: seq * 10, seq }
}

/// Events in log order from steps and instants.
fn events(steps: &[(Step, Millis)]) -> Vec<StepEvent> {
    (1..).zip(steps).map(|(seq, (step, at))| event(seq, *step, *at)).collect()
}

fn state(steps: &[(Step, Millis)]) -> CaseState {
    Known::of(&events(steps)).state(EndsAt::Closed).expect("something is known")
}

fn end(steps: &[(Step, Millis)]) -> Option<(Millis, EndKind)> {
    state(steps).end.map(|end| (end.at, end.kind))
}

#[test]
fn nothing_known_is_no_case() {
    assert_eq!(Known::default().state(EndsAt::Closed), None);
}

#[test]
fn a_case_ends_where_its_service_says() {
    let known = Known::of(&events(&[(Step::Submitted, 1), (Step::Decided, 5), (Step::HandedOver, 7), (Step::Closed, 9)]));
    let ended = |ends_at| known.state(ends_at).and_then(|state| state.end).map(|end| end.at);
    assert_eq!((ended(EndsAt::Decided), ended(EndsAt::HandedOver), ended(EndsAt::Closed)), (Some(5), Some(7), Some(9)));
}

#[test]
fn rejected_and_withdrawn_end_a_case_apart() {
    assert_eq!(end(&[(Step::Submitted, 1), (Step::Rejected, 4)]), Some((4, EndKind::Rejected)));
    assert_eq!(end(&[(Step::Submitted, 1), (Step::Withdrawn, 4)]), Some((4, EndKind::Withdrawn)));
    assert_eq!(end(&[(Step::Submitted, 1), (Step::Decided, 4)]), None);
    // Whichever comes first: closing the file of a rejected case makes it no served one.
    assert_eq!(end(&[(Step::Submitted, 1), (Step::Closed, 6), (Step::Rejected, 4)]), Some((4, EndKind::Rejected)));
    assert_eq!(end(&[(Step::Submitted, 1), (Step::Closed, 4), (Step::Withdrawn, 6)]), Some((4, EndKind::Closed)));
    assert_eq!(end(&[(Step::Rejected, 4), (Step::Closed, 4)]), Some((4, EndKind::Rejected)), "equal instants follow the list");
}

#[test]
fn a_reopened_case_is_open_until_it_ends_again() {
    assert_eq!(end(&[(Step::Closed, 4), (Step::Reopened, 6)]), None);
    assert_eq!(end(&[(Step::Rejected, 4), (Step::Reopened, 6), (Step::Closed, 8)]), Some((8, EndKind::Closed)));
    assert_eq!(end(&[(Step::Closed, 4), (Step::Reopened, 4)]), None, "reopened stands after closed in the list");
    assert_eq!(end(&[(Step::Closed, 4), (Step::Reopened, 6), (Step::Closed, 8)]), Some((8, EndKind::Closed)));
    assert_eq!(end(&[(Step::Reopened, 2), (Step::Closed, 4)]), Some((4, EndKind::Closed)), "an open case stays open");
    assert_eq!(end(&[(Step::Closed, 4), (Step::Reopened, 6), (Step::Withdrawn, 9), (Step::Reopened, 12)]), None);
    let late = [(Step::Closed, 8), (Step::Reopened, 6), (Step::Closed, 4)];
    assert_eq!(end(&late), None, "the newest word about the closing is one before the reopening");
}

#[test]
fn the_newest_known_counts_and_what_was_sent_late_does_not() {
    let mut events = events(&[(Step::Submitted, 1), (Step::Closed, 5), (Step::Closed, 7)]);
    let ended = |events: &[StepEvent]| Known::of(events).step(Step::Closed).map(|(at, _)| at);
    assert_eq!(ended(&events), Some(7));
    (events[1].time, events[2].time) = (Some(20), Some(10));
    assert_eq!(ended(&events), Some(5), "its own source calls the second older");
    events[2].source = 2;
    assert_eq!(ended(&events), Some(7), "clocks of two sources say nothing about each other");
}

#[test]
fn a_case_belongs_to_the_unit_of_its_last_reassignment() {
    let mut events = events(&[(Step::Submitted, 1), (Step::Reassigned, 9), (Step::Reassigned, 5), (Step::Closed, 11)]);
    for (event, unit) in events.iter_mut().zip([10, 20, 30, 40]) {
        event.unit = unit;
    }
    let unit = |events: &[StepEvent]| Known::of(events).state(EndsAt::Closed).map(|state| state.unit);
    assert_eq!(unit(&events), Some(20), "last by its instant, not by its arrival");
    events.push(StepEvent { unit: 50, ..event(9, Step::Reassigned, 9) });
    assert_eq!(unit(&events), Some(50), "of one instant the newest known");
    assert_eq!(unit(&events[..1]), Some(10));
    assert_eq!(unit(&events[3..4]), Some(40), "an incomplete case is listed with the unit of a step");
    assert!(Known::of(&events[3..4]).state(EndsAt::Closed).is_some_and(|state| state.is_incomplete()));
}

#[test]
fn words_are_the_last_known() {
    let mut events = events(&[(Step::Submitted, 1), (Step::Decided, 5), (Step::Closed, 7)]);
    events[0].due = Some(90);
    events[0].class = Some("Pengaduan".to_owned());
    events[1].due = Some(80);
    events[1].area = Some("Kotabumi".to_owned());
    let state = Known::of(&events).state(EndsAt::Closed).expect("known");
    assert_eq!(
        (state.due, state.class.as_deref(), state.channel, state.area.as_deref()),
        (Some(80), Some("Pengaduan"), None, Some("Kotabumi"))
    );
    (events[0].time, events[1].time) = (Some(20), Some(10));
    assert_eq!(Known::of(&events).due(), Some(90), "an older word of the same source came late");
}

#[test]
fn pauses_lead_from_return_to_resubmission() {
    let pauses = |steps: &[(Step, Millis)]| state(steps).pauses.iter().map(|pause| (pause.from, pause.to)).collect::<Vec<_>>();
    assert_eq!(pauses(&[(Step::Resubmitted, 6), (Step::Returned, 3), (Step::Returned, 8)]), [(3, Some(6)), (8, None)]);
    assert_eq!(pauses(&[(Step::Returned, 3), (Step::Returned, 4), (Step::Resubmitted, 6)]), [(3, Some(6))]);
    assert_eq!(pauses(&[(Step::Resubmitted, 2), (Step::Returned, 3), (Step::Resubmitted, 3)]), [(3, Some(3))]);
    assert_eq!(pauses(&[(Step::Resubmitted, 2)]), []);
}

/// A log of one case: few sources, instants and times, so that they meet.
fn log() -> impl Strategy<Value = Vec<StepEvent>> {
    let one = (select(Step::ALL), 0_i64..8, 1_i64..4, option::of(0_i64..4), 1_i64..3, option::of(0_i64..4), 0_i64..3);
    vec(one, 0..24).prop_map(|drawn| {
        let mut received_at = 0;
        let event = |(seq, (step, at, unit, due, source, time, wait)): (i64, (_, _, _, Option<i64>, _, _, i64))| {
            // Several events of one batch share the moment of their receipt.
            received_at += wait;
            let class = due.map(|due| format!("class {due}"));
            StepEvent { step, at, unit, due, class, channel: None, area: None, source, time, received_at, seq }
        };
        (1..).zip(drawn).map(event).collect()
    })
}

/// The rule of one question in the words of the contract: what counts is replaced by the next
/// in log order, unless both are of one source that calls the next older.
fn newest<'a>(events: impl Iterator<Item = &'a StepEvent>) -> Option<&'a StepEvent> {
    events.fold(None, |counted, next| match counted {
        Some(known) if known.source == next.source && known.time.is_some() && next.time.is_some() && next.time < known.time => Some(known),
        _ => Some(next),
    })
}

proptest! {
    #[test]
    fn the_order_of_arrival_does_not_matter(log in log(), shuffle in vec(any::<Index>(), 24)) {
        let mut arrived = log.clone();
        for (from, to) in shuffle.iter().enumerate().take(log.len()) {
            arrived.swap(from, to.index(log.len()));
        }
        prop_assert_eq!(Known::of(&arrived), Known::of(&log));
    }

    #[test]
    fn it_can_be_taken_up_where_it_was_left(log in log(), cut in any::<Index>()) {
        let (first, rest) = log.split_at(cut.index(log.len() + 1));
        let mut known = Known::of(first);
        for event in rest {
            prop_assert!(known.learn(event));
        }
        prop_assert_eq!(&known, &Known::of(&log));
        for event in &log {
            prop_assert!(!known.learn(event), "learned twice has no second effect");
        }
        prop_assert_eq!(known, Known::of(&log));
    }

    #[test]
    fn each_question_is_answered_by_the_newest_known(log in log()) {
        let known = Known::of(&log);
        for step in Step::ALL.iter().copied().filter(|step| !step.repeats()) {
            let expected = newest(log.iter().filter(|event| event.step == step)).map(|event| (event.at, event.unit));
            prop_assert_eq!(known.step(step), expected);
        }
        for (at, step, unit) in known.steps().into_iter().filter(|(_, step, _)| step.repeats()) {
            let expected = newest(log.iter().filter(|event| event.step == step && event.at == at)).map(|event| event.unit);
            prop_assert_eq!(Some(unit), expected);
        }
        let repeated = log.iter().filter(|event| event.step.repeats()).map(|event| (event.at, event.step));
        let distinct: std::collections::BTreeSet<_> = repeated.collect();
        prop_assert_eq!(known.steps().iter().filter(|(_, step, _)| step.repeats()).count(), distinct.len());
        let due = newest(log.iter().filter(|event| event.due.is_some())).and_then(|event| event.due);
        prop_assert_eq!(known.due(), due);
        prop_assert_eq!(known.class().map(str::to_owned), due.map(|due| format!("class {due}")));
    }

    #[test]
    fn an_end_is_a_step_that_ends_with_no_reopening_after(log in log(), ends_at in select(EndsAt::ALL)) {
        let known = Known::of(&log);
        let Some(state) = known.state(ends_at) else { return Ok(()) };
        let steps = known.steps();
        let ends = |step: Step| step == ends_at.step() || matches!(step, Step::Rejected | Step::Withdrawn);
        let reopened = steps.iter().rposition(|(_, step, _)| *step == Step::Reopened).map_or(0, |place| place + 1);
        let first = steps[reopened..].iter().find(|(_, step, _)| ends(*step)).map(|(at, _, _)| *at);
        prop_assert_eq!(state.end.map(|end| end.at), first);
        prop_assert!(state.pauses.iter().all(|pause| pause.to.is_none_or(|to| to >= pause.from)));
        prop_assert!(state.pauses.windows(2).all(|two| two[0].to.is_some_and(|to| to <= two[1].from)));
    }
}
