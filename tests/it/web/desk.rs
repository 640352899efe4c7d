//! The desk from draft to closure: each button does what the API's call does.

use serde_json::{Value, json};

use super::visit::Visit;
use crate::policy::{at, items, report, run, sample};
use crate::support::{TestApp, both};

async fn the_letter(app: &TestApp) -> Value {
    items(app, "/letters?limit=10").await.remove(0)
}

/// Without a token, a signer or a chosen draft, nor one that says something else than what was read.
async fn nothing_is_signed_by_mistake(
    app: &TestApp,
    visit: &Visit<'_>,
    (token, mark, id): (&str, &str, &str),
) {
    for (fields, status) in [
        (vec![("sign", mark), ("signer", "李四")], 403),
        (vec![("token", token), ("sign", mark), ("signer", " ")], 422),
        (vec![("token", token), ("signer", "李四")], 422),
    ] {
        assert_eq!(visit.send("/desk/sign", &fields).await.status(), status);
    }
    let stale = format!("{id}:0000000000000000");
    let refused = visit.send("/desk/sign", &[("token", token), ("sign", &stale), ("signer", "李四")]).await;
    assert_eq!(refused.status(), 409);
    assert!(refused.html.contains("重新拟写"), "{}", refused.html);
    assert_eq!(the_letter(app).await["state"], "draft");
}

