//! A year in life, in minutes: 150 units, from before Christmas 2026 to the second Monday of 2028. Files are exported anew each
//! week with late and corrected rows, sources send and take back, the power fails twice; every Monday each tile with each point
//! of its sparkline equals what a plain model beside the product makes of the same facts.

mod model;

use std::fmt::Write;
use std::time::Duration;

use chrono::{Days, NaiveDate, NaiveDateTime};
use serde_json::Value;

use crate::harness::{Client, House, Server, sample, void, wait_until};
use model::{Facts, INDICATORS, World, week_word};

/// The first Monday and the last, both looked at.
const FIRST: &str = "2026-12-21";
const LAST: &str = "2028-01-10";
/// Weeks in which the server is killed instead of stopped, after something was acknowledged.
const POWER_CUTS: [i64; 2] = [9, 31];

/// Monday at a time in the region as the clock of a program, which is UTC.
fn clock(monday: NaiveDate, hour: u32, minute: u32, second: u32) -> String {
    let local = monday.and_hms_opt(hour, minute, second).expect("a time of day");
    format!("@{}", (local - chrono::Duration::hours(7)).format("%Y-%m-%d %H:%M:%S"))
}

struct Life {
    house: House,
    world: World,
    facts: Facts,
    till: String,
    wall: String,
}

impl Life {
    async fn begin() -> Self {
        let mut house = House::empty().await;
        let world = World::new();
        house.write("district/units.csv", &world.units_csv());
        house
            .write("district/services.csv", "id,name,name_en,standard,standard_unit,ends_at,calendar,owner\nizin,Izin,Permit,,,closed,,\n");
        house.write("district/indicators.csv", &model::indicators_csv());
        house.write("district/boards.toml", &world.boards_toml());
        house.write("cases.toml", "kind = \"cases\"\nsource = \"register\"\nid = \"no\"\nunit = { column = \"unit\" }\nservice = { value = \"izin\" }\nsteps = { submitted = \"in\", closed = \"out\" }\ndue = { column = \"due\" }\n");
        house.write("values.toml", "kind = \"samples\"\nsource = \"recap\"\nunit = { column = \"unit\" }\nindicator = { column = \"indicator\" }\nat = { column = \"at\" }\nvalue = { column = \"value\" }\n");
        house.write("ratios.toml", "kind = \"samples\"\nsource = \"shares\"\nunit = { column = \"unit\" }\nindicator = { column = \"indicator\" }\nat = { column = \"at\" }\nnumerator = { column = \"above\" }\ndenominator = { column = \"below\" }\n");
        house.believes("@2026-12-18 03:00:00");
        house.ok(&["apply", &house.path().join("district").display().to_string()]);
        let (till, wall) = (house.key("till", "*"), house.reading_key());
        Self { house, world, facts: Facts::default(), till, wall }
    }

    /// This week's export of each register, a while before the office opens.
    fn import(&mut self, monday: NaiveDate) {
        self.facts.pass(&self.world, monday);
        for (minute, (kind, mapping, content)) in (0..).step_by(5).zip([
            ("cases", "cases.toml", self.facts.cases_csv()),
            ("samples", "values.toml", self.facts.values_csv()),
            ("samples", "ratios.toml", self.facts.ratios_csv()),
        ]) {
            self.house.believes(&clock(monday, 7, minute, 0));
            let file = mapping.replace("toml", "csv");
            self.house.write(&file, &content);
            let counts: Value = serde_json::from_str(&self.house.ok(&["import", kind, "--mapping", mapping, &file])).expect("JSON");
            assert_eq!(counts["rejected"], 0, "{monday} {file}: {counts}");
        }
    }

