//! Intents: an action that can't be undone, on record before it happens.
//!
//! An intent is a step of its own, below the step that means to act. It is open until a result is
//! recorded, which is a later version of the same step; one that stays open tells of a crash, or of
//! somebody who forgot to say. Its payload is never sampled away.

use flight::{Append, FlightError};
use jiff::{SignedDuration, Timestamp};
use model::{
    Attribute, Batch, Effect, Fault, Faulty, Gone, Pivot, RunId, Source, SpanId, Step, StepKind,
    TraceId, Traits, Value,
};
use recorder::encode::NOT_KEPT;
use recorder::privacy;
use serde::{Deserialize, Serialize};
use watch::Arrival;

use crate::access::Who;
use crate::error::LookError;
use crate::open::Mayday;

/// What somebody means to do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Intended {
    /// The run it is part of; a trace of its own without.
    pub trace: Option<TraceId>,
    /// The step that means to act.
    pub parent: Option<SpanId>,
    /// The feature, where no trace tells it.
    pub feature: Option<String>,
    /// What will be done: a tool's name, as a rule.
    pub action: String,
    /// To what.
    pub target: String,
    /// By which authority: a user's wish, an approval, a rule.
    pub authority: String,
    /// What was asked for, in the words of whoever asked.
    pub asked_for: String,
    /// Whether it can be undone.
    pub effect: Effect,
    /// The key under which the same action is done only once.
    pub idempotency_key: Option<String>,
    /// Whom it is about.
    pub subject: Option<String>,
    /// What it can be found by.
    pub pivots: Vec<Pivot>,
}

/// An intent on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Which: the trace and the span of its step.
    pub id: RunId,
    /// When it was recorded.
    pub at: Timestamp,
    /// What became of it.
    pub state: IntentState,
    /// What was to be done.
    pub action: String,
}

/// What became of an intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentState {
    /// Nobody has said.
    Open,
    /// It was done.
    Done,
    /// It was tried and failed.
    Failed,
    /// It was not tried after all.
    Abandoned,
}

/// How an intent ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntentResult {
    /// What became of it.
    pub state: IntentState,
    /// What there is to say about it.
    pub detail: Option<String>,
    /// Ids of what it touched outside.
    pub touched: Vec<String>,
}

/// Why an intent or its result can't be recorded.
#[derive(Debug, thiserror::Error)]
pub enum IntentError {
    /// It does not say enough, or too much.
    #[error("an intent needs `action`, `target`, `authority` and `asked_for`; the {0} is {1}")]
    Unclear(&'static str, &'static str),
    /// There is no such intent.
    #[error("there is no intent {0}")]
    NoSuchIntent(RunId),
    /// It has a result already.
    #[error("the intent {0} has a result already: {1:?}")]
    HasResult(RunId, IntentState),
    /// A result that says nothing.
    #[error("a result is `done`, `failed` or `abandoned`")]
    NoResult,
    /// It can't be kept.
    #[error(transparent)]
    Flight(#[from] FlightError),
}

impl Faulty for IntentError {
    fn fault(&self) -> Fault {
        match self {
            IntentError::Unclear(..) | IntentError::NoResult => Fault::Invalid,
            IntentError::NoSuchIntent(_) => Fault::NotFound,
            IntentError::HasResult(..) => Fault::Conflict,
            IntentError::Flight(error) => error.fault(),
        }
    }
}

/// Most bytes of a name, and of a text.
const LONGEST_NAME: usize = 200;
const LONGEST_TEXT: usize = 1 << 20;

/// Intents listed at most.
const MOST_LISTED: usize = 1_000;

const STATE: &str = "mayday.intent.state";
const ACTION: &str = "mayday.intent.action";

impl Mayday {
    /// Records that something is meant to be done; answers once that is durable.
    pub async fn intend(
        &self,
        who: &Who,
        it: Intended,
        random: [u8; 24],
        now: Timestamp,
    ) -> Result<Intent, IntentError> {
        check(&it)?;
        let (trace, span) = ids(&it, &random);
        let id = RunId { trace, root: Some(span) };
        let step = self.step(who, it, id, now);
        let intent = Intent::of(&step);
        self.keep(step, now).await?;
        Ok(intent)
    }

