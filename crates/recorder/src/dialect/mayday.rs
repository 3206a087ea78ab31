//! Mayday's own attributes, only where no convention has one, and OpenTelemetry's general ones.

use model::StepKind;
use model::record::Dialect;

use crate::dialect::slot::Means::{Is, Subject};
use crate::dialect::slot::{Below, Slot};
use crate::dialect::table::{Sort, Vocabulary};

/// Its names, which `docs/attributes.md` explains.
pub(crate) const WORDS: Vocabulary = Vocabulary {
    dialect: Dialect::Mayday,
    keys: &[
        ("mayday.run", Is(Slot::RunMark)),
        ("mayday.feature", Is(Slot::Feature)),
        ("mayday.outcome", Is(Slot::Outcome)),
        ("mayday.subject", Subject),
        ("mayday.region", Is(Slot::Region)),
        // The input bundle, where it is not sent itself.
        ("mayday.prompt.hash", Is(Slot::PromptHash)),
        ("mayday.toolset", Is(Slot::Toolset)),
        ("mayday.context.policy", Is(Slot::ContextPolicy)),
        ("mayday.context.tokens_before", Is(Slot::TokensBefore)),
        ("mayday.context.tokens_after", Is(Slot::TokensAfter)),
        ("mayday.context.dropped", Is(Slot::Dropped)),
        ("mayday.index.build", Is(Slot::IndexBuild)),
        ("mayday.index.built_at", Is(Slot::IndexBuilt)),
        ("mayday.index.embedding_model", Is(Slot::EmbeddingModel)),
        // What it does to the world.
        ("mayday.effect", Is(Slot::Effect)),
        ("mayday.idempotency_key", Is(Slot::IdempotencyKey)),
        ("mayday.touched", Is(Slot::Touched)),
        // What it announced, as `/api/v1/intents` writes it.
        ("mayday.intent.action", Is(Slot::IntentAction)),
        ("mayday.intent.state", Is(Slot::IntentState)),
        ("mayday.intent.target", Is(Slot::IntentTarget)),
        ("mayday.intent.authority", Is(Slot::IntentAuthority)),
        ("mayday.intent.asked_for", Is(Slot::IntentAskedFor)),
        ("mayday.intent.idempotency_key", Is(Slot::IdempotencyKey)),
        ("mayday.intent.touched", Is(Slot::Touched)),
        // Judges, approval, control.
        ("mayday.judge.config", Is(Slot::JudgeConfig)),
        ("mayday.judge.model", Is(Slot::JudgeModel)),
        ("mayday.judge.kind", Is(Slot::JudgeKind)),
        ("mayday.approval.state", Is(Slot::ApprovalState)),
        ("mayday.approval.approver", Is(Slot::Approver)),
        ("mayday.approval.policy", Is(Slot::ApprovalPolicy)),
        ("mayday.approval.params_hash", Is(Slot::ParamsHash)),
        ("mayday.guardrail.policy_version", Is(Slot::GuardrailVersion)),
        ("mayday.policy.version", Is(Slot::PolicyVersion)),
        ("mayday.router", Is(Slot::Router)),
        ("mayday.router_reason", Is(Slot::RouterReason)),
        // How it ended, where somebody looked at what was there then.
        ("agent.stop.class", Is(Slot::StopClass)),
    ],
    loose: &[],
    below: &[
        ("mayday.parameter.", Below::Parameters),
        ("mayday.parameter_source.", Below::ParameterSources),
        ("mayday.segment.", Below::Segments),
        ("mayday.pivot.", Below::Pivots),
    ],
};

/// Names of its events, which arrive as log records.
pub(crate) const EVENTS: &[Sort] = &[
    ("mayday.approval", StepKind::Approval, "approve"),
    ("mayday.context", StepKind::Context, "compact"),
];

/// OpenTelemetry's conventions for everything, which belong to no dialect.
pub(crate) const GENERAL: Vocabulary = Vocabulary {
    dialect: Dialect::Unknown,
    keys: &[
        ("service.name", Is(Slot::Service)),
        ("service.version", Is(Slot::Version)),
        ("service.instance.id", Is(Slot::Replica)),
        ("k8s.pod.name", Is(Slot::Replica)),
        ("deployment.environment.name", Is(Slot::Environment)),
        ("deployment.environment", Is(Slot::Environment)),
        ("cloud.region", Is(Slot::Region)),
        ("server.address", Is(Slot::Endpoint)),
        ("server.port", Is(Slot::Port)),
        ("session.id", Is(Slot::Conversation)),
        ("user.id", Subject),
        ("enduser.id", Subject),
        ("error.type", Is(Slot::ErrorType)),
        ("exception.type", Is(Slot::ErrorType)),
        ("feature_flag.key", Is(Slot::FlagKey)),
        ("feature_flag.result.variant", Is(Slot::FlagVariant)),
        ("feature_flag.variant", Is(Slot::FlagVariant)),
        ("feature_flag.result.value", Is(Slot::FlagVariant)),
        ("event.name", Is(Slot::Event)),
        ("otel.scope.name", Is(Slot::Scope)),
        ("otel.dropped_attributes_count", Is(Slot::DroppedAttributes)),
        ("otel.events", Is(Slot::Events)),
        ("otel.trace_state", Is(Slot::TraceState)),
        ("otel.body", Is(Slot::Body)),
    ],
    loose: &[],
    below: &[],
};
