//! The facts of a small world, and what they come to: written plainly, without anything of the product.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime};

/// Id, roll-up over time and tree, kind of total, unit of measure, origin.
pub(super) const INDICATORS: [(&str, &str, &str, &str, &str, &str); 11] = [
    ("sum", "sum", "sum", "flow", "items", "samples"),
    ("mean", "mean", "mean", "flow", "items", "samples"),
    ("med", "median", "mean", "flow", "items", "samples"),
    ("total", "last", "sum", "to_date", "items", "samples"),
    ("share", "ratio", "ratio", "flow", "%", "samples"),
    ("opened", "sum", "sum", "flow", "files", "cases:opened"),
    ("closed", "sum", "sum", "flow", "files", "cases:closed"),
    ("open", "last", "sum", "flow", "files", "cases:open"),
    ("overdue", "last", "sum", "flow", "files", "cases:overdue"),
    ("hours", "median", "sum", "flow", "hours", "cases:median"),
    ("ontime", "ratio", "ratio", "flow", "%", "cases:on_time_share"),
];

/// Points of a sparkline.
const POINTS: u64 = 12;
/// Weeks in which a register still changes what it said.
const UNSETTLED: u64 = 6;

pub(super) fn indicators_csv() -> String {
    let mut text =
        "id,name,name_en,unit_of_measure,polarity,formula,from,services,rollup_time,rollup_tree,accumulates,frequency,decimals,show\n"
            .to_owned();
    for (id, time, tree, accumulates, unit, from) in INDICATORS {
        let services = if from == "samples" { "" } else { "izin" };
        let _ = writeln!(text, "{id},{id},{id},{unit},up,ratio,{from},{services},{time},{tree},{accumulates},week,1,current");
    }
    text
}

pub(super) fn week_word(monday: NaiveDate) -> String {
    let week = monday.iso_week();
    format!("{}-W{:02}", week.year(), week.week())
}

/// Equal to nine digits; none only equals none.
pub(super) fn same(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0),
        (a, b) => a == b,
    }
}

fn monday_of(day: NaiveDate) -> NaiveDate {
    day - Days::new(day.weekday().num_days_from_monday().into())
}

