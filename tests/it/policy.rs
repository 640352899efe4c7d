//! Policy: drafts and 签发, episodes under observation, silences, missed reports, the ladder, a storm.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};
use xushi::jobs::deliver::deliver;
use xushi::mail::outbox::{KeptMail, MemoryOutbox};
use xushi::mail::transport::Transport;
use xushi::office::Actor;
use xushi::office::assessments;
use xushi::office::warnings::{self, Reminded};

use crate::support::{TestApp, both};

mod afresh;
mod answers;
mod carried;
mod forecasts;
mod ladder;
mod mergers;
mod needed;
mod pilot;
mod random_years;
mod renamed;
mod reports;
mod retired;
mod signed_kinds;
mod signing;
mod storm;
mod twins;
mod upgrade;
mod what_stands;
mod withdrawn;
mod year;

pub(crate) fn d(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Nine in the morning in the office.
pub(crate) fn at(app: &TestApp, day: &str) {
    app.clock.set(format!("{day}T01:00:00Z").parse::<DateTime<Utc>>().unwrap());
}

/// What a round of delivery sends.
pub(crate) async fn sent(app: &TestApp) -> Vec<KeptMail> {
    let outbox = MemoryOutbox::default();
    deliver(&app.jobs(Transport::Memory(outbox.clone()), "policy")).await.unwrap();
    outbox.kept()
}

/// A unit with people.
pub(crate) async fn unit(app: &TestApp, name: &str, parent: Option<&str>, roles: &[&str]) -> String {
    let unit =
        app.post("/units", json!({"name": name, "region": "430000", "parent": parent})).await.expect(201);
    for role in roles {
        let contact = json!({"unit": name, "name": format!("{name}{role}"), "role": role, "valid_from": "2024-01-01",
            "email": format!("{role}-{}@example.org", unit["id"].as_str().unwrap().replace('-', ""))});
        app.post("/contacts", contact).await.expect(201);
    }
    unit["id"].as_str().unwrap().to_owned()
}

/// A campaign of one task that one unit leads and another supports, with its measures: growth of 5 % each.
pub(crate) struct Sample {
    pub(crate) campaign: String,
    pub(crate) indicators: Vec<String>,
}

pub(crate) async fn sample(app: &TestApp, measures: &[&str], change: Value) -> Sample {
    at(app, "2025-01-02");
    unit(app, "省政府", None, &["liaison", "leader"]).await;
    unit(app, "省发展改革委", Some("省政府"), &["liaison", "leader"]).await;
    unit(app, "省统计局", None, &["liaison"]).await;
    let mut campaign = json!({
        "name": "内需攻坚", "region": "430000", "starts_on": "2025-01-01", "ends_on": "2025-12-31",
        "issuer_name": "综合协调组", "letter_mark": "湘攻坚函",
    });
    campaign.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let campaign = app.post("/campaigns", campaign).await.expect(201)["id"].as_str().unwrap().to_owned();
    let task = json!({"campaign": campaign, "name": "扩大投资", "responsibilities": [{"unit": "省发展改革委", "role": "lead"}, {"unit": "省统计局", "role": "support"}]});
    let task = app.post("/tasks", task).await.expect(201)["id"].clone();
    let mut indicators = Vec::new();
    for name in measures {
        app.post(
            "/measures",
            json!({"name": name, "unit": "亿元", "basis": "cumulative", "better": "higher",
            "frequency": "monthly", "release_day": 20}),
        )
        .await
        .expect(201);
        let indicator = json!({"task": task, "measure": name, "region": "430000",
            "target": {"phrase": format!("{name}增长5%以上"), "kind": "growth", "comparator": ">=", "value": "5", "unit": "%"}});
        indicators
            .push(app.post("/indicators", indicator).await.expect(201)["id"].as_str().unwrap().to_owned());
    }
    Sample { campaign, indicators }
}

/// The rate of January to `period_end`, published on `day`.
pub(crate) async fn report(app: &TestApp, measure: &str, period_end: &str, value: &str, day: &str) {
    let item = json!({"measure": measure, "region": "430000", "figure": "yoy", "value": value, "source": "月报",
        "period": {"start": "2025-01-01", "end": period_end}, "published_on": day});
    app.put("/observations", json!({"items": [item]})).await.expect(200);
}

pub(crate) async fn run(app: &TestApp, day: &str) -> Value {
    at(app, day);
    app.post("/warning-runs", json!({"as_of": day})).await.expect(200)
}

pub(crate) async fn remind(app: &TestApp, day: &str) -> Reminded {
    at(app, day);
    assessments::evaluate(&app.office, &Actor::job(), d(day)).await.unwrap();
    warnings::remind(&app.office, &Actor::job()).await.unwrap()
}

pub(crate) async fn items(app: &TestApp, path: &str) -> Vec<Value> {
    app.get(path).await.expect(200)["items"].as_array().unwrap().clone()
}

/// What became of the letters of a run.
pub(crate) fn outcomes(run: &Value) -> Vec<String> {
    let word = |letter: &Value| {
        format!("{} {}", letter["kind"].as_str().unwrap(), letter["outcome"].as_str().unwrap())
    };
    run["letters"].as_array().unwrap().iter().map(word).collect()
}
