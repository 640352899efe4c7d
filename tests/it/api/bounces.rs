use actix_web::http::{Method, header};
use serde_json::{Value, json};
use xushi::domain::delivery::{DeliveryState, Recipient};
use xushi::jobs::deliver::deliver;
use xushi::jobs::watch::{Watched, watch};
use xushi::mail::outbox::MemoryOutbox;

use crate::post::{deliveries, issued, jobs, open_incidents, plain};
use crate::support::both;

both! {
    async fn a_mail_that_comes_back_is_seen(app: TestApp) {
        let letter = issued(&app).await.remove(0);
        deliver(&jobs(&app, &MemoryOutbox::default())).await.unwrap();
        let row = deliveries(&app).await.into_iter().find(|row| row.letter_id == letter.id && row.role == Recipient::To).unwrap();
        let bounce = |id: &str, action: &str| format!(
            "From: MAILER-DAEMON\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\
             Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; {}\r\n\
             Action: {action}\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n--b\r\n\
             Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{id}>\r\n\r\n--b--\r\n", row.email);
        let post = async |body: String, kind: &str| {
            let request = app.request(Method::POST, "/bounces").insert_header((header::CONTENT_TYPE, kind.to_owned()));
            app.send(request.set_payload(body)).await
        };
        let of_row = |state: DeliveryState| (row.id.0.to_string(), state);
        let state = async || {
            let now = deliveries(&app).await.into_iter().find(|now| now.id == row.id).unwrap();
            (now.id.0.to_string(), now.state.0)
        };
        post(bounce(&row.message_id, "failed"), "text/plain").await.problem(415, "unsupported_media_type", "");
        post("Subject: on leave\r\n\r\nback on Monday".into(), "message/rfc822").await.problem(422, "invalid", "");
        let late = post(bounce(&row.message_id, "delayed"), "message/rfc822").await.expect(200);
        assert_eq!((late["outcome"].as_str(), state().await), (Some("unchanged"), of_row(DeliveryState::Accepted)));
        let back = post(bounce(&row.message_id, "failed"), "message/rfc822").await.expect(200);
        assert_eq!((back["outcome"].as_str(), back["delivery_id"].as_str()), (Some("bounced"), Some(row.id.0.to_string().as_str())));
        assert_eq!((back["status"].as_str(), back["diagnostic"].as_str()), (Some("5.1.1"), Some("550 no such user")));
        assert_eq!(state().await, of_row(DeliveryState::Bounced));
        let again = post(bounce(&row.message_id, "failed"), "message/rfc822").await.expect(200);
        assert_eq!(again["outcome"], "unchanged");
        let incidents = open_incidents(&app, "delivery_bounced").await;
        assert_eq!(incidents.len(), 1);
        assert!(incidents[0]["detail"].as_str().unwrap().contains("550 no such user"));
        for _ in 0..2 {
            let stray = post(bounce("nobody@example.net", "failed"), "message/rfc822").await.expect(200);
            assert_eq!(stray["outcome"], "stray");
        }
        assert_eq!(open_incidents(&app, "stray_bounce").await.len(), 1);
        let ready: Value = serde_json::from_str(&plain(&app, "/readyz").await).unwrap();
        assert_eq!((&ready["ready"], &ready["degraded"]), (&json!(true), &json!(true)));
        assert_eq!(ready["incidents"], json!({"delivery_bounced": 1, "stray_bounce": 1}));
        // The only mail to the addressee came back: the letter itself is a incident, too, until somebody has it.
        watch(&jobs(&app, &MemoryOutbox::default()), &[]).await.unwrap();
        let lost = open_incidents(&app, "letter_undelivered").await;
        assert_eq!(lost[0]["subject_id"], letter.id.0.to_string());
        let id = incidents[0]["id"].as_str().unwrap();
        let closed = app.post(&format!("/incidents/{id}/closure"), json!({})).await.expect(200);
        assert!(closed["closed_at"].is_string());
        app.post(&format!("/incidents/{id}/closure"), json!({})).await.problem(409, "conflict", "");
        assert_eq!(watch(&jobs(&app, &MemoryOutbox::default()), &[]).await.unwrap(), Watched::default(), "seen to is seen to");
        let metrics = plain(&app, "/metrics").await;
        assert!(metrics.contains("xushi_incidents_open{kind=\"delivery_bounced\"}"), "{metrics}");
    }
}
