//! Services, the cases behind their figures, and the ETags of both.

use sql::log::{Appender, CaseStep, Content, Group, NewEvent};

use super::house::{Answer, House, READ_KEY, bearer};
use rules::case::Step;
use rules::time::Millis;

const HOUR: Millis = 3_600_000;
const DAY: Millis = 24 * HOUR;

const SERVICES: [(&str, &str); 1] = [(
    "services.csv",
    "id,name,standard,standard_unit,ends_at,owner\nizin,Izin usaha,5,days,decided,dpmptsp\nsurat,Surat,,,decided,rsud\n",
)];

async fn house() -> House {
    let house = House::new().await;
    house.apply(&SERVICES).await;
    house
}

async fn get(house: &House, path: &str) -> Answer {
    house.get(path, &[("authorization", &bearer(READ_KEY))]).await
}

/// A case: number, unit, class, steps by hours before now.
async fn send(house: &House, service: &str, case: &str, unit: &str, class: &str, steps: &[(Step, i64)]) {
    let registry = sql::registry::load(&house.db, None).await.expect("the registry");
    let (service, unit) = (registry.service(service).expect("a service").no, registry.unit(unit).expect("a unit").no);
    let event = |(step, hours): &(Step, i64)| {
        let at = house.now() - hours * HOUR;
        let class = (!class.is_empty()).then(|| class.to_owned());
        let what = CaseStep { service, case: case.to_owned(), unit, step: *step, at, due: None, class, channel: None, area: None };
        NewEvent { source: 1, id: format!("{case}-{}-{hours}", step.as_str()), time: None, content: Content::Step(Box::new(what)) }
    };
    append(house, steps.iter().map(event).collect()).await;
}

async fn append(house: &House, events: Vec<NewEvent>) {
    let at = house.now();
    let now: rules::time::Now = std::sync::Arc::new(move || at);
    Appender::new(house.db.clone()).append(&now, Group { events, used_keys: Vec::new() }).await.1.expect("an append");
}

/// Ten cases of a permit and one of a letter, which has no standard.
async fn filled() -> House {
    use Step::{CompletedFile, Decided, Rejected, Submitted, Withdrawn};
    let house = house().await;
    for (no, hours) in [2, 30, 100, 150, 400].into_iter().enumerate() {
        send(&house, "izin", &format!("open-{no}"), "dpmptsp", if no % 2 == 0 { "Gudang" } else { "Toko & Kios" }, &[(Submitted, hours)])
            .await;
    }
    send(&house, "izin", "A-1", "dpmptsp", "Gudang", &[(Submitted, 200), (CompletedFile, 190), (Decided, 150)]).await;
    send(&house, "izin", "A-2", "rsud", "", &[(Submitted, 220), (CompletedFile, 219), (Decided, 190)]).await;
    send(&house, "izin", "A-3", "dpmptsp", "Gudang", &[(Submitted, 60), (Decided, 61)]).await;
    send(&house, "izin", "A-4", "dpmptsp", "Gudang", &[(Submitted, 90), (Rejected, 50)]).await;
    send(&house, "izin", "A-5", "dpmptsp", "", &[(Submitted, 80), (Withdrawn, 3)]).await;
    send(&house, "izin", "A-6", "dpmptsp", "", &[(CompletedFile, 5)]).await;
    send(&house, "surat", "S-1", "rsud", "", &[(Submitted, 1000)]).await;
    house
}

async fn total(house: &House, question: &str) -> u64 {
    let answer = get(house, &format!("/api/v1/cases?service=izin&limit=1&{question}")).await;
    assert_eq!(answer.status, 200, "{question}: {}", answer.text);
    answer.json["total"].as_u64().unwrap_or_else(|| panic!("{}", answer.text))
}

#[tokio::test]
async fn cases_are_chosen_by_state_class_and_time() {
    let house = filled().await;
    let ago = |hours: i64| rules::time::format_instant(house.now() - hours * HOUR).replace('+', "%2B");
    let table = [
        (String::new(), 11),
        ("state=open".to_owned(), 5),
        ("state=overdue".to_owned(), 2),
        ("state=closed".to_owned(), 3),
        ("state=valid_closed".to_owned(), 2),
        ("state=closed,rejected,withdrawn".to_owned(), 5),
        ("state=incomplete".to_owned(), 1),
        ("class=Gudang".to_owned(), 6),
        ("class=Toko+%26+Kios".to_owned(), 2),
        ("class=".to_owned(), 3),
        (format!("opened_from={}", ago(100)), 6),
        (format!("opened_from={}&opened_to={}", ago(100), ago(30)), 4),
        (format!("from={}&to={}", ago(100), ago(30)), 4),
        (format!("ended_from={}", ago(60)), 2),
        (format!("ended_from={}&ended_to={}", ago(190), ago(150)), 1),
        // The standard gives a target of five days: those of 150 and 400 hours are late, that of 100 will be.
        (format!("state=open&due_to={}", ago(0)), 2),
        (format!("state=open&due_to={}", ago(-21)), 3),
        (format!("state=open&due_from={}", ago(0)), 3),
        (format!("state=open&as_of={}", ago(85)), 4),
        ("unit=rsud".to_owned(), 1),
    ];
    for (question, expected) in table {
        assert_eq!(total(&house, &question).await, expected, "{question}");
    }
    house.stop().await;
}

