//! The record of a model call: the model, its input bundle, and what came of it.

use std::borrow::Cow;

use jiff::Timestamp;
use model::record::{
    Answer, Context, Cost, ModelUsed, Parameter, Prompt, Stream, ToolOffered, Toolset,
};
use model::time::at_nanos;
use model::{Level, Value};

use super::Told;
use crate::dialect::slot::Slot;
use crate::dialect::words;
use crate::json::{Json, document};
use crate::memo::Memo;
use crate::privacy::ContentMode;
use crate::reading::{real, short, words_in};
use crate::settings::Setting;
use crate::tools;

impl Told<'_> {
    pub(super) fn model(&self) -> ModelUsed {
        let raw = self.reading.raw_answer(ContentMode::Full);
        let port = self.word(Slot::Port);
        let endpoint = self.reading.text(Slot::Endpoint);
        let fingerprint = self.reading.fingerprint(ContentMode::Full);
        let interface = self.reading.text(Slot::Provider).and_then(words::interface);
        ModelUsed {
            provider: self.reading.provider().map(Cow::into_owned),
            requested: self.reading.model_requested().map(Cow::into_owned),
            served: self.reading.model_served().map(str::to_owned),
            fingerprint: fingerprint.map(Cow::into_owned),
            response: self.word(Slot::ResponseId).or(raw.id),
            endpoint: endpoint.map(|endpoint| words::endpoint(endpoint, port.as_deref())),
            service_tier: self
                .reading
                .tier_served()
                .map(Cow::into_owned)
                .or(raw.service_tier)
                .or_else(|| self.word(Slot::TierAsked)),
            api: self.word(Slot::Api).or_else(|| interface.map(str::to_owned)),
        }
    }

    /// The prompt; its fingerprints as they were taken when the step came.
    pub(super) fn prompt(&self) -> Prompt {
        let taken = self.traits.prompt.as_ref();
        Prompt {
            name: self.word(Slot::PromptName),
            version: self.word(Slot::PromptVersion),
            template: self.word(Slot::PromptHash),
            skeleton: taken.and_then(|prompt| prompt.skeleton.clone()),
            undated: taken.and_then(|prompt| prompt.undated.clone()),
            text: taken.and_then(|prompt| prompt.text.clone()),
            messages: self.conversation.read,
        }
    }

    /// The tools offered; by the hashes that were taken when the step came where the definitions
    /// are not there any more.
    pub(super) fn tools(&self) -> Toolset {
        let mut offered = tools::offered(&self.reading.own, &mut Memo::default()).to_vec();
        if offered.is_empty() {
            offered = self.offered_by_trait();
        }
        let hash = tools::toolset(&offered).or_else(|| self.word(Slot::Toolset));
        Toolset { hash, offered }
    }

    fn offered_by_trait(&self) -> Vec<ToolOffered> {
        let seen = self.traits.levels.iter().filter_map(|seen| {
            let name = seen.factor.as_str().strip_prefix("tool_schema:")?;
            match &seen.level {
                Level::Is(schema) => {
                    Some(ToolOffered { name: name.to_owned(), schema: schema.clone() })
                }
                Level::NotRecorded => None,
            }
        });
        seen.collect()
    }

    pub(super) fn context(&self) -> Context {
        let dropped = self.reading.own.value(Slot::Dropped).map(words_in).unwrap_or_default();
        Context {
            policy: self.sent(Slot::ContextPolicy),
            tokens_before: self.count(Slot::TokensBefore),
            tokens_after: self.count(Slot::TokensAfter),
            dropped: dropped.into_iter().map(Cow::into_owned).collect(),
            compacted: self.reading.own.value(Slot::Compacted) == Some(&Value::Bool(true)),
        }
    }

    pub(super) fn parameters(&self) -> Vec<Parameter> {
        let all = self.reading.parameters().into_iter().map(|one| Parameter {
            name: short(one.name),
            value: match one.value {
                Setting::Plain(value) | Setting::Document(value) => value,
            },
            source: one.source,
        });
        all.collect()
    }

    /// Money as the client says it: a total, or else what its parts cost together.
    pub(super) fn cost(&self) -> Option<Cost> {
        let details = self.reading.own.value(Slot::CostDetails);
        let details = details.map(document);
        let details = details.as_deref().and_then(Json::read);
        let detail = |key: &str| match details.as_ref()?.get(key)? {
            Json::Number(number) => Some(*number),
            _ => None,
        };
        let told = |slot: Slot, key: &str| self.reading.number(slot).or_else(|| detail(key));
        let parts = match &details {
            Some(Json::Map(members)) => members
                .iter()
                .map(|(_, part)| match part {
                    Json::Number(number) => Some(*number),
                    _ => None,
                })
                .collect(),
            _ => vec![self.reading.number(Slot::CostInput), self.reading.number(Slot::CostOutput)],
        };
        let sum = || parts.into_iter().flatten().reduce(|one, other| one + other);
        let amount = told(Slot::CostTotal, "total").or_else(sum)?;
        Some(Cost {
            amount,
            currency: self.word(Slot::CostCurrency).unwrap_or_else(|| "USD".to_owned()),
            source: self.word(Slot::CostSource),
        })
    }

    pub(super) fn answer(&self) -> Option<Answer> {
        let calls = self.conversation.calls_made.clone();
        self.conversation.wrote.map(|messages| Answer { messages, calls })
    }

    /// When the first piece of an answer came, if it came in pieces.
    pub(super) fn stream(&self) -> Option<Stream> {
        let parameters = self.reading.parameters();
        let is_asked = parameters
            .iter()
            .any(|one| one.name == "stream" && one.value == Setting::Plain("true".to_owned()));
        let millis = || self.reading.number(Slot::FirstChunkMillis).map(|millis| millis / 1_000.0);
        let after = |at: Timestamp| {
            let secs = at.duration_since(self.step.started).as_secs_f64();
            (secs >= 0.0).then_some(secs)
        };
        let first_chunk_secs = self
            .reading
            .number(Slot::FirstChunkSecs)
            .or_else(millis)
            .or_else(|| self.first_chunk_at().and_then(after));
        let is_told = is_asked || self.reading.is_streaming() || first_chunk_secs.is_some();
        is_told.then_some(Stream { first_chunk_secs })
    }

    /// The moment of the first piece: as an attribute, or as an event on the span.
    fn first_chunk_at(&self) -> Option<Timestamp> {
        let told = self.reading.text(Slot::FirstChunkAt);
        let told = told.and_then(|text| text.trim_matches('"').parse().ok());
        told.or_else(|| {
            let Some(Value::List(events)) = self.reading.own.value(Slot::Events) else {
                return None;
            };
            events.iter().find_map(first_token)
        })
    }
}

/// Events that come with the first piece: of OpenInference and of OpenLLMetry, which sends one with
/// every piece.
const FIRST: &[&str] = &["First Token Stream Event", "gen_ai.content.completion.chunk"];

/// The time of an event that comes with the first piece.
fn first_token(event: &Value) -> Option<Timestamp> {
    let Value::Map(event) = event else { return None };
    let member = |key: &str| Some(&event.iter().find(|(other, _)| other == key)?.1);
    let is_first = FIRST.contains(&member("name")?.as_text()?);
    let nanos = member("time_unix_nano").filter(|_| is_first)?;
    match nanos {
        Value::Text(text) => at_nanos(text.parse().ok()?),
        nanos => at_nanos(real(nanos)? as i128),
    }
}
