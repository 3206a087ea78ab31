//! What a step says of itself, in any dialect: the one form that traits, records and advice are
//! made from.

use std::borrow::Cow;

use model::record::{Chosen, Dialect, Ending};
use model::{Pivot, StepKind, Traits, Value};
use serde_json::value::RawValue;

use crate::dialect::slot::{Below, Bucket, Slot};
use crate::dialect::table::Found;
use crate::dialect::{self, INTEGRATION, STREAMING, words};
use crate::fingerprint;
use crate::json::{document, object};
use crate::memo::Memo;
use crate::privacy::ContentMode;
use crate::settings::{self, Parameter, SERVICE_TIER, Setting, Settings};
use crate::talk::{Conversation, events};
use crate::traits;

/// One step, read. What it was made from is borrowed; messages are looked into only on demand.
pub struct Reading<'a> {
    /// The dialect it speaks.
    pub dialect: Dialect,
    /// What was being done.
    pub kind: StepKind,
    /// The operation, by OpenTelemetry's name where there is one.
    pub operation: Option<&'a str>,
    /// The span's name.
    pub(crate) name: &'a str,
    /// What it says.
    pub(crate) own: Found<'a>,
    /// What whoever sent it says.
    pub(crate) sender: &'a Found<'a>,
    /// What it asked for, where that is one JSON object.
    pub(crate) settings: Settings,
}

/// Longest level or name taken from outside; a longer one is replaced by its hash.
const LONGEST_NAME: usize = 200;

/// Most subjects, and most pivots, taken from one step.
const MOST_NAMED: usize = 64;

/// A name from outside, no longer than a level may be.
pub(crate) fn short(text: impl AsRef<str>) -> String {
    shortened(text.as_ref().into()).into_owned()
}

/// The same, without a copy of what is short enough.
pub(crate) fn shortened(text: Cow<str>) -> Cow<str> {
    if text.len() <= LONGEST_NAME { text } else { fingerprint::exact(&text).into() }
}

