//! What clients leave out, counted of the records that should have it.

use model::record::{Missing, Record};
use model::{StepKind, record::Dialect};
use serde_json::json;

use super::*;

fn record(kind: StepKind, missing: &[&str]) -> Record {
    let json = json!({ "kind": kind, "dialect": Dialect::Genai, "expected": 2 });
    let mut record: Record = serde_json::from_value(json).unwrap();
    record.missing = missing
        .iter()
        .map(|field| Missing {
            field: (*field).to_owned(),
            attribute: format!("attribute of {field}"),
            why: Why::NotSent,
        })
        .collect();
    record
}

#[test]
fn a_field_is_counted_of_the_records_that_should_have_it() {
    let mut collector = Collector::default();
    let tool = record(StepKind::Tool, &[]);
    for _ in 0..9 {
        collector.take(("f", "l"), &tool, &["tool.name", "place.version"]);
    }
    let model = record(StepKind::Model, &["prompt.text", "place.version"]);
    collector.take(("f", "l"), &model, &["prompt.text", "place.version"]);
    let coverage = collector.done();
    let client = &coverage.clients[0];
    assert_eq!((coverage.records, client.complete), (10, 0.9));
    let counts: Vec<(&str, u64, u64)> =
        client.missing.iter().map(|gap| (gap.field.as_str(), gap.missing, gap.of)).collect();
    assert_eq!(counts, [("place.version", 1, 10), ("prompt.text", 1, 1)]);
}

#[test]
fn a_record_that_should_have_nothing_tells_nothing() {
    let mut collector = Collector::default();
    collector.take(("f", "l"), &record(StepKind::Other, &[]), &[]);
    assert_eq!(collector.done(), Coverage::default());
}
