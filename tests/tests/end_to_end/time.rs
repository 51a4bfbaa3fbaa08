//! Monday morning, the turn of the year, week 53, an empty week: right, and never blank. Time comes
//! from outside; the zone is the region's, seven hours ahead of UTC.

use serde_json::{Value, json};

use crate::harness::house::three_units;
use crate::harness::{Client, House, ISSUED, Server, sample};

/// The same number under every way to show a window, by week, month and year.
async fn house() -> House {
    let house = House::empty().await;
    house.write("shop/units.csv", "id,parent,name,short_name,kind\ntown,,Town,Town,region\nshop,town,Shop,Shop,agency\n");
    let header = "id,name,name_en,unit_of_measure,polarity,formula,from,rollup_time,rollup_tree,accumulates,frequency,decimals,show";
    let shows = [("usual", ""), ("current", "current"), ("complete", "last_complete"), ("rolling", "rolling_28d")];
    let indicators: String =
        shows.iter().map(|(id, show)| format!("{id},{id},{id},items,up,ratio,samples,sum,sum,flow,week,0,{show}\n")).collect();
    house.write("shop/indicators.csv", &format!("{header}\n{indicators}"));
    let tile = |indicator: &str, every: &str| format!("{{ unit = \"shop\", indicator = \"{indicator}\", every = \"{every}\" }},");
    let tiles: String = [
        ("usual", "week"),
        ("current", "week"),
        ("complete", "week"),
        ("rolling", "week"),
        ("current", "day"),
        ("current", "month"),
        ("current", "quarter"),
        ("current", "year"),
        ("complete", "month"),
        ("complete", "year"),
    ]
    .map(|(indicator, every)| tile(indicator, every))
    .concat();
    house.write(
        "shop/boards.toml",
        &format!("[[board]]\nid = \"wall\"\ntitle = \"Wall\"\n[[board.group]]\ntitle = \"All\"\ntiles = [{tiles}]\n"),
    );
    house
}

fn apply(house: &House) {
    house.ok(&["apply", &house.path().join("shop").display().to_string()]);
}

/// One sale for each indicator.
async fn sells(seller: &Client, id: &str, at: &str, value: f64) {
    let events: Vec<Value> = ["usual", "current", "complete", "rolling"]
        .map(|indicator| sample("till", &format!("{id}-{indicator}"), "shop", indicator, at, value))
        .into();
    seller.accepted(&events).await;
}

/// Period and value of a tile, as soon as it shows that.
async fn shows(reader: &Client, tile: &str, period: &str, value: impl Into<Value>) {
    let value = value.into();
    let shown = reader.shows("wall", &format!("shop:{tile}"), |shown| shown["period"] == period && shown["value"] == value).await;
    let status = if value.is_null() { "no_data" } else { "not_rated" };
    assert_eq!(shown["status"], status, "{shown}");
}

struct Shop {
    house: House,
    till: String,
    wall: String,
}

impl Shop {
    async fn open(at: &str) -> (Self, Server) {
        let mut house = house().await;
        house.believes(&format!("@{at}"));
        apply(&house);
        let till = house.key("till", "shop");
        let wall = house.reading_key();
        let server = house.serve().await;
        (Self { house, till, wall }, server)
    }

    /// Stops the server and starts another at a later time.
    async fn later(&mut self, server: Server, at: &str) -> Server {
        assert!(server.stop().await.success());
        self.house.believes(&format!("@{at}"));
        self.house.serve().await
    }
}

