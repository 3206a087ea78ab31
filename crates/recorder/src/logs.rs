//! Log records: GenAI events become steps below the span they are about, evaluations also claims.

use std::collections::HashMap;

use jiff::Timestamp;
use model::{About, Attribute, Claim, Outcome, Pivot, Source, SpanId, Step, TraceId, Value};
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use sha2::{Digest, Sha256};

use crate::decode::Limits;
use crate::dialect::Attributes;
use crate::fingerprint;
use crate::memo::Memo;
use crate::origin;
use crate::policy::Policy;
use crate::told::{self, Sender, Told, instant, is_event_of_ours};
use crate::value::{attributes, number, text, value};

/// Why a log record that is no GenAI event is not kept.
pub const NOT_OURS: &str =
    "it is no GenAI event: of logs only records with a gen_ai. or mayday. name or key are kept";

/// The event that says what a judge found.
pub(crate) const EVALUATION: &str = "gen_ai.evaluation.result";

/// The event that says what was thrown.
const EXCEPTION: &str = "gen_ai.client.operation.exception";

/// The attribute in which an exported record tells its id.
pub(crate) const RECORD_ID: &str = "mayday.log_record_id";

/// The least severity that means an error, as OTLP numbers them.
const ERROR: i32 = 17;

/// Labels of evaluations that say good or bad, in lower case. Any other label claims nothing.
const LABELS: &[(Outcome, &[&str])] = &[
    (
        Outcome::Good,
        &[
            "accept", "accepted", "correct", "good", "ok", "pass", "passed", "positive", "success",
            "true", "yes",
        ],
    ),
    (
        Outcome::Bad,
        &[
            "bad",
            "fail",
            "failed",
            "failure",
            "false",
            "incorrect",
            "negative",
            "no",
            "reject",
            "rejected",
            "wrong",
        ],
    ),
];

/// Longest name of a judge; a longer one is replaced by its hash.
const LONGEST_JUDGE: usize = 150;

/// Reads the log records of one request.
pub(crate) struct Records<'l> {
    limits: &'l Limits,
    policy: &'l Policy,
    ids: Ids,
    memo: Memo,
}

/// What a record tells: a step, a claim about a run, or both.
type Read = (Option<Step>, Option<Claim>);

impl<'l> Records<'l> {
    pub(crate) fn new(limits: &'l Limits, policy: &'l Policy) -> Self {
        Self { limits, policy, ids: Ids::default(), memo: Memo::default() }
    }

    /// What a record tells, or why it can't be kept.
    pub(crate) fn read(
        &mut self,
        mut record: LogRecord,
        sender: &Sender,
    ) -> Result<Read, &'static str> {
        let own = take_id(&mut record);
        let name = name(&record);
        if !is_ours(&name, &record.attributes) {
            return Err(NOT_OURS);
        }
        told::within(&name, record.attributes.iter().map(|pair| &pair.key), self.limits)?;
        let at = instant(record.time_unix_nano).or(instant(record.observed_time_unix_nano));
        let at = at.ok_or("it has no time, or one after 2262")?;
        let trace = TraceId::from_bytes(&record.trace_id);
        let claim = claim(&name, &record, trace, at);
        let Some(trace) = trace else {
            let why = "it belongs to no run: it has no trace id, and is no evaluation that says \
                       good or bad of a gen_ai.response.id";
            return claim.map(|claim| (None, Some(claim))).ok_or(why);
        };
        let times = [record.time_unix_nano, record.observed_time_unix_nano];
        let told = Told {
            trace,
            source: Source::Log,
            parent: SpanId::from_bytes(&record.span_id),
            failed: record.severity_number >= ERROR || name == EXCEPTION,
            name,
            started: at,
            ended: at,
            attributes: all_attributes(record),
        };
        let named = Attributes(&told.attributes).text(&[origin::FEATURE]);
        let privacy = self.policy.of(named.or(origin::feature(sender.origin)));
        let place = Place { trace, parent: told.parent, times };
        let id = |name: &str, metadata: &[Attribute]| {
            own.unwrap_or_else(|| self.ids.of(place, name, metadata))
        };
        Ok((Some(told.step(sender, privacy, &mut self.memo, id)), claim))
    }
}

/// The id that a record was given where it was first recorded.
fn take_id(record: &mut LogRecord) -> Option<SpanId> {
    let id = text_of(&record.attributes, RECORD_ID)?.parse().ok()?;
    record.attributes.retain(|attribute| attribute.key != RECORD_ID);
    Some(id)
}

