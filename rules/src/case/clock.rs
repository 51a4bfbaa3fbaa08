//! How long a case takes and may take: by the clock on the wall, or in the working time of an office.
//!
//! The time of a standard begins with the complete file, else with the submission, and stands still while the case lies with
//! who asked for it (UU 25/2009 and PermenPAN-RB 15/2014 name the time of a service; that it stops while a file is returned
//! is the practice of one-stop offices and our reading).

use super::{CaseState, Pause};
use crate::calendar::WorkingCalendar;
use crate::service::{Standard, StandardUnit};
use crate::time::Millis;
use crate::word::words;

words! {
    /// How durations are measured.
    pub enum Clock ("clock") {
        /// From the opening to the end, day and night: what people feel.
        Elapsed = "elapsed",
        /// In the working hours of the unit's calendar, without the stretches in which the case was returned.
        Working = "working",
    }
}

/// By when a case must be done, by the standard of its service; `None` while it is returned, when its clock stands still, while
/// it is incomplete, and beyond the end of the calendar.
///
/// Working days are counted as [`WorkingCalendar::nth_day_after`] says, to the end of the last one. A return that lasts over
/// midnight takes back the day on which it happened; the day on which the case comes back is then day 0.
pub fn deadline(state: &CaseState, standard: Standard, calendar: impl FnOnce() -> std::sync::Arc<WorkingCalendar>) -> Option<Millis> {
    let start = state.completed_file_at.or(state.submitted_at)?;
    let pauses = state.pauses.iter().filter(|pause| pause.to.is_none_or(|to| to > start));
    let pauses = pauses.map(|pause| Pause { from: pause.from.max(start), to: pause.to });
    let amount = Millis::from(standard.amount);
    match standard.unit {
        StandardUnit::Minutes | StandardUnit::Hours | StandardUnit::Days => on_the_wall(start, standard.on_the_clock()?, pauses),
        StandardUnit::WorkingHours => in_hours(start, amount * 3_600_000, pauses, &calendar()),
        StandardUnit::WorkingDays => in_days(start, standard.amount, pauses, &calendar()),
    }
}

fn on_the_wall(start: Millis, length: Millis, pauses: impl Iterator<Item = Pause>) -> Option<Millis> {
    let mut due = start.saturating_add(length);
    for Pause { from, to } in pauses {
        if from >= due {
            break;
        }
        due = due.saturating_add(to? - from);
    }
    Some(due)
}

fn in_hours(start: Millis, amount: Millis, pauses: impl Iterator<Item = Pause>, calendar: &WorkingCalendar) -> Option<Millis> {
    let (mut from, mut left) = (start, amount);
    for pause in pauses {
        let worked = calendar.between(from, pause.from);
        if worked >= left {
            break;
        }
        left -= worked;
        from = pause.to?;
    }
    calendar.after(from, left)
}

fn in_days(start: Millis, amount: u32, pauses: impl Iterator<Item = Pause>, calendar: &WorkingCalendar) -> Option<Millis> {
    let (mut from, mut left) = (calendar.date_of(start), amount);
    for pause in pauses {
        let returned = calendar.date_of(pause.from);
        let back = pause.to.map(|to| calendar.date_of(to));
        if back == Some(returned) {
            continue;
        }
        let used = calendar.days_between(from, returned.pred_opt()?);
        if used >= left {
            break;
        }
        left -= used;
        from = back?;
    }
    calendar.nth_day_after(from, left).map(|date| calendar.end_of(date))
}

