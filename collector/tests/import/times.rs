//! Times by format and zone, and which of them are periods.

use crate::table::{CASES, SAMPLES, table};

fn samples(at: &str, more: &str) -> String {
    table("s.csv", format!("unit;at;value\nu;{at};1\n")).entries(&format!("{more}{SAMPLES}")).concat()
}

#[test]
fn the_zone_is_that_of_the_mapping_or_the_region() {
    assert_eq!(samples("2026-01-01 07:00:00", ""), "2 sample u I 2026-01-01T00:00:00.000Z 1");
    assert_eq!(samples("2026-01-01 07:00:00", "timezone = \"UTC\"\n"), "2 sample u I 2026-01-01T07:00:00.000Z 1");
    assert_eq!(samples("2026-01-01T07:00:00+09:00", ""), "2 sample u I 2025-12-31T22:00:00.000Z 1");
}

#[test]
fn a_sample_without_time_of_day_is_of_a_period() {
    for period in ["2026-01-01", "2026-W02", "2026-01", "2026-Q1", "2026-S1", "2026"] {
        assert_eq!(samples(period, ""), format!("2 sample u I {period} 1"));
    }
    assert_eq!(samples("31/12/2026", "time_format = \"%d/%m/%Y\"\n"), "2 sample u I 2026-12-31 1");
    assert_eq!(samples("12/2026", "time_format = [\"%d/%m/%Y\", \"%m/%Y\"]\n"), "2 sample u I 2026-12 1");
    assert!(samples("2026-W60", "").starts_with("2 rejected: at is \"2026-W60\"; expected a time like 2026-11-24T16:30:00"));
    assert!(samples("2026-12-31", "time_format = \"%d/%m/%Y\"\n").contains("as time_format says, \"%d/%m/%Y\""));
}

#[test]
fn twelve_hours_are_read_when_the_format_says_so() {
    let format = "timezone = \"America/New_York\"\ntime_format = \"%m/%d/%Y %I:%M:%S %p\"\n";
    assert_eq!(samples("01/02/2015 12:05:09 AM", format), "2 sample u I 2015-01-02T05:05:09.000Z 1");
    assert_eq!(samples("7/2/2015 1:05:09 pm", format), "2 sample u I 2015-07-02T17:05:09.000Z 1");
    assert!(samples("01/02/2015 13:05:09 PM", format).contains("rejected: at is \"01/02/2015 13:05:09 PM\""));
}

#[test]
fn a_date_alone_begins_a_step_and_ends_a_due_time() {
    let mapping = CASES.replace("\"UTC\"", "\"Asia/Jakarta\"");
    let entries = table("c.csv", "id,unit,opened,closed,due,area\n1,u,2026-01-05,2026-01-05,2026-01-05,\n").entries(&mapping);
    assert_eq!(entries, ["2 case S 1 u submitted=2026-01-04T17:00:00.000Z closed=2026-01-04T17:00:00.000Z due=2026-01-05T16:59:59.999Z"]);
}
