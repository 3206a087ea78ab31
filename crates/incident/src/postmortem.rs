//! The postmortem of an incident, as far as facts and flights tell it.
//!
//! Every sentence the machine writes cites where it is on record. What only people know is absent,
//! and stands open in the draft.

use jiff::Timestamp;
use model::course::{AttemptResult, Stage};
use model::fields::{FieldRow, SixField};
use model::postmortem::{
    ClaimRow, ClockRow, EvidenceRow, FieldLine, Postmortem, RateRow, SCHEMA, Statement,
    TimelineRow, WhatMoved,
};
use model::report::Shares;
use model::{Incident, Report, Verdict};

use crate::clocks::{Beside, Clock, Clocks, LagName, Length, Reading, clocks};
use crate::document;
use crate::timeline::moments;
use crate::wording::{level, moment, percent, rate};
use crate::{brief, wording};

/// Writes a document as a draft, as it stands at an instant.
pub fn draft(of: &Postmortem, now: Timestamp) -> String {
    let note = format!(
        "*Draft of {}. Sentences with a source are the machine's; what is marked **Open** waits \
         for a person.*\n",
        moment(now)
    );
    let text = document::draft(of);
    match text.split_once("\n\n") {
        Some((title, rest)) => format!("{title}\n\n{note}\n{rest}"),
        None => text,
    }
}

/// The document of an incident, as far as facts and flights tell it.
pub fn of(incident: &Incident, now: Timestamp) -> Postmortem {
    let report = &incident.report;
    let clocks = clocks(incident, Beside { now, run: None });
    Postmortem {
        schema: SCHEMA,
        incident: Some(incident.id.clone()),
        title: incident.title.clone(),
        feature: incident.feature.clone(),
        kind: Some(incident.kind),
        moved: what_moved(report),
        severity: incident.course.severities.last().map(|set| set.what.severity),
        summary: summary(incident),
        impact: vec![impact(report)],
        timeline: timeline(incident),
        detection: detection(&clocks),
        clocks: clock_rows(&clocks),
        rates: vec![RateRow {
            what: "bad runs".to_owned(),
            before: Some(report.outcome.before),
            during: Some(report.outcome.during),
            after: incident.course.stages.iter().rev().find_map(|stage| stage.what.rate),
        }],
        causes: causes(report),
        claims: claims(incident),
        resolution: resolution(incident),
        worked: worked(incident),
        fields: incident.fields.iter().flat_map(field_lines).collect(),
        evidence: evidence(incident),
        ..Postmortem::default()
    }
}

/// The surfaces of the movers; unknown where it rose and nothing recorded carries it.
fn what_moved(report: &Report) -> Option<WhatMoved> {
    let mut surfaces: Vec<String> =
        report.movers.iter().map(|mover| mover.surface.clone()).collect();
    surfaces.dedup();
    match (surfaces.is_empty(), report.verdict) {
        (false, _) => Some(WhatMoved::Surfaces(surfaces)),
        (true, Verdict::Unexplained | Verdict::NotRecorded) => Some(WhatMoved::Unknown),
        (true, _) => None,
    }
}

fn summary(incident: &Incident) -> Vec<Statement> {
    let brief = brief::brief(&incident.report);
    let cite = format!("ledger: {}", incident.id);
    let said = [format!("{}.", brief.headline), format!("Measured: {}.", brief.measured)];
    let moved = brief.movers.iter().map(|mover| format!("Moved: {mover}."));
    said.into_iter().chain(moved).map(|text| Statement::cited(text, cite.clone())).collect()
}

fn impact(report: &Report) -> Statement {
    let (during, window) = (&report.outcome.during, report.windows.incident);
    let text = format!(
        "Bad runs between {} and {}: {}; outcome unknown for {}.",
        moment(window.start),
        moment(window.end),
        rate(during),
        during.unknown,
    );
    Statement::cited(text, "flights: runs compared")
}

fn timeline(incident: &Incident) -> Vec<TimelineRow> {
    let rows = moments(incident).into_iter();
    rows.map(|row| TimelineRow { at: moment(row.at), what: row.what, source: row.source }).collect()
}

/// How long it took, where that can be computed; of detection, also why not.
fn detection(clocks: &Clocks) -> Vec<Statement> {
    let told = clocks.lags.iter().filter(|lag| {
        lag.name == LagName::Detection || !matches!(lag.length, Length::Unknown { .. })
    });
    let said = told.map(|lag| {
        let text = format!("{}: {}.", wording::capitalised(lag.name.words()), lag.length);
        Statement::cited(text, "computed")
    });
    said.collect()
}