#[tokio::test]
async fn monday_at_eight_shows_the_complete_week_until_the_new_one_speaks() {
    // Friday noon of 2026-W48, in the region 19.00.
    let (mut shop, server) = Shop::open("2026-11-27 12:00:00").await;
    let (till, wall) = (server.client(&shop.till), server.client(&shop.wall));
    sells(&till, "mon", "2026-11-23T09:00:00+07:00", 10.0).await;
    sells(&till, "thu", "2026-11-26", 20.0).await;
    shows(&wall, "current:week", "2026-W48", 30.0).await;
    shows(&wall, "usual:week", "2026-W47", Value::Null).await;

    // Monday 08.00 of W49: a whole week stands behind it.
    let server = shop.later(server, "2026-11-30 01:00:00").await;
    let (till, wall) = (server.client(&shop.till), server.client(&shop.wall));
    shows(&wall, "usual:week", "2026-W48", 30.0).await;
    shows(&wall, "complete:week", "2026-W48", 30.0).await;
    shows(&wall, "current:week", "2026-W49", Value::Null).await;
    shows(&wall, "current:day", "2026-11-30", Value::Null).await;
    shows(&wall, "current:month", "2026-11", 30.0).await;
    shows(&wall, "rolling:week", "2026-11-30", 30.0).await;
    // The spark ends with the shown week and has a gap, not a zero, where nothing came.
    let tile = wall.tile("wall", "shop:current:week").await;
    assert_eq!(tile["spark"][11], json!({ "period": "2026-W49", "value": null }), "{tile}");
    assert_eq!(tile["spark"][10], json!({ "period": "2026-W48", "value": 30.0 }), "{tile}");

    for minute in 1..=4 {
        sells(&till, &format!("w49-{minute}"), &format!("2026-11-30T07:0{minute}:00+07:00"), 1.0).await;
        shows(&wall, "current:week", "2026-W49", f64::from(minute)).await;
    }
    shows(&wall, "usual:week", "2026-W48", 30.0).await;
    // The fifth sample, and the running week speaks for itself.
    sells(&till, "w49-5", "2026-11-30T07:05:00+07:00", 1.0).await;
    shows(&wall, "usual:week", "2026-W49", 5.0).await;
    // A late one still repairs the week before.
    sells(&till, "late", "2026-11-29T23:59:59+07:00", 5.0).await;
    shows(&wall, "complete:week", "2026-W48", 35.0).await;
}

#[tokio::test]
async fn the_turn_of_the_year_comes_to_a_board_that_nobody_touches() {
    // Thursday 2026-12-31, in the region eight seconds before midnight.
    let (mut shop, server) = Shop::open("2026-12-31 16:59:52").await;
    let (till, wall) = (server.client(&shop.till), server.client(&shop.wall));
    let mut viewer = wall.live().await;
    viewer.subscribe("wall").await;
    sells(&till, "old", "2026-12-31T23:30:00+07:00", 7.0).await;
    viewer.hears("shop:current:year", |value| value["period"] == "2026" && value["value"] == 7.0).await;
    shows(&wall, "current:week", "2026-W53", 7.0).await;
    shows(&wall, "current:quarter", "2026-Q4", 7.0).await;
    // Nobody sends anything; the server's clock alone passes midnight.
    for (tile, period) in
        [("current:year", "2027"), ("current:month", "2027-01"), ("current:quarter", "2027-Q1"), ("current:day", "2027-01-01")]
    {
        let value = viewer.hears(&format!("shop:{tile}"), |value| value["period"] == period).await;
        assert_eq!((&value["value"], &value["status"]), (&Value::Null, &json!("no_data")), "{value}");
    }
    viewer.hears("shop:complete:year", |value| value["period"] == "2026" && value["value"] == 7.0).await;
    viewer.hears("shop:complete:month", |value| value["period"] == "2026-12" && value["value"] == 7.0).await;
    // The week goes on over the turn: a Friday of 2027 counts in 2026-W53.
    shows(&wall, "current:week", "2026-W53", 7.0).await;
    let server = shop.later(server, "2027-01-01 03:00:00").await;
    let (till, wall) = (server.client(&shop.till), server.client(&shop.wall));
    sells(&till, "new", "2027-01-01T09:00:00+07:00", 2.0).await;
    shows(&wall, "current:week", "2026-W53", 9.0).await;
    shows(&wall, "current:year", "2027", 2.0).await;
    shows(&wall, "complete:year", "2026", 7.0).await;
    // A whole-week sample of W53 counts in no day and no month, and in the year of its Thursday.
    sells(&till, "week", "2026-W53", 100.0).await;
    shows(&wall, "current:week", "2026-W53", 109.0).await;
    shows(&wall, "complete:year", "2026", 107.0).await;
    shows(&wall, "complete:month", "2026-12", 107.0).await;
    shows(&wall, "current:day", "2027-01-01", 2.0).await;

    // The first Monday of the year, half past midnight.
    let server = shop.later(server, "2027-01-03 17:30:00").await;
    let wall = server.client(&shop.wall);
    shows(&wall, "complete:week", "2026-W53", 109.0).await;
    shows(&wall, "current:week", "2027-W01", Value::Null).await;
    let series = wall.json("/api/v1/series?unit=shop&indicator=current&every=week&from=2026-W52&to=2027-W02").await;
    let read: Vec<(&Value, &Value)> =
        series["items"].as_array().expect("items").iter().map(|item| (&item["period"], &item["value"])).collect();
    assert_eq!(read, [(&json!("2026-W52"), &Value::Null), (&json!("2026-W53"), &json!(109.0)), (&json!("2027-W01"), &Value::Null)]);
    assert!(shop.house.ok(&["verify"]).lines().all(|line| line.starts_with("ok ")));
}

