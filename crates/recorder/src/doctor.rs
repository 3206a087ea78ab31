//! Why a step was not recognised, or says less than it could, and what would help.

use model::record::{Dialect, Record, UsageFlag, Why};
use model::{Outcome, Source, Step, StepKind};
use serde::Serialize;

use crate::dialect::slot::Slot;
use crate::dialect::table::Found;
use crate::reading::{Reading, short};
use crate::record::{There, read_record_with};
use crate::{dialect, traits};

/// Something to know of a step, and what would help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// What it is about, in a word that stays: `not_recognised`, `no_content`.
    pub about: &'static str,
    /// What was found.
    pub why: String,
    /// What would help.
    pub help: String,
}

/// What there is to know of a step, with what log records say about it. Nothing, if it is
/// recognised and says what it could.
pub fn advice(step: &Step, said: &[&Step]) -> Vec<Advice> {
    let there = There::of(step, said);
    let sender = Found::of(&step.origin);
    let mut reading = dialect::read(there.name(step), &there.attributes, &sender);
    reading.kind = step.kind;
    let mut found = Vec::new();
    found.extend(not_recognised(&reading));
    found.extend(old_words(&reading));
    found.extend(odd_words(&reading));
    found.extend(dropped(&reading));
    if step.source == Source::Span {
        let record = read_record_with(step, said);
        found.extend(no_content(&reading, &record));
        found.extend(not_readable(&record));
        found.extend(unresolved_alias(&record));
        found.extend(odd_counts(&record));
    }
    found
}

fn about(about: &'static str, why: impl Into<String>, help: impl Into<String>) -> Option<Advice> {
    Some(Advice { about, why: why.into(), help: help.into() })
}

/// Parts of the names of instrumentations of what is no step of an agent.
const PLUMBING: &[&str] = &[
    "aiohttp",
    "asgi",
    "asyncpg",
    "botocore",
    "celery",
    "django",
    "express",
    "fastapi",
    "fastify",
    "fetch",
    "flask",
    "grpc",
    "http",
    "kafka",
    "koa",
    "mongo",
    "mysql",
    "net",
    "pg",
    "psycopg",
    "redis",
    "requests",
    "sqlalchemy",
    "starlette",
    "undici",
    "urllib",
    "wsgi",
];

fn not_recognised(reading: &Reading) -> Option<Advice> {
    if reading.kind != StepKind::Other {
        return None;
    }
    let said = [
        (Slot::Operation, "gen_ai.operation.name"),
        (Slot::OpeninferenceKind, "openinference.span.kind"),
        (Slot::LangfuseType, "langfuse.observation.type"),
        (Slot::McpMethod, "mcp.method.name"),
        (Slot::VercelOperation, "ai.operationId"),
        (Slot::TraceloopKind, "traceloop.span.kind"),
        (Slot::RequestType, "llm.request.type"),
        (Slot::LaminarType, "lmnr.span.type"),
        (Slot::Event, "its event"),
    ];
    let said = said.into_iter().find_map(|(slot, key)| Some((key, reading.text(slot)?)));
    match (said, reading.dialect) {
        (Some(said), _) if dialect::said(&reading.own).is_some() || is_plain(said) => about(
            "other_work",
            "it is work around the calls, of a kind that is kept but not compared",
            "nothing to do",
        ),
        (Some((key, word)), _) => about(
            "not_recognised",
            format!("{key} is `{}`, which no dialect knows as a step of an agent", short(word)),
            "use one of the names in docs/attributes.md, or leave it if it is none",
        ),
        (None, Dialect::Unknown) => no_words(reading),
        (None, dialect) => about(
            "not_recognised",
            format!("it has attributes of {}, but none that says what it is", dialect.as_str()),
            "set gen_ai.operation.name: chat, execute_tool, invoke_agent, retrieval, embeddings",
        ),
    }
}

/// Whether a span says that it is of no kind in particular, or one of a protocol's own.
fn is_plain((key, word): (&str, &str)) -> bool {
    let plain = [
        ("openinference.span.kind", "UNKNOWN"),
        ("langfuse.observation.type", "span"),
        ("lmnr.span.type", "DEFAULT"),
    ];
    key == "mcp.method.name" || plain.contains(&(key, word))
}

/// A span in which nothing belongs to any dialect.
fn no_words(reading: &Reading) -> Option<Advice> {
    let scope = reading.sender.text(Slot::Scope).unwrap_or("no scope");
    let lower = scope.to_ascii_lowercase();
    if PLUMBING.iter().any(|part| lower.split(['.', '/', '-', '_', '@']).any(|word| word == *part))
    {
        return about(
            "plumbing",
            format!(
                "`{}` traces requests and queries, which are no steps of an agent",
                short(scope)
            ),
            "nothing to do: it is kept under its run",
        );
    }
    about(
        "not_recognised",
        format!("`{}` sends no attribute of any dialect that is known", short(scope)),
        "if it calls a model or a tool, use an instrumentation that sends gen_ai attributes, or \
         set gen_ai.operation.name yourself",
    )
}

fn old_words(reading: &Reading) -> Option<Advice> {
    let (Dialect::Genai136 | Dialect::GenaiEarly) = reading.dialect else { return None };
    about(
        "old_vintage",
        format!(
            "it is told in {}: all of it is read, newer fields are not sent",
            reading.dialect.as_str()
        ),
        "update the instrumentation, and set OTEL_SEMCONV_STABILITY_OPT_IN=\
         gen_ai_latest_experimental",
    )
}

