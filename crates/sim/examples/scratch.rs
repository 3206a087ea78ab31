//! scratch
use std::collections::BTreeMap;
use recorder::{ContentMode, Encoding, Limits, decode, wire};
fn main() {
    for scenario in sim::Scenario::ALL {
      for seed in [1u64, 2] {
        let play = sim::Play::new(scenario, seed, "2026-11-22T00:00:00Z".parse().unwrap());
        let truth = play.truth();
        let level = truth.as_ref().map(|t| match &t.to { sim::Artefact::Prompt(p) => recorder::fingerprint::skeleton(p), sim::Artefact::ToolResult(r) => recorder::fingerprint::shape(r), sim::Artefact::Label(l) => l.clone() });
        let mut counts: BTreeMap<String, (u32, String, String)> = BTreeMap::new();
        let mut rejected = 0;
        for r in play.requests() {
            let batch = decode(&wire::protobuf(&r.groups), Encoding::Protobuf, &Limits::default(), ContentMode::Full).unwrap();
            rejected += batch.rejections.len();
            for s in &batch.steps {
                let mut note = |k: String| { let e = counts.entry(k).or_insert((0, s.started.to_string(), String::new())); e.0 += 1; e.2 = s.started.to_string(); };
                if let Some(p) = &s.traits.prompt { note(format!("prompt {:?} {:?}", p.name, p.skeleton)); }
                for x in &s.traits.results { note(format!("result {:?} {:?}", x.tool, x.shape)); }
                for l in &s.traits.levels { note(format!("{} {:?}", l.factor, l.level)); }
                if s.kind == model::StepKind::Agent { note(format!("root {:?} {:?} {:?}", s.traits.agent, s.traits.service, s.traits.outcome)); }
                note(format!("kind {:?}", s.kind));
            }
        }
        println!("== {scenario} {seed} onset {:?} level {level:?} factor {:?} rejected {rejected}", play.onset().map(|o| o.to_string()), truth.map(|t| t.factor));
        for (k, v) in counts { println!("  {k}: {} {}..{}", v.0, &v.1[11..16], &v.2[11..16]); }
      }
    }
}
