//! The hours of one weekday.

/// Opening hours of a day with one break, in minutes since its midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hours {
    start: u16,
    end: u16,
    break_at: u16,
    break_minutes: u16,
}

/// Why hours are none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// The end is not after the start.
    #[error("the day ends at {} and starts at {}; expected an end after the start, 24:00 at most", clock(*end), clock(*start))]
    EndsBeforeStart {
        /// Minutes since midnight.
        start: u16,
        /// Minutes since midnight.
        end: u16,
    },
    /// The break does not lie within the hours.
    #[error("the break from {} for {minutes} minutes does not lie between start and end, with work before or after it", clock(*at))]
    BreakOutside {
        /// Minutes since midnight.
        at: u16,
        /// How long.
        minutes: u16,
    },
}

const DAY: u16 = 24 * 60;

impl Hours {
    /// Hours from `start` to `end` (at most 1,440) without the `break_minutes` from `break_at` on; 0 of them for no break.
    ///
    /// # Errors
    /// An end before the start, a break outside.
    pub const fn new(start: u16, end: u16, break_at: u16, break_minutes: u16) -> Result<Self, HoursError> {
        if end <= start || end > DAY {
            return Err(HoursError::EndsBeforeStart { start, end });
        }
        let fits = break_at >= start && break_at <= end && break_minutes <= end - break_at && break_minutes < end - start;
        if break_minutes > 0 && !fits {
            return Err(HoursError::BreakOutside { at: break_at, minutes: break_minutes });
        }
        Ok(Self { start, end, break_at: if break_minutes == 0 { end } else { break_at }, break_minutes })
    }

    /// Before and after the break, each from minute to minute; the second is empty without a break.
    pub const fn spans(self) -> [(u16, u16); 2] {
        [(self.start, self.break_at), (self.break_at + self.break_minutes, self.end)]
    }

    /// Minutes of work.
    pub const fn net_minutes(self) -> u16 {
        self.end - self.start - self.break_minutes
    }
}

fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}
