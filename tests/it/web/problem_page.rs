//! 问题台账 as a page: who may open it, what it says of nothing, hostile texts, and its workbook.

use serde_json::json;

use super::visit::Visit;
use crate::policy::{items, report, run, sample, unit};
use crate::support::both;

both! {
    async fn the_ledger_is_a_page_for_whoever_may_read_it(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        unit(&app, "省商务厅", None, &[]).await;
        report(&app, "投资", "2025-07-31", "-10.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let office = Visit::with(&app, &app.new_key("coordinator", None).await).await;
        assert_eq!(office.open("/problems/").await.words("sentence"), "没有未销号的问题。");
        let desk = office.open("/desk").await;
        assert!(desk.html.contains("href=\"/problems/\""), "linked from the desk");

        let episode = items(&app, "/episodes?state=open").await[0].clone();
        let made = app.post("/problems", json!({"episode": episode["id"]})).await.expect(201);
        let path = |step: &str| format!("/problems/{}/{step}", made["id"].as_str().unwrap());
        app.post(&path("assignment"), json!({})).await.expect(200);
        app.post(&path("measures"), json!({"text": "每周调度", "person": "李四", "phone": "13812345678"})).await.expect(200);
        let hostile = "<script>alert(1)</script>";
        let body = json!({"title": hostile, "source": "petition", "unit": "省商务厅", "found_on": "2025-08-01", "due_on": "2025-08-18"});
        app.post("/problems", body).await.expect(201);

        let page = office.open("/problems/").await;
        assert_eq!(page.words("sentence"), "2个问题未销号，其中红色1个，逾期1个。");
        assert!(page.html.contains("逾期3天") && page.html.contains("13812345678") && page.html.contains("每周调度"), "{}", page.html);
        assert!(!page.html.contains(hostile), "what others wrote is shown, not run");
        assert!(page.read(|page| page.descendants().any(|node| node.text().is_some_and(|text| text.contains(hostile)))));
        assert!(app.send(office.request("/problems/ledger.xlsx")).await.bytes.starts_with(b"PK"));

        let reading = Visit::with(&app, &app.new_key("reader", None).await).await;
        let page = reading.open("/problems/").await;
        assert!(page.html.contains("整改中") && !page.html.contains("13812345678") && !page.html.contains("每周调度"), "{}", page.html);
        assert!(!page.html.contains("ledger.xlsx"));
        assert_eq!(reading.open("/problems/ledger.xlsx").await.status(), 403);

        let own = Visit::with(&app, &app.new_key("unit", Some("省商务厅")).await).await;
        let page = own.open("/problems/").await;
        assert_eq!(page.words("sentence"), "1个问题未销号，其中红色0个，逾期1个。");
        assert!(!page.html.contains("每周调度"));
        assert_eq!(Visit::stranger(&app).open("/problems/").await.status(), 303, "nobody is led to the sign-in");
    }
}
