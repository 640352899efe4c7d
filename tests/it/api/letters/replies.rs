use actix_web::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use xushi::office::Actor;
use xushi::office::warnings;

use crate::support::{TestApp, both};

/// The sample's letters, with a second one so that there are two addressees.
pub(crate) async fn issued(app: &TestApp) -> Vec<Value> {
    xushi::demo::load(&app.office).await.unwrap().unwrap();
    let lagging = json!({"items": [{"measure": "入境旅游人次", "region": "430000", "figure": "yoy", "value": "12.5",
        "period": {"start": "2025-01-01", "end": "2025-07-31"}, "source": "月报", "published_on": "2025-08-20"}]});
    app.put("/observations", lagging).await.expect(200);
    let day = "2025-08-27".parse().unwrap();
    warnings::run(&app.office, &Actor::job(), day).await.unwrap();
    let letters = app.get("/letters?limit=100").await.expect(200)["items"].as_array().unwrap().clone();
    assert!(letters.len() > 1);
    letters
}

pub(crate) fn reply() -> Value {
    json!({
        "cause": "部分项目用地批复迟\n资金到位慢",
        "remedies": [{"action": "建立周调度", "due_on": "2025-09-30"}, {"action": "专班驻点", "due_on": "2025-10-31"}],
        "person": "李四",
        "phone": "0731-82210000",
        "files": [{"name": "情况说明.pdf", "content": STANDARD.encode(b"%PDF-1.7 ...")}],
    })
}

async fn state(app: &TestApp, id: &str) -> Value {
    app.get(&format!("/letters/{id}")).await.expect(200)["state"].clone()
}

