//! Which mode and which rules hold for which span.

use std::sync::Arc;

use model::{Held, SpanId, TraceId, Value};

use super::samples::*;
use crate::redaction::Rules;
use crate::wire::{Sender, Span, protobuf};
use crate::{ContentMode, Encoding, Limits, Policy, decode};

/// A span of a trace that may say which feature it is of.
fn of_feature(trace: u8, number: u8, feature: Option<&str>) -> Span {
    let mut attributes = texts(&[("gen_ai.prompt", "Zo\u{eb} of Elm Street")]);
    attributes.extend(feature.map(|one| ("mayday.feature".into(), Value::Text(one.into()))));
    let trace = TraceId::from_bytes(&[trace; 16]).unwrap();
    Span { trace, span: SpanId::from_bytes(&[number; 8]).unwrap(), ..span(attributes) }
}

/// Whether the text of each step was kept, in the order they were sent.
fn kept_text(groups: &[(Sender, Vec<Span>)]) -> Vec<bool> {
    let features = [("billing".to_owned(), ContentMode::HashOnly)].into();
    let policy = Policy::from(ContentMode::Full).with_features(features);
    let bytes = protobuf(groups);
    let batch = decode(&bytes, Encoding::Protobuf, &Limits::default(), &policy).unwrap();
    let held = batch.steps.iter().map(|step| &step.content[0].parts[0].held);
    held.map(|held| matches!(held, Held::Text(_))).collect()
}

#[test]
fn a_span_is_kept_as_its_feature_says_or_that_of_one_beside_it_else_most_strictly() {
    let spans = vec![
        of_feature(1, 1, Some("billing")),
        of_feature(1, 2, None),
        of_feature(2, 1, None),
        of_feature(2, 2, Some("faq")),
        of_feature(3, 1, None),
    ];
    assert_eq!(kept_text(&[(shop(), spans)]), [false, false, true, true, false]);
    let faq = sender(texts(&[("service.name", "shop"), ("mayday.feature", "faq")]));
    let spans = vec![of_feature(1, 1, None), of_feature(1, 2, Some("billing"))];
    assert_eq!(kept_text(&[(faq, spans)]), [true, false]);
}

#[test]
fn rules_of_ones_own_take_the_place_of_those_that_come_with_mayday() {
    let file = "version = \"7\"\n[[rule]]\nid = \"street\"\npattern = 'Elm Street'\n";
    let rules = Arc::new(Rules::parse(file).unwrap());
    let policy = Policy::from(ContentMode::Redacted).with_rules(Arc::clone(&rules));
    let bytes = protobuf(&[(shop(), vec![of_feature(1, 1, None)])]);
    let batch = decode(&bytes, Encoding::Protobuf, &Limits::default(), &policy).unwrap();
    let step = &batch.steps[0];
    assert_eq!(
        under(step, "gen_ai.prompt"),
        Some(Value::Text("Zo\u{eb} of [redacted:street]".into()))
    );
    let version = Value::Text(rules.version().to_owned());
    assert_eq!(under(step, "mayday.redaction.rules"), Some(version));
}
