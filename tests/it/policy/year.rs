use chrono::{Datelike as _, TimeDelta};
use xushi::domain::Level;
use xushi::office::Actor;

use super::*;

/// A report: day, end of the period, then measure, figure and value.
type Report = (&'static str, &'static str, &'static [(&'static str, &'static str, &'static str)]);

/// Twelve monthly reports on the sample campaign: day, end of the period, then the figures. July's are those of the
/// sample's own report; the others are made up so that every rule has its month.
const YEAR: &[Report] = &[
    (
        "2025-03-25",
        "2025-02-28",
        &[
            ("固定资产投资", "yoy", "4.0"),
            ("社会消费品零售总额", "yoy", "6.0"),
            ("规模工业增加值", "yoy", "7.5"),
            ("城镇新增就业人数", "level", "9.5"),
        ],
    ),
    (
        "2025-04-25",
        "2025-03-31",
        &[
            ("固定资产投资", "yoy", "4.1"),
            ("社会消费品零售总额", "yoy", "6.1"),
            ("规模工业增加值", "yoy", "7.6"),
            ("城镇新增就业人数", "level", "12.5"),
        ],
    ),
    (
        "2025-05-26",
        "2025-04-30",
        &[
            ("固定资产投资", "yoy", "4.2"),
            ("社会消费品零售总额", "yoy", "6.0"),
            ("规模工业增加值", "yoy", "7.8"),
            ("城镇新增就业人数", "level", "15"),
        ],
    ),
    (
        "2025-06-25",
        "2025-05-31",
        &[
            ("固定资产投资", "yoy", "3.2"),
            ("社会消费品零售总额", "yoy", "6.2"),
            ("规模工业增加值", "yoy", "7.9"),
            ("城镇新增就业人数", "level", "30"),
        ],
    ),
    (
        "2025-07-25",
        "2025-06-30",
        &[
            ("固定资产投资", "yoy", "1.2"),
            ("社会消费品零售总额", "yoy", "6.3"),
            ("规模工业增加值", "yoy", "8.0"),
            ("城镇新增就业人数", "level", "45"),
        ],
    ),
    (
        "2025-08-27",
        "2025-07-31",
        &[
            ("固定资产投资", "yoy", "2.9"),
            ("社会消费品零售总额", "yoy", "6.2"),
            ("规模工业增加值", "yoy", "8.0"),
            ("城镇新增就业人数", "level", "54.15"),
        ],
    ),
    (
        "2025-09-25",
        "2025-08-31",
        &[
            ("固定资产投资", "yoy", "4.6"),
            ("社会消费品零售总额", "yoy", "6.0"),
            ("规模工业增加值", "yoy", "7.4"),
            ("城镇新增就业人数", "level", "58"),
        ],
    ),
    (
        "2025-10-27",
        "2025-09-30",
        &[
            ("固定资产投资", "yoy", "3.0"),
            ("社会消费品零售总额", "yoy", "5.9"),
            ("规模工业增加值", "yoy", "7.0"),
            ("城镇新增就业人数", "level", "63"),
        ],
    ),
    (
        "2025-11-25",
        "2025-10-31",
        &[
            ("固定资产投资", "yoy", "4.6"),
            ("社会消费品零售总额", "yoy", "5.8"),
            ("规模工业增加值", "yoy", "6.8"),
            ("城镇新增就业人数", "level", "67"),
        ],
    ),
    // The retail figures of November are late.
    (
        "2025-12-26",
        "2025-11-30",
        &[
            ("固定资产投资", "yoy", "4.7"),
            ("规模工业增加值", "yoy", "6.6"),
            ("城镇新增就业人数", "level", "70.5"),
        ],
    ),
    (
        "2026-01-23",
        "2025-12-31",
        &[
            ("固定资产投资", "yoy", "4.6"),
            ("社会消费品零售总额", "yoy", "5.7"),
            ("规模工业增加值", "yoy", "6.2"),
            ("城镇新增就业人数", "level", "72"),
        ],
    ),
];

/// Days after a report on which the ladder is looked at.
const DAYS: i64 = 18;

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn publish(app: &TestApp, day: &str, period_end: &str, figures: &[(&str, &str, &str)]) {
    let item = |(measure, figure, value): &(&str, &str, &str)| {
        json!({"measure": measure, "region": "430000",
        "figure": figure, "value": value, "source": "工作月报", "period": {"start": "2025-01-01", "end": period_end},
        "published_on": day})
    };
    let items: Vec<_> = figures.iter().map(item).collect();
    app.put("/observations", json!({"items": items})).await.expect(200);
}