fn clock_rows(clocks: &Clocks) -> Vec<ClockRow> {
    let row = |cause: &str, clock: &Clock| {
        let (at, source) = match &clock.reading {
            Reading::At { at, earliest, latest, source } if earliest == latest => {
                (Some(moment(*at)), source)
            }
            Reading::At { at, earliest, latest, source } => {
                let (at, earliest, latest) = (moment(*at), moment(*earliest), moment(*latest));
                (Some(format!("{at}, range {earliest} to {latest}")), source)
            }
            Reading::Unknown { why } => (None, why),
        };
        let (cause, source) = (cause.to_owned(), source.clone());
        ClockRow { cause, moment: clock.mark.as_str().to_owned(), at, source }
    };
    let own = clocks.marks.iter().map(|clock| row("incident", clock));
    let of_causes = clocks
        .causes
        .iter()
        .flat_map(|cause| cause.clocks.iter().map(move |clock| row(&cause.what, clock)));
    own.chain(of_causes).collect()
}

fn claims(incident: &Incident) -> Vec<ClaimRow> {
    let rows = incident.course.claims.iter().map(|claim| ClaimRow {
        says: claim.made.what.says.clone(),
        source: claim.source().to_owned(),
        state: claim.state(),
    });
    rows.collect()
}

/// What stopped it, as it was told when stages were reached.
fn resolution(incident: &Incident) -> Vec<Statement> {
    let reached = incident.course.stages.iter();
    let ended = reached.filter(|reached| {
        matches!(reached.what.stage, Stage::Contained | Stage::Mitigated | Stage::Verified)
    });
    let said = ended.map(|reached| {
        let (stage, at) = (wording::capitalised(reached.what.stage.as_str()), moment(reached.at));
        let text = format!("{stage} at {at}: {}.", reached.what.because.trim_end_matches('.'));
        Statement::cited(text, format!("ledger: {}", incident.id))
    });
    said.collect()
}

/// Attempts to stop the harm that did.
fn worked(incident: &Incident) -> Vec<Statement> {
    let tried = incident.course.attempts.iter().map(|tried| &tried.told);
    let worked = tried.filter(|told| told.what.result == AttemptResult::Worked);
    let said = worked.map(|told| {
        let text = format!("{}: {}.", told.what.channel, told.what.what.trim_end_matches('.'));
        Statement::cited(text, format!("ledger: {}", incident.id))
    });
    said.collect()
}

fn causes(report: &Report) -> Vec<Statement> {
    let cite = "flights: runs compared";
    let named = report.movers.iter().map(|mover| {
        let levels = mover.levels.iter();
        let levels = levels.map(|(factor, name)| format!("{factor} = {}", level(name)));
        Statement::cited(levels.collect::<Vec<_>>().join(" and "), cite)
    });
    let mut causes: Vec<Statement> = named.collect();
    if causes.is_empty() {
        causes.push(Statement::cited(format!("None recorded: {}.", report.why), cite));
    }
    if let Some(residual) = report.residual_pp {
        let text = format!("Not carried by the above: {residual:.1} points of the rise.");
        causes.push(Statement::cited(text, cite));
    }
    causes
}

fn field_lines(field: &SixField) -> Vec<FieldLine> {
    if field.rows.is_empty() {
        let unknown = "unknown".to_owned();
        return vec![FieldLine {
            field: field.title.clone(),
            variable: None,
            before: unknown.clone(),
            during: unknown,
            state: Some(field.state),
            why: field.why.clone(),
            since: None,
            by: None,
        }];
    }
    field.rows.iter().map(|row| field_line(field, row)).collect()
}

fn field_line(field: &SixField, row: &FieldRow) -> FieldLine {
    FieldLine {
        field: field.title.clone(),
        variable: Some(row.factor.clone()),
        before: shares(&row.before),
        during: shares(&row.during),
        state: Some(row.state),
        why: row.why.clone(),
        since: row.since.map(moment),
        by: row.by.clone().or_else(|| Some("not on record".to_owned())),
    }
}

fn shares(shares: &Shares) -> String {
    if shares.recorded == 0 {
        return format!("unknown: not recorded in {} runs", shares.missing);
    }
    let share = |runs: u64| percent(runs as f64 / shares.recorded as f64);
    let levels = shares.levels.iter();
    let levels = levels.map(|count| format!("{} {}", level(&count.level), share(count.runs)));
    let mut text = levels.collect::<Vec<_>>().join(", ");
    if shares.others > 0 {
        text += &format!(", {} more", shares.others);
    }
    if shares.missing > 0 {
        text += &format!("; not recorded in {}", shares.missing);
    }
    text
}

fn evidence(incident: &Incident) -> Vec<EvidenceRow> {
    let row = |evidence: &model::Evidence| EvidenceRow {
        run: evidence.run.to_string(),
        outcome: evidence.outcome.as_str().to_owned(),
        role: wording::level(&evidence.role),
    };
    incident.evidence.iter().map(row).collect()
}
