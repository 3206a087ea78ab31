//! Which fields of a record should be there and are not, and what would fill each.

use model::content::Gone;
use model::record::{Missing, Stop, Why};
use model::{Effect, Key, Record, StepKind, Value};

use crate::dialect::slot::Slot;
use crate::dialect::table;
use crate::json::Json;
use crate::reading::Reading;

/// A field: what it is called, the attribute that would fill it, where clients send it, and whether
/// a record has it. A field that does not apply is neither there nor missing.
struct Needed {
    field: &'static str,
    attribute: &'static str,
    slots: &'static [Slot],
    has: fn(&Record) -> Option<bool>,
}

/// A row of a table of fields.
const fn needed(
    field: &'static str,
    attribute: &'static str,
    slots: &'static [Slot],
    has: fn(&Record) -> Option<bool>,
) -> Needed {
    Needed { field, attribute, slots, has }
}

/// Lists what is missing, and how many fields there should be.
pub(super) fn list(record: &mut Record, reading: &Reading, gone: &[(Key, Gone)]) {
    let asked = asked(record);
    record.expected = asked.len();
    let missing = asked.iter().filter(|(_, has)| !has).map(|(field, _)| Missing {
        field: field.field.to_owned(),
        attribute: field.attribute.to_owned(),
        why: why(field.slots, reading, gone),
    });
    record.missing = missing.collect();
}

/// The fields that apply to a record.
pub(super) fn expected(record: &Record) -> Vec<&'static str> {
    asked(record).into_iter().map(|(needed, _)| needed.field).collect()
}

/// Each field that applies to a record, and whether it is there.
fn asked(record: &Record) -> Vec<(&'static Needed, bool)> {
    let fields = fields(record.kind).iter().chain(everywhere(record.kind));
    fields.filter_map(|field| Some((field, (field.has)(record)?))).collect()
}

fn why(slots: &[Slot], reading: &Reading, gone: &[(Key, Gone)]) -> Why {
    let is_of = |key: &str| table::slot_of(key).is_some_and(|slot| slots.contains(&slot));
    if let Some((_, why)) = gone.iter().find(|(key, _)| is_of(key)) {
        return Why::Gone(*why);
    }
    let is_broken = |slot: &&Slot| {
        let text = reading.own.value(**slot).and_then(Value::as_text);
        text.is_some_and(|text| Json::read(text).is_none())
    };
    let is_elsewhere =
        |(slot, at): &(Slot, Slot)| slots.contains(slot) && reading.own.value(*at).is_some();
    match slots.iter().filter(|slot| JSON.contains(slot)).find(is_broken) {
        Some(_) => Why::NotReadable,
        None if ELSEWHERE.iter().any(is_elsewhere) => Why::Elsewhere,
        None => Why::NotSent,
    }
}

fn fields(kind: StepKind) -> &'static [Needed] {
    match kind {
        StepKind::Model => MODEL,
        StepKind::Embedding => EMBEDDING,
        StepKind::Tool => TOOL,
        StepKind::Intent => INTENT,
        StepKind::Retrieval => RETRIEVAL,
        StepKind::Agent => AGENT,
        StepKind::Memory => MEMORY,
        StepKind::Evaluation => EVALUATION,
        StepKind::Guardrail => GUARDRAIL,
        StepKind::Approval => APPROVAL,
        StepKind::Context => CONTEXT,
        StepKind::Other => &[],
    }
}

/// Where a step ran, which matters for every kind that is known.
fn everywhere(kind: StepKind) -> &'static [Needed] {
    if kind == StepKind::Other { &[] } else { PLACE }
}

const PLACE: &[Needed] = &[
    needed("place.version", "service.version", &[], |r| Some(r.place.version.is_some())),
    needed("place.environment", "deployment.environment.name", &[], |r| {
        Some(r.place.environment.is_some())
    }),
    needed("place.region", "cloud.region", &[], |r| Some(r.place.region.is_some())),
];

