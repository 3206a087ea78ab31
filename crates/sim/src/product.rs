//! The product: what `support-agent` is made of in each edition, written out once per play.

use jiff::{SignedDuration, Timestamp};
use recorder::wire::Sender;

use crate::attributes::text;
use crate::fleet::Replica;
use crate::messages;
use crate::prompt;
use crate::setup::{Edition, Part};
use crate::timeline::Timeline;
use crate::tools;
use crate::truth::{Artefact, Truth};

/// The agent's name, and its service's.
pub(crate) const AGENT: &str = "support-agent";

/// The index that it reads.
pub(crate) const INDEX: &str = "kb";

/// The name under which it asks for a model.
pub(crate) const MODEL: &str = "gpt-4.1-mini";

/// A fingerprint of the judge's model, prompt and threshold.
pub(crate) const JUDGE: &str = "5b7e0c41d2f9a8833e6d1f0b94c7a25e8810f3c69ad24b7be05f6c3d9172e48a";

/// What the agent is made of.
#[derive(Debug)]
pub(crate) struct Product {
    prompts: [String; 3],
    /// The system message of each edition, as JSON.
    system: [String; 3],
    indexes: [String; 3],
}

impl Product {
    /// The product of a play that starts at this time.
    pub(crate) fn new(start: Timestamp, timeline: &Timeline) -> Self {
        let day = |days: i64| {
            let then = start - SignedDuration::from_hours(24 * days);
            then.strftime("%Y-%m-%d").to_string()
        };
        let original = prompt::original(&day(0));
        let reworded = prompt::reworded(&original);
        let last = if timeline.reworks(Part::Prompt) { &reworded } else { &original };
        let prompts = [original.clone(), reworded.clone(), prompt::faulty(last)];
        Self {
            system: prompts.each_ref().map(|prompt| messages::text("system", prompt)),
            prompts,
            indexes: [2, 1, 0].map(|days| format!("{INDEX}-{}", day(days))),
        }
    }

    /// The system message, as JSON.
    pub(crate) fn system_message(&self, edition: Edition) -> &str {
        &self.system[edition as usize]
    }

    /// The label of the index's build.
    pub(crate) fn index_build(&self, edition: Edition) -> &str {
        &self.indexes[edition as usize]
    }

    /// What the record shows when these parts are at fault, the first of them before the others.
    pub(crate) fn truth_of(&self, parts: &[Part]) -> Option<Truth> {
        let (first, others) = parts.split_first()?;
        let others = others.iter().filter_map(|part| self.truth(*part));
        Some(Truth { also: others.map(|truth| truth.factor).collect(), ..self.truth(*first)? })
    }

    /// What the record shows when a part is at fault; none for parts that never are.
    fn truth(&self, part: Part) -> Option<Truth> {
        let bad = Edition::Faulty;
        let (surface, factor, to) = match part {
            Part::Prompt => {
                let prompt = self.prompts[bad as usize].clone();
                ("prompt", format!("prompt:{AGENT}"), Artefact::Prompt(prompt))
            }
            Part::Model => {
                ("model", "model_served".to_owned(), Artefact::Label(served_model(bad).to_owned()))
            }
            Part::SearchAnswer => {
                let factor = format!("tool_shape:{}", tools::Tool::SearchKb.name());
                ("tool", factor, Artefact::ToolResult(tools::search_sample(bad)))
            }
            Part::Index => {
                let build = self.index_build(bad).to_owned();
                ("retrieval", format!("index:{INDEX}"), Artefact::Label(build))
            }
            Part::Code | Part::LookupAnswer | Part::Parameters => return None,
        };
        Some(Truth { surface: surface.to_owned(), factor, to, also: Vec::new() })
    }
}

/// The model that is served under the alias.
pub(crate) fn served_model(edition: Edition) -> &'static str {
    match edition {
        Edition::Original => "gpt-4.1-mini-2025-04-14",
        Edition::Reworked => "gpt-4.1-mini-2026-02-03",
        Edition::Faulty => "gpt-4.1-mini-2026-11-19",
    }
}

/// The temperature that the agent asks for.
pub(crate) fn temperature(edition: Edition) -> f64 {
    match edition {
        Edition::Original => 0.3,
        Edition::Reworked | Edition::Faulty => 0.2,
    }
}

/// Who sends the spans of a replica that runs this edition of the code.
pub(crate) fn sender(replica: Replica, code: Edition) -> Sender {
    let version = match code {
        Edition::Original => "4.18.2",
        Edition::Reworked | Edition::Faulty => "4.18.3",
    };
    Sender {
        resource: vec![
            text("service.name", AGENT),
            text("service.version", version),
            text("service.instance.id", replica.name()),
            text("cloud.region", replica.region().name),
        ],
        scope: "mayday.sim".to_owned(),
        scope_version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}
