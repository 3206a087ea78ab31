//! Laminar: OpenTelemetry's names, with hashes of prompts and money beside them.

use model::StepKind;
use model::record::Dialect;

use crate::dialect::slot::Means::{Is, Subject};
use crate::dialect::slot::{Below, Slot};
use crate::dialect::table::{Sort, Vocabulary};

/// Its names. Money: dollars.
pub(crate) const WORDS: Vocabulary = Vocabulary {
    dialect: Dialect::Laminar,
    keys: &[
        ("lmnr.span.type", Is(Slot::LaminarType)),
        ("lmnr.span.prompt_hash", Is(Slot::PromptHash)),
        ("lmnr.span.input", Is(Slot::InputValue)),
        ("lmnr.span.output", Is(Slot::OutputValue)),
        ("lmnr.association.properties.session_id", Is(Slot::Conversation)),
        ("lmnr.association.properties.user_id", Subject),
        ("anthropic.request.service_tier", Is(Slot::TierAsked)),
        ("anthropic.response.service_tier", Is(Slot::TierServed)),
        ("gen_ai.usage.cost", Is(Slot::CostTotal)),
        ("gen_ai.usage.input_cost", Is(Slot::CostInput)),
        ("gen_ai.usage.output_cost", Is(Slot::CostOutput)),
    ],
    loose: &[],
    below: &[("lmnr.", Below::Sign)],
};

/// What it calls a span.
pub(crate) const KINDS: &[Sort] = &[
    ("LLM", StepKind::Model, "chat"),
    ("CACHED", StepKind::Other, "cached"),
    ("TOOL", StepKind::Tool, "execute_tool"),
    ("EVALUATOR", StepKind::Evaluation, "evaluation"),
    ("HUMAN_EVALUATOR", StepKind::Evaluation, "evaluation"),
];
