//! The bodies that the specification shows work as they stand, one after the other, on the sample.

use actix_web::http::Method;
use serde_json::{Value, json};
use xushi::office::Actor;
use xushi::office::warnings;

use crate::support::{TestApp, both};

/// Examples that no step below tells: what they need does not come about on one day of the sample. Their form is checked by
/// the public validators.
const UNTOLD: [&str; 7] = [
    "DiscardLetter",
    "GiveVerdict",
    "IssueLetter",
    "IssueLetters",
    "ReleaseRun",
    "ReportNode",
    "RetireCampaign",
];

/// The sample, and which examples were told.
struct Teller<'a> {
    app: &'a TestApp,
    document: Value,
    told: Vec<String>,
}

impl Teller<'_> {
    /// Sends the example of an operation to `address`, with `changes` to what it names by id; gives the answer.
    async fn tell(&mut self, method: Method, template: &str, address: &str, changes: Value) -> Value {
        let operation = &self.document["paths"][format!("/api/v1{template}")][method.as_str().to_lowercase()];
        let content = &operation["requestBody"]["content"]["application/json"];
        let mut body = content["example"].clone();
        for (field, value) in changes.as_object().into_iter().flatten() {
            body[field] = value.clone();
        }
        let name = content["schema"]["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
        self.told.push(name.to_owned());
        let answer = match method {
            Method::PATCH => self.app.patch(address, body).await,
            Method::PUT if address.ends_with("/curves") => self.app.replace(address, body).await,
            Method::PUT => self.app.put(address, body).await,
            _ => self.app.post(address, body).await,
        };
        let text = String::from_utf8_lossy(&answer.bytes).into_owned();
        assert!(answer.status.is_success(), "{name}: {} {text}", answer.status);
        answer.json()
    }

    async fn create(&mut self, template: &str) -> Value {
        self.tell(Method::POST, template, template, Value::Null).await
    }

    /// Makes one, and changes it.
    async fn both(&mut self, template: &str, changes: Value) -> String {
        let id =
            self.tell(Method::POST, template, template, changes).await["id"].as_str().unwrap().to_owned();
        self.tell(Method::PATCH, &format!("{template}/{{id}}"), &format!("{template}/{id}"), Value::Null)
            .await;
        id
    }

    /// The plan: its campaign, and a unit.
    async fn plan(&mut self) -> (String, String) {
        self.create("/regions").await;
        self.tell(Method::PATCH, "/regions/{key}", "/regions/X430602", Value::Null).await;
        let unit = self.both("/units", Value::Null).await;
        self.both("/contacts", Value::Null).await;
        self.both("/measures", Value::Null).await;
        let campaign = self.both("/campaigns", Value::Null).await;
        self.tell(
            Method::PUT,
            "/campaigns/{id}/curves",
            &format!("/campaigns/{campaign}/curves"),
            Value::Null,
        )
        .await;
        let task = self.both("/tasks", Value::Null).await;
        self.both("/indicators", json!({"task": task})).await;
        self.tell(Method::PUT, "/plans", "/plans", Value::Null).await;
        (campaign, unit)
    }

    /// A plan as a file, adopted.
    async fn document(&mut self) {
        let text = "湘江市2025年稳增长措施\n\n湘江市人民政府　2025年3月2日\n\n一、稳工业增长。新增规模工业企业12家。（牵头单位：市工信局）\n";
        let request = self.app.request(Method::POST, "/documents?file_name=a.txt&region=430000");
        let request = request.insert_header(("content-type", "text/plain")).set_payload(text);
        let made = self.app.send(request).await.expect(201)["id"].as_str().unwrap().to_owned();
        self.tell(Method::POST, "/documents/{id}/adopt", &format!("/documents/{made}/adopt"), Value::Null)
            .await;
        self.tell(
            Method::POST,
            "/documents/{id}/retirement",
            &format!("/documents/{made}/retirement"),
            Value::Null,
        )
        .await;
    }

    async fn facts(&mut self) {
        self.tell(Method::PUT, "/observations", "/observations", Value::Null).await;
        let measure = "/observations?measure=%E7%BD%91%E7%BB%9C%E9%9B%B6%E5%94%AE%E9%A2%9D";
        let fact = self.app.get(measure).await.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
        for trial in
            ["/assessments/preview", "/targets/parse", "/rule-packs", "/rule-packs/preview", "/warning-runs"]
        {
            self.create(trial).await;
        }
        self.tell(
            Method::POST,
            "/observations/{id}/withdrawal",
            &format!("/observations/{fact}/withdrawal"),
            Value::Null,
        )
        .await;
        let silence = self.create("/silences").await["id"].as_str().unwrap().to_owned();
        self.tell(Method::POST, "/silences/{id}/end", &format!("/silences/{silence}/end"), Value::Null).await;
        let key = self.create("/api-keys").await["id"].as_str().unwrap().to_owned();
        let rotation = format!("/api-keys/{key}/rotation");
        self.tell(Method::POST, "/api-keys/{id}/rotation", &rotation, Value::Null).await;
    }

    /// A problem, from its entry to where it comes back.
    async fn problem(&mut self) {
        let id = self.both("/problems", Value::Null).await;
        for step in [
            "assignment",
            "measures",
            "progress",
            "application",
            "return",
            "application",
            "closure",
            "reopening",
        ] {
            let template = format!("/problems/{{id}}/{step}");
            self.tell(Method::POST, &template, &format!("/problems/{id}/{step}"), Value::Null).await;
        }
    }

    /// Another system that is told.
    async fn webhook(&mut self) {
        let hook = self.both("/webhooks", Value::Null).await;
        for what in ["replay", "retirement"] {
            let template = format!("/webhooks/{{id}}/{what}");
            self.tell(Method::POST, &template, &format!("/webhooks/{hook}/{what}"), Value::Null).await;
        }
    }

    async fn letter(&mut self) {
        let done =
            warnings::run(&self.app.office, &Actor::job(), "2025-08-27".parse().unwrap()).await.unwrap();
        assert!(!done.letters.is_empty());
        let letters = self.app.get("/letters?state=issued").await.expect(200);
        let letter = format!("/letters/{}", letters["items"][0]["id"].as_str().unwrap());
        self.tell(Method::POST, "/letters/{id}/deliveries", &format!("{letter}/deliveries"), Value::Null)
            .await;
        self.tell(Method::POST, "/letters/{id}/receipt", &format!("{letter}/receipt"), Value::Null).await;
        let reply =
            self.tell(Method::POST, "/letters/{id}/replies", &format!("{letter}/replies"), Value::Null).await;
        let review = format!("{letter}/replies/{}/review", reply["id"].as_str().unwrap());
        self.tell(Method::POST, "/letters/{id}/replies/{rid}/review", &review, Value::Null).await;
        self.tell(Method::POST, "/letters/{id}/closure", &format!("{letter}/closure"), Value::Null).await;
        self.tell(Method::POST, "/letters/{id}/withdrawal", &format!("{letter}/withdrawal"), Value::Null)
            .await;
    }
}

