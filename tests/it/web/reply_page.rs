//! The page by which a unit receives and answers its letter, used as a browser uses it: read, fill in, press.

use actix_web::http::{Method, header};
use actix_web::test::TestRequest;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use xushi::clock::Clock as _;

use crate::api::letters::replies::issued;
use crate::policy::{items, report, run, sample};
use crate::support::app::Answer;
use crate::support::{TestApp, both};

/// A form as a person fills it in: name and text, or name and file.
#[derive(Clone)]
pub(crate) enum Typed {
    Text(&'static str, String),
    File(&'static str, &'static str, Vec<u8>),
}

fn text(name: &'static str, value: &str) -> Typed {
    Typed::Text(name, value.to_owned())
}

/// A page that came back, read as what it is: well-formed XML.
struct Page {
    answer: Answer,
    html: String,
}

impl Page {
    fn of(answer: Answer) -> Self {
        let html = String::from_utf8(answer.bytes.clone()).unwrap();
        Self { answer, html }
    }

    fn status(&self) -> u16 {
        self.answer.status.as_u16()
    }

    fn read<T>(&self, look: impl FnOnce(&roxmltree::Document<'_>) -> T) -> T {
        let options = roxmltree::ParsingOptions { allow_dtd: true, ..roxmltree::ParsingOptions::default() };
        let document = roxmltree::Document::parse_with_options(&self.html, options)
            .unwrap_or_else(|error| panic!("{error}:\n{}", self.html));
        look(&document)
    }

    /// Texts of all elements, without markup.
    fn words(&self) -> String {
        self.read(|page| {
            let body = page.descendants().find(|node| node.has_tag_name("body")).unwrap();
            body.descendants().filter_map(|node| node.text().filter(|_| node.is_text())).collect()
        })
    }

    /// Where the form with this id is sent to, if it is there.
    fn form(&self, id: &str) -> Option<String> {
        self.read(|page| {
            let form = page.descendants().find(|node| node.attribute("id") == Some(id))?;
            assert_eq!((form.tag_name().name(), form.attribute("method")), ("form", Some("post")));
            form.attribute("action").map(ToOwned::to_owned)
        })
    }

    /// What stands in a field.
    fn value(&self, id: &str) -> String {
        self.read(|page| {
            let field = page.descendants().find(|node| node.attribute("id") == Some(id)).unwrap();
            field.attribute("value").or(field.text()).unwrap_or_default().to_owned()
        })
    }

    /// Ids of the fields that are marked as wrong.
    fn wrong(&self) -> Vec<String> {
        self.read(|page| {
            let marked = page.descendants().filter(|node| node.attribute("aria-invalid") == Some("true"));
            marked.map(|node| node.attribute("id").unwrap().to_owned()).collect()
        })
    }
}

struct Browser<'a> {
    app: &'a TestApp,
    address: String,
    letter: Value,
}

impl<'a> Browser<'a> {
    /// At the address that the mail to the addressee of the first letter has.
    async fn at_letter(app: &'a TestApp) -> Self {
        let letter = issued(app).await.swap_remove(0);
        let address = address(app, &letter);
        Self { app, address, letter }
    }

    async fn open(&self, address: &str) -> Page {
        Page::of(self.app.send(TestRequest::get().uri(address)).await)
    }

    async fn page(&self) -> Page {
        self.open(&self.address).await
    }

    /// Presses a button: sends the form and follows where it leads.
    async fn press(&self, page: &Page, form: &str, typed: &[Typed]) -> Page {
        let action = page.form(form).unwrap_or_else(|| panic!("no form `{form}`: {}", page.html));
        let answer = self.app.send(filled_in(form, &action, typed)).await;
        if answer.status.as_u16() == 303 {
            assert_eq!(answer.header("location"), self.address);
            return self.page().await;
        }
        Page::of(answer)
    }

    async fn receive(&self) -> Page {
        self.press(&self.page().await, "receive", &[text("person", "李四")]).await
    }

    /// What the API says of the letter.
    async fn api(&self, rest: &str) -> Value {
        self.app.get(&format!("/letters/{}{rest}", self.letter["id"].as_str().unwrap())).await.expect(200)
    }