impl<'a> Reading<'a> {
    /// The text of a field that a step has.
    pub(crate) fn text(&self, slot: Slot) -> Option<&'a str> {
        self.own.text(slot)
    }

    /// The text of a field that a step has, or else whoever sent it.
    pub(crate) fn sent(&self, slot: Slot) -> Option<&'a str> {
        self.own.text(slot).or_else(|| self.sender.text(slot))
    }

    /// A field as a plain word or number.
    pub(crate) fn word(&self, slot: Slot) -> Option<Cow<'a, str>> {
        scalar(self.own.value(slot)?)
    }

    /// A field as a number.
    pub(crate) fn number(&self, slot: Slot) -> Option<f64> {
        real(self.own.value(slot)?)
    }

    /// A field as a list of texts; one text is a list of one.
    pub(crate) fn list(&self, slot: Slot) -> Vec<&'a str> {
        self.own.value(slot).map(texts).unwrap_or_default()
    }

    /// Whether it is a log record with one message of a call, or with what went wrong in it.
    pub(crate) fn is_fragment(&self) -> bool {
        let said = |event| events::MESSAGES.contains(&event) || event == EXCEPTION;
        self.text(Slot::Event).is_some_and(said)
    }

    /// Whether it says itself that it failed.
    pub(crate) fn says_failed(&self) -> bool {
        self.text(Slot::Level) == Some("ERROR")
    }

    /// Whether it is a log record.
    pub(crate) fn is_event(&self) -> bool {
        self.own.value(Slot::Event).is_some()
    }

    /// Whose model.
    pub(crate) fn provider(&self) -> Option<Cow<'a, str>> {
        self.text(Slot::Provider).map(words::provider)
    }

    /// The model asked for.
    pub(crate) fn model_requested(&self) -> Option<Cow<'_, str>> {
        if self.is_told_by_answer() {
            return None;
        }
        let asked = self.text(Slot::ModelRequested).map(Cow::Borrowed);
        let asked = asked.or_else(|| self.settings.model.as_deref().map(Cow::Borrowed));
        let unanswered = || self.is_unanswered().then(|| self.text(Slot::ModelServed)).flatten();
        asked.or_else(|| unanswered().map(Cow::Borrowed))
    }

    /// The model that answered. Pydantic AI repeats the one asked for where no answer names one; so
    /// do some packages of OpenInference where there is none.
    pub(crate) fn model_served(&self) -> Option<&'a str> {
        if self.is_told_by_answer() {
            return self.text(Slot::ModelRequested);
        }
        let served = self.text(Slot::ModelServed).filter(|_| !self.is_unanswered())?;
        let repeats = self.text(Slot::ModelRequested) == Some(served);
        let unanswered = self.own.value(Slot::ResponseId).is_none();
        let is_copy = self.dialect == Dialect::Pydantic && repeats && unanswered;
        (!is_copy).then_some(served)
    }

    /// Whether OpenInference tells of a call of which nothing came back: no answer, and no count.
    fn is_unanswered(&self) -> bool {
        let tokens = [Bucket::Input, Bucket::Output, Bucket::Total];
        let has_answer = self.own.value(Slot::OutputValue).is_some()
            || self.own.has_below(Below::Wrote)
            || tokens.into_iter().any(|bucket| self.own.tokens(bucket).is_some());
        self.dialect == Dialect::Openinference && self.kind == StepKind::Model && !has_answer
    }

    /// Whether it comes from Langfuse's own integration with OpenAI's package.
    fn is_of_langfuses_integration(&self) -> bool {
        self.dialect == Dialect::Langfuse && self.name.starts_with(INTEGRATION)
    }

    /// Whether what this integration says of the model and its class of service is the answer's:
    /// with the first piece of one it is.
    fn is_told_by_answer(&self) -> bool {
        let answer = [Slot::OutputValue, Slot::FirstChunkAt];
        let has_answer = answer.into_iter().any(|slot| self.own.value(slot).is_some());
        self.is_of_langfuses_integration() && has_answer
    }

    /// The class of service in which it was answered.
    pub(crate) fn tier_served(&self) -> Option<Cow<'_, str>> {
        let told = self.word(Slot::TierServed);
        let of_answer = || self.settings.service_tier().filter(|_| self.is_told_by_answer());
        told.or_else(|| of_answer().map(Cow::Borrowed))
    }

    /// Whether it says by its operation that the answer comes in pieces.
    pub(crate) fn is_streaming(&self) -> bool {
        self.text(Slot::VercelOperation).is_some_and(|it| it.ends_with(STREAMING))
    }

    /// The agent or workflow that it invokes: one without a name is called as its service is.
    pub(crate) fn agent(&self) -> Option<&'a str> {
        if self.kind != StepKind::Agent {
            return None;
        }
        let named = [Slot::AgentName, Slot::Workflow, Slot::Entity, Slot::Function];
        let named = named.into_iter().find_map(|slot| self.text(slot));
        let called = || match (self.dialect, self.operation) {
            (Dialect::Langfuse, Some("invoke_agent")) if !self.name.is_empty() => Some(self.name),
            (Dialect::Vercel, _) => None,
            (_, Some("invoke_agent")) => self.sent(Slot::MainAgent).or(self.sent(Slot::Service)),
            _ => None,
        };
        named.or_else(called)
    }

    /// The tool that ran.
    pub(crate) fn tool(&self) -> Option<&'a str> {
        if self.kind != StepKind::Tool {
            return None;
        }
        let named = self.text(Slot::ToolName).or_else(|| self.text(Slot::Entity));
        named.or_else(|| match self.dialect {
            Dialect::Langfuse => Some(self.name).filter(|name| !name.is_empty()),
            _ => None,
        })
    }

    /// What a tool was given.
    pub(crate) fn arguments(&self) -> Option<Cow<'a, str>> {
        let told = self.own.value(Slot::ToolArguments).or(self.own.value(Slot::InputValue))?;
        Some(by_name(document(told)))
    }

    /// What a tool answered.
    pub(crate) fn result(&self) -> Option<Cow<'a, str>> {
        let told = self.own.value(Slot::ToolResult).or(self.own.value(Slot::OutputValue))?;
        Some(document(told))
    }

    /// Why the model stopped, one for each choice; else as its messages say.
    pub(crate) fn endings(&self, told: &Conversation) -> Vec<Ending> {
        let own = self.list(Slot::FinishReasons);
        let said: Vec<&str> = match own.is_empty() {
            true => told.endings.iter().map(String::as_str).collect(),
            false => own.into_iter().map(|word| word.trim_matches('"')).collect(),
        };
        said.into_iter().filter(|word| !word.is_empty()).map(Ending::of).collect()
    }

    /// The parameters of the request.
    pub(crate) fn parameters(&self) -> Vec<Parameter<'a>> {
        let mut all = settings::parameters(&self.own, self.sender, &self.settings);
        let told_by_answer = self.is_told_by_answer().then_some(SERVICE_TIER);
        let none = [dialect::no_parameter(self.dialect), told_by_answer];
        all.retain(|one| !none.contains(&Some(&*one.name)));
        if self.dialect != Dialect::Langfuse || self.is_of_langfuses_integration() {
            let filled_in = dialect::filled_in(self.dialect);
            all.iter_mut().filter(|one| is_among(one, filled_in)).for_each(|one| {
                one.source = Chosen::Default;
            });
        }
        all
    }

    /// The provider's own fingerprint of what answered.
    pub(crate) fn fingerprint(&self, mode: ContentMode) -> Option<Cow<'a, str>> {
        let told = self.text(Slot::Fingerprint).map(Cow::Borrowed);
        told.or_else(|| self.raw_answer(mode).system_fingerprint.map(Cow::Owned))
    }

    /// What the provider's answer says of itself, where the dialect keeps it whole.
    pub(crate) fn raw_answer(&self, mode: ContentMode) -> RawAnswer {
        let may_derive = mode != ContentMode::MetadataOnly;
        let is_told = self.kind == StepKind::Model && self.dialect == Dialect::Openinference;
        if !may_derive || !is_told {
            return RawAnswer::default();
        }
        let answer = self.text(Slot::OutputValue).filter(|text| text.starts_with('{'));
        answer.and_then(object).unwrap_or_default()
    }

    /// What it tells of its run. Where nothing may be kept, nothing is derived from content.
    pub fn traits(&self, mode: ContentMode) -> Traits {
        self.traits_with(mode, &mut Memo::default())
    }

    /// The same, with what need not be reckoned twice.
    pub(crate) fn traits_with(&self, mode: ContentMode, memo: &mut Memo) -> Traits {
        traits::traits(self, mode, memo)
    }

    /// Whom it is about. Nothing where nothing may be kept.
    pub fn subjects(&self, mode: ContentMode) -> Vec<String> {
        if mode == ContentMode::MetadataOnly {
            return Vec::new();
        }
        let told = self.own.subjects().iter().chain(self.sender.subjects());
        let mut subjects: Vec<String> = Vec::new();
        for subject in told.flat_map(|value| words_in(value)) {
            if subjects.len() < MOST_NAMED && !subjects.iter().any(|known| *known == *subject) {
                subjects.push(subject.into_owned());
            }
        }
        subjects
    }

    /// What its run can be found by: what the application names, the model's answer, the
    /// conversation.
    pub fn pivots(&self, mode: ContentMode) -> Vec<Pivot> {
        let mut pivots: Vec<Pivot> = Vec::new();
        let mut name = |kind: &str, value: Cow<str>| {
            let pivot = Pivot { kind: short(kind), value: value.into_owned() };
            if pivots.len() < MOST_NAMED && !pivots.contains(&pivot) {
                pivots.push(pivot);
            }
        };
        for (kind, value) in self.own.below(Below::Pivots).chain(self.sender.below(Below::Pivots)) {
            words_in(value).into_iter().for_each(|value| name(kind, value));
        }
        let in_answer = || self.raw_answer(mode).id.map(Cow::Owned);
        let response = self.word(Slot::ResponseId).or_else(in_answer);
        response.into_iter().for_each(|id| name("response", id));
        let conversation = self.word(Slot::Conversation);
        conversation.into_iter().for_each(|id| name("conversation", id));
        pivots
    }
}

