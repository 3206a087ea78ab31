//! OTLP in: one export request, under limits, to a batch.

use std::sync::Arc;

use model::{Batch, Fault, Faulty, Rejection, Step};

use crate::count::{Measured, measure};
use crate::encoding::{Encoding, Signal};
use crate::logs::Records;
use crate::memo::Memo;
use crate::origin::{self, Group, groups};
use crate::policy::{Features, Policy};
use crate::spans;
use crate::told::Sender;

/// What one request may hold at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Spans, or log records, in a request.
    pub spans: usize,
    /// Resources, and scopes, in a request.
    pub scopes: usize,
    /// Attributes, events, links and values in lists, in a whole request.
    pub parts: usize,
    /// Bytes of a resource with its attributes, and of a scope with its own.
    pub resource_bytes: usize,
    /// Bytes of resources in a whole request, each counted once for every scope.
    pub origin_bytes: usize,
    /// Attributes on a span or a log record.
    pub attributes: usize,
    /// Bytes of an attribute's key or of a span's name.
    pub name_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            spans: 50_000,
            scopes: 10_000,
            parts: 1_000_000,
            resource_bytes: 32 * 1_024,
            origin_bytes: 16 * 1_024 * 1_024,
            attributes: 4_096,
            name_bytes: 1_024,
        }
    }
}

/// Why a whole request can't be read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Not OTLP, or cut short.
    #[error(
        "could not read the body as an OTLP export request in protobuf: it is cut short, or \
         something else"
    )]
    Protobuf,
    /// Not JSON, or JSON of another form.
    #[error(
        "could not read the body as an OTLP export request in JSON: line {line}, column {column} \
         is no JSON, or not what OTLP has there"
    )]
    Json {
        /// Where, counted from 1.
        line: usize,
        /// Where in the line.
        column: usize,
    },
    /// Too much at once.
    #[error("the request holds {got} {what}, more than the {limit} allowed: send smaller batches")]
    TooMany {
        /// How many it holds.
        got: usize,
        /// The limit.
        limit: usize,
        /// Of what.
        what: &'static str,
    },
}

/// The place alone: what JSON's own error says may quote the body.
impl From<serde_json::Error> for DecodeError {
    fn from(error: serde_json::Error) -> Self {
        DecodeError::Json { line: error.line(), column: error.column() }
    }
}

impl Faulty for DecodeError {
    fn fault(&self) -> Fault {
        match self {
            DecodeError::Protobuf | DecodeError::Json { .. } | DecodeError::TooMany { .. } => {
                Fault::Invalid
            }
        }
    }
}

/// Bytes of items that are read before their steps are handed over, about, and most steps: what is
/// done with them then finds them in the processor's cache.
const AT_ONCE: (usize, usize) = (96 * 1_024, 64);

/// Reads one trace export request. Spans that can't be kept are listed with the reason; the others
/// stay.
pub fn decode(
    request: &[u8],
    encoding: Encoding,
    limits: &Limits,
    policy: &Policy,
) -> Result<Batch, DecodeError> {
    whole(measure(request, encoding, Signal::Traces, limits)?, limits, policy)
}

/// Reads one log export request: GenAI events become steps, evaluations also claims. Records that
/// can't be kept, and those that are none of ours, are listed with the reason.
pub fn decode_logs(
    request: &[u8],
    encoding: Encoding,
    limits: &Limits,
    policy: &Policy,
) -> Result<Batch, DecodeError> {
    whole(measure(request, encoding, Signal::Logs, limits)?, limits, policy)
}

/// A request whose senders are read, and whose items are not yet.
pub struct Opened<'a> {
    encoding: Encoding,
    signal: Signal,
    groups: Vec<Group<'a>>,
    features: Arc<Features>,
}

impl<'a> Opened<'a> {
    /// Opens a request, unless its senders say more than they may.
    pub fn of(
        measured: Measured<'a>,
        limits: &Limits,
        policy: &Policy,
    ) -> Result<Self, DecodeError> {
        let (encoding, signal) = (measured.encoding, measured.signal);
        let groups = groups(measured, limits, policy)?;
        let differs = policy.differs() && signal == Signal::Traces;
        let features = if differs { features(&groups, encoding) } else { Features::new() };
        Ok(Self { encoding, signal, groups, features: Arc::new(features) })
    }

    /// The same in parts of about so many bytes at least, to be read side by side: the first, and
    /// the others, so that there are `most` at most. Log records stay together: the id of one may
    /// follow from those before it.
    pub fn split(self, bytes: usize, most: usize) -> (Self, Vec<Self>) {
        let items = self.groups.iter().flat_map(|group| &group.items);
        let all: usize = items.map(|item| item.len()).sum();
        let count = (all / bytes.max(1)).min(most);
        if self.signal == Signal::Logs || count < 2 {
            return (self, Vec::new());
        }
        let Self { encoding, signal, groups, features } = self;
        let part = |groups| Self { encoding, signal, groups, features: Arc::clone(&features) };
        let mut parts = split(groups, all.div_ceil(count)).into_iter().map(part);
        let first = parts.next().unwrap_or_else(|| part(Vec::new()));
        (first, parts.collect())
    }