    /// Records what became of an intent; answers once that is durable.
    pub async fn resolve(
        &self,
        id: RunId,
        result: IntentResult,
        now: Timestamp,
    ) -> Result<Intent, IntentError> {
        if result.state == IntentState::Open {
            return Err(IntentError::NoResult);
        }
        let _alone = self.room.resolving.lock().await;
        let steps = self.room.flight.steps(id.trace)?;
        let open = steps.into_iter().find(|step| is(step, id));
        let mut step = open.ok_or(IntentError::NoSuchIntent(id))?;
        let known = Intent::of(&step);
        if known.state != IntentState::Open {
            return Err(IntentError::HasResult(id, known.state));
        }
        step.ended = now.max(step.started + SignedDuration::from_nanos(1));
        step.failed = result.state == IntentState::Failed;
        step.attributes.retain(|(key, _)| key != STATE);
        step.attributes.push(text(STATE, result.state.as_str()));
        let mut said: Vec<Attribute> = Vec::new();
        said.extend(result.detail.map(|detail| text("mayday.intent.detail", &detail)));
        if !result.touched.is_empty() {
            let touched = result.touched.into_iter().map(Value::Text).collect();
            said.push(("mayday.intent.touched".into(), Value::List(touched)));
        }
        let privacy = self.room.policy.of(step.traits.feature.as_deref());
        let kept = privacy::sort(said, privacy);
        kept.attributes.into_iter().for_each(|more| say_also(&mut step.attributes, more));
        step.content.extend(kept.fields);
        say_what_is_gone(&mut step);
        let intent = Intent::of(&step);
        self.keep(step, now).await?;
        Ok(intent)
    }

    /// The latest intents, those without a result first. Blocking.
    pub fn intents(&self) -> Result<Vec<Intent>, LookError> {
        let traces = self.room.flight.with_intents(MOST_LISTED).map_err(LookError::Flight)?;
        let mut intents = Vec::new();
        for trace in traces {
            let steps = self.room.flight.steps(trace).map_err(LookError::Flight)?;
            let steps = steps.iter().filter(|step| step.kind == StepKind::Intent);
            intents.extend(steps.map(Intent::of));
        }
        intents.sort_by_key(|one| (one.state != IntentState::Open, std::cmp::Reverse(one.at)));
        Ok(intents)
    }

    fn step(&self, who: &Who, it: Intended, id: RunId, now: Timestamp) -> Step {
        let RunId { trace, root } = id;
        let said = [
            Some(text(ACTION, &it.action)),
            Some(text(STATE, IntentState::Open.as_str())),
            Some(text("mayday.effect", it.effect.as_str())),
            it.idempotency_key.as_deref().map(|key| text("mayday.intent.idempotency_key", key)),
            Some(text("mayday.intent.target", &it.target)),
            Some(text("mayday.intent.authority", &it.authority)),
            Some(text("mayday.intent.asked_for", &it.asked_for)),
            it.subject.as_deref().map(|subject| text("mayday.subject", subject)),
        ];
        let said = said.into_iter().flatten().collect();
        let kept = privacy::sort(said, self.room.policy.of(it.feature.as_deref()));
        let traits = Traits { feature: it.feature, effect: it.effect, ..Traits::default() };
        Step {
            trace,
            span: root.unwrap_or_else(SpanId::least),
            source: Source::Span,
            parent: it.parent,
            kind: StepKind::Intent,
            name: format!("intent {}", it.action),
            started: now,
            ended: now,
            failed: false,
            traits,
            attributes: kept.attributes,
            content: kept.fields,
            origin: vec![text("mayday.recorded_by", &who.to_string())].into(),
            subjects: it.subject.into_iter().collect(),
            pivots: it.pivots,
        }
    }