const MODEL: &[Needed] = &[
    needed("conversation", "gen_ai.conversation.id", &[], |r| Some(r.conversation.is_some())),
    needed("model.provider", "gen_ai.provider.name", &[], |r| has_model(r, |m| &m.provider)),
    needed("model.requested", "gen_ai.request.model", &[Slot::Settings], |r| {
        has_model(r, |m| &m.requested)
    }),
    needed("model.served", "gen_ai.response.model", &[], |r| {
        answered(r).and_then(|()| has_model(r, |m| &m.served))
    }),
    needed("model.fingerprint", "openai.response.system_fingerprint", &[Slot::OutputValue], |r| {
        answered(r).and_then(|()| fingerprinted(r)).and_then(|()| has_model(r, |m| &m.fingerprint))
    }),
    needed("model.response", "gen_ai.response.id", &[Slot::OutputValue], |r| {
        answered(r).and_then(|()| has_model(r, |m| &m.response))
    }),
    needed("model.endpoint", "server.address", &[], |r| has_model(r, |m| &m.endpoint)),
    needed("prompt.text", "gen_ai.input.messages", READ, |r| {
        Some(r.prompt.as_ref().is_some_and(|prompt| prompt.text.is_some()))
    }),
    needed("prompt.messages", "gen_ai.input.messages", READ, |r| {
        Some(r.prompt.as_ref().is_some_and(|prompt| prompt.messages.is_some()))
    }),
    needed("prompt.version", "gen_ai.prompt.version", &[], |r| {
        let of = r.prompt.as_ref();
        Some(of.is_some_and(|prompt| prompt.version.is_some() || prompt.template.is_some()))
    }),
    needed("tools", "gen_ai.tool.definitions", DEFINED, |r| {
        (r.tools.is_some() || uses_tools(r)).then(|| r.tools.is_some())
    }),
    needed("context.policy", "mayday.context.policy", &[], has_policy),
    needed("parameters.temperature", "mayday.parameter.temperature", SET, |r| {
        Some(has_parameter(r, "temperature"))
    }),
    needed("parameters.top_p", "mayday.parameter.top_p", SET, |r| Some(has_parameter(r, "top_p"))),
    needed("parameters.top_k", "mayday.parameter.top_k", SET, |r| {
        (!is_of(r, OPENAI)).then(|| has_parameter(r, "top_k"))
    }),
    needed("parameters.max_tokens", "mayday.parameter.max_tokens", SET, |r| {
        Some(has_parameter(r, "max_tokens"))
    }),
    needed("parameters.seed", "mayday.parameter.seed", SET, |r| {
        (!is_of(r, &["anthropic"])).then(|| has_parameter(r, "seed"))
    }),
    needed("parameters.stop_sequences", "mayday.parameter.stop_sequences", SET, |r| {
        Some(has_parameter(r, "stop_sequences"))
    }),
    needed("parameters.tool_choice", "mayday.parameter.tool_choice", SET, |r| {
        r.tools.is_some().then(|| has_parameter(r, "tool_choice"))
    }),
    needed("answer", "gen_ai.output.messages", WROTE, |r| answered(r).map(|()| r.answer.is_some())),
    needed("endings", "gen_ai.response.finish_reasons", WROTE, |r| {
        answered(r).map(|()| !r.endings.is_empty())
    }),
    needed("stream.first_chunk_secs", "gen_ai.response.time_to_first_chunk", &[], |r| {
        let stream = r.stream.as_ref()?;
        answered(r).map(|()| stream.first_chunk_secs.is_some())
    }),
    needed("usage.input", "gen_ai.usage.input_tokens", &[Slot::UsageDetails], counts_input),
    needed("usage.output", "gen_ai.usage.output_tokens", &[Slot::UsageDetails], |r| {
        answered(r).map(|()| r.usage.as_ref().is_some_and(|usage| usage.output.is_some()))
    }),
    needed("cost", "gen_ai.usage.cost.amount", &[Slot::CostDetails], |r| {
        answered(r).map(|()| r.cost.is_some())
    }),
];

const EMBEDDING: &[Needed] = &[
    needed("model.provider", "gen_ai.provider.name", &[], |r| has_model(r, |m| &m.provider)),
    needed("model.requested", "gen_ai.request.model", &[Slot::Settings], |r| {
        has_model(r, |m| &m.requested)
    }),
    needed("model.served", "gen_ai.response.model", &[], |r| {
        answered(r).and_then(|()| has_model(r, |m| &m.served))
    }),
    needed("usage.input", "gen_ai.usage.input_tokens", &[Slot::UsageDetails], counts_input),
];

const TOOL: &[Needed] = &[
    needed("tool.name", "gen_ai.tool.name", &[], |r| Some(r.tool.as_ref()?.name.is_some())),
    needed("tool.call", "gen_ai.tool.call.id", &[], |r| Some(r.tool.as_ref()?.call.is_some())),
    needed("tool.arguments", "gen_ai.tool.call.arguments", ARGUMENTS, |r| {
        Some(r.tool.as_ref()?.arguments.is_some())
    }),
    needed("tool.result", "gen_ai.tool.call.result", RESULT, |r| {
        answered(r).and_then(|()| Some(r.tool.as_ref()?.result.is_some()))
    }),
    needed("tool.effect", "mayday.effect", &[], |r| {
        Some(r.tool.as_ref()?.effect != Effect::Unknown)
    }),
    needed("tool.idempotency_key", "mayday.idempotency_key", KEY, |r| {
        acts(r).and_then(|()| Some(r.tool.as_ref()?.idempotency_key.is_some()))
    }),
    needed("tool.touched", "mayday.touched", &[Slot::Touched], |r| {
        acts(r).and_then(|()| Some(!r.tool.as_ref()?.touched.is_empty()))
    }),
];