#[tokio::test]
async fn an_empty_week_is_a_gap_with_its_label_and_no_zero() {
    let (mut shop, server) = Shop::open("2026-12-02 03:00:00").await;
    let till = server.client(&shop.till);
    sells(&till, "w49", "2026-12-01", 4.0).await;
    // Two weeks later: W50 was empty, W51 begins.
    let server = shop.later(server, "2026-12-14 01:00:00").await;
    let (till, wall) = (server.client(&shop.till), server.client(&shop.wall));
    shows(&wall, "complete:week", "2026-W50", Value::Null).await;
    shows(&wall, "usual:week", "2026-W50", Value::Null).await;
    let tile = wall.tile("wall", "shop:complete:week").await;
    assert_eq!(
        (&tile["value"]["n"], &tile["value"]["freshness"]),
        (&json!(0), &json!("aging")),
        "it is known how old the data are: {tile}"
    );
    assert_eq!(tile["spark"][10], json!({ "period": "2026-W49", "value": 4.0 }), "{tile}");
    sells(&till, "w51", "2026-12-14T07:30:00+07:00", 6.0).await;
    shows(&wall, "current:week", "2026-W51", 6.0).await;
    let series = wall.json("/api/v1/series?unit=shop&indicator=current&every=week&from=2026-W49&to=2026-W52").await;
    let read: Vec<&Value> = series["items"].as_array().expect("items").iter().map(|item| &item["value"]).collect();
    assert_eq!(read, [&json!(4.0), &Value::Null, &json!(6.0)]);
    // Asked for a table, an empty period has no row.
    let table = shop.house.table("week", "unit", &["--from", "2026-11-30", "--to", "2026-12-21"]);
    let weeks: Vec<&Value> = table.iter().filter(|row| row["indicator"] == "current").map(|row| &row["period"]).collect();
    assert_eq!(weeks, [&json!("2026-W49"), &json!("2026-W51")]);
}

#[tokio::test]
async fn a_silent_source_ages_on_its_tile_and_keeps_its_red() {
    let mut house = House::empty().await;
    house.believes("@2026-11-25 02:00:00");
    house.ok(&["apply", &three_units()]);
    let (counter, wall) = (house.key("counter", "permits"), house.reading_key());
    let mut server = house.serve().await;
    // 12 of 40 in the week: red. The counter is expected once a day.
    server.client(&counter).accepted(&[sample("counter/desk", "1", "permits", "issued", "2026-11-25T08:59:00+07:00", 12.0)]).await;
    for (at, freshness) in
        [("", "fresh"), ("2026-11-26 01:50:00", "fresh"), ("2026-11-26 02:05:00", "aging"), ("2026-11-27 02:05:00", "stale")]
    {
        if !at.is_empty() {
            assert!(server.stop().await.success());
            house.believes(&format!("@{at}"));
            server = house.serve().await;
        }
        let shown = server.client(&wall).shows("town", ISSUED, |shown| shown["value"] == 12.0).await;
        assert_eq!((&shown["freshness"], &shown["status"]), (&json!(freshness), &json!("late")), "{at}: {shown}");
        assert_eq!(shown["data_at"], "2026-11-25T01:59:00.000Z", "{shown}");
    }
    // Five seconds before it ages; the clock alone changes the tile, for who looks.
    assert!(server.stop().await.success());
    house.believes("@2026-11-27 01:58:55");
    let server = house.serve().await;
    let mut viewer = server.client(&wall).live().await;
    viewer.subscribe("town").await;
    viewer.hears(ISSUED, |value| value["freshness"] == "aging").await;
    let aged = viewer.hears(ISSUED, |value| value["freshness"] == "stale").await;
    assert_eq!((&aged["value"], &aged["status"]), (&json!(12.0), &json!("late")));
}