    async fn keep(&self, step: Step, now: Timestamp) -> Result<(), FlightError> {
        let (trace, ended) = (step.trace, step.ended);
        let batch = Batch { steps: vec![step], ..Batch::default() };
        let append = Append { received: now, batch, ..Append::default() };
        self.room.flight.append(append).await?;
        let arrival = Arrival { ended, root_ended: None };
        self.note([(trace, arrival)].into(), Vec::new(), now);
        Ok(())
    }
}

fn check(it: &Intended) -> Result<(), IntentError> {
    let texts = [
        ("action", &it.action, LONGEST_NAME),
        ("target", &it.target, LONGEST_TEXT),
        ("authority", &it.authority, LONGEST_TEXT),
        ("asked_for", &it.asked_for, LONGEST_TEXT),
    ];
    for (name, text, longest) in texts {
        if text.trim().is_empty() {
            return Err(IntentError::Unclear(name, "empty"));
        }
        if text.len() > longest {
            return Err(IntentError::Unclear(name, "too long"));
        }
    }
    Ok(())
}

/// The trace given or a fresh one, and a fresh span.
fn ids(it: &Intended, random: &[u8; 24]) -> (TraceId, SpanId) {
    let (trace, span) = random.split_at(16);
    let fresh = TraceId::from_bytes(trace).unwrap_or_else(TraceId::least);
    (it.trace.unwrap_or(fresh), SpanId::from_bytes(span).unwrap_or_else(SpanId::least))
}

fn is(step: &Step, id: RunId) -> bool {
    step.kind == StepKind::Intent && Some(step.span) == id.root
}

/// Of what can't be written again because it is not there any more, writes why.
fn say_what_is_gone(step: &mut Step) {
    let mut gone = Vec::new();
    step.content.retain(|field| match field.value() {
        Err(why @ (Gone::Erased | Gone::SampledOut | Gone::Lost)) => {
            gone.push((field.key.clone(), Value::Text(why.as_str().to_owned())));
            false
        }
        Ok(_) | Err(Gone::HashOnly | Gone::MetadataOnly) => true,
    });
    if !gone.is_empty() {
        step.attributes.push((NOT_KEPT.into(), Value::Map(gone)));
    }
}

/// Adds what is said later: under a key that is there already beside what stands there.
fn say_also(said: &mut Vec<Attribute>, (key, value): Attribute) {
    match (said.iter_mut().find(|(known, _)| *known == key), value) {
        (None, value) => said.push((key, value)),
        (Some((_, Value::Text(known))), Value::Text(more)) if *known != more => {
            known.push(',');
            known.push_str(&more);
        }
        (Some(_), _) => {}
    }
}

fn text(key: &'static str, value: &str) -> Attribute {
    (key.into(), Value::Text(value.to_owned()))
}

impl Intent {
    /// The intent that a step is.
    pub fn of(step: &Step) -> Self {
        let said = |key: &str| {
            let found = step.attributes.iter().find(|(name, _)| name == key);
            found.and_then(|(_, value)| value.as_text()).unwrap_or_default()
        };
        Self {
            id: RunId { trace: step.trace, root: Some(step.span) },
            at: step.started,
            state: IntentState::from_word(said(STATE)),
            action: said(ACTION).to_owned(),
        }
    }
}

impl IntentState {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            IntentState::Open => "open",
            IntentState::Done => "done",
            IntentState::Failed => "failed",
            IntentState::Abandoned => "abandoned",
        }
    }

    fn from_word(word: &str) -> Self {
        let all = [Self::Open, Self::Done, Self::Failed, Self::Abandoned];
        all.into_iter().find(|state| state.as_str() == word).unwrap_or(Self::Open)
    }
}
