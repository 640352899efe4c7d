//! A unit's page: what it owes, and the figure that it puts in.

use serde_json::json;

use super::visit::Visit;
use crate::policy::{at, items, report, run, sample};
use crate::support::both;

both! {
    async fn a_reporter_puts_in_the_figure_it_owes_and_is_told_what_is_wrong(app: TestApp) {
        let sample = sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-06-30", "2.0", "2025-07-20").await;
        run(&app, "2025-07-21").await;
        at(&app, "2025-08-15");
        let units = items(&app, "/units?limit=100").await;
        let named = |name: &str| {
            let unit = units.iter().find(|one| one["name"] == name).unwrap();
            unit["id"].as_str().unwrap().to_owned()
        };
        let unit = named("省发展改革委");
        let reporter = app.new_key("reporter", Some(&unit)).await;
        let visit = Visit::with(&app, &reporter).await;
        let mine = visit.open("/mine").await;
        mine.every_form_has_a_token();
        let said = mine.words("sentence");
        assert!(said.contains("1封函要办") && said.contains("1项数据要报") && said.contains("1项滞后"), "{said}");
        let linked = mine.read(|page| {
            page.descendants().any(|node| node.attribute("href").is_some_and(|href| href.starts_with("/r/")))
        });
        assert!(linked, "the letter is answered from here: {}", mine.html);
        let token = mine.value("token");
        let indicator = sample.indicators[0].as_str();
        let put = async |visit: &Visit<'_>, token: &str, value: &str, day: &str| {
            let fields = [("token", token), ("indicator", indicator), ("month", "2025-07"), ("value", value),
                ("published_on", day), ("source", "省发展改革委报送")];
            visit.send("/mine/figures", &fields).await
        };
        for (value, day, field, said) in [
            ("", "2025-08-15", "value", "请填写数值"),
            ("很多", "2025-08-15", "value", ""),
            ("3.1", "八月", "published_on", "日期应形如"),
            ("3.1", "2025-07-01", "published_on", ""),
        ] {
            let wrong = put(&visit, &token, value, day).await;
            assert_eq!(wrong.status(), 422, "{value} {day}: {}", wrong.html);
            assert!(wrong.words(&format!("{field}-{indicator}-wrong")).contains(said), "{}", wrong.html);
            assert!(wrong.html.contains("您填写的内容都已保留") && (value.is_empty() || wrong.html.contains(&format!("value=\"{value}\""))));
        }
        assert_eq!(put(&visit, "0", "3.1", "2025-08-15").await.status(), 403);
        let query = "/observations?vintages=all&limit=100";
        assert_eq!(items(&app, query).await.len(), 1, "nothing was written");

        let done = put(&visit, &token, "3.1%", "2025-08-15").await;
        assert_eq!(done.status(), 303, "{}", done.html);
        let after = visit.follow(&done.answer.header("location")).await;
        assert!(after.html.contains("已报送"), "{}", after.html);
        let facts = items(&app, query).await;
        let fact = facts.iter().find(|one| one["period"]["end"] == "2025-07-31").unwrap();
        assert_eq!((&fact["value"], &fact["figure"], &fact["status"], &fact["source"]), (&json!("3.1"), &json!("yoy"), &json!("preliminary"), &json!("省发展改革委报送")));
        let entry = items(&app, "/audit-events?limit=500").await.into_iter().find(|one| one["status"] == 303 && one["path"] == format!("/mine/figures/{indicator}").as_str()).unwrap();
        assert_eq!(entry["by"], "reporter", "{entry}");
        assert!(app.send(visit.request("/mine/indicators.xlsx")).await.bytes.starts_with(b"PK"));

        // A unit's own key reads all that and puts in nothing.
        let reading = Visit::with(&app, &app.new_key("unit", Some(&unit)).await).await;
        let page = reading.open("/mine").await;
        assert!(!page.html.contains("name=\"value\""), "{}", page.html);
        let token = page.value("token");
        assert_eq!(put(&reading, &token, "9.9", "2025-08-15").await.status(), 403);

        // Another unit's figure is not there for it.
        let other = named("省统计局");
        let foreign = Visit::with(&app, &app.new_key("reporter", Some(&other)).await).await;
        let page = foreign.open("/mine").await;
        assert!(page.words("sentence").contains("没有牵头的指标"), "{}", page.html);
        let token = page.value("token");
        assert_eq!(put(&foreign, &token, "9.9", "2025-08-15").await.status(), 404);
    }
}
