use actix_web::http::Method;
use actix_web::test::TestRequest;

use crate::support::both;

both! {
    async fn an_invented_method_or_path_makes_no_series(app: TestApp) {
        for n in 0..20 {
            let method = Method::from_bytes(format!("ZZ{n}").as_bytes()).unwrap();
            app.send(TestRequest::default().method(method).uri("/healthz")).await;
            app.send(TestRequest::default().uri(&format!("/nowhere/zz{n}"))).await;
            app.get(&format!("/nowhere/zz{n}")).await;
            app.get(&format!("/letters/zz{n}")).await;
        }
        app.send(TestRequest::default().uri("/metrics")).await.problem(401, "unauthorized", "");
        let unit = crate::policy::unit(&app, "省商务厅", None, &[]).await;
        let theirs = app.new_key("unit", Some(&unit)).await;
        let scrape = |key: &str| TestRequest::default().uri("/metrics").insert_header(("authorization", format!("Bearer {key}")));
        app.send(scrape(&theirs)).await.problem(403, "forbidden", "");
        let metrics = app.send(scrape(&app.key)).await;
        assert_eq!(metrics.status.as_u16(), 200);
        let metrics = String::from_utf8(metrics.bytes).unwrap();
        assert!(!metrics.contains("ZZ") && !metrics.contains("zz"), "{metrics}");
        assert!(metrics.contains("xushi_http_requests_total{method=\"OTHER\",route=\"/healthz\",status=\"405\"}"), "{metrics}");
        assert!(metrics.contains("xushi_log_lines_lost_total 0"), "{metrics}");
        for name in ["xushi_build_info{", "xushi_database_connections{", "xushi_delivery_oldest_waiting_seconds", "process_start_time_seconds"] {
            assert!(metrics.contains(name), "{name}: {metrics}");
        }
    }
}
