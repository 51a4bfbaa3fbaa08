//! Local times of one zone as instants, remembering the offset of days that have only one.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone};
use chrono_tz::Tz;
use rules::time::{Millis, day_number};

/// Days that are remembered: three years, in which most rows of a file lie.
const REMEMBERED: usize = 1024;
/// No day has this number.
const NO_DAY: i64 = i64::MIN;

/// A zone.
#[derive(Clone, Debug)]
pub(in crate::import) struct Zone {
    tz: Tz,
    /// Day number and its only offset in milliseconds, at the number's place in the ring.
    days: Box<[(i64, Millis)]>,
}

impl Zone {
    pub(in crate::import) fn new(tz: Tz) -> Self {
        Self { tz, days: vec![(NO_DAY, 0); REMEMBERED].into_boxed_slice() }
    }

    /// Which zone it is.
    pub(in crate::import) fn tz(&self) -> Tz {
        self.tz
    }

    /// The instant of a local time; see the head of [`super`] for those that come twice or never.
    pub(in crate::import) fn instant(&mut self, local: NaiveDateTime) -> Millis {
        let number = day_number(local.date());
        let place = usize::try_from(number.rem_euclid(REMEMBERED as i64)).expect("a remainder is small and not negative");
        let wall = local.and_utc().timestamp_millis();
        if self.days[place].0 == number {
            return wall - self.days[place].1;
        }
        match self.only_offset(local.date()) {
            Some(offset) => {
                self.days[place] = (number, offset);
                wall - offset
            }
            None => wall - self.offset(local),
        }
    }

    /// The offset of a day on which the clock is not changed. No zone ever changed twice within one day, so equal ends are enough.
    fn only_offset(&self, date: NaiveDate) -> Option<Millis> {
        let offset_at = |date: NaiveDate| self.tz.offset_from_local_datetime(&date.and_time(NaiveTime::MIN)).single().map(milliseconds);
        let first = offset_at(date)?;
        (offset_at(date.succ_opt()?)? == first).then_some(first)
    }

    fn offset(&self, local: NaiveDateTime) -> Millis {
        match self.tz.offset_from_local_datetime(&local).earliest() {
            Some(offset) => milliseconds(offset),
            None => {
                let day_before = local.checked_sub_days(Days::new(1)).unwrap_or(local);
                self.tz.offset_from_local_datetime(&day_before).latest().map_or(0, milliseconds)
            }
        }
    }
}

fn milliseconds(offset: impl Offset) -> Millis {
    i64::from(offset.fix().local_minus_utc()) * 1000
}
