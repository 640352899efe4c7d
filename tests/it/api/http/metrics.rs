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
        let metrics = app.send(TestRequest::default().uri("/metrics")).await;
        let metrics = String::from_utf8(metrics.bytes).unwrap();
        assert!(!metrics.contains("ZZ") && !metrics.contains("zz"), "{metrics}");
        assert!(metrics.contains("xushi_http_requests_total{method=\"OTHER\",route=\"/healthz\",status=\"405\"}"), "{metrics}");
        assert!(metrics.contains("xushi_log_lines_lost_total 0"), "{metrics}");
    }
}