/// Working time from the opening to the end, in milliseconds, without the stretches in which the case was returned.
pub fn worked(opened: Millis, ended: Millis, pauses: &[Pause], calendar: &WorkingCalendar) -> Millis {
    let inside = |at: Millis| at.clamp(opened, ended.max(opened));
    let paused = |pause: &Pause| calendar.between(inside(pause.from), inside(pause.to.unwrap_or(ended)));
    calendar.between(opened, ended.max(opened)) - pauses.iter().map(paused).sum::<Millis>()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono_tz::Asia::Jakarta;

    use super::*;
    use crate::calendar::{DaysOff, Pattern, RAMADAN};
    use crate::time::{format_instant, parse_instant};

    fn office() -> Arc<WorkingCalendar> {
        Arc::new(WorkingCalendar::new(&[Pattern::office()], &DaysOff::new([]), &RAMADAN, Jakarta).expect("offices work"))
    }

    fn at(local: &str) -> Millis {
        parse_instant(&format!("{local}:00+07:00")).expect("an instant")
    }

    fn case(submitted: &str, completed: Option<&str>, pauses: &[(&str, Option<&str>)]) -> CaseState {
        let pauses = pauses.iter().map(|(from, to)| Pause { from: at(from), to: to.map(at) }).collect();
        CaseState {
            unit: 1,
            submitted_at: Some(at(submitted)),
            completed_file_at: completed.map(at),
            end: None,
            due: None,
            class: None,
            channel: None,
            area: None,
            pauses,
        }
    }

    /// In local time to the second; blank without one.
    fn due(state: &CaseState, amount: u32, unit: StandardUnit) -> String {
        let found = deadline(state, Standard { amount, unit }, office);
        found.map(|at| format_instant(at + 7 * 3_600_000)[..19].to_owned()).unwrap_or_default()
    }

    #[test]
    fn a_standard_begins_with_the_complete_file() {
        use StandardUnit::{Days, Hours, Minutes, WorkingDays, WorkingHours};
        let state = case("2026-11-20T08:00", Some("2026-11-24T09:00"), &[]);
        assert_eq!(due(&state, 30, Minutes), "2026-11-24T09:30:00");
        assert_eq!(due(&state, 24, Hours), due(&state, 1, Days));
        assert_eq!(due(&state, 7, WorkingHours), "2026-11-25T08:30:00");
        assert_eq!(due(&state, 5, WorkingDays), "2026-12-01T23:59:59");
        let without = case("2026-11-20T08:00", None, &[]);
        assert_eq!(due(&without, 1, Days), "2026-11-21T08:00:00");
        assert_eq!(due(&CaseState { submitted_at: None, ..without }, 1, Days), "", "incomplete");
    }

    #[test]
    fn its_clock_stands_still_while_the_case_is_returned() {
        use StandardUnit::{Hours, WorkingDays, WorkingHours};
        let returned = case("2026-11-23T08:00", None, &[("2026-11-24T08:00", Some("2026-11-26T08:00"))]);
        assert_eq!(due(&returned, 48, Hours), "2026-11-27T08:00:00");
        assert_eq!(due(&returned, 24, Hours), "2026-11-24T08:00:00", "it was over when the case was returned");
        assert_eq!(due(&returned, 8, WorkingHours), "2026-11-26T08:30:00");
        assert_eq!(due(&returned, 1, WorkingDays), "2026-11-27T23:59:59", "the day of the return does not count");
        assert_eq!(due(&returned, 3, WorkingDays), "2026-12-01T23:59:59");
        let same_day = case("2026-11-23T08:00", None, &[("2026-11-24T08:00", Some("2026-11-24T15:00"))]);
        assert_eq!(due(&same_day, 1, WorkingDays), "2026-11-24T23:59:59");
        let open = case("2026-11-23T08:00", None, &[("2026-11-25T08:00", None)]);
        assert_eq!((due(&open, 5, WorkingDays), due(&open, 100, Hours)), (String::new(), String::new()));
        assert_eq!(due(&open, 1, WorkingDays), "2026-11-24T23:59:59", "passed before it was returned");
        let before = case("2026-11-20T08:00", Some("2026-11-24T09:00"), &[("2026-11-20T09:00", Some("2026-11-23T09:00"))]);
        assert_eq!(due(&before, 1, WorkingDays), "2026-11-25T23:59:59", "a return before the file was complete takes nothing");
    }

    #[test]
    fn working_time_leaves_out_what_lay_with_the_applicant() {
        let office = office();
        let minutes = |pauses: &[(&str, Option<&str>)]| {
            let state = case("2026-11-23T09:00", None, pauses);
            worked(at("2026-11-23T09:00"), at("2026-11-25T10:00"), &state.pauses, &office) / 60_000
        };
        assert_eq!(minutes(&[]), 360 + 450 + 150);
        assert_eq!(minutes(&[("2026-11-23T15:00", Some("2026-11-24T08:30"))]), 360 + 450 + 150 - 60 - 60);
        assert_eq!(minutes(&[("2026-11-24T15:00", None)]), 360 + 390);
        assert_eq!(minutes(&[("2026-11-20T08:00", Some("2026-11-23T10:00"))]), 300 + 450 + 150);
        assert_eq!(worked(at("2026-11-25T10:00"), at("2026-11-23T09:00"), &[], &office), 0, "in the wrong order");
    }
}