    async fn review(&self, verdict: Value) {
        let replies = self.api("/replies").await["items"].as_array().unwrap().clone();
        let (id, rid) = (&self.letter["id"], &replies.last().unwrap()["id"]);
        let path = format!("/letters/{}/replies/{}/review", id.as_str().unwrap(), rid.as_str().unwrap());
        self.app.post(&path, verdict).await.expect(201);
    }
}

fn address(app: &TestApp, letter: &Value) -> String {
    let id = letter["id"].as_str().unwrap().parse().unwrap();
    let issued_on = letter["issued_on"].as_str().unwrap().parse().unwrap();
    format!("/r/{}", app.office.letters.links.as_ref().unwrap().token(id, issued_on))
}

fn filled_in(form: &str, action: &str, typed: &[Typed]) -> TestRequest {
    let request = TestRequest::post().uri(action);
    if form == "receive" {
        let mut body = form_urlencoded::Serializer::new(String::new());
        for one in typed {
            if let Typed::Text(name, value) = one {
                body.append_pair(name, value);
            }
        }
        return request
            .insert_header((header::CONTENT_TYPE, "application/x-www-form-urlencoded"))
            .set_payload(body.finish());
    }
    let mut body = Vec::new();
    for one in typed {
        body.extend_from_slice(b"--XYZ\r\nContent-Disposition: form-data; name=\"");
        match one {
            Typed::Text(name, value) => {
                body.extend_from_slice(format!("{name}\"\r\n\r\n{value}\r\n").as_bytes());
            }
            Typed::File(name, file, content) => {
                let head = format!("{name}\"; filename=\"{file}\"\r\nContent-Type: text/html\r\n\r\n");
                body.extend_from_slice(head.as_bytes());
                body.extend_from_slice(content);
                body.extend_from_slice(b"\r\n");
            }
        }
    }
    body.extend_from_slice(b"--XYZ--\r\n");
    request.insert_header((header::CONTENT_TYPE, "multipart/form-data; boundary=XYZ")).set_payload(body)
}

fn good() -> Vec<Typed> {
    vec![
        text("cause", "部分项目用地批复迟\r\n资金到位慢"),
        text("action1", "建立周调度"),
        text("due_on1", "2025-09-30"),
        text("action2", ""),
        text("due_on2", ""),
        text("action3", "专班驻点"),
        text("due_on3", "2025年10月31日"),
        text("leader", "王五"),
        text("leader_phone", "0731-82210001"),
        text("person", "李四"),
        text("phone", "0731-82210000"),
        Typed::File("files", "", Vec::new()),
    ]
}

/// What stands in a document.
fn written(document: &[u8]) -> String {
    let mut package = zip::ZipArchive::new(std::io::Cursor::new(document)).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut package.by_name("word/document.xml").unwrap(), &mut text).unwrap();
    text
}

fn with(mut typed: Vec<Typed>, changed: Typed) -> Vec<Typed> {
    if let Typed::Text(name, _) = &changed {
        typed.retain(|one| !matches!(one, Typed::Text(other, _) if other == name));
    }
    typed.push(changed);
    typed
}

