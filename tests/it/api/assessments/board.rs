use std::io::Read as _;

use actix_web::http::Method;
use serde_json::json;

use crate::api::indicators::task;
use crate::support::both;

both! {
    async fn a_board_asked_for_again_is_the_same_however_it_travels(app: TestApp) {
        xushi::demo::load(&app.office).await.unwrap().unwrap();
        let first = app.get("/assessments").await;
        assert_eq!(first.json()["items"].as_array().unwrap().len(), 50);
        for encodings in ["", "identity", "gzip", "br, gzip;q=0.5", "gzip;q=0", "*"] {
            let asked = app.request(Method::GET, "/assessments").insert_header(("accept-encoding", encodings));
            let answer = app.send(asked).await;
            let packed = answer.header("content-encoding") == "gzip";
            assert!(!packed || ["gzip", "br, gzip;q=0.5", "*"].contains(&encodings), "{encodings}");
            let mut json = answer.bytes.clone();
            if packed {
                json.clear();
                flate2::read::GzDecoder::new(&answer.bytes[..]).read_to_end(&mut json).unwrap();
                assert!(answer.header("vary").contains("accept-encoding"));
            }
            assert_eq!((answer.status.as_u16(), &json), (200, &first.bytes), "{encodings}");
            let tag = first.header("etag");
            let tag = if packed { format!("{}-gzip\"", tag.trim_end_matches('"')) } else { tag };
            assert_eq!(answer.header("etag"), tag, "{encodings}");
        }
        let known = app.request(Method::GET, "/assessments").insert_header(("if-none-match", first.header("etag")));
        assert_eq!(app.send(known).await.status.as_u16(), 304);
        app.post("/units", json!({"name": "省新设机构", "region": "430000"})).await.expect(201);
        assert_eq!(app.get("/assessments").await.bytes, first.bytes, "nothing on it has changed");
    }

    async fn the_board_is_walked_worst_first(app: TestApp) {
        task(&app).await;
        let day = "2025-08-27".parse().unwrap();
        xushi::office::assessments::evaluate(&app.office, &xushi::office::Actor::job(), day).await.unwrap();
        let (mut seen, mut path) = (Vec::new(), "/assessments?campaign=%E4%B8%83%E5%A4%A7%E6%94%BB%E5%9D%9A&limit=30".to_owned());
        let first = path.clone();
        loop {
            let page = app.get(&path).await.expect(200);
            seen.extend(page["items"].as_array().unwrap().iter().map(|row| row["indicator_id"].as_str().unwrap().to_owned()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("{first}&cursor={cursor}");
        }
        assert_eq!(seen.len(), 101);
        let past = app.get("/assessments?as_of=2025-08-27&limit=500").await.expect(200);
        let past: Vec<_> = past["items"].as_array().unwrap().iter().map(|row| row["indicator_id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(past, seen, "judging again gives the same board in the same order");
    }
}
