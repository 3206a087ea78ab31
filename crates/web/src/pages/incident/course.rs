//! The course of an incident: the first card, how bad it is, clocks, claims, whom it reached.

use model::course::{ClaimState, Claimed, Tried};
use model::{Incident, Severity, Stage};
use response::card::{Row, Tone};
use response::clocks::{Clock, Lag, Reading, Reference};
use response::course::SeverityView;
use response::playbooks::Proposed;
use response::{BlastRadius, CourseView, wording};

use crate::words::When;

/// The course of an incident, ready to be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CourseCard {
    /// How far it has come.
    pub(crate) stage: Stage,
    /// How bad it is said to be.
    pub(crate) severity: Option<Severity>,
    /// The first card.
    pub(crate) rows: Vec<CardRow>,
    /// As of when.
    pub(crate) now: When,
    /// What the rubric says.
    pub(crate) rubric: String,
    /// The four questions.
    pub(crate) grades: Vec<Grade>,
    /// The incident's own clocks and those of its causes.
    pub(crate) clocks: Vec<ClockRow>,
    /// How long things took.
    pub(crate) lags: Vec<LagRow>,
    /// What is claimed.
    pub(crate) claims: Vec<ClaimRow>,
    /// What was tried.
    pub(crate) attempts: Vec<AttemptRow>,
    /// Whom it reached.
    pub(crate) reached: Vec<String>,
    /// What was done outside, by tool.
    pub(crate) tools: Vec<ToolRow>,
    /// Playbooks that fit.
    pub(crate) playbooks: Vec<Proposed>,
    /// Claims of which somebody may say how they stand.
    pub(crate) open_claims: Vec<ClaimRow>,
    /// Moments that a date can be claimed for: as forms and as people call them.
    pub(crate) moments: Vec<(&'static str, &'static str)>,
    /// What forms carry; none where whoever looks may not act.
    pub(crate) form: Option<String>,
}

/// A line of the first card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CardRow {
    /// What is asked.
    pub(crate) asks: String,
    /// The answer.
    pub(crate) answer: String,
    /// What it rests on.
    pub(crate) ground: String,
    /// The class of its colours.
    pub(crate) tone: &'static str,
    /// The shape that says the same.
    pub(crate) mark: &'static str,
}

/// A question of the rubric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grade {
    /// Its name.
    pub(crate) name: &'static str,
    /// The grade, or that it is not known.
    pub(crate) grade: String,
    /// On what ground.
    pub(crate) why: String,
}

/// A clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClockRow {
    /// Which moment.
    pub(crate) name: String,
    /// When, if that is known.
    pub(crate) at: Option<When>,
    /// The range, if it is one.
    pub(crate) range: Option<String>,
    /// Where it is on record, or why it is not known.
    pub(crate) source: String,
    /// Dates that are claimed.
    pub(crate) beside: Vec<String>,
}

/// A lag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LagRow {
    /// Its name.
    pub(crate) name: String,
    /// From when to when.
    pub(crate) words: &'static str,
    /// How long.
    pub(crate) length: String,
    /// What others took.
    pub(crate) references: Vec<String>,
}

/// A claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClaimRow {
    /// Its id.
    pub(crate) id: String,
    /// What it is about.
    pub(crate) about: String,
    /// What is claimed.
    pub(crate) says: String,
    /// Who or what says so.
    pub(crate) source: String,
    /// How it stands.
    pub(crate) state: &'static str,
    /// What was said of it since.
    pub(crate) revised: Vec<String>,
}

/// An attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AttemptRow {
    /// When it was told.
    pub(crate) at: When,
    /// By whom.
    pub(crate) by: String,
    /// What was tried.
    pub(crate) what: String,
    /// What came of it.
    pub(crate) result: &'static str,
}

/// What a tool did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ToolRow {
    /// The tool.
    pub(crate) tool: String,
    /// How often.
    pub(crate) counts: String,
    /// How its actions stand.
    pub(crate) states: Vec<String>,
}

impl CourseCard {
    /// The course of an incident; with what its forms carry, for those who may act.
    pub(crate) fn of(incident: &Incident, view: &CourseView, form: Option<String>) -> Self {
        let course = &incident.course;
        let own = view.clocks.marks.iter().map(|clock| ClockRow::of(clock, None));
        let of_causes = view.clocks.causes.iter().flat_map(|cause| {
            let role = cause.role.map_or("moved", |role| role.as_str());
            let of = format!("{} ({role})", cause.what);
            cause.clocks.iter().map(move |clock| ClockRow::of(clock, Some(&of)))
        });
        Self {
            stage: course.stage(),
            severity: course.severity(),
            rows: view.rows.iter().map(CardRow::of).collect(),
            now: When::at(view.card.now),
            rubric: rubric(&view.severity),
            grades: grades(&view.severity),
            clocks: own.chain(of_causes).collect(),
            lags: view.clocks.lags.iter().map(LagRow::of).collect(),
            claims: course.claims.iter().map(ClaimRow::of).collect(),
            attempts: course.attempts.iter().rev().map(AttemptRow::of).collect(),
            reached: reached(&view.blast),
            tools: tools(&view.blast),
            playbooks: view.playbooks.clone(),
            open_claims: course.claims.iter().filter(is_open).map(ClaimRow::of).collect(),
            moments: view
                .clocks
                .marks
                .iter()
                .map(|it| (it.mark.as_str(), it.mark.words()))
                .collect(),
            form,
        }
    }
}