#[tokio::test]
async fn cases_come_in_the_order_that_is_asked_for_page_by_page() {
    let house = filled().await;
    let column = |answer: &Answer, name: &str| -> Vec<String> {
        answer.json["items"].as_array().expect("items").iter().map(|item| item[name].to_string()).collect()
    };
    let first = get(&house, "/api/v1/cases?state=open&service=izin").await;
    assert!(column(&first, "opened_at").is_sorted_by(|a, b| a >= b), "{}", first.text);
    let due = get(&house, "/api/v1/cases?state=open&sort=due").await;
    let dues = column(&due, "due");
    assert_eq!((dues.len(), dues.last().map(String::as_str)), (6, Some("null")), "without a target last: {}", due.text);
    assert!(dues[..5].is_sorted());
    let ages = get(&house, "/api/v1/cases?sort=age&limit=1000").await;
    let hours: Vec<f64> = ages.json["items"].as_array().expect("items").iter().filter_map(|item| item["age_h"].as_f64()).collect();
    assert_eq!((hours.len(), hours.first(), hours.last()), (11, Some(&1000.0), Some(&-1.0)));
    assert!(hours.is_sorted_by(|a, b| a >= b));
    let mut seen = Vec::new();
    let mut path = "/api/v1/cases?service=izin&class=Gudang&sort=due&limit=4&opened_from=2026-11-01".to_owned();
    loop {
        let page = get(&house, &path).await;
        assert_eq!(page.json["total"], 6);
        seen.extend(column(&page, "key"));
        let Some(next) = page.header("link").strip_prefix('<').and_then(|link| link.split_once('>')) else { break };
        path = next.0.to_owned();
    }
    assert_eq!(seen.len(), 6);
    assert_eq!(seen.iter().collect::<std::collections::HashSet<_>>().len(), 6, "each once");
    let one = get(&house, &format!("/api/v1/cases?key={}", seen[0].trim_matches('"'))).await;
    assert_eq!((one.json["total"].as_u64(), one.json["items"][0]["key"].to_string()), (Some(1), seen[0].clone()));
    house.stop().await;
}

#[tokio::test]
async fn a_wrong_argument_names_its_field() {
    let house = house().await;
    let table = [
        ("cases?state=lost", 400, "`state` must be of open, overdue, closed, valid_closed"),
        ("cases?state=open,,closed", 400, "`state`"),
        ("cases?sort=name", 400, "`sort` must be one of opened, due, age; found `name`"),
        ("cases?key=B-12", 400, "`key` must be the 16 characters"),
        ("cases?limit=0", 400, "`limit` must be 1 to 1000"),
        ("cases?limit=1001", 400, "`limit` must be 1 to 1000"),
        ("cases?limit=many", 400, "`limit`: invalid digit"),
        ("cases?cursor=-1", 400, "`cursor`: invalid digit"),
        ("cases?opened_from=soon", 400, "`opened_from` must be a date"),
        ("cases?ended_to=2026-13-01", 400, "`ended_to` must be a date"),
        ("cases?due_to=x", 400, "`due_to` must be a date"),
        ("cases?ended_from=2026-11-24&ended_to=2026-11-23", 400, "`ended_from` is after `ended_to`"),
        ("cases?colour=red", 400, "unknown field `colour`"),
        ("cases?unit=nothing", 404, "no unit `nothing`"),
        ("cases?service=nothing", 404, "no service `nothing`"),
        ("services?unit=nothing", 404, "no unit `nothing`"),
        ("services?limit=0", 400, "`limit` must be 1 to 1000"),
        ("services?as_of=then", 400, "`as_of` must be a date"),
        ("services/izin?weeks=0", 400, "`weeks` must be 1 to 104"),
        ("services/izin?weeks=all", 400, "`weeks`: invalid digit"),
        ("services/nothing", 404, "no service `nothing`"),
    ];
    for (path, status, sentence) in table {
        let answer = get(&house, &format!("/api/v1/{path}")).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
        assert!(answer.json["detail"].as_str().is_some_and(|detail| detail.contains(sentence)), "{path}: {}", answer.text);
    }
    house.stop().await;
}

