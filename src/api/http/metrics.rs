//! What Prometheus reads at `/metrics`.

use std::sync::LazyLock;
use std::time::Duration;

use prometheus::{
    Gauge, GaugeVec, HistogramVec, IntCounter, IntCounterVec, IntGaugeVec, Registry, TextEncoder,
    histogram_opts, opts,
};

/// The process's metrics.
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    /// Deliveries by state, read from the outbox when scraped.
    pub deliveries: IntGaugeVec,
    /// How long the oldest delivery has waited that is neither accepted nor given up.
    pub oldest_waiting: Gauge,
    /// Open incidents by kind, read when scraped.
    pub incidents: IntGaugeVec,
    /// When each job was last done.
    pub last_success: GaugeVec,
    /// Connections to the database, in use and waited for.
    pub connections: IntGaugeVec,
    /// Which version runs, over which database.
    pub build: IntGaugeVec,
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
        #[cfg(target_os = "linux")]
        registry
            .register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))
            .expect("metric");
        let buckets = vec![0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 5.0, 10.0];
        let seconds = histogram_opts!("xushi_http_request_duration_seconds", "Time to answer.", buckets);
        macro_rules! metric {
            ($metric:expr) => {{
                let metric = $metric.expect("metric");
                registry.register(Box::new(metric.clone())).expect("metric");
                metric
            }};
        }
        let requests = opts!("xushi_http_requests_total", "Answered requests.");
        let deliveries = opts!("xushi_deliveries", "Deliveries in the outbox, by state.");
        let incidents = opts!("xushi_incidents_open", "Open incidents, by kind.");
        let jobs = opts!("xushi_job_last_success_timestamp_seconds", "When a job's work was last done.");
        let connections = opts!("xushi_database_connections", "Connections lent, and waited for.");
        Self {
            requests: metric!(IntCounterVec::new(requests, &["method", "route", "status"])),
            seconds: metric!(HistogramVec::new(seconds, &["method", "route"])),
            deliveries: metric!(IntGaugeVec::new(deliveries, &["state"])),
            oldest_waiting: metric!(Gauge::new(
                "xushi_delivery_oldest_waiting_seconds",
                "How long the oldest delivery waits that is neither accepted nor given up."
            )),
            incidents: metric!(IntGaugeVec::new(incidents, &["kind"])),
            last_success: metric!(GaugeVec::new(jobs, &["job"])),
            connections: metric!(IntGaugeVec::new(connections, &["state"])),
            build: metric!(IntGaugeVec::new(
                opts!("xushi_build_info", "Which version runs, over which database."),
                &["version", "database"]
            )),
            log_lines_lost: metric!(IntCounter::new(
                "xushi_log_lines_lost_total",
                "Lines of the log that could not be written."
            )),
            registry,
        }
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
