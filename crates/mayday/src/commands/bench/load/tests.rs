//! Loads have the size, the shape and the repeatability that they are named for.

use std::collections::HashMap;

use super::*;

fn recipe(load: Load, spans: usize) -> Recipe {
    let start = Timestamp::from_second(1_795_000_000).unwrap();
    Recipe { load, seed: 7, spans, start, packing: Packing::Full }
}

fn bodies(recipe: Recipe) -> Vec<Bytes> {
    recipe.requests().map(|request| request.body).collect()
}

#[test]
fn spans_have_the_size_that_the_load_is_named_for() {
    for load in [Load::Small, Load::Kb1, Load::Kb3, Load::Kb16, Load::Kb256] {
        let requests: Vec<_> = recipe(load, 40).requests().collect();
        let bytes: usize = requests.iter().map(|request| request.body.len()).sum();
        let spans: usize = requests.iter().map(|request| request.spans).sum();
        let ratio = bytes as f64 / spans as f64 / load.span_bytes() as f64;
        assert!((0.85..1.15).contains(&ratio), "{}: {ratio}", load.name());
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_gives_others() {
    let one = recipe(Load::Kb3, 600);
    assert_eq!(bodies(one), bodies(one));
    assert_ne!(bodies(one), bodies(Recipe { seed: 8, ..one }));
}

#[test]
fn requests_stay_within_what_exporters_send_and_lose_no_span() {
    for load in [Load::Kb1, Load::Kb256, Load::Turns] {
        let spans = 10 * load.trace_spans() + 600 * usize::from(load == Load::Kb1);
        let requests: Vec<_> = recipe(load, spans).requests().collect();
        assert!(requests.iter().all(|request| request.spans <= MOST_SPANS));
        assert!(requests.iter().all(|request| request.body.len() < 8_000_000));
        let decoded: usize =
            requests.iter().map(|request| wire::spans_in(&request.body).unwrap()).sum();
        let ended: usize = requests.iter().map(|request| request.ended.len()).sum();
        assert_eq!(decoded, ended * load.trace_spans());
        assert!((spans..spans + load.trace_spans()).contains(&decoded));
    }
}

#[test]
fn packed_by_trace_each_request_ends_one() {
    let one = Recipe { packing: Packing::ByTrace, ..recipe(Load::Kb1, 80) };
    let requests: Vec<_> = one.requests().collect();
    assert_eq!(requests.len(), 10);
    assert!(requests.iter().all(|request| request.ended.len() == 1 && request.spans == 8));
}

#[test]
fn each_turn_reads_all_that_was_said_before() {
    let mut words = Words::new(1, 1);
    let agent = Agent::new(0, Load::Turns.luggage(), &mut words);
    let spans = conversation::spans(&agent, Timestamp::UNIX_EPOCH, &mut words);
    assert_eq!(spans.len(), conversation::SPANS);
    let mut before = String::new();
    for span in spans.iter().filter(|span| span.name.starts_with("chat")) {
        let attributes: HashMap<_, _> = span.attributes.iter().cloned().collect();
        let input = attributes["gen_ai.input.messages"].as_text().unwrap();
        serde_json::from_str::<serde_json::Value>(input).unwrap();
        let (head, said) = (before.trim_end_matches(']'), input.trim_end_matches(']'));
        assert!(said.starts_with(head) && said.len() > head.len());
        before = input.to_owned();
    }
}
