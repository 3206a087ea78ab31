//! The records of everything that is no model call: tools, searches, memory, judges, guardrails.

use std::borrow::Cow;
use std::collections::BTreeMap;

use model::StepKind;
use model::record::{
    Approval, Control, Document, Evaluation, FeatureFlag, Guardrail, Intended, Memory, Retrieval,
    ToolUsed,
};

use super::Told;
use crate::dialect::slot::{Below, Slot};
use crate::dialect::table::Found;
use crate::fingerprint;
use crate::json::{Json, document};
use crate::memo::Memo;
use crate::reading::{real, scalar, words_in};
use crate::talk::events;
use crate::traits;

/// Most documents listed of one search.
const MOST_DOCUMENTS: usize = 10_000;

impl Told<'_> {
    pub(super) fn tool(&self) -> Option<ToolUsed> {
        let kinds = [StepKind::Tool, StepKind::Intent, StepKind::Approval];
        if !kinds.contains(&self.step.kind) {
            return None;
        }
        let name = self.reading.tool().or_else(|| self.reading.text(Slot::ToolName));
        let name = name.or_else(|| self.reading.text(Slot::IntentAction));
        let touched = self.reading.own.value(Slot::Touched).map(words_in).unwrap_or_default();
        let arguments = self.reading.arguments().map(|json| fingerprint::shape(&json));
        let taken = || self.traits.results.first().and_then(|result| result.shape.clone());
        Some(ToolUsed {
            name: name.map(str::to_owned),
            call: self.word(Slot::ToolCall),
            r#type: self.word(Slot::ToolType),
            effect: traits::effect(self.reading.text(Slot::Effect)),
            idempotency_key: self.word(Slot::IdempotencyKey),
            touched: touched.into_iter().map(Cow::into_owned).collect(),
            arguments,
            result: traits::shape_of_result(self.reading, &mut Memo::default()).or_else(taken),
        })
    }

    /// What was announced, in the words of whoever did, by their fingerprints.
    pub(super) fn intent(&self) -> Intended {
        let said = |slot: Slot| self.reading.text(slot).map(fingerprint::exact);
        Intended {
            target: said(Slot::IntentTarget),
            authority: said(Slot::IntentAuthority),
            asked_for: said(Slot::IntentAskedFor),
        }
    }

    pub(super) fn retrieval(&self) -> Retrieval {
        let top_k = || {
            let mut parameters = self.reading.own.parameters();
            let (_, value) = parameters.find(|(name, _)| *name == "top_k")?;
            Some(real(value)? as u64)
        };
        let query = self.reading.text(Slot::Query).or_else(|| self.reading.text(Slot::InputValue));
        Retrieval {
            index: self.word(Slot::DataSource),
            build: self.sent(Slot::IndexBuild),
            embedding_model: self.sent(Slot::EmbeddingModel),
            query: query.map(fingerprint::exact),
            top_k: self.count(Slot::TopK).or_else(top_k),
            documents: self.documents(),
        }
    }

    fn documents(&self) -> Vec<Document> {
        if let Some(value) = self.reading.own.value(Slot::Documents) {
            return documents_in(&document(value));
        }
        let mut places: BTreeMap<usize, Document> = BTreeMap::new();
        for (key, value) in self.reading.own.below(Below::Documents) {
            let Some((place, field)) = key.split_once('.') else { continue };
            let Ok(place) = place.parse::<usize>() else { continue };
            if places.len() >= MOST_DOCUMENTS && !places.contains_key(&place) {
                continue;
            }
            let document = places.entry(place).or_default();
            match field {
                "document.id" => document.id = scalar(value).map(Cow::into_owned),
                "document.score" => document.score = real(value),
                "document.content" => document.content = value.as_text().map(fingerprint::exact),
                _ => {}
            }
        }
        ranked(places.into_values())
    }

    pub(super) fn memory(&self) -> Memory {
        Memory {
            store: self.word(Slot::MemoryStore),
            entry: self.word(Slot::MemoryEntry),
            entries: self.count(Slot::MemoryCount),
        }
    }

    /// What judges found: the step's own judgement, or those listed on it.
    pub(super) fn evaluations(&self) -> Vec<Evaluation> {
        let own = Evaluation {
            name: self.word(Slot::EvaluationName),
            score: self.reading.number(Slot::Score),
            label: self.word(Slot::ScoreLabel),
            ..Evaluation::default()
        };
        let mut all = self.listed_evaluations();
        if own != Evaluation::default() || self.step.kind == StepKind::Evaluation {
            all.insert(0, own);
        }
        for evaluation in &mut all {
            evaluation.judge_config = self.sent(Slot::JudgeConfig);
            evaluation.judge_model = self.sent(Slot::JudgeModel);
            evaluation.judge_kind = evaluation.judge_kind.take().or(self.sent(Slot::JudgeKind));
        }
        all
    }

    fn listed_evaluations(&self) -> Vec<Evaluation> {
        let mut places: BTreeMap<usize, Evaluation> = BTreeMap::new();
        for (key, value) in self.reading.own.below(Below::Evaluations) {
            let mut words = key.splitn(3, '.');
            let place = words.next().and_then(|place| place.parse::<usize>().ok());
            let (Some(place), Some(_), Some(field)) = (place, words.next(), words.next()) else {
                continue;
            };
            let evaluation = places.entry(place).or_default();
            let word = || scalar(value).map(Cow::into_owned);
            match field {
                "name" => evaluation.name = word(),
                "score" => evaluation.score = real(value),
                "label" => evaluation.label = word(),
                "annotator_kind" => evaluation.judge_kind = word().map(judge_kind),
                _ => {}
            }
        }
        places.into_values().collect()
    }

    pub(super) fn guardrail(&self) -> Guardrail {
        Guardrail {
            name: self.word(Slot::GuardrailName),
            verdict: self.word(Slot::Verdict),
            action: self.word(Slot::Action),
            policy: self.word(Slot::GuardrailPolicy),
            policy_version: self.word(Slot::GuardrailVersion),
        }
    }

    pub(super) fn approval(&self) -> Approval {
        Approval {
            state: self.word(Slot::ApprovalState),
            approver: self.word(Slot::Approver),
            policy: self.word(Slot::ApprovalPolicy),
            params_hash: self.word(Slot::ParamsHash),
        }
    }

    pub(super) fn control(&self) -> Control {
        let on_span = events::on_span(&self.reading.own);
        let evaluated = on_span.filter(|(name, _)| name.starts_with("feature_flag"));
        let flags = evaluated.filter_map(|(_, attributes)| flag(&Found::of(attributes)));
        Control {
            policy_version: self.sent(Slot::PolicyVersion),
            router: self.sent(Slot::Router),
            router_reason: self.sent(Slot::RouterReason),
            flags: flag(&self.reading.own).into_iter().chain(flags).collect(),
        }
    }
}

