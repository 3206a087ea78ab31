//! What a span and a log record have in common on their way to a step.

use std::sync::Arc;

use jiff::Timestamp;
use model::time::at_nanos;
use model::{Attribute, Source, SpanId, Step, StepKind, TraceId, Traits, Value};

use crate::decode::Limits;
use crate::dialect;
use crate::dialect::table::Found;
use crate::memo::Memo;
use crate::policy::Privacy;
use crate::privacy::{self, Kept};

/// Marks a span that had not ended when it was sent.
pub(crate) const OPEN: &str = "mayday.open";

/// Whether a step had not ended when it was sent.
pub fn is_open(step: &Step) -> bool {
    step.traits.open
}

/// Whoever sent some items, read once for all of them.
pub(crate) struct Sender<'a> {
    pub(crate) origin: &'a Arc<[Attribute]>,
    says: Found<'a>,
}

impl<'a> Sender<'a> {
    pub(crate) fn of(origin: &'a Arc<[Attribute]>) -> Self {
        Self { origin, says: Found::of(origin) }
    }
}

/// A span or a log record, with its ids and times understood and its attributes as they came.
pub(crate) struct Told {
    pub(crate) trace: TraceId,
    pub(crate) source: Source,
    pub(crate) parent: Option<SpanId>,
    pub(crate) name: String,
    pub(crate) started: Timestamp,
    pub(crate) ended: Timestamp,
    pub(crate) failed: bool,
    pub(crate) attributes: Vec<Attribute>,
}

impl Told {
    /// The step that it tells of. Its id may follow from its name and metadata.
    ///
    /// The name of a step of no known kind is the user's own text, and so is kept as content.
    pub(crate) fn step(
        self,
        sender: &Sender,
        privacy: Privacy,
        memo: &mut Memo,
        id: impl FnOnce(&str, &[Attribute]) -> SpanId,
    ) -> Step {
        let Told { trace, source, parent, mut name, started, ended, failed, mut attributes } = self;
        let received = attributes.len();
        if source == Source::Log {
            attributes.push(("event.name".into(), Value::Text(name.clone())));
        }
        let mode = privacy.mode;
        let reading = dialect::read(&name, &attributes, &sender.says);
        let kind = reading.kind;
        let failed = failed || reading.says_failed();
        let is_open = attributes.iter().any(|(key, _)| key == OPEN);
        let traits = Traits { open: is_open, ..reading.traits_with(mode, memo) };
        let subjects = reading.subjects(mode);
        let pivots = reading.pivots(mode);
        attributes.truncate(received);
        if kind == StepKind::Other && !is_event_of_ours(&name) && !name.is_empty() {
            attributes.push(("otel.name".into(), Value::Text(std::mem::take(&mut name))));
        }
        let Kept { attributes, fields } = privacy::sort_with(attributes, privacy, memo);
        Step {
            trace,
            span: id(&name, &attributes),
            source,
            parent,
            kind,
            name,
            started,
            ended,
            failed,
            traits,
            attributes,
            content: fields,
            origin: Arc::clone(sender.origin),
            subjects,
            pivots,
        }
    }
}

/// Whether a name of an event, or a key of an attribute, is one of the conventions that are kept.
pub(crate) fn is_event_of_ours(name: &str) -> bool {
    ["gen_ai.", "mayday."].iter().any(|beginning| name.starts_with(beginning))
}

/// Whether name and attributes are within limits.
pub(crate) fn within(
    name: &str,
    mut keys: impl ExactSizeIterator<Item = impl AsRef<str>>,
    limits: &Limits,
) -> Result<(), &'static str> {
    if keys.len() > limits.attributes {
        return Err("it has more attributes than are allowed");
    }
    let too_long = |name: &str| name.len() > limits.name_bytes;
    if too_long(name) || keys.any(|key| too_long(key.as_ref())) {
        return Err("its name or an attribute's key is longer than is allowed");
    }
    Ok(())
}

/// An instant that is there and that 64 bits with a sign can hold, as stores have it: up to 2262.
pub(crate) fn instant(nanos: u64) -> Option<Timestamp> {
    let nanos = i64::try_from(nanos).ok().filter(|nanos| *nanos > 0)?;
    at_nanos(i128::from(nanos))
}

/// When a span began and ended, as far as the numbers it came with can be used.
pub(crate) struct Times {
    pub(crate) started: Timestamp,
    pub(crate) ended: Timestamp,
    /// What is not to be seen in the times: that it is open, and numbers that can't be used.
    pub(crate) beside: Vec<Attribute>,
}

impl Times {
    /// A span without an end is still open; a time that can't be used is replaced by the other.
    pub(crate) fn of(start: u64, end: u64) -> Result<Self, &'static str> {
        let mut beside = Vec::new();
        let mut unused = |key: &'static str, nanos: u64| {
            beside.push((key.into(), Value::Text(nanos.to_string())));
        };
        let (started, ended) = match (instant(start), instant(end)) {
            (Some(started), Some(ended)) if started <= ended => (started, ended),
            (Some(started), None) if end == 0 => {
                beside.push((OPEN.into(), Value::Bool(true)));
                (started, started)
            }
            (Some(started), _) => {
                unused("otel.end_time_unix_nano", end);
                (started, started)
            }
            (None, Some(ended)) => {
                unused("otel.start_time_unix_nano", start);
                (ended, ended)
            }
            (None, None) => return Err("neither its start nor its end is a time up to 2262"),
        };
        Ok(Self { started, ended, beside })
    }
}