/// The event's name: a field of its own, or an attribute in libraries older than the field.
fn name(record: &LogRecord) -> String {
    if !record.event_name.is_empty() {
        return record.event_name.clone();
    }
    text_of(&record.attributes, "event.name").unwrap_or_default()
}

fn text_of(attributes: &[KeyValue], key: &str) -> Option<String> {
    let found = attributes.iter().find(|attribute| attribute.key == key)?;
    match value(found.value.clone()) {
        Value::Text(text) if !text.is_empty() => Some(text),
        _ => None,
    }
}

fn is_ours(name: &str, attributes: &[KeyValue]) -> bool {
    is_event_of_ours(name) || attributes.iter().any(|attribute| is_event_of_ours(&attribute.key))
}

/// The record's own attributes, and what OTLP keeps beside them, where it is set.
fn all_attributes(record: LogRecord) -> Vec<Attribute> {
    let mut all = attributes(record.attributes);
    let body = Some(value(record.body)).filter(|body| *body != Value::Empty);
    all.extend(body.map(|body| ("otel.body".into(), body)));
    all.extend(number("otel.severity_number", record.severity_number.unsigned_abs()));
    all.extend(text("otel.severity_text", record.severity_text));
    all.extend(number("otel.flags", record.flags));
    all.extend(number("otel.dropped_attributes_count", record.dropped_attributes_count));
    all
}

/// What an evaluation says of the run it is about, if it says good or bad.
fn claim(name: &str, record: &LogRecord, trace: Option<TraceId>, at: Timestamp) -> Option<Claim> {
    let text = |key: &str| text_of(&record.attributes, key);
    (name == EVALUATION).then(|| evaluated(text, trace, at)).flatten()
}

/// What the attributes of an evaluation say of the run it is about, if they say good or bad.
pub(crate) fn evaluated(
    text: impl Fn(&str) -> Option<String>,
    trace: Option<TraceId>,
    at: Timestamp,
) -> Option<Claim> {
    let outcome = outcome_of(&text("gen_ai.evaluation.score.label")?)?;
    let response = || text("gen_ai.response.id");
    let about = match trace {
        Some(trace) => About::Trace(trace),
        None => About::Pivot(Pivot { kind: "response".to_owned(), value: response()? }),
    };
    let judge = text("gen_ai.evaluation.name").unwrap_or_else(|| "default".to_owned());
    let judge = if judge.len() > LONGEST_JUDGE { fingerprint::exact(&judge) } else { judge };
    Some(Claim { about, outcome, source: format!("judge:{judge}"), at })
}

/// What a judge's label says of a run: good or bad, if it says either.
pub fn outcome_of(label: &str) -> Option<Outcome> {
    let label = label.trim().to_ascii_lowercase();
    LABELS.iter().find(|(_, labels)| labels.contains(&label.as_str())).map(|(outcome, _)| *outcome)
}

/// Where and when a record was written.
#[derive(Clone, Copy)]
struct Place {
    trace: TraceId,
    parent: Option<SpanId>,
    times: [u64; 2],
}

/// Ids for records, which have none of their own: the same whenever they are sent.
///
/// Nothing of an id follows from content, so that none can be guessed from it once the content is
/// erased. Records of one request that differ in content alone are told apart by their order.
#[derive(Default)]
struct Ids {
    seen: HashMap<[u8; 8], u32>,
}

impl Ids {
    fn of(&mut self, place: Place, name: &str, metadata: &[Attribute]) -> SpanId {
        let Place { trace, parent, times } = place;
        let metadata = serde_json::to_vec(metadata).unwrap_or_default();
        let mut digest = Sha256::new();
        digest.update(trace.as_bytes());
        digest.update(parent.map_or([0; 8], |parent| *parent.as_bytes()));
        digest.update(times[0].to_be_bytes());
        digest.update(times[1].to_be_bytes());
        digest.update((name.len() as u64).to_be_bytes());
        digest.update(name);
        digest.update(metadata);
        let first = first_eight(digest.clone());
        let before = self.seen.entry(first).or_default();
        let turn = std::mem::replace(before, *before + 1);
        digest.update(turn.to_be_bytes());
        let mut id = first_eight(digest);
        id[7] |= 1;
        #[expect(clippy::expect_used, reason = "its last bit is set")]
        SpanId::from_bytes(&id).expect("invariant: eight bytes that are not all zero")
    }
}

fn first_eight(digest: Sha256) -> [u8; 8] {
    let digest: [u8; 32] = digest.finalize().into();
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    first
}
