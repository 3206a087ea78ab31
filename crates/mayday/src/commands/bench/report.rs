//! What `mayday bench ingest` answers: a table first, then what stands behind it.

use serde::Serialize;

use super::figures::{Latency, Spread};
use super::floor::{Floor, THREADS, ZSTD_LEVEL};
use super::load::Load;
use super::round::Round;

/// The figures of a whole run.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    version: &'static str,
    build: &'static str,
    content: &'static str,
    cores: usize,
    connections: u64,
    rounds: u64,
    seed: u64,
    floor_threads: usize,
    floor_zstd_level: i32,
    pub(super) loads: Vec<LoadReport>,
}

/// The figures of one load.
#[derive(Debug, Serialize)]
pub(super) struct LoadReport {
    load: &'static str,
    /// What one round sends.
    spans: usize,
    traces: usize,
    requests: usize,
    bytes_per_span: usize,
    pub(super) durable_spans_per_second: Spread,
    floor_spans_per_second: Spread,
    /// Of one after the other, in each round.
    ratio: Spread,
    cpu_us_per_span: Spread,
    cpu_us_per_span_until_settled: Spread,
    floor_cpu_us_per_span: Spread,
    sending_cpu_us_per_span: Spread,
    /// From the last answer; null if not every round came to that.
    settled_after_seconds: Option<Spread>,
    disk_bytes_per_otlp_byte: Spread,
    peak_resident_mb: Spread,
    /// Looked at each tenth of a second, in all rounds.
    resident_mb: Option<Spread>,
    /// Answers 429 and 503, in all rounds; each request was sent again until it was taken.
    asked_to_wait: usize,
    /// From the acknowledgement of a trace until a query shows all of it.
    pub(super) visible: Option<VisibleReport>,
}

/// How soon what was accepted shows.
#[derive(Debug, Serialize)]
pub(super) struct VisibleReport {
    /// The load beside it.
    pub(super) load_spans_per_second: f64,
    #[serde(flatten)]
    pub(super) latency: Latency,
}

impl Report {
    pub(super) fn new(content: &'static str, connections: u64, rounds: u64, seed: u64) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            build: super::BUILD,
            content,
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            connections,
            rounds,
            seed,
            floor_threads: THREADS,
            floor_zstd_level: ZSTD_LEVEL,
            loads: Vec::new(),
        }
    }

    /// For people: a line for each load, then how far the rounds lie apart.
    pub(super) fn table(&self) -> String {
        let mut lines = vec![format!(
            "{:9} {:>10} {:>8} {:>9} {:>9} {:>9} {:>8} {:>9} {:>9}",
            "load",
            "durable/s",
            "of floor",
            "CPU us",
            "floor us",
            "disk/OTLP",
            "peak MB",
            "show p50",
            "show p99"
        )];
        lines.extend(self.loads.iter().map(LoadReport::line));
        lines.push(String::new());
        lines.extend(self.loads.iter().map(LoadReport::detail));
        lines.push(format!(
            "{} build, {} cores, {} connections, median of {} rounds. The floor decodes, \
             compresses (zstd {}), appends and syncs the same requests with {} threads. CPU is \
             told a span, for the server alone; show is milliseconds from acknowledged to shown, \
             under half of the load.",
            self.build,
            self.cores,
            self.connections,
            self.rounds,
            self.floor_zstd_level,
            self.floor_threads,
        ));
        lines.join("\n")
    }
}

impl LoadReport {
    /// The figures of one round or more.
    pub(super) fn of(load: Load, rounds: &[(Floor, Round)]) -> Option<Self> {
        let (_, first) = rounds.first()?;
        let spread = |figure: fn(&Floor, &Round) -> f64| {
            Spread::of(rounds.iter().map(|(floor, round)| figure(floor, round)))
        };
        let settled = rounds.iter().map(|(_, round)| round.settling);
        let settled: Option<Vec<f64>> =
            settled.map(|time| time.map(|time| time.as_secs_f64())).collect();
        let resident = rounds.iter().flat_map(|(_, round)| &round.resident);
        Some(Self {
            load: load.name(),
            spans: first.sent.spans,
            traces: first.sent.traces,
            requests: first.sent.requests,
            bytes_per_span: first.sent.bytes / first.sent.spans.max(1),
            durable_spans_per_second: spread(|_, round| round.sent.spans_per_second())?,
            floor_spans_per_second: spread(|floor, _| floor.spans_per_second())?,
            ratio: spread(|floor, round| round.sent.spans_per_second() / floor.spans_per_second())?,
            cpu_us_per_span: spread(|_, round| round.micros(round.cpu))?,
            cpu_us_per_span_until_settled: spread(|_, round| round.micros(round.cpu_settled))?,
            floor_cpu_us_per_span: spread(|floor, _| floor.micros())?,
            sending_cpu_us_per_span: spread(|_, round| round.micros(round.cpu_sending))?,
            settled_after_seconds: settled.and_then(Spread::of),
            disk_bytes_per_otlp_byte: spread(|_, round| {
                round.disk as f64 / round.sent.bytes.max(1) as f64
            })?,
            peak_resident_mb: spread(|_, round| megabytes(round.peak))?,
            resident_mb: Spread::of(resident.map(|bytes| megabytes(*bytes))),
            asked_to_wait: rounds.iter().map(|(_, round)| round.sent.retries).sum(),
            visible: None,
        })
    }

    fn line(&self) -> String {
        let shows = |figure: fn(&Latency) -> f64| {
            self.visible
                .as_ref()
                .map_or("-".to_owned(), |visible| format!("{:.1}", figure(&visible.latency)))
        };
        format!(
            "{:9} {:>10.0} {:>8.3} {:>9.1} {:>9.1} {:>9.3} {:>8.0} {:>9} {:>9}",
            self.load,
            self.durable_spans_per_second.median,
            self.ratio.median,
            self.cpu_us_per_span.median,
            self.floor_cpu_us_per_span.median,
            self.disk_bytes_per_otlp_byte.median,
            self.peak_resident_mb.median,
            shows(|latency| latency.p50_ms),
            shows(|latency| latency.p99_ms),
        )
    }

    fn detail(&self) -> String {
        let Spread { min, max, .. } = self.durable_spans_per_second;
        let settled = self.settled_after_seconds.map_or("not settled in time".to_owned(), |time| {
            format!("settled {:.1} s after the last answer", time.median)
        });
        let followed = self.visible.as_ref().map_or(String::new(), |visible| {
            let VisibleReport { load_spans_per_second, latency } = visible;
            format!("; {} traces followed at {load_spans_per_second:.0} spans/s", latency.n)
        });
        format!(
            "{}: n {} spans of {} bytes in {} requests a round; {min:.0} to {max:.0}/s, floor \
             {:.0} to {:.0}, ratio {:.3} to {:.3}; {:.1} us until settled, {settled}; {:.1} us to \
             send; asked to wait {} times{followed}",
            self.load,
            self.spans,
            self.bytes_per_span,
            self.requests,
            self.floor_spans_per_second.min,
            self.floor_spans_per_second.max,
            self.ratio.min,
            self.ratio.max,
            self.cpu_us_per_span_until_settled.median,
            self.sending_cpu_us_per_span.median,
            self.asked_to_wait,
        )
    }
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