const INTENT: &[Needed] = &[
    needed("tool.name", "mayday.intent.action", &[], |r| Some(r.tool.as_ref()?.name.is_some())),
    needed("intent.target", "mayday.intent.target", &[Slot::IntentTarget], |r| {
        Some(r.intent.as_ref()?.target.is_some())
    }),
    needed("intent.authority", "mayday.intent.authority", &[Slot::IntentAuthority], |r| {
        Some(r.intent.as_ref()?.authority.is_some())
    }),
    needed("intent.asked_for", "mayday.intent.asked_for", &[Slot::IntentAskedFor], |r| {
        Some(r.intent.as_ref()?.asked_for.is_some())
    }),
    needed("tool.idempotency_key", "mayday.intent.idempotency_key", KEY, |r| {
        Some(r.tool.as_ref()?.idempotency_key.is_some())
    }),
];

const RETRIEVAL: &[Needed] = &[
    needed("retrieval.index", "gen_ai.data_source.id", &[], |r| {
        Some(r.retrieval.as_ref()?.index.is_some())
    }),
    needed("retrieval.build", "mayday.index.build", &[], |r| {
        Some(r.retrieval.as_ref()?.build.is_some())
    }),
    needed("retrieval.embedding_model", "mayday.index.embedding_model", &[], |r| {
        Some(r.retrieval.as_ref()?.embedding_model.is_some())
    }),
    needed(
        "retrieval.query",
        "gen_ai.retrieval.query.text",
        &[Slot::Query, Slot::InputValue],
        |r| Some(r.retrieval.as_ref()?.query.is_some()),
    ),
    needed("retrieval.top_k", "gen_ai.retrieval.top_k", &[], |r| {
        Some(r.retrieval.as_ref()?.top_k.is_some())
    }),
    needed("retrieval.documents", "gen_ai.retrieval.documents", &[Slot::Documents], |r| {
        answered(r).and_then(|()| Some(!r.retrieval.as_ref()?.documents.is_empty()))
    }),
];

const AGENT: &[Needed] = &[
    needed("agent.name", "gen_ai.agent.name", &[], |r| Some(r.agent.name.is_some())),
    needed("agent.version", "gen_ai.agent.version", &[], |r| Some(r.agent.version.is_some())),
    needed("conversation", "gen_ai.conversation.id", &[], |r| Some(r.conversation.is_some())),
];

const MEMORY: &[Needed] = &[needed("memory.store", "gen_ai.memory.store.id", &[], |r| {
    Some(r.memory.as_ref()?.store.is_some())
})];

const EVALUATION: &[Needed] = &[
    needed("evaluation.name", "gen_ai.evaluation.name", &[], |r| {
        Some(r.evaluations.first()?.name.is_some())
    }),
    needed("evaluation.label", "gen_ai.evaluation.score.label", &[], |r| {
        let first = r.evaluations.first()?;
        Some(first.label.is_some() || first.score.is_some())
    }),
    needed("evaluation.judge_config", "mayday.judge.config", &[], |r| {
        Some(r.evaluations.first()?.judge_config.is_some())
    }),
    needed("evaluation.judge_model", "mayday.judge.model", &[], |r| {
        let first = r.evaluations.first()?;
        let is_model = !matches!(first.judge_kind.as_deref(), Some("person" | "code"));
        is_model.then(|| first.judge_model.is_some())
    }),
];

const GUARDRAIL: &[Needed] = &[
    needed("guardrail.name", "gen_ai.guardrail.component.name", &[], |r| {
        Some(r.guardrail.as_ref().is_some_and(|it| it.name.is_some()))
    }),
    needed("guardrail.verdict", "gen_ai.guardrail.verdict.type", &[], |r| {
        Some(r.guardrail.as_ref().is_some_and(|it| it.verdict.is_some()))
    }),
    needed("guardrail.policy", "gen_ai.guardrail.security.policy.id", &[], |r| {
        Some(r.guardrail.as_ref().is_some_and(|it| it.policy.is_some()))
    }),
    needed("guardrail.policy_version", "mayday.guardrail.policy_version", &[], |r| {
        Some(r.guardrail.as_ref().is_some_and(|it| it.policy_version.is_some()))
    }),
];

const APPROVAL: &[Needed] = &[
    needed("approval.state", "mayday.approval.state", &[], |r| {
        Some(r.approval.as_ref().is_some_and(|it| it.state.is_some()))
    }),
    needed("approval.approver", "mayday.approval.approver", &[], |r| {
        let approval = r.approval.as_ref()?;
        let is_open = matches!(approval.state.as_deref(), Some("requested" | "expired"));
        (!is_open).then(|| approval.approver.is_some())
    }),
    needed("approval.policy", "mayday.approval.policy", &[], |r| {
        Some(r.approval.as_ref().is_some_and(|it| it.policy.is_some()))
    }),
    needed("approval.params_hash", "mayday.approval.params_hash", &[], |r| {
        Some(r.approval.as_ref().is_some_and(|it| it.params_hash.is_some()))
    }),
];