#[tokio::test]
async fn services_come_with_their_figures_in_one_answer() {
    let house = filled().await;
    let list = get(&house, "/api/v1/services").await;
    let items = list.json["items"].as_array().expect("items");
    assert_eq!(items.iter().map(|item| item["id"].as_str()).collect::<Vec<_>>(), [Some("izin"), Some("surat")]);
    let figures = &items[0]["figures"];
    for (name, expected) in
        [("opened", 10), ("open", 5), ("with_target", 5), ("overdue", 2), ("opened_7d", 7), ("closed_7d", 2), ("dropped_7d", 2)]
    {
        assert_eq!(figures[name], expected, "{name}: {figures}");
    }
    assert_eq!((&figures["out_7d"], &figures["oldest"]["age_h"], &figures["standard_h"]), (&4.into(), &400.0.into(), &120.0.into()));
    // The week from 16 to 22 November, in the region's zone.
    let week = &figures["last_week"];
    assert_eq!((&week["period"], &week["closed"], &week["durations"]["n"]), (&"2026-W47".into(), &3.into(), &2.into()), "{week}");
    assert_eq!(week["durations"]["median_h"], 40.0);
    assert_eq!(list.json["totals"], serde_json::json!({"open": 6, "overdue": 2}));
    assert_eq!((&items[1]["figures"]["with_target"], &items[1]["figures"]["open"]), (&0.into(), &1.into()));
    // The same figures by themselves, and for a unit.
    let alone = get(&house, "/api/v1/services/izin?weeks=1").await;
    for (name, value) in figures.as_object().expect("figures") {
        assert_eq!(&alone.json[name], value, "{name}");
    }
    let rsud = get(&house, "/api/v1/services?unit=rsud").await;
    assert_eq!((&rsud.json["items"][0]["figures"]["opened"], &rsud.json["totals"]["open"]), (&1.into(), &1.into()));
    let page = get(&house, "/api/v1/services?limit=1&unit=kab").await;
    assert_eq!(page.header("link"), "</api/v1/services?limit=1&cursor=izin&unit=kab>; rel=\"next\"");
    assert_eq!(page.json["totals"]["open"], 6, "all pages together");
    house.stop().await;
}

#[tokio::test]
async fn who_sees_a_part_counts_only_that() {
    let house = filled().await;
    let cookie = house.cookie_of("rudi").await;
    let mine = [("cookie", cookie.as_str())];
    let list = house.get("/api/v1/services", &mine).await;
    assert_eq!(list.json["items"][0]["figures"]["opened"], 1);
    assert_eq!(list.json["totals"], serde_json::json!({"open": 1, "overdue": 0}));
    assert_eq!(house.get("/api/v1/services/izin", &mine).await.json["opened"], 1);
    let cases = house.get("/api/v1/cases", &mine).await;
    assert_eq!((&cases.json["total"], cases.json["items"].as_array().map(Vec::len)), (&2.into(), Some(2)));
    assert_eq!(house.get("/api/v1/services?unit=dpmptsp", &mine).await.status, 404);
    // An ETag of somebody who sees more is none of theirs.
    let all = get(&house, "/api/v1/services").await;
    let asked = [("cookie", cookie.as_str()), ("if-none-match", all.header("etag"))];
    assert_eq!(house.get("/api/v1/services", &asked).await.status, 200);
    house.stop().await;
}