both! {
    async fn a_draft_is_read_signed_answered_returned_accepted_and_closed(app: TestApp) {
        sample(&app, &["投资<b>"], json!({"issuing": "approval"})).await;
        let key = app.new_key("coordinator", None).await;
        let visit = Visit::with(&app, &key).await;
        let desk = visit.open("/desk").await;
        assert_eq!(desk.words("sentence"), "眼下没有要您动手的事。");
        assert!(desk.html.contains("没有等候签发的函稿") && desk.html.contains("没有送不到的邮件"));

        report(&app, "投资<b>", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        at(&app, "2025-08-25");
        // The session of the day on which it began is over by now.
        let visit = Visit::with(&app, &key).await;
        let desk = visit.open("/desk").await;
        desk.every_form_has_a_token();
        assert_eq!(desk.words("sentence"), "要您动手的1件：签发1件。");
        assert!(!desk.html.contains("投资<b>") && desk.html.contains("投资&lt;b&gt;"), "what others wrote stays text");
        assert!(desk.html.contains("已等4天") && desk.html.contains("橙色"), "{}", desk.html);
        let (token, mark) = (desk.value("token"), desk.value("sign"));
        let id = the_letter(&app).await["id"].as_str().unwrap().to_owned();
        let draft = visit.open(&format!("/desk/letters/{id}")).await;
        assert!(draft.html.contains("函稿所说与今天的数据一致"), "{}", draft.html);
        let text = visit.open(&format!("/desk/letters/{id}/text")).await;
        let policy = text.answer.header("content-security-policy");
        assert!(policy.contains("sandbox") && policy.contains("frame-ancestors 'self'"), "{policy}");
        assert!(text.html.contains("投资"));

        nothing_is_signed_by_mistake(&app, &visit, (&token, &mark, &id)).await;
        let done = visit.send("/desk/sign", &[("token", &token), ("sign", &mark), ("signer", "李四")]).await;
        assert_eq!(done.status(), 200, "{}", done.html);
        assert!(done.html.contains("湘攻坚函〔2025〕1号"), "{}", done.html);
        let letter = the_letter(&app).await;
        assert_eq!((&letter["state"], &letter["decided_by"]), (&json!("issued"), &json!("李四")));
        let own = format!("/desk/sign/{id}");
        assert!(items(&app, "/audit-events?limit=500").await.iter().any(|one| one["path"] == own.as_str()), "who signed is written down");

        let path = format!("/letters/{id}");
        app.post(&format!("{path}/receipt"), json!({"person": "王五"})).await.expect(201);
        let answer = crate::api::letters::replies::reply();
        app.post(&format!("{path}/replies"), answer.clone()).await.expect(201);
        let desk = visit.open("/desk").await;
        assert_eq!(desk.words("sentence"), "要您动手的1件：审核1件。");
        assert!(desk.html.contains("建立周调度") && desk.html.contains("情况说明.pdf"), "{}", desk.html);
        let reply = desk.value("reply");
        let review = async |verdict: &str, more: &[(&str, &str)]| {
            let mut fields = vec![("token", token.as_str()), ("letter", id.as_str()), ("reply", reply.as_str()), ("verdict", verdict)];
            fields.extend_from_slice(more);
            visit.send("/desk/review", &fields).await
        };
        let bare = review("returned", &[]).await;
        assert_eq!(bare.status(), 422);
        assert!(bare.html.contains("退回时请写明原因"), "{}", bare.html);
        assert_eq!(review("burnt", &[]).await.status(), 422);
        let file = app.send(visit.request(&format!("/desk/letters/{id}/replies/{reply}/1"))).await;
        assert!(file.header("content-disposition").starts_with("attachment"));
        let returned = review("returned", &[("stock", "measures"), ("reason", "请附项目清单。")]).await;
        assert_eq!((returned.status(), returned.answer.header("location").as_str()), (303, "/desk#review"));
        let kept = app.get(&format!("{path}/replies")).await.expect(200);
        let reason = kept["items"][0]["review"]["reason"].as_str().unwrap();
        assert!(reason.contains("按月分解") && reason.contains("项目清单"), "{reason}");
        assert_eq!(review("accepted", &[]).await.status(), 409, "it has been reviewed");

        app.post(&format!("{path}/replies"), answer).await.expect(201);
        let desk = visit.open("/desk").await;
        assert!(desk.html.contains("上次退回的意见"), "{}", desk.html);
        let reply = desk.value("reply");
        let fields = [("token", token.as_str()), ("letter", id.as_str()), ("reply", reply.as_str()), ("verdict", "accepted")];
        assert_eq!(visit.send("/desk/review", &fields).await.status(), 303);
        assert!(visit.open("/desk").await.html.contains("审核通过，待销号"));
        assert_eq!(visit.send("/desk/close", &[("token", &token), ("letter", &id)]).await.status(), 303);
        assert_eq!(the_letter(&app).await["state"], "closed");
        assert_eq!(visit.open("/desk").await.words("sentence"), "眼下没有要您动手的事。");
    }

    async fn what_changed_since_the_draft_is_shown_and_not_signed_and_a_draft_can_be_discarded(app: TestApp) {
        sample(&app, &["投资"], json!({"issuing": "approval"})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let key = app.new_key("coordinator", None).await;
        let visit = Visit::with(&app, &key).await;
        let desk = visit.open("/desk").await;
        let (token, mark) = (desk.value("token"), desk.value("sign"));
        let id = the_letter(&app).await["id"].as_str().unwrap().to_owned();
        report(&app, "投资", "2025-07-31", "1.0", "2025-08-21").await;
        let draft = visit.open(&format!("/desk/letters/{id}")).await;
        assert!(draft.html.contains("签发时不会发出") && draft.html.contains("1.0%"), "{}", draft.html);
        assert_eq!(the_letter(&app).await["state"], "draft", "looking writes nothing");
        let refused = visit.send("/desk/sign", &[("token", &token), ("sign", &mark), ("signer", "李四")]).await;
        assert_eq!(refused.status(), 409);
        assert!(refused.html.contains("已按现在的情况重新拟稿"), "{}", refused.html);
        let fresh = the_letter(&app).await["id"].as_str().unwrap().to_owned();
        let fields = [("token", token.as_str()), ("letter", fresh.as_str()), ("by", "李四"), ("reason", "口径有误，待核实")];
        assert_eq!(visit.send("/desk/discard", &fields).await.status(), 303);
        assert_eq!(items(&app, "/letters?state=draft").await.len(), 0);
        let again = visit.send("/desk/discard", &fields).await;
        assert_eq!(again.status(), 409);
        assert!(again.html.contains("不是待签发的函稿"), "{}", again.html);
    }

    async fn overdue_answers_are_listed_with_whom_to_ring_up(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        at(&app, "2025-09-10");
        let visit = Visit::with(&app, &app.new_key("coordinator", None).await).await;
        let desk = visit.open("/desk").await;
        assert_eq!(desk.words("sentence"), "要您动手的1件：催办1件。");
        assert!(desk.html.contains("省发展改革委leader（负责人）") && desk.html.contains("已逾期"), "{}", desk.html);
        let tomorrow = visit.open("/desk/tomorrow").await;
        assert_eq!(tomorrow.status(), 200, "{}", tomorrow.html);
        assert!(tomorrow.html.contains("不写入任何内容"));
        assert_eq!(items(&app, "/letters?limit=10").await.len(), 1, "a rehearsal writes nothing");
    }

    async fn a_coordinator_of_a_unit_does_not_review_its_own_letter(app: TestApp) {
        sample(&app, &["投资"], json!({})).await;
        report(&app, "投资", "2025-07-31", "2.0", "2025-08-20").await;
        run(&app, "2025-08-21").await;
        let letter = the_letter(&app).await;
        let (id, path) = (letter["id"].as_str().unwrap(), format!("/letters/{}", letter["id"].as_str().unwrap()));
        app.post(&format!("{path}/receipt"), json!({"person": "王五"})).await.expect(201);
        app.post(&format!("{path}/replies"), crate::api::letters::replies::reply()).await.expect(201);
        let own = app.new_key("coordinator", letter["unit_id"].as_str()).await;
        let visit = Visit::with(&app, &own).await;
        let desk = visit.open("/desk").await;
        let (token, reply) = (desk.value("token"), desk.value("reply"));
        let fields = [("token", token.as_str()), ("letter", id), ("reply", &reply), ("verdict", "accepted")];
        let refused = visit.send("/desk/review", &fields).await;
        assert_eq!(refused.status(), 403);
        assert!(refused.html.contains("须由其他单位进行"), "{}", refused.html);
    }
}