    /// Sources that send at once: a few values of this morning, and every third week one taken back.
    async fn send(&mut self, server: &Server, monday: NaiveDate, week: i64) {
        let till = server.client(&self.till);
        let at = monday.and_hms_opt(6, 0, 0).expect("a time of day");
        let mut events = Vec::new();
        for (no, unit) in self.world.shown_leaves().into_iter().enumerate() {
            let (id, value) = (format!("{week}-{no}"), (week * 3 + no as i64) as f64 / 4.0);
            events.push(sample("till", &id, &unit, "sum", &format!("{}+07:00", at.format("%Y-%m-%dT%H:%M:%S")), value));
            self.facts.till(&id, &unit, at, value);
        }
        if week % 3 == 2 {
            let of = format!("{}-0", week - 2);
            events.push(void("till", &format!("void-{week}"), &of));
            self.facts.take_back(&of);
        }
        till.accepted(&events).await;
    }

    /// Every tile with every point of its sparkline, as the model has them at this moment.
    async fn compare(&self, server: &Server, now: NaiveDateTime) {
        let reader = server.client(&self.wall);
        wait_until(&format!("the board of {now}"), Duration::from_secs(20), async || self.differences(&reader, now).await).await;
    }

    async fn differences(&self, reader: &Client, now: NaiveDateTime) -> Result<(), String> {
        let board = reader.json("/api/v1/boards/wall").await;
        let tiles = board["tiles"].as_array().expect("tiles");
        assert_eq!(tiles.len(), self.world.shown().len() * INDICATORS.len(), "every tile is there");
        let (mut wrong, mut count) = (String::new(), 0);
        for unit in self.world.shown() {
            for (indicator, ..) in INDICATORS {
                let id = format!("{unit}:{indicator}:week");
                let tile = tiles.iter().find(|tile| tile["id"] == *id).unwrap_or_else(|| panic!("no tile {id}"));
                let expected = self.facts.weeks(&self.world, &unit, indicator, now);
                let points = tile["spark"].as_array().expect("a sparkline");
                assert_eq!(points.len(), expected.len(), "{id}");
                let shown = points.iter().map(|point| (point["period"].as_str().unwrap_or_default(), point["value"].as_f64()));
                for ((period, value), (monday, wanted)) in shown.zip(&expected) {
                    if period != week_word(*monday) || !model::same(value, *wanted) {
                        count += 1;
                        let _ = writeln!(wrong, "{id} {period}: {value:?}, the model has {wanted:?} in {}", week_word(*monday));
                    }
                }
                let current = expected.last().and_then(|(_, value)| *value);
                if !model::same(tile["value"]["value"].as_f64(), current) {
                    count += 1;
                    let _ = writeln!(wrong, "{id} itself: {}, the model has {current:?}", tile["value"]["value"]);
                }
            }
        }
        let first: Vec<&str> = wrong.lines().take(12).collect();
        if count == 0 { Ok(()) } else { Err(format!("{count} differ, the first:\n{}", first.join("\n"))) }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_of_mondays_is_right() {
    let mut life = Life::begin().await;
    let (mut monday, last): (NaiveDate, NaiveDate) = (FIRST.parse().expect("a day"), LAST.parse().expect("a day"));
    let mut week = 0;
    while monday <= last {
        // Half a minute into the week: at the turn of both years, and now and then.
        if week < 3 || week % 6 == 5 || monday > last - Days::new(20) {
            life.house.believes(&clock(monday, 0, 0, 30));
            let server = life.house.serve().await;
            life.compare(&server, monday.and_hms_opt(0, 0, 30).expect("a time of day")).await;
            assert!(server.stop().await.success());
        }
        life.import(monday);
        life.house.believes(&clock(monday, 8, 0, 0));
        let server = life.house.serve().await;
        life.send(&server, monday, week).await;
        if POWER_CUTS.contains(&week) {
            server.kill();
            life.house.believes(&clock(monday, 8, 5, 0));
            life.house.ok(&["verify"]);
            let server = life.house.serve().await;
            life.compare(&server, monday.and_hms_opt(8, 5, 0).expect("a time of day")).await;
            assert!(server.stop().await.success());
        } else {
            life.compare(&server, monday.and_hms_opt(8, 0, 0).expect("a time of day")).await;
            assert!(server.stop().await.success());
        }
        monday = monday + Days::new(7);
        week += 1;
    }
    assert_eq!(week, 56);
    life.house.ok(&["verify"]);
}
