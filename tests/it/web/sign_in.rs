//! The front door: who gets in, with what, until when, and what a session does not open.

use actix_web::http::{Method, header};
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use xushi::clock::Clock as _;

use super::visit::{Page, Visit, cookie};
use crate::policy::items;
use crate::support::both;

both! {
    async fn a_key_opens_a_session_that_ends_by_itself_by_hand_and_with_its_key(app: TestApp) {
        let stranger = Visit::stranger(&app);
        assert_eq!(stranger.open("/").await.answer.header("location"), "/sign-in");
        let led = stranger.open("/desk").await;
        assert_eq!((led.status(), led.answer.header("location").as_str()), (303, "/sign-in?next=%2Fdesk"));
        let door = stranger.open("/sign-in?next=%2Fdesk").await;
        assert!(door.html.contains("请先登录") && door.value("next") == "/desk", "{}", door.html);

        let key = app.new_key("coordinator", None).await;
        let answer = Visit::stranger(&app).try_key(&key, "/desk").await;
        assert_eq!((answer.status.as_u16(), answer.header("location").as_str()), (303, "/desk"));
        let (line, pair) = cookie(&answer, "xushi_session").unwrap();
        for part in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/", "Max-Age=28800"] {
            assert!(line.contains(part), "{line}");
        }
        // A cookie over an address that is not encrypted would not come back, and here it is.
        let visit = Visit { app: &app, cookie: pair };
        assert_eq!(visit.open("/").await.answer.header("location"), "/desk");
        let desk = visit.open("/desk").await;
        assert_eq!(desk.status(), 200);
        desk.every_form_has_a_token();
        let policy = desk.answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("style-src 'self'") && !policy.contains("script") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(visit.open("/board").await.status(), 200);
        // Who signed in is written down; the secret and the key are not.
        let entry = items(&app, "/audit-events?limit=500").await.into_iter().find(|one| one["path"] == "/sign-in").unwrap();
        assert_eq!((entry["verb"].as_str(), entry["status"].as_i64()), (Some("POST"), Some(303)));

        // A session opens no call of the API, by whatever verb.
        for method in [Method::GET, Method::POST] {
            let request = TestRequest::default().method(method).uri("/api/v1/letters").insert_header((header::COOKIE, visit.cookie.clone()));
            assert_eq!(app.send(request).await.status.as_u16(), 401);
        }

        let other = Visit::with(&app, &key).await;
        let token = other.open("/desk").await.value("token");
        assert_eq!(other.send("/sign-out", &[("token", "0")]).await.status(), 403);
        assert_eq!(other.open("/desk").await.status(), 200, "another site signs nobody out");
        let out = other.send("/sign-out", &[("token", &token)]).await;
        assert!(cookie(&out.answer, "xushi_session").unwrap().0.contains("Max-Age=0"));
        assert_eq!(other.open("/desk").await.status(), 303, "what was ended stays so, though the cookie is kept");
        assert_eq!(visit.open("/desk").await.status(), 200);

        let begun = app.clock.now();
        app.clock.set(begun + TimeDelta::minutes(479));
        assert_eq!(visit.open("/desk").await.status(), 200);
        app.clock.set(begun + TimeDelta::minutes(481));
        assert_eq!(visit.open("/desk").await.status(), 303, "eight hours are over");
        app.clock.set(begun);
        assert_eq!(visit.open("/desk").await.status(), 200);
        let keys = items(&app, "/api-keys").await;
        let id = keys.iter().find(|one| one["role"] == "coordinator").unwrap()["id"].as_str().unwrap().to_owned();
        app.send(app.request(Method::DELETE, &format!("/api-keys/{id}"))).await.expect(204);
        assert_eq!(visit.open("/desk").await.status(), 303, "the key was retired");
    }

    async fn wrong_keys_and_forms_of_others_are_refused(app: TestApp) {
        let mut stranger = Visit::stranger(&app);
        let begun = std::time::Instant::now();
        let wrong = stranger.try_key("xsk_nobody's", "//evil.example").await;
        assert!(begun.elapsed() >= std::time::Duration::from_secs(1), "a wrong key is answered slowly");
        let page = Page::of(wrong);
        assert_eq!(page.status(), 422);
        assert!(page.words("key-wrong").contains("密钥不正确、已停用或已到期") && cookie(&page.answer, "xushi_session").is_none());
        assert_eq!(page.value("next"), "", "nobody is led to another site");
        assert!(!page.html.contains("nobody"), "what was typed is not shown");
        let feeder = app.new_key("feeder", None).await;
        assert_eq!(stranger.try_key(&feeder, "").await.status.as_u16(), 422);
        // The form of the door carries a token as well.
        let door = stranger.open("/sign-in").await;
        stranger.cookie = cookie(&door.answer, "xushi_form").unwrap().1;
        for token in ["", "0"] {
            assert_eq!(stranger.send("/sign-in", &[("token", token), ("key", &app.key)]).await.status(), 403);
        }
        let entries = items(&app, "/audit-events?limit=500").await;
        assert!(!entries.iter().any(|one| one["path"] == "/sign-in"), "nobody has signed in");
    }

    async fn who_mistypes_an_address_sees_a_page_and_a_program_an_answer(app: TestApp) {
        let asked = |path: &str, accept: &str| {
            TestRequest::get().uri(path).insert_header((header::ACCEPT, accept.to_owned()))
        };
        let browser = "text/html,application/xhtml+xml,*/*;q=0.8";
        let page = Page::of(app.send(asked("/nothing", browser)).await);
        assert_eq!(page.status(), 404);
        assert!(page.html.contains("没有这个页面") && page.html.contains("lang=\"zh-CN\""), "{}", page.html);
        for (path, accept) in [("/nothing", "*/*"), ("/nothing", "application/json"), ("/api/v1/nothing", browser)] {
            let answer = app.send(asked(path, accept).insert_header(("authorization", format!("Bearer {}", app.key)))).await;
            assert!(answer.header("content-type").starts_with("application/problem+json"), "{path} {accept}");
        }
        for (form, page) in [("/desk/sign", "/desk"), ("/desk/close", "/desk"), ("/mine/figures", "/mine"), ("/sign-out", "/sign-in")] {
            let answer = app.send(asked(form, browser)).await;
            assert_eq!((answer.status.as_u16(), answer.header("location").as_str()), (303, page), "{form}");
        }
        for address in ["/docs/", "/docs/index.html"] {
            let page = Page::of(app.send(asked(address, browser)).await);
            assert_eq!(page.status(), 200, "{address}");
            assert!(page.html.contains("<title>接口说明 – 序时</title>") && page.html.contains("怎样发函"), "{}", page.html);
            assert!(page.answer.header("content-security-policy").contains("script-src 'self'"), "{address}");
        }
        for part in ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-initializer.js"] {
            assert_eq!(app.send(asked(&format!("/docs/{part}"), "*/*")).await.status.as_u16(), 200, "{part}");
        }
    }

    async fn each_role_is_led_to_its_own_pages_and_no_further(app: TestApp) {
        let letters = crate::api::letters::replies::issued(&app).await;
        let unit = letters[0]["unit_id"].as_str();
        let campaign = letters[0]["campaign_id"].as_str().unwrap().to_owned();
        let board = format!("/board/{campaign}");
        for (role, unit, home, open, closed) in [
            ("reader", None, "/board", vec![board.as_str()], vec!["/desk", "/desk/tomorrow", "/mine"]),
            ("coordinator", None, "/desk", vec!["/desk", board.as_str(), "/desk/tomorrow"], vec!["/mine"]),
            ("unit", unit, "/mine", vec!["/mine"], vec!["/desk", board.as_str(), "/board"]),
            ("reporter", unit, "/mine", vec!["/mine"], vec!["/desk", board.as_str()]),
        ] {
            let key = app.new_key(role, unit).await;
            let visit = Visit::with(&app, &key).await;
            assert_eq!(visit.open("/").await.answer.header("location"), home, "{role}");
            for path in open {
                let page = visit.open(path).await;
                assert_eq!(page.status(), 200, "{role} {path}: {}", page.html);
                page.every_form_has_a_token();
            }
            for path in closed {
                let page = visit.open(path).await;
                assert_eq!(page.status(), 403, "{role} {path}");
                assert!(page.html.contains("此页不对您开放"), "{}", page.html);
            }
            let token = visit.open(visit.open("/").await.answer.header("location").as_str()).await;
            let token = if token.status() == 303 { visit.open(&token.answer.header("location")).await } else { token }.value("token");
            if role != "coordinator" {
                let id = letters[0]["id"].as_str().unwrap();
                for path in ["/desk/sign", "/desk/discard", "/desk/review", "/desk/close", "/desk/retry", "/desk/recipient"] {
                    let refused = visit.send(path, &[("token", &token), ("letter", id), ("signer", "李四")]).await;
                    assert_eq!(refused.status(), 403, "{role} {path}");
                }
                let entries = items(&app, "/audit-events?limit=500").await;
                let own = format!("/desk/review/{id}");
                assert!(entries.iter().any(|one| one["path"] == own.as_str() && one["status"] == 403 && one["by"] == role));
            }
        }
        let sheet = Visit::stranger(&app).open("/style.css").await;
        assert!(sheet.answer.header("cache-control").contains("immutable") && sheet.html.contains(".g-unknown"));
        assert_eq!(Visit::stranger(&app).open("/favicon.ico").await.answer.header("content-type"), "image/svg+xml");
    }
}