both! {
    async fn every_example_works_as_it_stands(app: TestApp) {
        xushi::demo::load(&app.office).await.unwrap().unwrap();
        let mut teller = Teller { app: &app, document: xushi::api::openapi(), told: Vec::new() };
        let (campaign, unit) = teller.plan().await;
        teller.document().await;
        teller.facts().await;
        teller.webhook().await;
        teller.problem().await;
        teller.letter().await;
        teller.tell(Method::POST, "/campaigns/{id}/next-year", &format!("/campaigns/{campaign}/next-year"), Value::Null).await;
        let indicators = app.get(&format!("/indicators?campaign={campaign}")).await.expect(200);
        let indicator = indicators["items"][0]["id"].as_str().unwrap();
        teller.tell(Method::POST, "/indicators/{id}/retirement", &format!("/indicators/{indicator}/retirement"), Value::Null).await;
        teller.tell(Method::POST, "/units/{id}/merger", &format!("/units/{unit}/merger"), Value::Null).await;
        let examples: Value = serde_json::from_str(include_str!("../../../../src/api/http/spec/examples.json")).unwrap();
        let untold: Vec<_> = examples.as_object().unwrap().keys().filter(|name| !teller.told.contains(name)).collect();
        assert_eq!(untold, UNTOLD);
    }
}