/// Words of our own attributes that mean nothing.
fn odd_words(reading: &Reading) -> Vec<Advice> {
    let odd = |slot: Slot, key: &str, help: &str, is_known: fn(&str) -> bool| {
        let word = reading.text(slot).filter(|word| !is_known(word))?;
        about("odd_word", format!("{key} is `{}`, which means nothing", short(word)), help)
    };
    let outcome = odd(Slot::Outcome, "mayday.outcome", "write good, bad or unknown", |word| {
        word.parse::<Outcome>().is_ok()
    });
    let effect =
        odd(Slot::Effect, "mayday.effect", "write none, reversible or irreversible", |word| {
            traits::effect(Some(word)) != model::Effect::Unknown
        });
    let state = odd(
        Slot::ApprovalState,
        "mayday.approval.state",
        "write requested, granted, denied or expired",
        |word| matches!(word, "requested" | "granted" | "denied" | "expired"),
    );
    [outcome, effect, state].into_iter().flatten().collect()
}

/// Attributes that the client itself threw away.
fn dropped(reading: &Reading) -> Option<Advice> {
    let count = reading.number(Slot::DroppedAttributes).filter(|count| *count > 0.0)?;
    about(
        "client_dropped",
        format!("the client threw {count} of its attributes away before it sent it"),
        "raise OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT (128 unless set)",
    )
}

/// A call of which nothing that was said is on record.
fn no_content(reading: &Reading, record: &Record) -> Option<Advice> {
    let field = match record.kind {
        StepKind::Model => "prompt.messages",
        StepKind::Tool => "tool.result",
        _ => return None,
    };
    let missing = record.missing.iter().find(|missing| missing.field == field)?;
    match missing.why {
        Why::NotReadable => None,
        Why::Gone(gone) => about(
            "content_gone",
            format!("what was said came, and is not there any more: {}", gone.as_str()),
            "see the settings for privacy, sampling and keeping, if that is not meant to be",
        ),
        Why::Elsewhere => about(
            "content_elsewhere",
            "the client keeps what was said at a place of its own, and sends where that is: it \
             has no fingerprints, and is there no longer than it is kept there",
            "let the client send it too: set OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=\
             SPAN_AND_EVENT",
        ),
        Why::NotSent => about(
            "no_content",
            "the client does not send what was said: prompts and answers have no fingerprints",
            how_to_capture(reading),
        ),
    }
}

/// What turns the capture of content on.
fn how_to_capture(reading: &Reading) -> &'static str {
    match reading.dialect {
        Dialect::Openinference => {
            "unset OPENINFERENCE_HIDE_INPUTS, OPENINFERENCE_HIDE_OUTPUTS and the like"
        }
        Dialect::Openllmetry => "set TRACELOOP_TRACE_CONTENT=true, which it is unless it was set",
        Dialect::Vercel => {
            "leave recordInputs and recordOutputs of its telemetry on, as they are unless set"
        }
        Dialect::Pydantic => "use InstrumentationSettings(include_content=True)",
        Dialect::Langfuse => "give input and output to the observation, or use its integrations",
        Dialect::Laminar => "set LMNR_TRACE_CONTENT=true, or unset it",
        _ => {
            "set OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=SPAN_AND_EVENT (older \
             packages: true) and OTEL_SEMCONV_STABILITY_OPT_IN=gen_ai_latest_experimental"
        }
    }
}

fn not_readable(record: &Record) -> Vec<Advice> {
    let broken = record.missing.iter().filter(|missing| missing.why == Why::NotReadable);
    let advice = broken.filter_map(|missing| {
        about(
            "not_json",
            format!("{} was sent, and is no JSON: it is kept as it came", missing.field),
            "if the client cuts long values, raise OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
        )
    });
    advice.collect()
}

/// A model asked for by an alias, of which nobody knows what answered.
fn unresolved_alias(record: &Record) -> Option<Advice> {
    let model = record.model.as_ref().filter(|_| record.kind == StepKind::Model)?;
    let requested =
        model.requested.as_ref().filter(|_| model.served.is_none() && !record.failed)?;
    about(
        "alias_unresolved",
        format!("`{}` was asked for, and nothing says which model answered", short(requested)),
        "use an instrumentation that sends gen_ai.response.model, or set it from the answer",
    )
}

fn odd_counts(record: &Record) -> Vec<Advice> {
    let flags = record.usage.iter().flat_map(|usage| &usage.flags);
    let advice = flags.filter_map(|flag| {
        let why = match flag {
            UsageFlag::CacheBeyondInput => {
                "more tokens are cached than were read: the total is taken to leave them out"
            }
            UsageFlag::ReasoningBeyondOutput => {
                "more tokens are reasoned than were written: the total is taken to leave them out"
            }
            UsageFlag::AudioBeyondTotal => "more tokens of sound than there are: left out",
            UsageFlag::TotalDiffers => "the client's own total is not the sum of its parts",
            UsageFlag::NotACount => "a count of tokens is no whole number: left out",
        };
        about("odd_usage", why, "update the instrumentation, which counts other than it should")
    });
    advice.collect()
}

#[cfg(test)]
mod tests;
