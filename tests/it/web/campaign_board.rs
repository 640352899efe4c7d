//! The board: its counts add up, its sentence says what they say, and it is the same as a workbook and as data.

use serde_json::json;

use super::visit::Visit;
use crate::policy::{at, report, run, sample};
use crate::support::both;

both! {
    async fn counts_add_up_and_what_is_unknown_is_never_good(app: TestApp) {
        let sample = sample(&app, &["投资", "消费", "出口", "<script>"], json!({})).await;
        report(&app, "投资", "2025-07-31", "1.0", "2025-08-20").await;
        report(&app, "消费", "2025-07-31", "6.0", "2025-08-20").await;
        report(&app, "出口", "2025-07-31", "4.9", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let visit = Visit::with(&app, &app.new_key("reader", None).await).await;
        let address = format!("/board/{}", sample.campaign);
        assert_eq!(visit.open("/board").await.answer.header("location"), address, "the only campaign");
        let page = visit.open(&address).await;
        assert_eq!(page.status(), 200, "{}", page.html);
        let data = visit.open(&format!("{address}/board.json")).await.answer.json();
        let counts: u64 = data["counts"].as_array().unwrap().iter().map(|one| one["count"].as_u64().unwrap()).sum();
        assert_eq!((counts, data["total"].as_u64()), (4, Some(4)), "{data}");
        let rows = data["groups"].as_array().unwrap().iter().map(|group| group["rows"].as_array().unwrap().len()).sum::<usize>();
        assert_eq!(rows, 4);
        let sentence = data["sentence"].as_str().unwrap();
        assert!(sentence.starts_with("4项指标中，1项滞后") && sentence.contains("1项逾期未报"), "{sentence}");
        assert_eq!(page.words("sentence"), sentence);
        for one in data["counts"].as_array().unwrap() {
            let good = ["已完成", "超序时", "达序时"].contains(&one["grade"]["word"].as_str().unwrap());
            assert_eq!(one["grade"]["class"] == "g-good", good, "{one}");
        }
        assert!(page.html.contains("g-unknown") && page.html.contains("省发展改革委leader"), "{}", page.html);
        assert!(!page.html.contains("<script") && page.html.contains("&lt;script&gt;"), "names stay names");
        let stands = &data["asks"][0];
        assert!(stands["standing"].as_str().unwrap().contains("湘攻坚函〔2025〕"), "{stands}");
        let behind = visit.open(&format!("{address}?grade=critical")).await;
        assert!(behind.html.contains("看全部4项"), "{}", behind.html);
        let sheet = app.send(visit.request(&format!("{address}/board.xlsx"))).await;
        assert!(sheet.bytes.starts_with(b"PK"));
        let links = page.html.replace("&#x2f;", "/");
        assert!(links.contains(&format!("{address}/report.docx")) && links.contains(&format!("{address}/report.html")));
        let report = app.send(visit.request(&format!("{address}/report.docx"))).await;
        assert!(report.bytes.starts_with(b"PK"), "{}", report.status);
        let report = visit.open(&format!("{address}/report.html")).await;
        assert!(report.html.contains("全省投资同比增长1.0%") && report.html.contains("数据来源"), "{}", report.html);
        assert!(!report.html.contains("<script") && report.html.contains("&lt;script&gt;"), "names stay names");
    }

    async fn another_day_is_shown_as_it_was(app: TestApp) {
        let sample = sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-06-30", "6.0", "2025-07-20").await;
        run(&app, "2025-07-21").await;
        report(&app, "投资", "2025-07-31", "1.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        at(&app, "2025-08-22");
        let visit = Visit::with(&app, &app.new_key("reader", None).await).await;
        let address = format!("/board/{}", sample.campaign);
        let now = visit.open(&address).await.words("sentence");
        let then = visit.open(&format!("{address}?as_of=2025-07-25")).await;
        assert!(now.contains("1项滞后") && then.words("sentence").contains("1项达到序时进度"), "{now} {}", then.html);
        assert!(then.html.contains("截至2025年7月25日") && then.html.contains("board.xlsx?as_of=2025-07-25"), "{}", then.html);
        assert!(then.html.contains("这一天以前没有签发过函") && !then.html.contains("湘攻坚函〔"), "{}", then.html);
        for wrong in ["2025-08-23", "1999-01-01", "gestern"] {
            assert_eq!(visit.open(&format!("{address}?as_of={wrong}")).await.status(), 400, "{wrong}");
        }
        assert_eq!(visit.open("/board/00000000-0000-0000-0000-000000000000").await.status(), 404);
        assert_eq!(visit.open("/board/%3Cscript%3E").await.status(), 404);
    }

    async fn a_reader_sees_no_telephone_and_an_empty_house_says_so(app: TestApp) {
        let reader = app.new_key("reader", None).await;
        let empty = Visit::with(&app, &reader).await.open("/board").await;
        assert!(empty.html.contains("还没有攻坚行动"), "{}", empty.html);
        crate::api::letters::replies::issued(&app).await;
        let board = Visit::with(&app, &reader).await.follow("/board").await;
        assert_eq!(board.status(), 200);
        assert!(!board.html.contains("href=\"tel:"), "{}", board.html);
        let packed = {
            use std::io::Write as _;
            let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            to.write_all(board.html.as_bytes()).unwrap();
            to.finish().unwrap().len()
        };
        assert!(packed < 60_000, "{packed} bytes");
    }
}
