//! Two decisions, compared by part of the bundle that fed them.

use std::collections::BTreeSet;

use model::StepKind;
use model::record::{Missing, Record};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

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
    /// Neither side has anything of it on record, and need not have.
    Absent,
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

/// A decision with what fed it.
#[derive(Debug, Clone, Copy)]
pub struct Fed<'a> {
    /// The decision.
    pub decision: &'a Record,
    /// The records of steps that had ended before it: what they searched, recalled, checked and
    /// allowed is part of the bundle.
    pub beside: &'a [Record],
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
    ("output", &["endings", "error", "tool", "intent", "evaluations", "evaluation"]),
];

/// Most steps of one name compared.
const MOST_BESIDE: usize = 64;

/// Fields that differ between any two decisions and tell nothing.
const OWN: &[&str] = &["model.response", "tool.call"];

/// Compares two decisions by part.
pub fn difference(a: Fed<'_>, b: Fed<'_>) -> Vec<PartDifference> {
    let (left, right) = (Bundle::of(a), Bundle::of(b));
    PARTS.iter().map(|(name, groups)| part(name, groups, [&left, &right])).collect()
}

fn part(name: &str, groups: &[&str], [left, right]: [&Bundle; 2]) -> PartDifference {
    let mut fields = Vec::new();
    for group in groups {
        compare(group, left.json.get(*group), right.json.get(*group), &mut fields);
    }
    fields.retain(|field| !OWN.contains(&field.field.as_str()));
    let any = |has: &dyn Fn(&Bundle, &str) -> bool| {
        groups.iter().any(|group| has(left, group) || has(right, group))
    };
    let differs = fields.iter().any(|field| field.a.is_some() && field.b.is_some());
    let lacks = any(&|side, group| side.missing.contains(group));
    let verdict = match (differs, !fields.is_empty() || lacks) {
        (true, _) => PartVerdict::Different,
        (false, true) => PartVerdict::Unknown,
        (false, false) if any(&|side, group| side.json.get(group).is_some()) => PartVerdict::Same,
        (false, false) => PartVerdict::Absent,
    };
    PartDifference { part: name.to_owned(), verdict, fields }
}

/// What fed one decision, as JSON by group, and the groups of which something is missing.
struct Bundle {
    json: Json,
    missing: BTreeSet<String>,
}

impl Bundle {
    fn of(fed: Fed<'_>) -> Self {
        let Fed { decision, beside } = fed;
        let json = serde_json::to_value(decision).unwrap_or_default();
        let missing = decision.missing.iter().map(part_of).collect();
        let mut bundle = Self { json, missing };
        // A decision that is such a step itself is compared by its own.
        for record in beside.iter().filter(|record| record.kind != decision.kind) {
            if let Some((group, name)) = group_of(record) {
                bundle.take(group, &name, record);
            }
        }
        bundle
    }

    /// Takes in what was done beside the decision, under its name, which gets a number where it is
    /// not the first of that name. What is too much to compare is not known to be the same.
    fn take(&mut self, group: &str, name: &str, record: &Record) {
        let mut of = serde_json::to_value(record).unwrap_or_default();
        let missing = record.missing.iter().map(part_of);
        self.missing.extend(missing.filter(|it| it == group));
        let among = &mut self.json[group];
        if !among.is_object() {
            *among = Json::Object(Map::new());
        }
        let Some(among) = among.as_object_mut() else { return };
        let mut names =
            (1..=MOST_BESIDE).map(|n| if n == 1 { name.to_owned() } else { format!("{name} {n}") });
        match names.find(|name| !among.contains_key(name)) {
            Some(free) => _ = among.insert(free, of[group].take()),
            None => _ = self.missing.insert(group.to_owned()),
        }
    }
}

/// The group of a step beside the decision that is part of its bundle, and what it is called.
fn group_of(record: &Record) -> Option<(&'static str, String)> {
    let (group, name) = match record.kind {
        StepKind::Retrieval => ("retrieval", record.retrieval.as_ref()?.index.clone()),
        StepKind::Memory => ("memory", record.memory.as_ref()?.store.clone()),
        StepKind::Guardrail => ("guardrail", record.guardrail.as_ref()?.name.clone()),
        StepKind::Approval => ("approval", record.approval.as_ref()?.policy.clone()),
        _ => return None,
    };
    Some((group, name.unwrap_or_else(|| "unnamed".to_owned())))
}

fn part_of(missing: &Missing) -> String {
    missing.field.split('.').next().unwrap_or_default().to_owned()
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

#[cfg(test)]
mod tests;
