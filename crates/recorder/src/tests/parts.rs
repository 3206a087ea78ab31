//! A request that is read in parts, side by side, is the request.

use model::Step;
use proptest::prelude::*;

use super::samples::*;
use crate::decode::Opened;
use crate::wire::{Span, protobuf};
use crate::{ContentMode, Encoding, Limits, Policy, Signal, decode, measure};

/// Spans of two senders, each longer than the one before.
fn request(spans: usize, second: usize) -> Vec<u8> {
    let [_, answered, root] = genai();
    let one = |number: usize| {
        let mut attributes = if number.is_multiple_of(3) { root.clone() } else { answered.clone() };
        attributes.push(("note".into(), text(&"x".repeat(10 * number))));
        Span { name: format!("span {number}"), ..span(attributes) }
    };
    let mut spans: Vec<Span> = (0..spans).map(one).collect();
    let others = spans.split_off(second.min(spans.len()));
    protobuf(&[(shop(), spans), (sender(vec![]), others)])
}

fn opened<'a>(bytes: &'a [u8], limits: &Limits, policy: &Policy) -> Opened<'a> {
    let measured = measure(bytes, Encoding::Protobuf, Signal::Traces, limits).unwrap();
    Opened::of(measured, limits, policy).unwrap()
}

proptest! {
    #[test]
    fn the_parts_of_a_request_are_the_whole_in_the_same_order(
        spans in 0_usize..40,
        second in 0_usize..40,
        bytes in 0_usize..20_000,
        most in 0_usize..6,
    ) {
        let (limits, policy) = (Limits::default(), ContentMode::Full.into());
        let request = request(spans, second);
        let whole = decode(&request, Encoding::Protobuf, &limits, &policy).unwrap();
        let (first, others) = opened(&request, &limits, &policy).split(bytes, most);
        prop_assert!(others.len() < most.max(1));
        let mut steps: Vec<Step> = Vec::new();
        for part in std::iter::once(first).chain(others) {
            let before = steps.len();
            part.read(&limits, &policy, &mut |mut some| steps.append(&mut some));
            prop_assert!(spans == 0 || steps.len() > before, "a part of nothing");
        }
        prop_assert_eq!(steps, whole.steps);
    }
}

#[test]
fn parts_have_about_as_many_bytes_as_each_other() {
    let (limits, policy) = (Limits::default(), ContentMode::Full.into());
    let request = request(200, 120);
    let (first, others) = opened(&request, &limits, &policy).split(1, 4);
    let mut counts = Vec::new();
    for part in std::iter::once(first).chain(others) {
        let mut count = 0;
        part.read(&limits, &policy, &mut |some| count += some.len());
        counts.push(count);
    }
    // Later spans are longer, so that there are fewer of them.
    assert_eq!(counts.iter().sum::<usize>(), 200);
    assert!(counts.len() == 4 && counts.is_sorted_by(|a, b| a > b), "{counts:?}");
}

#[test]
fn a_feature_that_one_part_names_holds_in_the_others() {
    let limits = Limits::default();
    let named = span(texts(&[("mayday.feature", "refunds"), ("gen_ai.operation.name", "chat")]));
    let said = "not for everybody".repeat(9);
    let silent = span(texts(&[("gen_ai.operation.name", "chat"), ("gen_ai.prompt", &said)]));
    let bytes = protobuf(&[(shop(), vec![silent, named])]);
    let policy = Policy::from(ContentMode::MetadataOnly);
    let policy = policy.with_features([("refunds".to_owned(), ContentMode::Full)].into());
    let (first, others) = opened(&bytes, &limits, &policy).split(1, 2);
    assert_eq!(others.len(), 1);
    let mut kept = Vec::new();
    first.read(&limits, &policy, &mut |steps| {
        kept.extend(steps[0].content.iter().map(|field| field.value().unwrap()));
    });
    assert_eq!(kept, [text(&said)]);
}
