//! The moments of an incident's course.

use jiff::Timestamp;
use model::IncidentId;
use model::course::{ClaimMade, Claimed, Course, Dated, Heard, HeardKind, Linked, NoteAdded};
use model::time::SaidTime;

use super::{Moment, Weighs};
use crate::wording::moment as written;

/// Every moment of a course.
pub(super) fn moments(course: &Course, id: &IncidentId) -> Vec<Moment> {
    let source = format!("ledger: {id}");
    let mut moments = acts(course, &source);
    moments.extend(attempts(course, &source));
    moments.extend(course.notes.iter().map(|note| noted(note, &source)));
    moments.extend(course.claims.iter().flat_map(|claim| claimed(claim, &source)));
    moments.extend(course.linked.iter().flat_map(|linked| heard(linked, &source)));
    moments
}

/// What people and programs decided.
fn acts(course: &Course, source: &str) -> Vec<Moment> {
    let mut moments = Vec::new();
    let mut add = |at, what: String| moments.push(Moment::recorded(at, what, source));
    for Dated { at, by, .. } in &course.acknowledged {
        add(*at, format!("acknowledged by {by}"));
    }
    for Dated { at, by, what, .. } in &course.stages {
        let rate = what.rate.map_or(String::new(), |rate| {
            format!("; {} bad since it was mitigated", crate::wording::rate(&rate))
        });
        add(*at, format!("{}, {by} said: {}{rate}", what.stage, what.because));
    }
    for Dated { at, by, what, .. } in &course.duties {
        add(*at, format!("{} has the duty {}, said {by}", what.who, what.duty.as_str()));
    }
    for Dated { at, by, what, .. } in &course.severities {
        let (severity, rubric, because) = (what.severity, what.rubric, &what.because);
        add(*at, format!("{severity} by rubric {rubric}, {by} said: {because}"));
    }
    for Dated { at, by, what, .. } in &course.actions {
        let of = match (&what.step, &what.run) {
            (Some(step), _) => format!("{} at {step}", what.tool),
            (None, Some(run)) => format!("{} in {run}", what.tool),
            (None, None) => format!("every action of {}", what.tool),
        };
        let (can, made) = (what.reversibility.as_str(), what.compensation.as_str());
        add(*at, format!("{of}: {can}, made up for: {made}, {by} said: {}", what.because));
    }
    for Dated { at, by, what, .. } in &course.rehearsed {
        let (name, version) = (&what.playbook, what.version);
        let found = match what.findings.as_slice() {
            [] => "nothing amiss".to_owned(),
            findings => findings.join("; "),
        };
        add(*at, format!("playbook {name} version {version} walked through by {by}: {found}"));
    }
    moments
}

/// What was tried, whose advice it followed and which change it made.
fn attempts(course: &Course, source: &str) -> Vec<Moment> {
    let each = course.attempts.iter().map(|tried| {
        let Dated { at, by, what, .. } = &tried.told;
        let mut text =
            format!("{by} tried {}: {}: {}", what.channel, what.what, what.result.as_str());
        let advice = what.advice.as_ref();
        let advice = advice.and_then(|id| course.claims.iter().find(|c| c.made.what.claim == *id));
        if let Some(advice) = advice {
            text += &format!("; on the advice of {}: {}", advice.source(), advice.made.what.says);
        }
        if let Some(change) = &what.change {
            let line = tried.recorded.as_ref().map_or("not on record", |heard| &heard.line);
            text += &format!("; by change {change}: {line}");
        }
        text += &said(what.done_at.as_ref());
        Moment::recorded(*at, text, source)
    });
    each.collect()
}

fn noted(Dated { at, by, person, what }: &Dated<NoteAdded>, source: &str) -> Moment {
    let whose = if *person { by.clone() } else { format!("{by} (a program)") };
    let (weighs, from) = match &what.source {
        Some(from) => (Weighs::Imported, format!(", from {from}")),
        None => (Weighs::Note, String::new()),
    };
    let text = format!("{whose} wrote{from}: {}{}", what.text, said(what.said_at.as_ref()));
    Moment { at: *at, what: text, source: source.to_owned(), weighs }
}

fn claimed(claim: &Claimed, source: &str) -> Vec<Moment> {
    let Dated { at, by, what, .. } = &claim.made;
    let row = |at: Timestamp, what: String| Moment {
        at,
        what,
        source: source.to_owned(),
        weighs: Weighs::Claimed,
    };
    let told = match &what.source {
        Some(from) => format!("{from}, told by {by}"),
        None => by.clone(),
    };
    let (id, state) = (&what.claim, claim.state().as_str());
    let first = row(*at, format!("{told} claims {}: {} ({id}: {state})", about(what), what.says));
    let revised = claim.revised.iter().map(|Dated { at, by, what, .. }| {
        row(*at, format!("{by} calls {} {}: {}", what.claim, what.state.as_str(), what.because))
    });
    [first].into_iter().chain(revised).collect()
}

fn about(claim: &ClaimMade) -> String {
    let about = claim.about.as_str();
    match (&claim.role, &claim.rests_on, &claim.moment, &claim.when) {
        (Some(role), Some(ground), _, _) => {
            format!("a {about} that {}, resting on {ground}", role.as_str())
        }
        (Some(role), None, _, _) => format!("a {about} that {}", role.as_str()),
        (_, _, Some(moment), Some(when)) => format!("a {about}: {moment} at {}", told(when)),
        _ => format!("something about {about}"),
    }
}

/// What was linked: when it happened, when it was heard, when it was over.
fn heard(linked: &Linked, ledger: &str) -> Vec<Moment> {
    let Linked { at, by, what, because, heard } = linked;
    let joined = format!("{what} linked by {by}: {because}");
    let mut moments = vec![Moment::recorded(*at, joined, ledger)];
    let Some(heard) = heard else { return moments };
    let source = format!("ledger: {what}");
    let (kind, line) = (heard.kind.as_str(), &heard.line);
    let mut add = |at: Option<Timestamp>, what: String| {
        moments.extend(at.map(|at| Moment::recorded(at, what, &source)));
    };
    add(Some(heard.heard), format!("{kind} heard: {line}{}", stated(heard)));
    add(heard.introduced, format!("{kind} introduced: {line}"));
    let took_effect = match heard.kind {
        HeardKind::Unlogged => format!("{kind} first seen: {line}"),
        _ => format!("{kind} took effect: {line}"),
    };
    add(heard.activated, took_effect);
    add(heard.acknowledged, format!("{kind} acknowledged where it came from: {line}"));
    add(heard.over, format!("{kind} is over, as its sender says: {line}"));
    moments
}

fn stated(heard: &Heard) -> String {
    let apart = heard.stated.filter(|at| *at != heard.heard);
    apart.map_or(String::new(), |at| format!(" (of {}, as its sender says)", written(at)))
}

fn said(when: Option<&SaidTime>) -> String {
    when.map_or(String::new(), |when| format!(" (of {}, as they say)", told(when)))
}

/// In UTC, with the zone it was told in.
fn told(when: &SaidTime) -> String {
    match &when.zone {
        Some(zone) => format!("{} (told in {zone})", written(when.at)),
        None => written(when.at),
    }
}