fn flag(found: &Found) -> Option<FeatureFlag> {
    let key = found.text(Slot::FlagKey)?.to_owned();
    let variant = found.value(Slot::FlagVariant).and_then(scalar).map(Cow::into_owned);
    Some(FeatureFlag { key, variant })
}

/// OpenInference's words for who judges, in ours.
fn judge_kind(word: String) -> String {
    match word.as_str() {
        "HUMAN" => "person".to_owned(),
        "LLM" => "model".to_owned(),
        "CODE" => "code".to_owned(),
        _ => word,
    }
}

fn documents_in(json: &str) -> Vec<Document> {
    let Some(Json::List(list)) = Json::read(json) else { return Vec::new() };
    let documents = list.iter().take(MOST_DOCUMENTS).map(|document| Document {
        id: document.get("id").and_then(word),
        score: match document.get("score") {
            Some(Json::Number(score)) => Some(*score),
            _ => None,
        },
        content: document.get("content").and_then(Json::as_text).map(fingerprint::exact),
        ..Document::default()
    });
    ranked(documents)
}

fn word(json: &Json) -> Option<String> {
    match json {
        Json::Text(text) => Some(text.clone().into_owned()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn ranked(documents: impl Iterator<Item = Document>) -> Vec<Document> {
    let ranked =
        documents.enumerate().map(|(place, document)| Document { rank: place + 1, ..document });
    ranked.collect()
}
