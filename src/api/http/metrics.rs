//! What Prometheus reads at `/metrics`.

use std::sync::LazyLock;
use std::time::Duration;

use prometheus::{
    HistogramVec, IntCounter, IntCounterVec, IntGaugeVec, Registry, TextEncoder, histogram_opts, opts,
};

/// The process's metrics.
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    /// Deliveries by state, read from the outbox when scraped.
    pub deliveries: IntGaugeVec,
    /// Open incidents by kind, read when scraped.
    pub incidents: IntGaugeVec,
    /// Lines of the log that could not be written.
    pub log_lines_lost: IntCounter,
}

/// Methods that the service answers or that browsers and probes ask with. Every other one is `OTHER`: a caller may invent
/// as many as it likes, and each would be a series that is never given back.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

static GLOBAL: LazyLock<Metrics> = LazyLock::new(Metrics::new);

impl Metrics {
    /// The one registry of this process.
    pub fn global() -> &'static Self {
        &GLOBAL
    }

    #[expect(clippy::expect_used, reason = "fixed names, checked by the first test that starts a server")]
    fn new() -> Self {
        let registry = Registry::new();
        let requests = IntCounterVec::new(
            opts!("xushi_http_requests_total", "Answered requests."),
            &["method", "route", "status"],
        )
        .expect("metric");
        let buckets = vec![0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];
        let seconds = HistogramVec::new(
            histogram_opts!("xushi_http_request_seconds", "Time to answer.", buckets),
            &["method", "route"],
        )
        .expect("metric");
        let deliveries =
            IntGaugeVec::new(opts!("xushi_deliveries", "Deliveries in the outbox, by state."), &["state"])
                .expect("metric");
        let incidents =
            IntGaugeVec::new(opts!("xushi_incidents_open", "Open incidents, by kind."), &["kind"])
                .expect("metric");
        let log_lines_lost =
            IntCounter::new("xushi_log_lines_lost_total", "Lines of the log that could not be written.")
                .expect("metric");
        registry.register(Box::new(log_lines_lost.clone())).expect("metric");
        registry.register(Box::new(incidents.clone())).expect("metric");
        registry.register(Box::new(requests.clone())).expect("metric");
        registry.register(Box::new(seconds.clone())).expect("metric");
        registry.register(Box::new(deliveries.clone())).expect("metric");
        Self { registry, requests, seconds, deliveries, incidents, log_lines_lost }
    }

    /// Counts one answer. `route` is a pattern of the service's own, never a path as asked for.
    pub fn observe_request(&self, method: &str, route: &str, status: u16, took: Duration) {
        let method = METHODS.iter().find(|known| **known == method).map_or("OTHER", |known| known);
        self.requests.with_label_values(&[method, route, &status.to_string()]).inc();
        self.seconds.with_label_values(&[method, route]).observe(took.as_secs_f64());
    }

    /// All metrics in the Prometheus text format.
    pub fn render(&self) -> String {
        TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap_or_default()
    }
}