/// Numbers that look drawn and are the same each time.
#[derive(Debug)]
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: u64) -> u64 {
        // Steele, Lea and Flood: SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// A region, 29 agencies, 120 units below them.
pub(super) struct World {
    /// Each with the agency above it.
    leaves: Vec<(String, String)>,
}

impl World {
    pub(super) fn new() -> Self {
        Self { leaves: (0..120).map(|no| (format!("u{no:03}"), format!("ag{:02}", no % 29))).collect() }
    }

    pub(super) fn units_csv(&self) -> String {
        let mut text = "id,parent,name,short_name,kind\nreg,,Region,Region,region\n".to_owned();
        for no in 0..29 {
            let _ = writeln!(text, "ag{no:02},reg,Agency {no},Agency {no},agency");
        }
        for (id, agency) in &self.leaves {
            let _ = writeln!(text, "{id},{agency},Unit {id},Unit {id},technical_unit");
        }
        text
    }

    /// The units on the board: the region, two agencies, three units below the first.
    pub(super) fn shown(&self) -> Vec<String> {
        ["reg", "ag00", "ag01"].map(str::to_owned).into_iter().chain(self.shown_leaves()).collect()
    }

    pub(super) fn shown_leaves(&self) -> Vec<String> {
        self.leaves.iter().filter(|(_, agency)| agency == "ag00").map(|(id, _)| id.clone()).take(3).collect()
    }

    pub(super) fn boards_toml(&self) -> String {
        let mut tiles = String::new();
        for unit in self.shown() {
            for (indicator, ..) in INDICATORS {
                let _ = writeln!(tiles, "{{ unit = \"{unit}\", indicator = \"{indicator}\", every = \"week\" }},");
            }
        }
        format!("[[board]]\nid = \"wall\"\ntitle = \"Wall\"\n[[board.group]]\ntitle = \"All\"\ntiles = [\n{tiles}]\n")
    }

    fn below<'w>(&'w self, unit: &'w str) -> impl Iterator<Item = &'w str> {
        self.leaves.iter().filter(move |(id, agency)| unit == "reg" || unit == agency || unit == id).map(|(id, _)| id.as_str())
    }
}

/// Value, or above and below the line.
type Numbers = (f64, f64);
/// Unit, indicator, when.
type Place = (String, &'static str, NaiveDateTime);

#[derive(Clone, Debug)]
struct Case {
    unit: String,
    opened: NaiveDateTime,
    closes: NaiveDateTime,
    due: Option<NaiveDateTime>,
    /// The end that the register has, as far as it was exported.
    closed: Option<NaiveDateTime>,
}

/// What happened, as far as it was told.
#[derive(Debug)]
pub(super) struct Facts {
    draw: Draw,
    told: BTreeMap<Place, Numbers>,
    /// Rows that come a week late.
    late: Vec<(Place, Numbers)>,
    cases: Vec<Case>,
    till: BTreeMap<String, (String, NaiveDateTime, f64)>,
    monday: NaiveDate,
}

impl Default for Facts {
    fn default() -> Self {
        let monday = NaiveDate::MIN;
        Self { draw: Draw(2026), told: BTreeMap::new(), late: Vec::new(), cases: Vec::new(), till: BTreeMap::new(), monday }
    }
}

impl Facts {
    /// The week before `monday` happens, and what is wrong of earlier ones is put right.
    pub(super) fn pass(&mut self, world: &World, monday: NaiveDate) {
        self.monday = monday;
        let late = std::mem::take(&mut self.late);
        self.told.extend(late);
        self.correct();
        let begin = monday - Days::new(7);
        for (no, (unit, _)) in world.leaves.iter().enumerate() {
            for (indicator, day, hour) in [("sum", 1, 9), ("mean", 2, 9), ("med", 3, 9), ("med", 3, 15), ("total", 5, 10), ("share", 4, 10)]
            {
                // Units differ in how much they tell; some weeks they say nothing.
                if (no + day) % 4 == 0 && indicator != "total" || self.draw.below(10) == 0 {
                    continue;
                }
                let at = (begin + Days::new(day as u64)).and_hms_opt(hour, 30, 0).expect("a time of day");
                let numbers = self.numbers(indicator, unit, at);
                let place = (unit.clone(), indicator, at);
                match self.draw.below(20) {
                    0 => self.late.push((place, numbers)),
                    _ => drop(self.told.insert(place, numbers)),
                }
            }
        }
        self.happen(world, begin);
    }

    fn numbers(&mut self, indicator: &str, unit: &str, at: NaiveDateTime) -> Numbers {
        match indicator {
            "share" => {
                let below = self.draw.below(40);
                (self.draw.below(below + 1) as f64, below as f64)
            }
            // Grows, and begins again with the year.
            "total" => (f64::from(at.date().ordinal()) * 10.0 + (unit.len() as u64 + self.draw.below(9)) as f64, 0.0),
            _ => (self.draw.below(4_000) as f64 / 8.0, 0.0),
        }
    }

    /// Three in a hundred of what was told in the last weeks were wrong.
    fn correct(&mut self) {
        let from = self.monday - Days::new(7 * UNSETTLED);
        let places: Vec<Place> = self.told.keys().filter(|(_, _, at)| at.date() >= from).cloned().collect();
        for place in places {
            if self.draw.below(33) == 0 {
                let numbers = self.numbers(place.1, &place.0, place.2);
                self.told.insert(place, numbers);
            }
        }
    }

    /// Cases come in and end; ends are told when they were, some are put right, some turn out to be none.
    fn happen(&mut self, world: &World, begin: NaiveDate) {
        let minutes = |draw: &mut Draw, most: u64| chrono::Duration::minutes(draw.below(most) as i64);
        for _ in 0..25 {
            let unit = world.leaves[self.draw.below(60) as usize].0.clone();
            // Never in the first or last hour of a week, nor when somebody looks.
            let opened = begin.and_hms_opt(9, 1, 0).expect("a time of day") + minutes(&mut self.draw, 6 * 24 * 60);
            let closes = opened + chrono::Duration::minutes(61) + minutes(&mut self.draw, 40 * 24 * 60);
            let due = (self.draw.below(5) > 0).then(|| (opened.date() + Days::new(10)).and_hms_opt(16, 17, 0).expect("a time of day"));
            self.cases.push(Case { unit, opened, closes, due, closed: None });
        }
        let now = self.monday.and_hms_opt(5, 0, 0).expect("a time of day");
        let from = now - chrono::Duration::days(7 * UNSETTLED as i64);
        for case in &mut self.cases {
            if case.closes >= now {
                continue;
            }
            match case.closed {
                None => case.closed = Some(case.closes),
                Some(closed) if closed >= from => match self.draw.below(60) {
                    0 => case.closed = Some(closed - chrono::Duration::minutes(30)),
                    // It was not closed after all.
                    1 => {
                        case.closed = None;
                        case.closes = now + chrono::Duration::minutes(30) + minutes(&mut self.draw, 10 * 24 * 60);
                    }
                    _ => {}
                },
                Some(_) => {}
            }
        }
    }

    pub(super) fn till(&mut self, id: &str, unit: &str, at: NaiveDateTime, value: f64) {
        self.till.insert(id.to_owned(), (unit.to_owned(), at, value));
    }

    pub(super) fn take_back(&mut self, id: &str) {
        self.till.remove(id).expect("it was sent");
    }

    /// All cases there ever were.
    pub(super) fn cases_csv(&self) -> String {
        let mut text = "no;unit;in;out;due\n".to_owned();
        let word = |at: Option<NaiveDateTime>| at.map_or_else(String::new, |at| at.format("%Y-%m-%d %H:%M:%S").to_string());
        for (no, case) in self.cases.iter().enumerate() {
            let (opened, closed, due) = (word(Some(case.opened)), word(case.closed), word(case.due));
            let _ = writeln!(text, "{no};{};{opened};{closed};{due}", case.unit);
        }
        text
    }

    /// What the register still tells: the last weeks.
    pub(super) fn values_csv(&self) -> String {
        let mut text = "unit,indicator,at,value\n".to_owned();
        for ((unit, indicator, at), (value, _)) in self.unsettled(|indicator| indicator != "share") {
            let _ = writeln!(text, "{unit},{indicator},{},{value}", at.format("%Y-%m-%dT%H:%M:%S"));
        }
        text
    }

    pub(super) fn ratios_csv(&self) -> String {
        let mut text = "unit,indicator,at,above,below\n".to_owned();
        for ((unit, indicator, at), (above, below)) in self.unsettled(|indicator| indicator == "share") {
            let _ = writeln!(text, "{unit},{indicator},{},{above},{below}", at.format("%Y-%m-%dT%H:%M:%S"));
        }
        text
    }

    fn unsettled(&self, is_wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = (&Place, &Numbers)> {
        let from = self.monday - Days::new(7 * (UNSETTLED + 2));
        self.told.iter().filter(move |((_, indicator, at), _)| is_wanted(indicator) && at.date() >= from)
    }

    /// The last twelve weeks of an indicator, oldest first, as they stand at `now`.
    pub(super) fn weeks(&self, world: &World, unit: &str, indicator: &str, now: NaiveDateTime) -> Vec<(NaiveDate, Option<f64>)> {
        let current = monday_of(now.date());
        let weeks = (0..POINTS).rev().map(|back| current - Days::new(7 * back));
        let is_of_cases = INDICATORS.iter().any(|known| known.0 == indicator && known.5 != "samples");
        let below: BTreeSet<&str> = world.below(unit).collect();
        let value = |week| match is_of_cases {
            true => self.of_cases(&below, indicator, week, now),
            false => self.of_samples(&below, indicator, week),
        };
        weeks.map(|week| (week, value(week))).collect()
    }

    fn of_samples(&self, units: &BTreeSet<&str>, indicator: &str, week: NaiveDate) -> Option<f64> {
        let owns: Vec<Numbers> = units.iter().filter_map(|unit| self.own(unit, indicator, week)).collect();
        let sum = |of: fn(&Numbers) -> f64| owns.iter().map(of).sum::<f64>();
        match indicator {
            _ if owns.is_empty() => None,
            "sum" | "total" => Some(sum(|own| own.0)),
            "mean" | "med" => Some(sum(|own| own.0) / owns.len() as f64),
            "share" => (sum(|own| own.1) > 0.0).then(|| sum(|own| own.0) / sum(|own| own.1) * 100.0),
            other => panic!("nobody said what {other} is"),
        }
    }

    /// What one unit itself told of a week.
    fn own(&self, unit: &str, indicator: &str, week: NaiveDate) -> Option<Numbers> {
        let end = week + Days::new(6);
        let indicator = INDICATORS.iter().find(|known| known.0 == indicator).expect("one of ours").0;
        let place = |at| (unit.to_owned(), indicator, at);
        let of_unit = self.told.range(place(NaiveDateTime::MIN)..=place(NaiveDateTime::MAX));
        if indicator == "total" {
            // The last that is known in the year of the week, which is that of its Thursday.
            let year = week.iso_week().year();
            return of_unit.filter(|((.., at), _)| at.year() == year && at.date() <= end).map(|(_, numbers)| *numbers).next_back();
        }
        let in_week = |at: &NaiveDateTime| at.date() >= week && at.date() <= end;
        let mut numbers: Vec<Numbers> = of_unit.filter(|((.., at), _)| in_week(at)).map(|(_, numbers)| *numbers).collect();
        if indicator == "sum" {
            numbers.extend(self.till.values().filter(|(of, at, _)| of == unit && in_week(at)).map(|(.., value)| (*value, 0.0)));
        }
        if numbers.is_empty() {
            return None;
        }
        let count = numbers.len();
        let (above, below): Numbers = numbers.iter().fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        Some(match indicator {
            "mean" => (above / count as f64, 0.0),
            "med" => {
                numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
                ((numbers[(count - 1) / 2].0 + numbers[count / 2].0) / 2.0, 0.0)
            }
            _ => (above, below),
        })
    }

    fn of_cases(&self, units: &BTreeSet<&str>, indicator: &str, week: NaiveDate, now: NaiveDateTime) -> Option<f64> {
        let (starts, ends) = (week.and_time(chrono::NaiveTime::MIN), (week + Days::new(7)).and_time(chrono::NaiveTime::MIN));
        let cases: Vec<&Case> = self.cases.iter().filter(|case| units.contains(case.unit.as_str())).collect();
        let opened: Vec<&&Case> = cases.iter().filter(|case| case.opened >= starts && case.opened < ends).collect();
        let judged = ends.min(now);
        let lies = |case: &&&Case| case.opened < judged && case.closed.is_none_or(|closed| closed >= judged);
        // A count says nothing before the first case.
        let counted = |count: usize| cases.iter().any(|case| case.opened < ends).then_some(count as f64);
        match indicator {
            "opened" => counted(opened.len()),
            "closed" => counted(opened.iter().filter(|case| case.closed.is_some()).count()),
            "open" => counted(cases.iter().filter(lies).count()),
            "overdue" => counted(cases.iter().filter(lies).filter(|case| case.due.is_some_and(|due| due < judged)).count()),
            "hours" => {
                let mut hours: Vec<f64> =
                    opened.iter().filter_map(|case| Some((case.closed? - case.opened).num_seconds() as f64 / 3600.0)).collect();
                hours.sort_by(f64::total_cmp);
                let count = hours.len();
                (count > 0).then(|| (hours[(count - 1) / 2] + hours[count / 2]) / 2.0)
            }
            "ontime" => {
                let due: Vec<(&&&Case, NaiveDateTime)> = opened.iter().filter_map(|case| Some((case, case.due?))).collect();
                let late = due.iter().filter(|(case, due)| case.closed.map_or(*due < now, |closed| closed > *due)).count();
                (!due.is_empty()).then(|| (due.len() - late) as f64 / due.len() as f64 * 100.0)
            }
            other => panic!("nobody said what {other} is"),
        }
    }
}
