//! The parts of a document by name: how each is headed, here and elsewhere.

/// A part of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Summary,
    Impact,
    Timeline,
    Detection,
    Clocks,
    Rates,
    Causes,
    Claims,
    Resolution,
    Worked,
    Fields,
    Inferences,
    Attribution,
    Layers,
    Failures,
    Items,
    Evidence,
    Suppressed,
}

/// Every part: its own heading, and what the headings of others contain, most telling first.
const PARTS: [(Part, &str, &[&str]); 18] = [
    (Part::Clocks, "Clocks", &["clock"]),
    (Part::Rates, "Behaviour rates", &["behaviour rate", "behavior rate"]),
    (Part::Claims, "Claims", &["claim", "disputed"]),
    (Part::Suppressed, "Suppressed findings", &["suppressed"]),
    (Part::Fields, "Which variable moved", &["which variable", "six fields", "what moved"]),
    (Part::Inferences, "What agents inferred", &["infer"]),
    (
        Part::Attribution,
        "Attribution",
        &["attribution", "cause split", "categor", "classification"],
    ),
    (Part::Layers, "Layers", &["layer"]),
    (Part::Failures, "Kinds of failure", &["kinds of failure", "failure taxonomy", "taxonomy"]),
    (
        Part::Items,
        "Action items",
        &[
            "action item",
            "follow-up",
            "follow up",
            "corrective",
            "preventi",
            "next steps",
            "what changes",
        ],
    ),
    (Part::Evidence, "Evidence", &["evidence"]),
    (Part::Worked, "Controls that worked", &["what went well", "controls that worked"]),
    (Part::Summary, "Summary", &["summary", "overview", "what happened", "tl;dr"]),
    (Part::Impact, "Impact", &["impact", "blast radius", "who was affected"]),
    (Part::Timeline, "Timeline", &["timeline", "chronology"]),
    (Part::Detection, "Detection", &["detect", "how we noticed"]),
    (
        Part::Causes,
        "Contributing factors",
        &["root cause", "contributing", "cause", "trigger", "why it happened", "what went wrong"],
    ),
    (
        Part::Resolution,
        "Resolution",
        &["resolution", "mitigation", "recovery", "remediation", "how it was fixed"],
    ),
];

impl Part {
    /// The part that stands under a heading, if it is one.
    pub(super) fn under(title: &str) -> Option<Self> {
        let title = title.to_lowercase();
        let own = PARTS.iter().find(|(_, own, _)| own.to_lowercase() == title);
        let known =
            |(_, _, known): &&(Part, &str, &[&str])| known.iter().any(|word| title.contains(word));
        own.or_else(|| PARTS.iter().find(known)).map(|(part, _, _)| *part)
    }

    /// What stands open in it while nobody has said it, and who should say it.
    pub(super) fn open(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Part::Impact => ("incident lead", "who was harmed and how; whether it can be undone"),
            Part::Detection => ("incident lead", "who or what noticed, and how"),
            Part::Causes => {
                ("AI engineer", "what made it possible; several causes may stand side by side")
            }
            Part::Resolution => ("responder", "what stopped it, and the rate measured since"),
            Part::Worked => ("responder", "which controls worked"),
            Part::Attribution => {
                ("AI engineer", "agent, tool, data and handoff: absent, contributing or primary")
            }
            Part::Layers => ("AI engineer", "a verdict for each layer, with what shows it"),
            Part::Failures => ("AI engineer", "kinds of failure, as docs/postmortem.md has them"),
            Part::Items => ("owner", "an eval, its baseline, a target, an owner and a date"),
            _ => return None,
        })
    }

    /// Its own heading.
    pub(super) fn heading(self) -> &'static str {
        let own = PARTS.iter().find(|(part, _, _)| *part == self);
        own.map_or("", |(_, heading, _)| heading)
    }
}