impl CardRow {
    fn of(row: &Row) -> Self {
        let (tone, mark) = match row.tone {
            Tone::Alert => ("alert", "▲"),
            Tone::Unknown => ("unknown", "?"),
            Tone::Plain => ("plain", ""),
        };
        let Row { asks, answer, ground, .. } = row.clone();
        Self { asks, answer, ground, tone, mark }
    }
}

impl ClockRow {
    fn of(clock: &Clock, of: Option<&str>) -> Self {
        let name = clock.mark.words();
        let name = of.map_or(name.to_owned(), |of| format!("{name}: {of}"));
        let (at, range, source) = match &clock.reading {
            Reading::Unknown { why } => (None, None, format!("unknown: {why}")),
            Reading::At { at, earliest, latest, source } => {
                let range = format!("{} to {}", wording::clock(*earliest), wording::clock(*latest));
                let range = (earliest != latest).then_some(range);
                (Some(When::at(*at)), range, source.clone())
            }
        };
        let beside = clock.beside.iter().map(|said| {
            let zone = said.when.zone.as_ref();
            let zone = zone.map_or(String::new(), |zone| format!(", told in {zone}"));
            let (at, state) = (wording::moment(said.when.at), said.state.as_str());
            format!("{} says {at}{zone} ({state}): {}", said.source, said.says)
        });
        Self { name, at, range, source, beside: beside.collect() }
    }
}

impl LagRow {
    fn of(lag: &Lag) -> Self {
        let span = |one: &Reference| {
            let length = |secs| wording::duration(jiff::SignedDuration::from_secs(secs));
            let (least, most) = (length(one.least), length(one.most));
            let took = if least == most { least } else { format!("{least} to {most}") };
            format!("{took}: {} ({})", one.what, one.source)
        };
        Self {
            name: lag.name.as_str().to_owned(),
            words: lag.name.words(),
            length: lag.length.to_string(),
            references: lag.references.iter().map(span).collect(),
        }
    }
}

impl ClaimRow {
    fn of(claim: &Claimed) -> Self {
        let made = &claim.made.what;
        let role = made.role.map_or(String::new(), |role| format!(" that {}", role.as_str()));
        let on = made.rests_on.as_ref().map_or(String::new(), |on| format!(", on {on}"));
        let moment = made.moment.as_ref().map_or(String::new(), |moment| format!(": {moment}"));
        let revised = claim.revised.iter().map(|one| {
            let (at, state) = (wording::moment(one.at), one.what.state.as_str());
            format!("{} said {state} at {at}: {}", one.by, one.what.because)
        });
        Self {
            id: made.claim.to_string(),
            about: format!("{}{role}{on}{moment}", made.about.as_str()),
            says: made.says.clone(),
            source: claim.source().to_owned(),
            state: claim.state().as_str(),
            revised: revised.collect(),
        }
    }
}

impl AttemptRow {
    fn of(tried: &Tried) -> Self {
        let told = &tried.told;
        Self {
            at: When::at(told.at),
            by: told.by.clone(),
            what: format!("{}: {}", told.what.channel, told.what.what),
            result: told.what.result.as_str(),
        }
    }
}

fn is_open(claim: &&Claimed) -> bool {
    claim.state() != ClaimState::Retracted
}

fn rubric(severity: &SeverityView) -> String {
    let SeverityView { least, worst, rubric, .. } = severity;
    match least == worst {
        true => format!("By the rubric, version {rubric}, this is {least}."),
        false => format!("By the rubric, version {rubric}, this is {least} to {worst}."),
    }
}

fn grades(severity: &SeverityView) -> Vec<Grade> {
    let rows = severity.graded.rows().into_iter();
    let grade = rows.map(|(name, answered)| Grade {
        name,
        grade: answered.grade.map_or("unknown".to_owned(), |grade| format!("{grade} of 3")),
        why: answered.why.clone(),
    });
    grade.collect()
}

fn reached(blast: &BlastRadius) -> Vec<String> {
    let known = |number: Option<u64>, of: &str| match number {
        Some(number) => format!("{number} {of}"),
        None => format!("{of}: not recorded"),
    };
    let mut lines = vec![
        format!("{} bad of {} runs; outcome unknown for {}", blast.bad, blast.runs, blast.unknown),
        known(blast.people, "people"),
        known(blast.conversations, "conversations"),
    ];
    let segments = blast.segments.iter().take(10);
    lines.extend(
        segments
            .map(|one| format!("{} = {}: {} bad of {}", one.factor, one.level, one.bad, one.runs)),
    );
    lines
}

fn tools(blast: &BlastRadius) -> Vec<ToolRow> {
    let row = blast.tools.iter().map(|tool| {
        let states = tool.states.iter().map(|state| {
            let (can, made) = (state.reversibility.as_str(), state.compensation.as_str());
            format!("{} {can}, made up for: {}", state.actions, made.replace('_', " "))
        });
        ToolRow {
            tool: tool.tool.clone(),
            counts: format!("{} done, {} failed, {} open", tool.done, tool.failed, tool.open),
            states: states.collect(),
        }
    });
    row.collect()
}