#[tokio::test]
async fn the_server_computes_what_the_page_of_a_service_says() {
    let house = filled().await;
    let found = get(&house, "/api/v1/services/izin").await.json;
    let weeks = found["weeks"].as_array().expect("weeks");
    assert_eq!(found["first_case"], "2026-11-07");
    assert_eq!(weeks.first().map(|week| &week["period"]), Some(&"2026-W45".into()), "no week before the first case: {found}");
    let ends: Vec<f64> = weeks.iter().filter_map(|week| week["open_at_end"].as_f64()).collect();
    assert_eq!(found["backlog"]["mean"].as_f64(), Some(ends.iter().sum::<f64>() / ends.len() as f64));
    assert_eq!((&found["backlog"]["last"], found["backlog"]["first"].as_f64()), (&found["open"], ends.first().copied()));
    for week in weeks {
        assert_eq!(week["out"].as_u64(), week["closed"].as_u64().zip(week["dropped"].as_u64()).map(|(closed, dropped)| closed + dropped));
    }
    let steps: Vec<(&str, f64)> = found["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .map(|step| (step["step"].as_str().expect("a word"), step["mean_h"].as_f64().expect("hours")))
        .collect();
    assert_eq!(steps, [("submitted", 5.5), ("completed_file", 34.5)]);
    assert_eq!(found["durations_28d"]["mean_h"], 40.0);
    assert_eq!(found["overdue_classes"], serde_json::json!([{"class": "Gudang", "overdue": 1}, {"class": "Toko & Kios", "overdue": 1}]));
    house.stop().await;
}

/// What a poll costs while nothing happens: a look at the log.
#[tokio::test]
async fn polling_costs_nothing_until_something_changed() {
    let house = filled().await;
    let paths = ["/api/v1/services", "/api/v1/services/izin", "/api/v1/cases?state=open", "/api/v1/services/izin?as_of=2026-11-23"];
    let key = bearer(READ_KEY);
    let etags = async || {
        let mut etags = Vec::new();
        for path in paths {
            let answer = get(&house, path).await;
            assert_eq!(answer.status, 200);
            etags.push(answer.header("etag").to_owned());
        }
        etags
    };
    let statuses = async |etags: &[String]| {
        let mut statuses = Vec::new();
        for (path, etag) in paths.iter().zip(etags) {
            let answer = house.get(path, &[("authorization", &key), ("if-none-match", etag)]).await;
            assert!(answer.status == 200 || answer.bytes.is_empty(), "{path}");
            statuses.push(answer.status.as_u16());
        }
        statuses
    };
    let first = etags().await;
    assert_eq!(statuses(&first).await, [304; 4]);
    house.pass(std::time::Duration::from_secs(30));
    assert_eq!(statuses(&first).await, [304; 4], "START is the beginning of a minute");
    // A sample says nothing about cases.
    let sample = Content::Sample {
        unit: 1,
        indicator: 1,
        at: rules::at::At::Instant(house.now()),
        value: None,
        numerator: Some(1.0),
        denominator: Some(1.0),
        note: None,
    };
    append(&house, vec![NewEvent { source: 1, id: "sample".to_owned(), time: None, content: sample }]).await;
    assert_eq!(statuses(&first).await, [304; 4]);
    house.pass(std::time::Duration::from_secs(30));
    assert_eq!(statuses(&first).await, [200, 200, 200, 304], "ages run on by minutes, but not those of a moment");
    let second = etags().await;
    send(&house, "izin", "new", "dpmptsp", "", &[(Step::Submitted, 1)]).await;
    assert_eq!(statuses(&second).await, [200; 4]);
    assert_eq!(get(&house, "/api/v1/services/izin").await.json["open"], 6);
    let third = etags().await;
    let void = Content::Void { source: 1, id: "new-submitted-1".to_owned(), reason: "typo".to_owned() };
    append(&house, vec![NewEvent { source: 1, id: "void".to_owned(), time: None, content: void }]).await;
    assert_eq!(statuses(&third).await, [200; 4]);
    assert_eq!(get(&house, "/api/v1/services/izin").await.json["open"], 5);
    let fourth = etags().await;
    house.apply(&[("services.csv", &SERVICES[0].1.replace("Izin usaha", "Izin"))]).await;
    assert_eq!(statuses(&fourth).await, [200; 4]);
    house.stop().await;
}

/// Every figure of a service and the list behind it, over HTTP; for random cases the pure test in `aggregator` says the same.
#[tokio::test]
async fn a_figure_is_as_many_cases_as_its_list() {
    let house = filled().await;
    let found = get(&house, "/api/v1/services/izin").await.json;
    let as_of = house.now();
    let ago = |days: i64| rules::time::format_instant(as_of - days * DAY + 1).replace('+', "%2B");
    let table = [
        (found["opened"].as_u64(), format!("opened_to={}", ago(0))),
        (found["opened_7d"].as_u64(), format!("opened_from={}", ago(7))),
        (found["closed_7d"].as_u64(), format!("state=closed&ended_from={}", ago(7))),
        (found["out_7d"].as_u64(), format!("state=closed,rejected,withdrawn&ended_from={}", ago(7))),
        (found["durations_28d"]["n"].as_u64(), format!("state=valid_closed&ended_from={}", ago(28))),
        (found["ahead_2d"].as_u64(), format!("state=open&due_from={}&due_to={}", ago(0), ago(-2))),
    ];
    for (figure, question) in table {
        assert_eq!(Some(total(&house, &question).await), figure, "{question}: {found}");
    }
    house.stop().await;
}