/// The log record that tells what was thrown.
const EXCEPTION: &str = "gen_ai.client.operation.exception";

/// Whether a parameter is one of these.
fn is_among(parameter: &Parameter, these: &[(&str, &str)]) -> bool {
    let Setting::Plain(value) = &parameter.value else { return false };
    these.iter().any(|(name, filled)| parameter.name == *name && value == filled)
}

/// The named arguments, where a decorator of Python's tells them beside unnamed ones of which there
/// are none.
fn by_name(json: Cow<str>) -> Cow<str> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Call<'a> {
        args: [(); 0],
        #[serde(borrow)]
        kwargs: &'a RawValue,
    }
    match object::<Call>(&json) {
        Some(Call { args: [], kwargs }) => Cow::Owned(kwargs.get().to_owned()),
        None => json,
    }
}

/// What a provider's answer says of itself.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct RawAnswer {
    pub(crate) id: Option<String>,
    pub(crate) system_fingerprint: Option<String>,
    pub(crate) service_tier: Option<String>,
}

/// A value as a plain word or number.
pub(crate) fn scalar(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Text(text) => Some(Cow::Borrowed(text)),
        Value::Bool(truth) => Some(Cow::Owned(truth.to_string())),
        Value::Int(number) => Some(Cow::Owned(number.to_string())),
        Value::Double(number) => Some(Cow::Owned(number.to_string())),
        Value::Empty | Value::List(_) | Value::Map(_) | Value::Bytes(_) => None,
    }
}

/// A value as a number, if it is one that is finite.
pub(crate) fn real(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Int(number) => *number as f64,
        Value::Double(number) => *number,
        Value::Text(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

/// The texts in a list, or the one text.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Text(text) => vec![text],
        Value::List(list) => list.iter().filter_map(Value::as_text).collect(),
        _ => Vec::new(),
    }
}

/// The words and numbers in a list, or the one.
pub(crate) fn words_in(value: &Value) -> Vec<Cow<'_, str>> {
    let words = match value {
        Value::List(list) => list.iter().filter_map(scalar).collect(),
        value => Vec::from_iter(scalar(value)),
    };
    words.into_iter().filter(|word| !word.is_empty()).collect()
}
