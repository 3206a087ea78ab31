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
use response::{Counted, Gauges};

use crate::forward::{Figures, Outbox};
use crate::problem::Problem;
use crate::router::Api;

/// What a scrape reads: every count, how full the window is, and how forwarding goes.
#[derive(Debug)]
struct Scrape {
    counts: Vec<(Counted, u64)>,
    gauges: Gauges,
    forward: Option<Figures>,
}

impl Scrape {
    fn of(api: &Api) -> Self {
        let count = |counted: Counted| (counted, api.mayday.tally().count(counted));
        Self {
            counts: Counted::ALL.into_iter().map(count).collect(),
            gauges: api.mayday.gauges(),
            forward: api.forward.as_ref().map(Outbox::figures),
        }
    }
}

impl Collector for Scrape {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), std::fmt::Error> {
        for (counted, count) in &self.counts {
            let (name, help) = counted.metric();
            counter(&mut encoder, name, help, *count)?;
        }
        let gauges = [
            ("mayday_window_runs", "Settled runs in memory", self.gauges.runs),
            ("mayday_traces_waiting", "Traces that have not settled yet", self.gauges.waiting),
            ("mayday_flight_bytes", "Bytes of flights on disk", self.gauges.bytes),
            (
                "mayday_flight_quota_bytes",
                "Bytes that flights may take on disk, or 0 for no limit",
                self.gauges.quota,
            ),
            (
                "mayday_deliveries_waiting",
                "Deliveries to targets that have not arrived yet",
                self.gauges.deliveries,
            ),
            (
                "mayday_breakers_open",
                "Targets let be because they fail again and again",
                self.gauges.breakers,
            ),
        ];
        for (name, help, value) in gauges {
            gauge(&mut encoder, name, help, value)?;
        }
        let Some(Figures { counters, gauges }) = &self.forward else { return Ok(()) };
        for (name, help, count) in counters {
            counter(&mut encoder, name, help, *count)?;
        }
        for (name, help, value) in gauges {
            gauge(&mut encoder, name, help, *value)?;
        }
        Ok(())
    }
}

type Written = Result<(), std::fmt::Error>;

fn counter(encoder: &mut DescriptorEncoder, name: &str, help: &str, count: u64) -> Written {
    let counter = ConstCounter::new(count);
    let kind = counter.metric_type();
    counter.encode(encoder.encode_descriptor(name, help, None, kind)?)
}

fn gauge(encoder: &mut DescriptorEncoder, name: &str, help: &str, value: u64) -> Written {
    let gauge = ConstGauge::new(value as i64);
    let kind = gauge.metric_type();
    gauge.encode(encoder.encode_descriptor(name, help, None, kind)?)
}

/// `GET /metrics`, in the OpenMetrics text format.
pub async fn metrics(State(api): State<Api>) -> Result<Response, Problem> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Scrape::of(&api)));
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