/// Everybody but those who never answer does so on the second working day.
async fn answer(app: &TestApp, deaf: &str) {
    for letter in items(app, "/letters?state=issued&limit=500").await {
        let kind = letter["kind"].as_str().unwrap();
        if letter["unit_id"] == *deaf || kind == "lifting" || kind == "reply_reminder" {
            continue;
        }
        let id = letter["id"].as_str().unwrap();
        app.post(&format!("/letters/{id}/receipt"), json!({"person": "张三"})).await.expect(201);
        let reply = json!({"cause": "项目开工晚", "remedies": [{"action": "周调度", "due_on": "2026-03-31"}],
            "person": "张三", "phone": "0731-82210000"});
        let reply = app.post(&format!("/letters/{id}/replies"), reply).await.expect(201)["id"]
            .as_str()
            .unwrap()
            .to_owned();
        app.post(&format!("/letters/{id}/replies/{reply}/review"), json!({"verdict": "accepted"}))
            .await
            .expect(201);
    }
}

async fn told(app: &TestApp) -> String {
    let letters = items(app, "/letters?limit=500").await;
    let mut lines = Vec::new();
    for letter in &letters {
        let whole = app.get(&format!("/letters/{}", letter["id"].as_str().unwrap())).await.expect(200);
        let facts = &whole["facts"];
        let names: Vec<_> = facts["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["indicator"].as_str().unwrap())
            .collect();
        let follows = letters.iter().find(|one| one["id"] == letter["follows_id"]);
        let mailboxes = whole["deliveries"].as_array().unwrap().len();
        lines.push(format!(
            "{} {} {} {} {} {}{}{} ×{mailboxes}",
            letter["issued_on"].as_str().unwrap(),
            letter["number"].as_str().unwrap(),
            match letter["kind"].as_str().unwrap() {
                "warning" => "预警函",
                "report_reminder" => "催报函",
                "reply_reminder" => "提醒函",
                _ => "解除函",
            },
            letter["level"]
                .as_str()
                .map_or("—", |word| <Level as xushi::domain::TextEnum>::parse(word).unwrap().label()),
            facts["addressee"].as_str().unwrap(),
            names.join("、"),
            letter["reply_by"].as_str().map(|day| format!("，限{day}")).unwrap_or_default(),
            follows
                .map(|one| {
                    let step =
                        letter["ladder_step"].as_i64().map(|step| format!("第{step}步")).unwrap_or_default();
                    format!("，承接{}{step}", one["number"].as_str().unwrap().rsplit('〕').next().unwrap())
                })
                .unwrap_or_default(),
        ));
    }
    lines.join("\n")
}

both! {
    async fn twelve_months_of_the_sample_campaign(app: TestApp) {
        at(&app, "2025-01-20");
        let plan = xushi::demo::load(&app.office).await;
        plan.unwrap().unwrap();
        let measures = items(&app, "/measures?limit=500").await;
        let retail = measures.iter().find(|one| one["name"] == "社会消费品零售总额").unwrap()["id"].as_str().unwrap();
        app.patch(&format!("/measures/{retail}"), json!({"release_day": 20, "frequency": "monthly", "reason": "按月发布"})).await.expect(200);
        let deaf = app.get(&format!("/indicators?measure={}", encoded("城镇新增就业人数"))).await.expect(200);
        let deaf = deaf["items"][0]["lead_unit"]["id"].as_str().unwrap().to_owned();
        for (day, period_end, figures) in YEAR {
            at(&app, day);
            publish(&app, day, period_end, figures).await;
            warnings::run(&app.office, &Actor::job(), d(day)).await.unwrap();
            for later in 1..=DAYS {
                let next = d(day) + TimeDelta::days(later);
                if next.year() > 2025 && next.month() > 2 {
                    break;
                }
                at(&app, &next.to_string());
                if later == 2 {
                    answer(&app, &deaf).await;
                }
                if next == d("2025-12-30") {
                    publish(&app, "2025-12-30", "2025-11-30", &[("社会消费品零售总额", "yoy", "5.7")]).await;
                    warnings::run(&app.office, &Actor::job(), next).await.unwrap();
                }
                warnings::remind(&app.office, &Actor::job()).await.unwrap();
            }
        }
        insta::assert_snapshot!("the_letters_of_a_year", told(&app).await);
    }
}
