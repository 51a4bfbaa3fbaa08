//! Boards, series and lists over HTTP.

use std::time::Duration;

use super::house::{Answer, House, READ_KEY, bearer};

async fn get(house: &House, path: &str) -> Answer {
    house.get(path, &[("authorization", &bearer(READ_KEY))]).await
}

fn periods(answer: &Answer) -> Vec<String> {
    let items = answer.json["items"].as_array().expect("items");
    items.iter().map(|item| item["period"].as_str().expect("a period").to_owned()).collect()
}

#[tokio::test]
async fn a_board_shows_what_was_rolled_up() {
    let house = House::new().await;
    house.roll("dpmptsp", "PT-01", "2026-W48", 81.0).await;
    house.roll("rsud", "KS-06", "2026-W47", 42.5).await;
    let board = get(&house, "/api/v1/boards/bupati").await;
    assert_eq!(board.json["type"], "snapshot");
    assert_eq!(
        (board.json["title"].as_str(), board.json["groups"].to_string().as_str()),
        (Some("Papan Bupati"), r#"[{"title":"Layanan"}]"#)
    );
    let tile = &board.json["tiles"][0];
    assert_eq!(tile["id"], "dpmptsp:PT-01:week");
    assert_eq!((tile["group"].as_str(), tile["title"].as_str()), (Some("Layanan"), Some("Izin tepat waktu")));
    assert_eq!(tile["rhythm_s"], 3600, "that of its source");
    let value = &tile["value"];
    let expected = serde_json::json!({
        "unit": "dpmptsp", "indicator": "PT-01", "period": "2026-W48", "value": 81.0, "numerator": null, "denominator": null,
        "n": 7, "target": 90.0, "target_high": null, "achievement": 90.0, "grade": null, "status": "good", "freshness": "fresh", "signal": null,
        "quality": null, "data_at": "2026-11-24T02:00:00.000Z", "as_of": "2026-11-24T02:00:00.000Z",
        "computed_at": "2026-11-24T02:00:00.000Z", "rules": "r1",
    });
    assert_eq!(value, &expected);
    let spark = tile["spark"].as_array().expect("points");
    assert_eq!((spark.len(), spark[0].to_string().as_str()), (12, r#"{"period":"2026-W37","value":null}"#));
    assert_eq!(spark[11].to_string(), r#"{"period":"2026-W48","value":81.0}"#);
    // No sample this week: the last complete one, at the end of its own sparkline.
    let tile = &board.json["tiles"][1];
    assert_eq!((tile["title"].as_str(), tile["value"]["period"].as_str()), (Some("Tunggu"), Some("2026-W47")));
    assert_eq!(tile["spark"][11].to_string(), r#"{"period":"2026-W47","value":42.5}"#);
    house.stop().await;
}

#[tokio::test]
async fn a_warm_board_is_answered_by_its_etag() {
    let house = House::new().await;
    let first = get(&house, "/api/v1/boards/bupati").await;
    let known = [("authorization", bearer(READ_KEY)), ("if-none-match", first.header("etag").to_owned())];
    let known = known.each_ref().map(|(name, value)| (*name, value.as_str()));
    let again = house.get("/api/v1/boards/bupati", &known).await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
    house.roll("dpmptsp", "PT-01", "2026-W48", 82.0).await;
    house.until(|| async { house.get("/api/v1/boards/bupati", &known).await.status == 200 }).await;
    house.stop().await;
}

#[tokio::test]
async fn who_asks_for_gzip_gets_it() {
    let house = House::new().await;
    let plain = get(&house, "/api/v1/boards/bupati").await;
    let key = bearer(READ_KEY);
    let asked = [("authorization", key.as_str()), ("accept-encoding", "gzip")];
    let packed = house.get("/api/v1/boards/bupati", &asked).await;
    assert_eq!((packed.header("content-encoding"), packed.header("etag")), ("gzip", plain.header("etag")));
    assert!(packed.bytes.starts_with(&[0x1f, 0x8b]) && packed.bytes.len() < plain.bytes.len() / 3);
    house.stop().await;
}

#[tokio::test]
async fn a_silent_source_ages_and_keeps_its_status() {
    let house = House::new().await;
    house.roll("dpmptsp", "PT-01", "2026-W48", 81.0).await;
    let freshness = || async {
        let board = get(&house, "/api/v1/boards/bupati").await;
        let value = board.json["tiles"][0]["value"].clone();
        assert_eq!(value["status"], "good");
        value["freshness"].as_str().expect("a word").to_owned()
    };
    assert_eq!(freshness().await, "fresh");
    house.pass(Duration::from_secs(3601));
    house.until(|| async { freshness().await == "aging" }).await;
    house.pass(Duration::from_secs(3600));
    house.until(|| async { freshness().await == "stale" }).await;
    house.stop().await;
}

#[tokio::test]
async fn at_midnight_the_board_turns_to_the_new_week() {
    let house = House::new().await;
    house.roll("dpmptsp", "PT-01", "2026-W48", 81.0).await;
    let shown = || async { get(&house, "/api/v1/boards/bupati").await.json["tiles"][0]["value"].clone() };
    assert_eq!(shown().await["period"], "2026-W48");
    // Sunday 23.59.59 in Jakarta, then Monday.
    house.pass(Duration::from_secs(5 * 86_400 + 14 * 3600 + 3599));
    assert_eq!(shown().await["period"], "2026-W48");
    house.pass(Duration::from_secs(1));
    house.until(|| async { shown().await["period"] == "2026-W49" }).await;
    let value = shown().await;
    assert_eq!((value["value"].is_null(), value["n"].as_i64(), value["status"].as_str()), (true, Some(0), Some("no_data")));
    house.stop().await;
}

#[tokio::test]
async fn a_series_has_every_period_of_its_grid() {
    let house = House::new().await;
    for (period, value) in [("2026-W45", 1.0), ("2026-W47", 3.0), ("2026-W48", 4.0)] {
        house.roll("rsud", "KS-06", period, value).await;
    }
    let usual = get(&house, "/api/v1/series?unit=rsud&indicator=KS-06&every=week").await;
    assert_eq!(periods(&usual).len(), 12);
    let some = get(&house, "/api/v1/series?unit=rsud&indicator=KS-06&every=week&from=2026-W45&to=2026-W48").await;
    assert_eq!(periods(&some), ["2026-W45", "2026-W46", "2026-W47"], "`to` is exclusive");
    assert!(some.json["items"][1]["value"].is_null() && some.json["items"][1]["status"] == "no_data");
    assert_eq!(some.json["items"][2]["value"], 3.0);
    assert_eq!(get(&house, "/api/v1/series?unit=rsud&indicator=KS-06&every=week&from=2026-W48&to=2026-W48").await.text, r#"{"items":[]}"#);

    let mut path = "/api/v1/series?unit=rsud&indicator=KS-06&every=week&from=2026-W40&limit=4".to_owned();
    let mut pages = Vec::new();
    loop {
        let page = get(&house, &path).await;
        pages.push(periods(&page));
        let Some(next) = page.header("link").strip_prefix('<').and_then(|link| link.split_once('>')) else { break };
        path = next.0.to_owned();
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 1]);
    assert_eq!(pages.concat(), (40..=48).map(|week| format!("2026-W{week}")).collect::<Vec<_>>());
    house.stop().await;
}

#[tokio::test]
async fn a_wrong_argument_is_named() {
    let house = House::new().await;
    let series = "/api/v1/series?unit=rsud&indicator=KS-06";
    let table = [
        (format!("{series}&every=hour"), 400, "`every`: period length must be one of day, week"),
        (series.to_owned(), 400, "missing field `every`"),
        (format!("{series}&every=week&form=2026-W40"), 400, "unknown field `form`"),
        (format!("{series}&every=week&from=yesterday"), 400, "`from`: \"yesterday\" is not a period"),
        (format!("{series}&every=week&from=2026-W48&to=2026-W40"), 400, "is after `to`"),
        (format!("{series}&every=week&limit=0"), 400, "`limit` must be 1 to 1000"),
        (format!("{series}&every=week&known_at=then"), 400, "`known_at` must be a date"),
        ("/api/v1/series?unit=nothing&indicator=KS-06&every=week".to_owned(), 404, "no unit `nothing`"),
        ("/api/v1/series?unit=rsud&indicator=nothing&every=week".to_owned(), 404, "no indicator `nothing`"),
        ("/api/v1/tables/samples?every=week&by=service".to_owned(), 400, "samples belong to no service"),
        ("/api/v1/tables/samples?every=week&by=unit&from=then".to_owned(), 400, "`from` must be a date"),
        ("/api/v1/units?limit=2000".to_owned(), 400, "`limit`"),
    ];
    for (path, status, sentence) in table {
        let answer = get(&house, &path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        assert!(answer.json["detail"].as_str().is_some_and(|detail| detail.contains(sentence)), "{path}: {}", answer.text);
    }
    house.stop().await;
}

#[tokio::test]
async fn lists_are_paged_by_link() {
    let house = House::new().await;
    let first = get(&house, "/api/v1/units?limit=2").await;
    assert_eq!(first.json["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(first.header("link"), "</api/v1/units?limit=2&cursor=kab>; rel=\"next\"");
    let last = get(&house, "/api/v1/units?limit=2&cursor=kab").await;
    assert_eq!((last.json["items"][0]["id"].as_str(), last.header("link")), (Some("rsud"), ""));
    assert_eq!(last.json["items"][0]["parent"], "kab");
    let indicators = get(&house, "/api/v1/indicators").await;
    assert_eq!(indicators.json["items"][1]["unit_of_measure"], "%");
    assert_eq!(indicators.json["items"][1]["decimals"], 1);
    house.stop().await;
}

#[tokio::test]
async fn who_sees_a_part_sees_only_that() {
    let house = House::new().await;
    let cookie = house.cookie_of("rudi").await;
    let mine = [("cookie", cookie.as_str())];
    let ids =
        |answer: &Answer| answer.json["items"].as_array().expect("items").iter().map(|item| item["id"].to_string()).collect::<Vec<_>>();
    assert_eq!(ids(&house.get("/api/v1/units", &mine).await), ["\"rsud\""]);
    assert_eq!(ids(&house.get("/api/v1/boards", &mine).await), ["\"rsud\""]);
    assert_eq!(house.get("/api/v1/boards/bupati", &mine).await.status, 404);
    let (hidden, missing) = (house.get("/api/v1/boards/bupati", &mine).await, house.get("/api/v1/boards/nothing", &mine).await);
    assert_eq!(hidden.text.replace("bupati", ""), missing.text.replace("nothing", ""), "hidden looks like missing");
    house.stop().await;
}

#[tokio::test]
async fn health_is_open_and_metrics_are_not() {
    let house = House::new().await;
    assert_eq!(house.get("/healthz", &[]).await.text, "ok\n");
    let ready = house.get("/readyz", &[]).await;
    assert_eq!((ready.status.as_u16(), ready.json["ready"].as_bool(), ready.json["store"]["ok"].as_bool()), (200, Some(true), Some(true)));
    assert_eq!(house.get("/metrics", &[]).await.status, 401);
    assert_eq!(get(&house, "/metrics").await.text, "pantau_test 1\n");
    house.db.close().await;
    let gone = house.get("/readyz", &[]).await;
    assert_eq!((gone.status.as_u16(), gone.json["store"]["ok"].as_bool()), (503, Some(false)));
    house.stop().await;
}