const CONTEXT: &[Needed] = &[
    needed("context.policy", "mayday.context.policy", &[], has_policy),
    needed("context.dropped", "mayday.context.dropped", &[], |r| {
        Some(r.context.as_ref().is_some_and(|context| !context.dropped.is_empty()))
    }),
    needed("context.tokens_before", "mayday.context.tokens_before", &[], |r| {
        Some(r.context.as_ref().is_some_and(|context| context.tokens_before.is_some()))
    }),
    needed("context.tokens_after", "mayday.context.tokens_after", &[], |r| {
        Some(r.context.as_ref().is_some_and(|context| context.tokens_after.is_some()))
    }),
];

/// Fields whose text is JSON by convention.
const JSON: &[Slot] = &[
    Slot::AnswerCalls,
    Slot::CostDetails,
    Slot::Definitions,
    Slot::Documents,
    Slot::Input,
    Slot::MessageEvents,
    Slot::Output,
    Slot::RequestParameters,
    Slot::Settings,
    Slot::UsageDetails,
];

/// Fields, and where it is said at which address a client keeps them.
const ELSEWHERE: &[(Slot, Slot)] = &[
    (Slot::System, Slot::SystemRef),
    (Slot::Input, Slot::InputRef),
    (Slot::Output, Slot::OutputRef),
    (Slot::Definitions, Slot::DefinitionsRef),
];

/// Where clients send what a model reads.
const READ: &[Slot] = &[
    Slot::Input,
    Slot::System,
    Slot::InputValue,
    Slot::MessageEvents,
    Slot::PlainPrompt,
    Slot::Events,
    Slot::Body,
];

/// Where they send what it writes.
const WROTE: &[Slot] = &[
    Slot::Output,
    Slot::OutputValue,
    Slot::AnswerText,
    Slot::AnswerCalls,
    Slot::MessageEvents,
    Slot::PlainCompletion,
    Slot::Events,
    Slot::Body,
];

const DEFINED: &[Slot] = &[Slot::Definitions, Slot::RequestParameters, Slot::InputValue];
const SET: &[Slot] = &[Slot::Settings];
const ARGUMENTS: &[Slot] = &[Slot::ToolArguments, Slot::InputValue];
const KEY: &[Slot] = &[Slot::IdempotencyKey];
const RESULT: &[Slot] = &[Slot::ToolResult, Slot::OutputValue];

/// Providers whose interface has no `top_k`, and gives fingerprints.
const OPENAI: &[&str] = &["openai", "azure.ai.openai"];

/// A step that failed has no answer to describe.
fn answered(record: &Record) -> Option<()> {
    (!record.failed).then_some(())
}

/// Only some providers give a fingerprint of what answered.
fn fingerprinted(record: &Record) -> Option<()> {
    let has_one = record.model.as_ref().is_some_and(|model| model.fingerprint.is_some());
    (has_one || is_of(record, OPENAI)).then_some(())
}

fn is_of(record: &Record, providers: &[&str]) -> bool {
    let provider = record.model.as_ref().and_then(|model| model.provider.as_deref());
    provider.is_some_and(|provider| providers.contains(&provider))
}

fn has_model(
    record: &Record,
    field: fn(&model::record::ModelUsed) -> &Option<String>,
) -> Option<bool> {
    Some(record.model.as_ref().is_some_and(|model| field(model).is_some()))
}

fn has_parameter(record: &Record, name: &str) -> bool {
    record.parameters.iter().any(|parameter| parameter.name == name)
}

fn has_policy(record: &Record) -> Option<bool> {
    Some(record.context.as_ref().is_some_and(|context| context.policy.is_some()))
}

fn counts_input(record: &Record) -> Option<bool> {
    let counts = record.usage.as_ref().is_some_and(|usage| usage.input.is_some());
    answered(record).map(|()| counts)
}

/// Whether a call shows that tools were offered, or keeps silent about what it was given.
fn uses_tools(record: &Record) -> bool {
    let asked = record.answer.as_ref().is_some_and(|answer| !answer.calls.is_empty());
    let ended = record.endings.iter().any(|ending| ending.stop == Stop::ToolCalls);
    let silent = record.prompt.as_ref().is_none_or(|prompt| prompt.messages.is_none());
    asked || ended || silent
}

/// Whether a tool does something to the world outside.
fn acts(record: &Record) -> Option<()> {
    let effect = record.tool.as_ref()?.effect;
    matches!(effect, Effect::Reversible | Effect::Irreversible).then_some(())
}
