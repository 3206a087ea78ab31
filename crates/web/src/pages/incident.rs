//! `/incidents/{id}`: the answer first, then the evidence, then the next step.

mod around;
mod course;
mod evidence;
mod fields;
mod figures;
mod movers;
mod next;
mod picture;
mod surfaces;
mod triage;

use askama::Template;
use model::incident::{IncidentKind, Look};
use response::{IncidentView, wording};

use super::badge::Badge;
use crate::chart::ChartError;
use crate::words::{self, Piece, Prose, When};

use around::{LinkRow, SuspectRow};
use course::CourseCard;
use evidence::{Cited, Moment};
use fields::FieldCard;
use figures::Figure;
use movers::MoverCard;
use next::Command;
use picture::Picture;
use surfaces::{Consequence, FactorRow, SurfaceRow};
use triage::TriageTable;

/// `/incidents/{id}`
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "incident.html")]
pub(crate) struct IncidentPage {
    /// The incident's id.
    pub(crate) id: String,
    /// Its title.
    pub(crate) title: String,
    /// What was found, in a word.
    pub(crate) badge: Badge,
    /// The answer in one sentence.
    pub(crate) headline: String,
    /// For one run's harm: what the comparison says beside it.
    pub(crate) beside: Option<String>,
    /// The feature concerned.
    pub(crate) feature: String,
    /// When it was declared.
    pub(crate) declared: When,
    /// By whom.
    pub(crate) by: String,
    /// Comparisons after the first.
    pub(crate) looks: Vec<Revision>,
    /// Its course, with the first card.
    pub(crate) course: CourseCard,
    /// What was measured.
    pub(crate) figures: Vec<Figure>,
    /// The rate over time.
    pub(crate) picture: Picture,
    /// What moved, best first.
    pub(crate) movers: Vec<MoverCard>,
    /// What to say of the movers as a whole.
    pub(crate) weighed: String,
    /// Changes and notices before it, the likeliest place to look first.
    pub(crate) suspects: Vec<SuspectRow>,
    /// What was found to belong to it.
    pub(crate) links: Vec<LinkRow>,
    /// What was asked when it was declared; none of incidents before that was done.
    pub(crate) triage: Option<TriageTable>,
    /// The six fields; none of incidents before they were filled.
    pub(crate) fields: Vec<FieldCard>,
    /// What can be said of each surface.
    pub(crate) surfaces: Vec<SurfaceRow>,
    /// What changed with the outcome.
    pub(crate) consequences: Vec<Consequence>,
    /// What the runs ran under.
    pub(crate) factors: Vec<FactorRow>,
    /// What happened when.
    pub(crate) timeline: Vec<Moment>,
    /// The runs it rests on.
    pub(crate) evidence: Vec<Cited>,
    /// What to do now.
    pub(crate) next: Prose,
    /// Commands to run.
    pub(crate) commands: Vec<Command>,
}

/// A comparison after the first, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Revision {
    /// When.
    pub(crate) at: When,
    /// Whose it is, and how its windows were chosen.
    pub(crate) said: String,
    /// What it found.
    pub(crate) found: String,
}

impl Revision {
    fn of(look: &Look) -> Self {
        let found = words::sentence(&response::brief(&look.report).headline);
        Self { at: When::at(look.at), said: wording::look(look), found }
    }
}

impl IncidentPage {
    /// The page of an incident.
    ///
    /// `form` is what its forms carry, for somebody who may act.
    pub(crate) fn new(view: &IncidentView, form: Option<String>) -> Result<Self, ChartError> {
        let incident = &view.incident;
        let report = &incident.report;
        let found = words::sentence(&view.brief.headline);
        let title = words::sentence(&incident.title);
        let (headline, beside) = match incident.kind {
            IncidentKind::Rate => (found, None),
            IncidentKind::Event | IncidentKind::Outage => (title.clone(), Some(found)),
        };
        let feature = incident.feature.clone().or_else(|| report.feature.clone());
        Ok(Self {
            id: incident.id.to_string(),
            title,
            badge: Badge::of(incident),
            headline,
            beside,
            feature: feature.unwrap_or_else(|| "all features".to_owned()),
            declared: When::at(incident.declared_at),
            by: incident.declared_by.clone(),
            looks: incident.looks.iter().map(Revision::of).collect(),
            course: CourseCard::of(incident, &view.course, form),
            figures: figures::of(view),
            picture: Picture::of(view)?,
            movers: movers::cards(report),
            weighed: movers::weighed(report),
            suspects: view.suspects.iter().map(SuspectRow::of).collect(),
            links: view.links.iter().map(LinkRow::of).collect(),
            triage: incident.triage.as_ref().map(TriageTable::of),
            fields: fields::cards(&incident.fields),
            surfaces: surfaces::verdicts(report),
            consequences: surfaces::consequences(report),
            factors: surfaces::factors(report),
            timeline: evidence::timeline(view),
            evidence: evidence::cited(incident),
            next: next::step(view),
            commands: next::commands(incident),
        })
    }
}