both! {
    async fn a_letter_goes_round_until_it_is_closed(app: TestApp) {
        let letters = issued(&app).await;
        let id = letters[0]["id"].as_str().unwrap();
        let path = |rest: &str| format!("/letters/{id}/{rest}");
        app.post(&path("replies"), reply()).await.problem(409, "conflict", "/state");
        app.post(&path("closure"), json!({})).await.problem(409, "conflict", "/state");
        app.get(&path("receipt")).await.problem(404, "not_found", "");
        let receipt = app.post(&path("receipt"), json!({"person": "李四"})).await.expect(201);
        assert_eq!((&receipt["person"], &receipt["via"]), (&json!("李四"), &json!("api")));
        // The first receipt counts, however often it is pressed.
        assert_eq!(app.post(&path("receipt"), json!({"person": "王五"})).await.expect(200), receipt);
        assert_eq!(app.get(&path("receipt")).await.expect(200), receipt);
        assert_eq!(state(&app, id).await, "received");

        let first = app.post(&path("replies"), reply()).await.expect(201);
        assert_eq!((&first["ordinal"], &first["cause"], &first["review"]), (&json!(1), &json!("部分项目用地批复迟\n资金到位慢"), &Value::Null));
        assert_eq!(first["remedies"], reply()["remedies"]);
        assert_eq!(state(&app, id).await, "replied");
        app.post(&path("replies"), reply()).await.problem(409, "conflict", "/state");
        app.post(&path("closure"), json!({})).await.problem(409, "conflict", "/state");

        let review = |reply: &Value| path(&format!("replies/{}/review", reply["id"].as_str().unwrap()));
        app.post(&review(&first), json!({"verdict": "returned"})).await.problem(422, "invalid", "/reason");
        app.post(&review(&first), json!({"verdict": "returned", "reason": "  "})).await.problem(422, "invalid", "/reason");
        app.post(&review(&first), json!({"verdict": "fine"})).await.problem(422, "invalid", "/verdict");
        app.post(&path("replies/01900000-0000-7000-8000-000000000000/review"), json!({"verdict": "accepted"})).await.problem(404, "not_found", "");
        let returned = app.post(&review(&first), json!({"verdict": "returned", "reason": "措施不具体，请量化"})).await.expect(201);
        assert_eq!((&returned["by"], &returned["reason"]), (&json!("test"), &json!("措施不具体，请量化")));
        assert_eq!(state(&app, id).await, "returned");
        app.post(&review(&first), json!({"verdict": "accepted"})).await.problem(409, "conflict", "/state");

        let second = app.post(&path("replies"), reply()).await.expect(201);
        assert_eq!(second["ordinal"], 2);
        app.post(&review(&first), json!({"verdict": "accepted"})).await.problem(409, "duplicate", "/reply");
        assert_eq!(state(&app, id).await, "replied", "nothing of the refused review was written");
        app.post(&review(&second), json!({"verdict": "accepted"})).await.expect(201);
        assert_eq!(state(&app, id).await, "accepted");
        let closure = app.post(&path("closure"), json!({"note": "已按期整改"})).await.expect(201);
        assert_eq!((&closure["by"], &closure["note"]), (&json!("test"), &json!("已按期整改")));
        assert_eq!(app.get(&path("closure")).await.expect(200), closure);
        assert_eq!(state(&app, id).await, "closed");
        for (rest, body) in [("replies", reply()), ("closure", json!({}))] {
            app.post(&path(rest), body).await.problem(409, "conflict", "/state");
        }
        let replies = app.get(&path("replies")).await.expect(200)["items"].clone();
        let verdicts: Vec<_> = replies.as_array().unwrap().iter().map(|one| one["review"]["verdict"].clone()).collect();
        assert_eq!(verdicts, ["returned", "accepted"]);
        // The other letter stands where it stood.
        assert_eq!(state(&app, letters[1]["id"].as_str().unwrap()).await, "issued");
    }

    async fn files_come_back_as_they_were_and_are_never_shown(app: TestApp) {
        let letters = issued(&app).await;
        let id = letters[0]["id"].as_str().unwrap();
        app.post(&format!("/letters/{id}/receipt"), json!({"person": "李四"})).await.expect(201);
        let mut body = reply();
        let page = b"<script>alert(1)</script>";
        body["files"] = json!([
            {"name": "../../etc/情况\"说明; filename=x.txt", "content": STANDARD.encode(page)},
            {"name": "图.PNG", "content": STANDARD.encode([0, 159, 146, 150])},
        ]);
        let made = app.post(&format!("/letters/{id}/replies"), body).await.expect(201);
        assert_eq!(made["files"][0]["name"], "情况\"说明; filename=x.txt");
        let rid = made["id"].as_str().unwrap();
        let file = app.get(&format!("/letters/{id}/replies/{rid}/files/1")).await;
        assert_eq!((file.status.as_u16(), file.bytes.as_slice()), (200, page.as_slice()));
        assert_eq!(file.header("x-content-type-options"), "nosniff");
        let encoded: String = "情况\"说明; filename=x.txt".bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert_eq!(file.header("content-disposition"), format!("attachment; filename=\"file-1.txt\"; filename*=UTF-8''{encoded}"));
        assert!(file.header("content-security-policy").contains("sandbox"));
        assert_eq!(app.get(&format!("/letters/{id}/replies/{rid}/files/2")).await.bytes, [0, 159, 146, 150]);
        app.get(&format!("/letters/{id}/replies/{rid}/files/3")).await.problem(404, "not_found", "");
        let other = letters[1]["id"].as_str().unwrap();
        app.get(&format!("/letters/{other}/replies/{rid}/files/1")).await.problem(404, "not_found", "");
    }

    async fn what_does_not_fit_is_refused_with_its_place(app: TestApp) {
        let letters = issued(&app).await;
        let id = letters[0]["id"].as_str().unwrap();
        let path = format!("/letters/{id}/replies");
        for (body, pointer) in [(json!({"person": ""}), "/person"), (json!({"person": "李\n四"}), "/person"), (json!({}), "/person"), (json!({"person": "a", "x": 1}), "/x")] {
            app.post(&format!("/letters/{id}/receipt"), body).await.problem(422, "invalid", pointer);
        }
        app.post(&format!("/letters/{id}/receipt"), json!({"person": "李四"})).await.expect(201);
        let big = STANDARD.encode(vec![0; 5 * 1024 * 1024 + 1]);
        for (field, value, pointer) in [
            ("cause", json!(""), "/cause"),
            ("cause", json!("长".repeat(30_001)), "/cause"),
            ("remedies", json!([]), "/remedies"),
            ("remedies", json!([{"action": "做", "due_on": "2025-08-26"}]), "/remedies/0/due_on"),
            ("remedies", json!([{"action": "做", "due_on": "2025-13-26"}]), "/remedies/0/due_on"),
            ("remedies", json!([{"action": "做"}]), "/remedies/0/due_on"),
            ("phone", json!("打这里"), "/phone"),
            ("person", json!("<b>\u{0}"), "/person"),
            ("files", json!([{"name": "a.exe", "content": "AAAA"}]), "/files/0/name"),
            ("files", json!([{"name": "a.pdf", "content": "不是"}]), "/files/0/content"),
            ("files", json!([{"name": "a.pdf", "content": big}]), "/files/0/content"),
            ("files", json!([{"name": "a\r\nX-Evil: 1.pdf", "content": "AAAA"}]), "/files/0/name"),
        ] {
            let mut body = reply();
            body[field] = value;
            app.post(&path, body).await.problem(422, "invalid", pointer);
        }
        let mut several = reply();
        several["cause"] = json!(" ");
        several["phone"] = json!("x");
        let answer = app.post(&path, several).await;
        answer.problem(422, "invalid", "/cause");
        answer.problem(422, "invalid", "/phone");
        assert_eq!(state(&app, id).await, "received");
        app.post("/letters/01900000-0000-7000-8000-000000000000/receipt", json!({"person": "李四"})).await.problem(404, "not_found", "");
    }

    async fn of_two_replies_at_the_same_moment_one_counts(app: TestApp) {
        let letters = issued(&app).await;
        let id = letters[0]["id"].as_str().unwrap();
        app.post(&format!("/letters/{id}/receipt"), json!({"person": "李四"})).await.expect(201);
        let path = format!("/letters/{id}/replies");
        let (one, two) = futures_util::future::join(app.post(&path, reply()), app.post(&path, reply())).await;
        let (written, refused) = if one.status.as_u16() == 201 { (one, two) } else { (two, one) };
        written.expect(201);
        refused.problem(409, "conflict", "/state");
        assert_eq!(app.get(&path).await.expect(200)["items"].as_array().unwrap().len(), 1);
    }

    async fn a_unit_answers_its_own_letter_and_judges_none(app: TestApp) {
        let letters = issued(&app).await;
        let (mine, others) = (letters[0]["id"].as_str().unwrap(), letters[1]["id"].as_str().unwrap());
        let unit = letters[0]["unit_id"].as_str().unwrap();
        let key = app.new_key("unit", Some(unit)).await;
        let as_unit = async |path: String, body: Value| app.send(app.request_as(&key, Method::POST, &path).set_json(body)).await;
        as_unit(format!("/letters/{others}/receipt"), json!({"person": "李四"})).await.problem(404, "not_found", "");
        as_unit(format!("/letters/{others}/replies"), reply()).await.problem(404, "not_found", "");
        as_unit(format!("/letters/{mine}/receipt"), json!({"person": "李四"})).await.expect(201);
        let answered = as_unit(format!("/letters/{mine}/replies"), reply()).await.expect(201);
        let review = format!("/letters/{mine}/replies/{}/review", answered["id"].as_str().unwrap());
        as_unit(review.clone(), json!({"verdict": "accepted"})).await.problem(403, "forbidden", "");
        as_unit(format!("/letters/{mine}/closure"), json!({})).await.problem(403, "forbidden", "");
        // Nor does a coordinator of the same unit; one of another unit or of none may.
        let own = app.new_key("coordinator", Some(unit)).await;
        let refused = app.send(app.request_as(&own, Method::POST, &review).set_json(json!({"verdict": "accepted"}))).await;
        refused.problem(403, "forbidden", "");
        let other = app.new_key("coordinator", letters[1]["unit_id"].as_str()).await;
        app.send(app.request_as(&other, Method::POST, &review).set_json(json!({"verdict": "accepted"}))).await.expect(201);
        let closure = format!("/letters/{mine}/closure");
        app.send(app.request_as(&own, Method::POST, &closure).set_json(json!({}))).await.problem(403, "forbidden", "");
        let coordinator = app.new_key("coordinator", None).await;
        let closed = app.send(app.request_as(&coordinator, Method::POST, &closure).set_json(json!({}))).await;
        assert_eq!(closed.expect(201)["by"], "coordinator");
    }
}
