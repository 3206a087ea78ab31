//! A trace in the making: a root span, and a clock that moves on as steps are added.

use jiff::{SignedDuration, Timestamp};
use model::{Attribute, SpanId, TraceId};
use recorder::wire::{Kind, Span};

use crate::dice::Dice;

/// A trace in the making.
#[derive(Debug)]
pub(crate) struct Trace {
    id: TraceId,
    root: SpanId,
    started: Timestamp,
    clock: Timestamp,
    steps: Vec<Span>,
}

/// A step to add.
#[derive(Debug)]
pub(crate) struct Draft {
    /// The span's name.
    pub(crate) name: String,
    /// Its kind.
    pub(crate) kind: Kind,
    /// How long it takes, in milliseconds.
    pub(crate) millis: f64,
    /// Whether it fails.
    pub(crate) failed: bool,
    /// What it says.
    pub(crate) attributes: Vec<Attribute>,
}

impl Trace {
    /// A trace whose root starts now.
    pub(crate) fn begin(started: Timestamp, ids: &mut Dice) -> Self {
        Self { id: trace_id(ids), root: span_id(ids), started, clock: started, steps: Vec::new() }
    }

    /// Lets some time pass without a step.
    pub(crate) fn wait(&mut self, millis: f64) {
        self.clock += duration(millis);
    }

    /// Adds a step, and waits for its end.
    pub(crate) fn step(&mut self, draft: Draft, ids: &mut Dice) {
        self.steps_at_once(vec![draft], ids);
    }

    /// Adds steps that start together, and waits for the end of the last.
    pub(crate) fn steps_at_once(&mut self, drafts: Vec<Draft>, ids: &mut Dice) {
        let started = self.clock;
        for Draft { name, kind, millis, failed, attributes } in drafts {
            let ended = started + duration(millis);
            self.clock = self.clock.max(ended);
            let (trace, span, parent) = (self.id, span_id(ids), Some(self.root));
            let step = Span { trace, span, parent, name, kind, started, ended, failed, attributes };
            self.steps.push(step);
        }
    }

    /// Ends the root. The spans come in the order in which they ended.
    pub(crate) fn end(mut self, name: String, attributes: Vec<Attribute>) -> Vec<Span> {
        self.steps.sort_by_key(|step| step.ended);
        self.steps.push(Span {
            trace: self.id,
            span: self.root,
            parent: None,
            name,
            kind: Kind::Internal,
            started: self.started,
            ended: self.clock,
            failed: false,
            attributes,
        });
        self.steps
    }
}

fn duration(millis: f64) -> SignedDuration {
    SignedDuration::from_secs_f64(millis / 1e3)
}

fn trace_id(ids: &mut Dice) -> TraceId {
    loop {
        if let Some(id) = TraceId::from_bytes(&ids.bytes::<16>()) {
            return id;
        }
    }
}

fn span_id(ids: &mut Dice) -> SpanId {
    loop {
        if let Some(id) = SpanId::from_bytes(&ids.bytes::<8>()) {
            return id;
        }
    }
}