    /// Reads the items, and hands over their steps some at a time, while others are still to be
    /// read.
    pub fn read(self, limits: &Limits, policy: &Policy, take: &mut dyn FnMut(Vec<Step>)) -> Batch {
        match self.signal {
            Signal::Traces => self.spans(limits, policy, take),
            Signal::Logs => self.records(limits, policy, take),
        }
    }

    fn spans(self, limits: &Limits, policy: &Policy, take: &mut dyn FnMut(Vec<Step>)) -> Batch {
        let Self { encoding, groups, features, .. } = self;
        let (mut batch, mut parts) = (Batch::default(), Parts::new(take));
        let mut memo = Memo::default();
        for group in groups {
            let sender = group.origin.as_ref().map(Sender::of);
            for item in group.items {
                let step = sender.as_ref().map_err(|why| **why).and_then(|sender| {
                    let span = encoding.span(item)?;
                    let named = spans::feature(&span).or(origin::feature(sender.origin));
                    let of_trace = || features.get(&span.trace?).map(String::as_str);
                    let named = named.or_else(of_trace);
                    let privacy = policy.of(named);
                    let claims = spans::claims(&span);
                    Ok((spans::step(span, sender, limits, privacy, &mut memo)?, claims))
                });
                match step {
                    Ok((step, claims)) => {
                        parts.push(step, item.len());
                        batch.claims.extend(claims);
                    }
                    Err(why) => batch.rejections.push(refused(encoding, Signal::Traces, item, why)),
                }
            }
        }
        parts.hand_over();
        batch
    }

    fn records(self, limits: &Limits, policy: &Policy, take: &mut dyn FnMut(Vec<Step>)) -> Batch {
        let Self { encoding, groups, .. } = self;
        let (mut batch, mut parts) = (Batch::default(), Parts::new(take));
        let mut records = Records::new(limits, policy);
        for group in groups {
            let sender = group.origin.as_ref().map(Sender::of);
            for item in group.items {
                let read = sender.as_ref().map_err(|why| **why).and_then(|sender| {
                    let record = encoding.read(item)?;
                    records.read(record, sender)
                });
                match read {
                    Ok((step, claim)) => {
                        step.into_iter().for_each(|step| parts.push(step, item.len()));
                        batch.claims.extend(claim);
                    }
                    Err(why) => batch.rejections.push(refused(encoding, Signal::Logs, item, why)),
                }
            }
        }
        parts.hand_over();
        batch
    }
}

/// Groups in parts of so many bytes of items each, the last of what is left; the items of one group
/// may come to lie in several.
fn split(groups: Vec<Group>, bytes: usize) -> Vec<Vec<Group>> {
    let (mut parts, mut part, mut held) = (Vec::new(), Vec::new(), 0);
    for Group { origin, items } in groups {
        let mut some = Vec::new();
        for item in items {
            some.push(item);
            held += item.len();
            if held >= bytes {
                held = 0;
                let items = std::mem::take(&mut some);
                part.push(Group { origin: origin.clone(), items });
                parts.push(std::mem::take(&mut part));
            }
        }
        if !some.is_empty() {
            part.push(Group { origin, items: some });
        }
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

/// A batch with all of its steps.
fn whole(measured: Measured, limits: &Limits, policy: &Policy) -> Result<Batch, DecodeError> {
    let mut steps = Vec::new();
    let opened = Opened::of(measured, limits, policy)?;
    let batch = opened.read(limits, policy, &mut |mut part| steps.append(&mut part));
    Ok(Batch { steps, ..batch })
}

/// Steps that are handed over some at a time.
struct Parts<'t> {
    take: &'t mut dyn FnMut(Vec<Step>),
    steps: Vec<Step>,
    bytes: usize,
}

impl<'t> Parts<'t> {
    fn new(take: &'t mut dyn FnMut(Vec<Step>)) -> Self {
        Self { take, steps: Vec::new(), bytes: 0 }
    }

    fn push(&mut self, step: Step, bytes: usize) {
        let (most_bytes, most_steps) = AT_ONCE;
        self.steps.reserve(most_steps);
        self.steps.push(step);
        self.bytes += bytes;
        if self.bytes >= most_bytes || self.steps.len() >= most_steps {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        self.bytes = 0;
        if !self.steps.is_empty() {
            (self.take)(std::mem::take(&mut self.steps));
        }
    }
}

/// The features that traces name anywhere in a request: what one span says holds for those beside
/// it that say none.
fn features(groups: &[Group], encoding: Encoding) -> Features {
    let mut features = Features::new();
    for item in groups.iter().flat_map(|group| &group.items) {
        let Ok(span) = encoding.span(item) else { continue };
        if let (Some(trace), Some(feature)) = (span.trace, spans::feature(&span)) {
            features.entry(trace).or_insert_with(|| feature.to_owned());
        }
    }
    features
}

/// Most characters told of a refused item's name.
const TOLD: usize = 80;

fn refused(encoding: Encoding, signal: Signal, item: &[u8], why: &'static str) -> Rejection {
    let span = encoding.name_of(signal.item(), item).chars().take(TOLD).collect();
    Rejection { span, why }
}
