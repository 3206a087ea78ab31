//! Health, readiness and metrics.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use model::Fault;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use response::{Counted, Gauges, Mayday};

use crate::problem::Problem;
use crate::router::Api;

/// What a scrape reads: every count, and how full the window is.
#[derive(Debug)]
struct Scrape {
    counts: Vec<(Counted, u64)>,
    gauges: Gauges,
}

impl Scrape {
    fn of(mayday: &Mayday) -> Self {
        let count = |counted: Counted| (counted, mayday.tally().count(counted));
        Self { counts: Counted::ALL.into_iter().map(count).collect(), gauges: mayday.gauges() }
    }
}

impl Collector for Scrape {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), std::fmt::Error> {
        for (counted, count) in &self.counts {
            let (name, help) = counted.metric();
            let counter = ConstCounter::new(*count);
            let kind = counter.metric_type();
            counter.encode(encoder.encode_descriptor(name, help, None, kind)?)?;
        }
        let gauges = [
            ("mayday_window_runs", "Settled runs in memory", self.gauges.runs),
            ("mayday_traces_waiting", "Traces that have not settled yet", self.gauges.waiting),
            ("mayday_flight_bytes", "Bytes of flights on disk", self.gauges.bytes),
        ];
        for (name, help, value) in gauges {
            let gauge = ConstGauge::new(value as i64);
            let kind = gauge.metric_type();
            gauge.encode(encoder.encode_descriptor(name, help, None, kind)?)?;
        }
        Ok(())
    }
}

/// `GET /metrics`, in the OpenMetrics text format.
pub async fn metrics(State(api): State<Api>) -> Result<Response, Problem> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Scrape::of(&api.mayday)));
    let mut text = String::new();
    encode(&mut text, &registry)
        .map_err(|_| Problem::new(Fault::Bug, "the metrics could not be written"))?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(CONTENT_TYPE, kind)], text).into_response())
}

/// `GET /healthz`: the process answers.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the stores were opened, or nothing would be listening here.
pub async fn readyz() -> &'static str {
    "ready\n"
}
