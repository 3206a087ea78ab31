//! Two codings of the public incidents over the four categories, and how far they agree.
//!
//! Both coders were language models that worked apart, from the facts of each incident and the
//! guide in docs/postmortem.md alone; neither saw the attribution that the document has.

use std::collections::BTreeMap;

use model::postmortem::Degree;
use serde::Deserialize;

use crate::review::{Agreement, agreement};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Codings {
    coded: Vec<Coded>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Coded {
    document: String,
    coder: String,
    agent: Degree,
    tool: Degree,
    data: Degree,
    handoff: Degree,
    #[serde(rename = "because")]
    _because: String,
}

impl Coded {
    fn four(&self) -> [u8; 4] {
        [self.agent, self.tool, self.data, self.handoff].map(|degree| degree as u8)
    }
}

const CATEGORIES: [&str; 4] = ["agent", "tool", "data", "handoff"];

/// κ of each category and of all together, where a document's four judgements count as one.
fn agreements() -> Vec<(&'static str, Agreement)> {
    let text = include_str!("../../../../../scenarios/postmortem-codings.toml");
    let codings: Codings = toml::from_str(text).unwrap();
    let mut documents: BTreeMap<&str, BTreeMap<&str, [u8; 4]>> = BTreeMap::new();
    for one in &codings.coded {
        documents.entry(&one.document).or_default().insert(&one.coder, one.four());
    }
    let pairs: Vec<[(u8, u8); 4]> = documents
        .values()
        .map(|coders| {
            let [a, b] = [coders["a"], coders["b"]];
            [0, 1, 2, 3].map(|category| (a[category], b[category]))
        })
        .collect();
    let of =
        |category: usize| agreement(&pairs.iter().map(|it| vec![it[category]]).collect::<Vec<_>>());
    let mut found: Vec<_> =
        CATEGORIES.iter().enumerate().map(|(at, name)| (*name, of(at))).collect();
    found.push(("all four", agreement(&pairs.iter().map(|it| it.to_vec()).collect::<Vec<_>>())));
    found
}

#[test]
fn two_who_coded_the_public_incidents_apart_agree_so_far() {
    let said = agreements().into_iter().map(|(name, agreement)| format!("{name}: {agreement}"));
    let said = said.collect::<Vec<_>>().join("\n").replace(" (", "\n  (");
    insta::assert_snapshot!(said, @"
    agent: κ 0.95 [0.84, 1.00]
      (11 of 12 judgements the same, 12 documents)
    tool: κ 0.00; too little disagreement to tell how far κ could be off
      (11 of 12 judgements the same, 12 documents)
    data: κ 1.00; too little disagreement to tell how far κ could be off
      (12 of 12 judgements the same, 12 documents)
    handoff: κ 0.85 [0.57, 1.00]
      (10 of 12 judgements the same, 12 documents)
    all four: κ 0.92 [0.81, 1.00]
      (44 of 48 judgements the same, 12 documents)
    ");
}
