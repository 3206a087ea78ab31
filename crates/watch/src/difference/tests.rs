//! Two decisions by part: alike, unlike, not known, not there.

use serde_json::json;

use super::*;

fn model(more: &Json) -> Record {
    record(json!({ "kind": "model", "model": { "requested": "gpt-5" } }), more)
}

fn search(index: &str, build: &str) -> Record {
    let retrieval = json!({ "index": index, "build": build });
    record(json!({ "kind": "retrieval" }), &json!({ "retrieval": retrieval }))
}

fn record(mut json: Json, more: &Json) -> Record {
    let all = json.as_object_mut().unwrap();
    all.extend(more.as_object().unwrap().clone());
    all.insert("dialect".to_owned(), "genai".into());
    all.insert("expected".to_owned(), 1.into());
    serde_json::from_value(json).unwrap()
}

fn verdicts(a: (&Record, &[Record]), b: (&Record, &[Record])) -> Vec<(String, PartVerdict)> {
    let fed = |(decision, beside)| Fed { decision, beside };
    let parts = difference(fed(a), fed(b)).into_iter();
    parts.map(|part| (part.part, part.verdict)).collect()
}

fn verdict(part: &str, of: &[(String, PartVerdict)]) -> PartVerdict {
    of.iter().find(|(name, _)| name == part).unwrap().1
}

#[test]
fn what_neither_side_has_on_record_is_not_called_the_same() {
    let it = model(&json!({}));
    let found = verdicts((&it, &[]), (&it, &[]));
    assert_eq!(verdict("model", &found), PartVerdict::Same);
    for part in ["retrieval", "control", "tools"] {
        assert_eq!(verdict(part, &found), PartVerdict::Absent, "{part}");
    }
}

#[test]
fn what_is_missing_is_not_known_to_be_the_same() {
    let missing = json!([{ "field": "prompt.text", "attribute": "x", "why": "not_sent" }]);
    let it = model(&json!({ "missing": missing }));
    assert_eq!(verdict("prompt", &verdicts((&it, &[]), (&it, &[]))), PartVerdict::Unknown);
}

#[test]
fn searches_that_fed_the_decisions_are_compared_by_index() {
    let it = model(&json!({}));
    let (old, new) = ([search("handbook", "7")], [search("handbook", "8")]);
    let with_others = [search("handbook", "7"), search("faq", "1")];
    assert_eq!(verdict("retrieval", &verdicts((&it, &old), (&it, &old))), PartVerdict::Same);
    assert_eq!(verdict("retrieval", &verdicts((&it, &old), (&it, &new))), PartVerdict::Different);
    let one_more = verdicts((&it, &old), (&it, &with_others));
    assert_eq!(verdict("retrieval", &one_more), PartVerdict::Unknown);
}

#[test]
fn several_searches_of_one_index_are_compared_one_by_one() {
    let it = model(&json!({}));
    let twice = |second: &str| [search("handbook", "7"), search("handbook", second)];
    let fed = |beside| Fed { decision: &it, beside };
    let (a, b) = (twice("7"), twice("8"));
    let parts = difference(fed(&a), fed(&b));
    let fields = &parts.iter().find(|part| part.part == "retrieval").unwrap().fields;
    assert_eq!(fields[0].field, "retrieval.handbook 2.build");
    assert_eq!(fields.len(), 1);
}

#[test]
fn judgements_are_part_of_what_came_of_it() {
    let judged =
        |label: &str| model(&json!({ "evaluations": [{ "name": "tone", "label": label }] }));
    let (good, bad) = (judged("good"), judged("bad"));
    assert_eq!(verdict("output", &verdicts((&good, &[]), (&bad, &[]))), PartVerdict::Different);
}

#[test]
fn ids_of_calls_tell_nothing() {
    let called = |id: &str| {
        let tool = json!({ "name": "f", "call": id, "effect": "none" });
        record(json!({ "kind": "tool" }), &json!({ "tool": tool }))
    };
    let (a, b) = (called("a"), called("b"));
    assert_eq!(verdict("output", &verdicts((&a, &[]), (&b, &[]))), PartVerdict::Same);
}
