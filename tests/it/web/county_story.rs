//! The story of one figure: a clerk is asked for it by mail and puts it in on the page that the mail links to, the city verifies and
//! disagrees, the clerk insists. What is judged is the verified figure, and everybody is told which.

use actix_web::http::{Method, header};
use actix_web::test::TestRequest;
use serde_json::{Value, json};
use xushi::jobs::deliver::deliver;
use xushi::mail::outbox::MemoryOutbox;

use super::visit::{Page, Visit, encoded};
use crate::api::observations::stages::staged;
use crate::policy::{at, items, outcomes, report, run, sample};
use crate::post::jobs;
use crate::support::app::readable;
use crate::support::both;

/// The way of the signed link in a mail; one without a signature only names its letter.
fn link(mail: &str) -> Option<String> {
    let ways = mail.match_indices("/r/").map(|(at, _)| {
        mail[at..].split(|c: char| c.is_whitespace() || "\"<）。".contains(c)).next().unwrap_or_default()
    });
    ways.into_iter().find(|way| way.len() > 20 && !way.starts_with("/r/letter")).map(str::to_owned)
}

fn multipart(fields: &[(&str, &str)]) -> String {
    let part = |(name, value): &(&str, &str)| {
        format!("--XYZ\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    format!("{}--XYZ--\r\n", fields.iter().map(part).collect::<String>())
}

both! {
    async fn a_verified_figure_stands_whatever_the_county_says_later(app: TestApp) {
        let sample = sample(&app, &["投资"], json!({})).await;
        staged(&app, "投资", json!(["self_reported", "verified"])).await;
        report(&app, "投资", "2025-06-30", "6.0", "2025-07-20").await;
        assert_eq!(outcomes(&run(&app, "2025-08-26").await), ["report_reminder issued"]);
        let outbox = MemoryOutbox::default();
        deliver(&jobs(&app, &outbox)).await.unwrap();
        let mails: Vec<String> = outbox.kept().iter().map(|mail| readable(&mail.raw)).collect();
        let address = mails.iter().find_map(|mail| link(mail)).unwrap();

        let open = async || Page::of(app.send(TestRequest::get().uri(&address)).await);
        let form = (header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let receive = TestRequest::post().uri(&format!("{address}/receipt")).insert_header(form).set_payload(encoded(&[("person", "李四")]));
        assert_eq!(app.send(receive).await.status.as_u16(), 303);
        let page = open().await;
        assert!(page.html.contains("所填数值提交后作为自报数录入") && !page.html.contains("核对后录入"), "{}", page.html);
        let answer = async |value: &str| {
            let body = multipart(&[("value1", value), ("person", "李四"), ("phone", "0731-82210000")]);
            let kind = (header::CONTENT_TYPE, "multipart/form-data; boundary=XYZ");
            Page::of(app.send(TestRequest::post().uri(&format!("{address}/reply")).insert_header(kind).set_payload(body)).await)
        };
        let wrong = answer("五个点左右").await;
        assert!(wrong.status() == 422 && wrong.html.contains("value1-wrong"), "{}", wrong.html);
        assert_eq!(items(&app, "/observations").await.len(), 1, "nothing was written");
        assert_eq!(answer("5.4%").await.status(), 303);
        let july = async || {
            let all = items(&app, "/observations?limit=100").await;
            all.into_iter().filter(|one| one["period"]["end"] == "2025-07-31").collect::<Vec<Value>>()
        };
        let fact = july().await.remove(0);
        assert_eq!((&fact["value"], &fact["stage"], &fact["vouched_by"]), (&json!("5.4"), &json!("self_reported"), &json!("李四（凭函中链接）")));
        assert_eq!((&fact["source"], &fact["published_on"]), (&json!("对湘攻坚函〔2025〕1号的反馈"), &json!("2025-08-26")));

        at(&app, "2025-08-28");
        let city = app.new_key("coordinator", None).await;
        let verified = json!({"measure": "投资", "region": "430000", "figure": "yoy", "value": "2.6", "source": "核查通报", "stage": "verified",
            "period": {"start": "2025-01-01", "end": "2025-07-31"}, "published_on": "2025-08-28"});
        let request = app.request_as(&city, Method::PUT, "/observations").set_json(json!({"items": [verified]}));
        let told = app.send(request).await.expect(200);
        assert_eq!(told["items"][0]["doubts"][0]["code"], "stages_differ");

        // The clerk insists, on the unit's own page.
        at(&app, "2025-09-02");
        let units = items(&app, "/units?limit=100").await;
        let unit = units.iter().find(|one| one["name"] == "省发展改革委").unwrap()["id"].as_str().unwrap().to_owned();
        let clerk = Visit::with(&app, &app.new_key("reporter", Some(&unit)).await).await;
        let mine = clerk.open("/mine?month=2025-07").await;
        assert!(mine.html.contains("本期自报5.4%，核查2.6%，以核查数为准。"), "{}", mine.html);
        let fields = [("token", &*mine.value("token")), ("indicator", &sample.indicators[0]), ("month", "2025-07"), ("value", "5.5%"),
            ("published_on", "2025-09-02"), ("source", "省发展改革委报送"), ("final", "1")];
        let sent = clerk.send("/mine/figures", &fields).await;
        assert!(sent.html.contains("已有更高环节的数值"), "{}", sent.html);
        assert_eq!(july().await.len(), 3);

        let verdict = async |as_of: &str| {
            app.get(&format!("/indicators/{}/assessment?as_of={as_of}", sample.indicators[0])).await.expect(200)
        };
        let before = verdict("2025-08-27").await;
        assert_eq!((&before["actual"], &before["stages"]["stage"]), (&json!("5.4"), &json!("self_reported")));
        let now = verdict("2025-09-02").await;
        assert_eq!((&now["actual"], &now["stages"]["stage"]), (&json!("2.6"), &json!("verified")));
        let said = "自报5.5%，核查2.6%，以核查数为准";
        let doubt = now["doubts"].as_array().unwrap().iter().find(|one| one["code"] == "stages_differ").unwrap();
        assert_eq!(doubt["detail"], format!("{said}。"));

        // The letter prints the verified figure, and says so.
        assert!(outcomes(&run(&app, "2025-09-03").await).contains(&"warning issued".to_owned()));
        let letter = items(&app, "/letters?kind=warning").await.remove(0);
        let letter = app.get(&format!("/letters/{}", letter["id"].as_str().unwrap())).await.expect(200);
        assert_eq!(letter["facts"]["lines"][0]["stages"], said);
        assert!(letter["text"].as_str().is_none_or(|text| text.contains(said)), "{letter}");
        let eml = app.get(&format!("/letters/{}.eml", letter["id"].as_str().unwrap())).await.mail();
        assert!(eml.contains("增长2.6%") && eml.contains(&format!("该数据{said}。")), "{eml}");
    }
}
