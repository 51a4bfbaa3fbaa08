//! What goes wrong, and well, in the example district: the plot that a board should bring to light.
//!
//! Days count back from the day of the demo, so that it is always happening now.

/// How far a unit is from its target, as a share of it: 1 is on target, for whatever should fall too.
#[derive(Clone, Copy, Debug)]
pub(super) struct Story {
    unit: &'static str,
    indicator: &'static str,
    /// How many days ago it began.
    since: i64,
    /// Within how many days it came to its end.
    within: i64,
    before: f64,
    after: f64,
}

/// Every unit without a story of its own.
const ANYWHERE: &str = "*";
/// Since always.
const ALWAYS: i64 = 100_000;

const fn story(unit: &'static str, indicator: &'static str, since: i64, within: i64, before: f64, after: f64) -> Story {
    Story { unit, indicator, since, within, before, after }
}

const fn steady(unit: &'static str, indicator: &'static str, level: f64) -> Story {
    story(unit, indicator, ALWAYS, 1, level, level)
}

const STORIES: [Story; 61] = [
    // On the regent's board.
    story("dpmptsp", "PT-01", 70, 65, 0.985, 0.918),
    story("disdukcapil", "DK-04", 80, 75, 0.988, 1.024),
    story("rsud", "KS-06", 21, 6, 0.99, 0.43),
    story("sdabmbk", "UM-07", 15, 10, 1.2, -18.0),
    steady(ANYWHERE, "UM-07", 1.4),
    steady("sdabmbk", "PU-06", 0.82),
    steady("bpkad-perbendaharaan", "KU-01", 0.965),
    // Complaints are answered a little late everywhere, by public works more than by others.
    steady("sdabmbk", "UM-06", 0.955),
    steady("disdikbud", "UM-06", 0.99),
    steady("dinkes", "UM-06", 0.99),
    steady("rsud", "UM-06", 0.99),
    steady("disdukcapil", "UM-06", 0.995),
    steady("dlh", "UM-06", 0.985),
    steady("dishub", "UM-06", 0.99),
    // Spending.
    steady("disperkim", "UM-01", 0.55),
    steady("dispora", "UM-01", 0.76),
    steady("sdabmbk", "UM-01", 0.92),
    steady("disdikbud", "UM-01", 0.955),
    steady("dinkes", "UM-01", 0.95),
    steady("rsud", "UM-01", 0.965),
    steady("disperkim", "UM-02", 0.6),
    steady("disperkim", "UM-14", 0.62),
    steady("kec-muara-sungkai", "UM-01", 0.7),
    // Revenue: who is ahead, who is behind, and one with nothing at all.
    steady("bapenda", "PA-01", 0.83),
    steady("rsud", "PA-01", 0.965),
    steady("bpkad", "PA-01", 0.84),
    steady("diskominfo", "PA-01", 1.28),
    steady("disdagrin", "PA-01", 0.34),
    steady("sdabmbk", "PA-01", 0.22),
    steady("dtph", "PA-01", 0.0),
    steady("dishub", "PA-01", 0.88),
    story("bapenda-pbb-bphtb", "PA-02", 120, 60, 0.88, 0.735),
    steady("bapenda-pbb-bphtb", "PA-03", 0.97),
    steady("samsat", "PA-06", 1.04),
    // Subdistricts and their land tax.
    steady("kec-kotabumi", "DS-04", 0.52),
    steady("kec-kotabumi-selatan", "DS-04", 0.56),
    steady("kec-tanjung-raja", "DS-04", 0.58),
    steady("kec-sungkai-jaya", "DS-04", 0.74),
    steady("kec-abung-kunang", "DS-04", 0.81),
    steady("kec-muara-sungkai", "DS-04", 0.86),
    steady("kec-bunga-mayang", "DS-04", 1.12),
    steady("kec-abung-semuli", "DS-04", 1.06),
    // Queues and networks.
    story("pkm-abung-timur", "KS-06", 33, 10, 0.98, 0.61),
    story("pkm-bukit-kemuning", "KS-06", 60, 50, 0.98, 0.84),
    story("kec-sungkai-jaya", "DS-03", 25, 5, 0.97, 0.52),
    story("kec-abung-pekurun", "TI-02", 9, 2, 0.995, 0.93),
    story("kec-hulu-sungkai", "TI-02", 9, 2, 0.995, 0.91),
    story("kec-tanjung-raja", "TI-02", 40, 30, 0.995, 0.955),
    story("kec-muara-sungkai", "TI-02", 9, 1, 0.99, 0.88),
    // The radio link to the north.
    story("kec-sungkai-utara", "TI-02", 9, 1, 0.995, 0.9),
    story("kec-sungkai-barat", "TI-02", 9, 1, 0.998, 0.91),
    story("kec-sungkai-jaya", "TI-02", 9, 1, 0.998, 0.92),
    story("kec-sungkai-tengah", "TI-02", 9, 1, 0.998, 0.91),
    story("kec-sungkai-selatan", "TI-02", 9, 1, 0.998, 0.93),
    story("kec-bunga-mayang", "TI-02", 9, 1, 0.998, 0.9),
    // Programmes.
    steady("pkm-tanjung-raja", "KS-01", 0.68),
    steady("pkm-abung-kunang", "KS-03", 0.66),
    steady("dinsos", "SO-01", 0.87),
    steady("disdukcapil", "DK-05", 0.72),
    steady("satpol-pp", "UM-08", 0.93),
    story("diskominfo", "TI-07", 50, 20, 1.0, 0.9),
];

/// The story of a unit's indicator, if there is one.
pub(super) fn of(unit: &str, indicator: &str) -> Option<&'static Story> {
    let told_of = |who: &str| STORIES.iter().find(|story| story.unit == who && story.indicator == indicator);
    told_of(unit).or_else(|| told_of(ANYWHERE))
}

/// The source that stopped sending: at twenty past eleven of the last working day.
pub(super) const SILENT: &str = "sp2d";
/// That moment in seconds after midnight.
pub(super) const SILENT_AFTER_S: i64 = 11 * 3_600 + 20 * 60;
/// A unit on a slow line, whose figures often come days later.
pub(super) const SLOW_LINE: &str = "kec-muara-sungkai";

impl Story {
    /// The share of the target reached, `days_ago` days before the demo.
    pub(super) fn level(&self, days_ago: i64) -> f64 {
        let into = (self.since - days_ago) as f64 / self.within as f64;
        self.before + (self.after - self.before) * into.clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_begins_when_it_says_and_stays_at_its_end() {
        let story = of("rsud", "KS-06").expect("the hospital has a story");
        assert_eq!(story.level(22), story.before);
        assert!(story.level(18) < story.before && story.level(18) > story.after);
        assert!((story.level(0) - story.after).abs() < 1e-9);
    }
}
