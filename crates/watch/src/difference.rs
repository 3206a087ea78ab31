//! Two decisions, compared by part of the bundle that fed them.

use std::collections::BTreeSet;

use model::record::Record;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// One part of the bundle, compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartDifference {
    /// Which part: `model`, `prompt`, `tools`.
    pub part: String,
    /// What was found.
    pub verdict: PartVerdict,
    /// Fields that differ, or that one of the two does not have on record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldDifference>,
}

/// What was found of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartVerdict {
    /// All of it is on record on both sides and alike.
    Same,
    /// Something differs.
    Different,
    /// Nothing differs that is on record, and something is not.
    Unknown,
}

/// A field with its two values; none where it is not on record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldDifference {
    /// Which field, within its part.
    pub field: String,
    /// The value on one side.
    pub a: Option<Json>,
    /// The value on the other.
    pub b: Option<Json>,
}

/// The parts of the bundle, in the order in which they are read, and the groups each consists of.
const PARTS: &[(&str, &[&str])] = &[
    ("model", &["model"]),
    ("prompt", &["prompt"]),
    ("tools", &["tools"]),
    ("context", &["context", "memory"]),
    ("retrieval", &["retrieval"]),
    ("parameters", &["parameters"]),
    ("control", &["control", "guardrail", "approval"]),
    ("place", &["place", "agent", "dialect"]),
    ("output", &["endings", "error", "tool", "evaluation"]),
];

/// Fields that differ between any two decisions and tell nothing.
const OWN: &[&str] = &["model.response"];

/// Compares two records by part.
pub fn difference(a: &Record, b: &Record) -> Vec<PartDifference> {
    let (left, right) = (json(a), json(b));
    let missing: BTreeSet<&str> = a.missing.iter().chain(&b.missing).map(part_of).collect();
    let part = |(name, groups): &(&str, &[&str])| {
        let mut fields = Vec::new();
        for group in *groups {
            compare(group, left.get(*group), right.get(*group), &mut fields);
        }
        fields.retain(|field| !OWN.contains(&field.field.as_str()));
        let differs = fields.iter().any(|field| field.a.is_some() && field.b.is_some());
        let unknown = !fields.is_empty() || groups.iter().any(|group| missing.contains(group));
        let verdict = match (differs, unknown) {
            (true, _) => PartVerdict::Different,
            (false, true) => PartVerdict::Unknown,
            (false, false) => PartVerdict::Same,
        };
        PartDifference { part: (*name).to_owned(), verdict, fields }
    };
    PARTS.iter().map(part).collect()
}

fn part_of(missing: &model::record::Missing) -> &str {
    missing.field.split('.').next().unwrap_or_default()
}

fn json(record: &Record) -> Json {
    serde_json::to_value(record).unwrap_or_default()
}

/// Goes down both sides, and notes each leaf where they are not alike.
fn compare(path: &str, a: Option<&Json>, b: Option<&Json>, found: &mut Vec<FieldDifference>) {
    if a == b {
        return;
    }
    if let (Some(Json::Object(left)), Some(Json::Object(right))) = (a, b) {
        let keys: BTreeSet<&String> = left.keys().chain(right.keys()).collect();
        for key in keys {
            compare(&format!("{path}.{key}"), left.get(key), right.get(key), found);
        }
        return;
    }
    if let (Some(Json::Array(left)), Some(Json::Array(right))) = (a, b)
        && named(left)
        && named(right)
    {
        let names: BTreeSet<&str> = left.iter().chain(right).filter_map(name).collect();
        for one in names {
            let of = |list: &'_ [Json]| list.iter().find(|item| name(item) == Some(one)).cloned();
            compare(&format!("{path}.{one}"), of(left).as_ref(), of(right).as_ref(), found);
        }
        return;
    }
    found.push(FieldDifference { field: path.to_owned(), a: a.cloned(), b: b.cloned() });
}

fn name(item: &Json) -> Option<&str> {
    item.get("name")?.as_str()
}

/// Whether a list's items are told apart by name.
fn named(list: &[Json]) -> bool {
    let names: BTreeSet<&str> = list.iter().filter_map(name).collect();
    names.len() == list.len()
}