both! {
    async fn a_unit_receives_answers_is_sent_back_and_answers_again(app: TestApp) {
        let browser = Browser::at_letter(&app).await;
        // Scanners open links; nothing comes of it.
        for method in [Method::GET, Method::HEAD] {
            for _ in 0..3 {
                let answer = app.send(TestRequest::default().method(method.clone()).uri(&browser.address)).await;
                assert_eq!(answer.status.as_u16(), 200);
                assert_eq!(answer.header("cache-control"), "no-store");
                assert_eq!(answer.header("referrer-policy"), "no-referrer");
                assert_eq!(answer.header("x-robots-tag"), "noindex, nofollow");
                let policy = answer.header("content-security-policy");
                assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && policy.contains("frame-ancestors 'none'"), "{policy}");
                assert!(!policy.contains("unsafe"), "{policy}");
            }
        }
        assert_eq!(browser.api("").await["state"], "issued");
        let page = browser.page().await;
        assert!(page.words().contains("打开本页不等于签收") && page.form("answer").is_none());
        assert!(page.words().contains("湘攻坚函〔2025〕1号") && page.words().contains("（星期三）前（还有5个工作日）"), "{}", page.words());
        // Charts are inside the page.
        let html = page.html.replace("src=\"data:image/png;base64,", "");
        for outside in ["<script", "src=", "http://", "https://", "@import", "url("] {
            assert!(!html.contains(outside), "{outside}");
        }
        // What is asked about is said: what was reached, what is due, how far behind.
        for said in ["固定资产投资（湖南省）", "实际", "目标要求", "差距"] {
            assert!(page.words().contains(said), "{said} in {}", page.words());
        }
        let page = browser.press(&page, "receive", &[text("person", "  ")]).await;
        assert_eq!((page.status(), page.wrong()), (422, vec!["receiver".to_owned()]));
        let page = browser.press(&page, "receive", &[text("person", "李四")]).await;
        assert!(page.form("receive").is_none() && page.words().contains("已签收，待反馈"));
        assert_eq!(browser.api("/receipt").await["via"], "link");

        let page = browser.press(&page, "answer", &with(good(), Typed::File("files", "情况说明.pdf", b"%PDF-1.7".to_vec()))).await;
        assert!(page.words().contains("反馈已提交，正等待审核") && page.form("answer").is_none(), "{}", page.html);
        let replies = browser.api("/replies").await;
        assert_eq!(replies["items"][0]["remedies"], json!([{"action": "建立周调度", "due_on": "2025-09-30"}, {"action": "专班驻点", "due_on": "2025-10-31"}]));
        assert_eq!((&replies["items"][0]["files"][0]["name"], &replies["items"][0]["via"]), (&json!("情况说明.pdf"), &json!("link")));

        browser.review(json!({"verdict": "returned", "reason": "措施不具体\n请量化到月"})).await;
        let page = browser.page().await;
        assert!(page.words().contains("措施不具体\n请量化到月") && page.words().contains("已退回，待重新反馈"));
        assert_eq!((page.value("cause"), page.value("action2"), page.value("due_on2")), ("部分项目用地批复迟\n资金到位慢".into(), "专班驻点".into(), "2025-10-31".into()));
        let page = browser.press(&page, "answer", &with(good(), text("action1", "每月完成开工2个项目"))).await;
        assert!(page.words().contains("第2次反馈") && page.words().contains("每月完成开工2个项目"));
        browser.review(json!({"verdict": "accepted"})).await;
        assert!(browser.page().await.words().contains("审核通过，待销号"));
        app.post(&format!("/letters/{}/closure", browser.letter["id"].as_str().unwrap()), json!({})).await.expect(201);
        let page = browser.page().await;
        assert!(page.words().contains("已办结销号") && page.form("answer").is_none() && page.form("receive").is_none());
        let events = app.get(&format!("/audit-events?letter={}", browser.letter["id"].as_str().unwrap())).await.expect(200);
        let told: Vec<_> = events["items"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap()).collect();
        assert_eq!(told, ["/r/receipt", "/r/reply", "/r/reply"]);
        assert!(!events.to_string().contains(&browser.address), "a token is not written down");
    }

    async fn what_was_typed_stays_and_every_mistake_is_shown(app: TestApp) {
        let browser = Browser::at_letter(&app).await;
        let page = browser.receive().await;
        let hostile = "<script>alert('x')</script>\" onfocus=\"x {{ style }} ]]>";
        let typed = with(with(with(with(good(), text("cause", "")), text("due_on3", "过两天")), text("person", hostile)), text("action5", hostile));
        let page = browser.press(&page, "answer", &with(typed, Typed::File("files", "a.exe", vec![1]))).await;
        assert_eq!(page.status(), 422);
        let mut wrong = page.wrong();
        wrong.sort();
        assert_eq!(wrong, ["cause", "due_on3", "due_on5", "files", "person"]);
        assert_eq!((page.value("person"), page.value("action5"), page.value("due_on3"), page.value("phone")), (hostile.into(), hostile.into(), "过两天".into(), "0731-82210000".into()));
        assert!(!page.html.contains("<script"), "{}", page.html);
        assert!(page.words().contains("附件请重新选择：a.exe"));
        // Each mistake has a way to its field, and the browser stays at the list of them.
        assert!(page.form("answer").unwrap().ends_with("#mistakes"));
        assert!(page.html.contains("<title>有5处需要修改 – "), "{}", page.html);
        for field in &wrong {
            assert!(page.html.contains(&format!("href=\"#{field}\"")), "{field}");
        }
        assert_eq!(browser.api("").await["state"], "received");
        // Markup in every field is text, on the page and in the API.
        let fields = ["cause", "action1"].map(|name| text(name, hostile));
        let typed = fields.into_iter().fold(good(), with);
        let page = browser.press(&page, "answer", &with(typed, text("person", "<b>李四</b>"))).await;
        assert!(page.words().contains(hostile) && page.words().contains("<b>李四</b>"), "{}", page.html);
        let cause = browser.api("/replies").await["items"][0]["cause"].as_str().unwrap().to_owned();
        assert_eq!(cause, format!("{hostile}\n负责同志：王五，0731-82210001"));
    }

    async fn pressed_twice_is_written_once(app: TestApp) {
        let browser = Browser::at_letter(&app).await;
        let page = browser.page().await;
        let press = async |form: &'static str, typed: Vec<Typed>| app.send(filled_in(form, &page.form("receive").unwrap().replace("receipt", if form == "answer" { "reply" } else { "receipt" }), &typed)).await;
        let (one, two) = futures_util::future::join(press("receive", vec![text("person", "李四")]), press("receive", vec![text("person", "李四")])).await;
        assert_eq!((one.status.as_u16(), two.status.as_u16()), (303, 303));
        let (one, two) = futures_util::future::join(press("answer", good()), press("answer", good())).await;
        assert_eq!((one.status.as_u16(), two.status.as_u16()), (303, 303), "the second is told what the first one wrote");
        assert_eq!(browser.api("/replies").await["items"].as_array().unwrap().len(), 1);
        // Somebody else's answer at the same moment is not swallowed: it is refused and given back.
        let other = Page::of(press("answer", with(good(), text("cause", "另一人的原因"))).await);
        assert_eq!(other.status(), 409);
        assert!(other.words().contains("此函已反馈，正等待审核") && other.words().contains("另一人的原因"));
        assert_eq!(browser.api("/replies").await["items"].as_array().unwrap().len(), 1);
        let late = press("receive", vec![text("person", "王五")]).await;
        assert_eq!(late.status.as_u16(), 303);
        assert_eq!(browser.api("/receipt").await["person"], "李四");
    }

    async fn only_its_own_link_opens_a_letter(app: TestApp) {
        let browser = Browser::at_letter(&app).await;
        let other = address(&app, &app.get("/letters").await.expect(200)["items"][1]);
        let token = browser.address.strip_prefix("/r/").unwrap();
        let stranger = xushi::letter::ReplyLinks::new("https://xushi.example.org", [8; 32], 365);
        let id = browser.letter["id"].as_str().unwrap();
        let forged = stranger.token(id.parse().unwrap(), "2025-08-27".parse().unwrap());
        let frozen = browser.api("").await["facts"]["reply_link"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        for (token, status) in [
            (forged.as_str(), 404),
            (&token[..40], 404),
            ("x", 404),
            ("..%2f..%2fetc%2fpasswd", 404),
            (id, 404),
            ("%E7%AD%BE%E6%94%B6", 404),
            (frozen.as_str(), 403),
        ] {
            for rest in ["", "/letter", "/letter.docx"] {
                let page = browser.open(&format!("/r/{token}{rest}")).await;
                assert_eq!(page.status(), status, "{token}{rest}");
                assert!(page.words().contains("链接") && !page.html.contains("湘攻坚函"), "{}", page.html);
                assert_eq!(page.answer.header("cache-control"), "no-store");
            }
            for (form, action) in [("receive", "receipt"), ("answer", "reply")] {
                let answer = app.send(filled_in(form, &format!("/r/{token}/{action}"), &good())).await;
                assert_eq!(answer.status.as_u16(), status, "{token}");
            }
        }
        // Another letter's link acts on that letter alone.
        app.send(filled_in("receive", &format!("{other}/receipt"), &good())).await;
        assert_eq!(browser.api("").await["state"], "issued");
        // The key of an API caller is no link, and a link is no key.
        let keyed = app.request(Method::GET, "/letters").insert_header((header::AUTHORIZATION, format!("Bearer {token}")));
        app.send(keyed).await.problem(401, "unauthorized", "");
        let now: DateTime<Utc> = app.clock.now();
        app.clock.set(now + TimeDelta::days(365));
        assert_eq!(browser.page().await.status(), 200);
        app.clock.set(now + TimeDelta::days(366));
        let page = browser.page().await;
        assert_eq!((page.status(), page.words().contains("已过有效期")), (410, true));
        assert_eq!(app.send(filled_in("receive", &format!("{}/receipt", browser.address), &good())).await.status.as_u16(), 410);
    }

    async fn an_address_of_a_form_leads_to_the_letter(app: TestApp) {
        let browser = Browser::at_letter(&app).await;
        for rest in ["/", "/receipt", "/reply"] {
            let page = browser.open(&format!("{}{rest}", browser.address)).await;
            assert_eq!((page.status(), page.answer.header("location")), (303, browser.address.clone()), "{rest}");
        }
        let odd = browser.open("/r/%0d%0aset-cookie:x/reply").await;
        assert_eq!((odd.status(), odd.answer.header("location").as_str()), (303, "/r/%0d%0aset-cookie:x"));
    }

    async fn the_whole_letter_and_its_document_are_behind_the_link(app: TestApp) {
        let browser = Browser::at_letter(&app).await;
        let letter = app.send(TestRequest::get().uri(&format!("{}/letter", browser.address))).await;
        let html = String::from_utf8(letter.bytes.clone()).unwrap();
        assert!(letter.status.as_u16() == 200 && html.contains("固定资产投资"));
        assert!(html.contains(browser.address.trim_start_matches("/r/")), "its button leads back here");
        assert!(letter.header("content-security-policy").contains("form-action 'none'"));
        let document = app.send(TestRequest::get().uri(&format!("{}/letter.docx", browser.address))).await;
        assert!(document.status.as_u16() == 200 && document.bytes.starts_with(b"PK"));
        assert_eq!(document.bytes, app.get(&format!("/letters/{}.docx", browser.letter["id"].as_str().unwrap())).await.bytes);
        assert!(document.header("content-disposition").starts_with("attachment; filename*=UTF-8''"));
        // The form for signature and seal is empty first, and then says what was answered.
        let form = async || app.send(TestRequest::get().uri(&format!("{}/form.docx", browser.address))).await;
        let empty = form().await;
        assert!(empty.status.as_u16() == 200 && !written(&empty.bytes).contains("建立周调度"));
        let page = browser.receive().await;
        browser.press(&page, "answer", &good()).await;
        let filled = written(&form().await.bytes);
        for said in ["反馈表", "部分项目用地批复迟", "1．建立周调度；2．专班驻点", "王五 0731-82210001", "李四 0731-82210000"] {
            assert!(filled.contains(said), "{said} in {filled}");
        }
    }

    async fn a_letter_that_asks_for_figures_takes_them(app: TestApp) {
        sample(&app, &["投资", "消费"], json!({})).await;
        for measure in ["投资", "消费"] {
            report(&app, measure, "2025-06-30", "6.0", "2025-07-20").await;
        }
        run(&app, "2025-08-26").await;
        let letter = items(&app, "/letters").await.remove(0);
        let browser = Browser { app: &app, address: address(&app, &letter), letter };
        let page = browser.receive().await;
        assert!(page.words().contains("应报数据值") && !page.words().contains("整改措施"), "{}", page.words());
        let who = || vec![text("person", "李四"), text("phone", "0731-82210000")];
        let page = browser.press(&page, "answer", &who()).await;
        assert_eq!((page.status(), page.wrong()), (422, vec!["value1".to_owned(), "value2".to_owned()]));
        let answer = with(with(with(who(), text("value1", "6.3%")), text("cause2", "统计口径调整")), text("due_on2", "2025-09-10"));
        let page = browser.press(&page, "answer", &answer).await;
        assert!(page.words().contains("反馈已提交"), "{}", page.words());
        let reply = browser.api("/replies").await["items"][0].clone();
        let cause = reply["cause"].as_str().unwrap();
        assert!(cause.contains("2025年1—7月数据：6.3%\n2．") && cause.ends_with("：未报，原因：统计口径调整"), "{cause}");
        assert_eq!((&reply["remedies"][0]["due_on"], &reply["remedies"][1]["due_on"]), (&json!("2025-08-26"), &json!("2025-09-10")));
        browser.review(json!({"verdict": "returned", "reason": "请核对"})).await;
        let page = browser.page().await;
        assert_eq!((page.value("value1"), page.value("cause2"), page.value("due_on2")), ("6.3%".into(), "统计口径调整".into(), "2025-09-10".into()));
    }

    async fn a_letter_about_several_has_a_block_for_each(app: TestApp) {
        sample(&app, &["投资", "消费"], json!({})).await;
        for measure in ["投资", "消费"] {
            report(&app, measure, "2025-07-31", "3.0", "2025-08-20").await;
        }
        run(&app, "2025-08-26").await;
        let letter = items(&app, "/letters").await.remove(0);
        let browser = Browser { app: &app, address: address(&app, &letter), letter };
        let page = browser.receive().await;
        let leaders = [("leader", "王五"), ("leader_phone", "0731-82210001"), ("person", "李四"), ("phone", "0731-82210000")];
        let answer: Vec<Typed> = leaders.iter().chain(&[
            ("cause1", "用地批复迟"), ("action1", "周调度"), ("due_on1", "2025-09-30"), ("person1", "张三"), ("phone1", "0731-82210002"),
            ("cause2", "客流少"), ("action2", "促消费"), ("due_on2", "2025-10-31"), ("disputed2", "1"),
        ]).map(|(name, value)| text(name, value)).collect();
        let page = browser.press(&page, "answer", &answer).await;
        assert_eq!((page.status(), page.wrong()), (422, vec!["objection2".to_owned()]), "{}", page.words());
        let page = browser.press(&page, "answer", &with(answer, text("objection2", "7月数为初步数"))).await;
        assert!(page.words().contains("反馈已提交"), "{}", page.words());
        let reply = browser.api("/replies").await["items"][0].clone();
        let cause = reply["cause"].as_str().unwrap();
        for said in ["用地批复迟\n责任人：张三，0731-82210002\n2．", "客流少\n对数据有异议：7月数为初步数\n责任人：张三", "\n负责同志：王五"] {
            assert!(cause.contains(said), "{said} in {cause}");
        }
        assert_eq!(reply["remedies"].as_array().unwrap().len(), 2);
    }

    async fn what_a_reply_may_not_be_is_refused_on_the_page(app: TestApp) {
        let browser = Browser::at_letter(&app).await;
        let early = app.send(filled_in("answer", &format!("{}/reply", browser.address), &good())).await;
        let early = Page::of(early);
        assert_eq!((early.status(), early.words().contains("请先签收")), (409, true));
        let page = browser.receive().await;
        let action = page.form("answer").unwrap();
        for (typed, status) in [
            (with(good(), Typed::File("files", "a.pdf", vec![0; 6 * 1024 * 1024])), 422),
            (with(good(), Typed::File("files", "a.pdf", vec![0; 50 * 1024 * 1024])), 413),
            (with(good(), text("cause", &"长".repeat(60_000))), 413),
            (with(good(), Typed::File("files", "a\u{202e}fdp.pdf", vec![1])), 422),
            ((0..6).fold(good(), |typed, _| with(typed, Typed::File("files", "a.pdf", vec![1]))), 422),
            ((0..300).fold(good(), |mut typed, _| { typed.push(text("cause", "x")); typed }), 400),
            (vec![], 422),
        ] {
            let page = Page::of(app.send(filled_in("answer", &action, &typed)).await);
            assert_eq!(page.status(), status);
            assert!(!page.words().is_empty());
        }
        for (kind, body) in [
            ("multipart/form-data; boundary=XYZ", "--XYZ\r\nContent-Disposition: form-data; name=\"cause\"\r\n\r\nhalf"),
            ("multipart/form-data", "x"),
            ("application/json", "{}"),
            ("multipart/form-data; boundary=XYZ", "--XYZ\r\nContent-Disposition: form-data; name=\"cause\"\r\n\r\n\u{0}\r\n--XYZ--\r\n"),
        ] {
            let request = TestRequest::post().uri(&action).insert_header((header::CONTENT_TYPE, kind)).set_payload(body);
            let page = Page::of(app.send(request).await);
            assert!([400, 422].contains(&page.status()), "{kind}: {}", page.status());
        }
        assert_eq!(browser.api("").await["state"], "received");
        let named = with(good(), Typed::File("files", "台账/a; filename=x.html.txt", vec![1]));
        browser.press(&page, "answer", &named).await;
        assert_eq!(browser.api("/replies").await["items"][0]["files"][0]["name"], "a; filename=x.html.txt");
    }
}
