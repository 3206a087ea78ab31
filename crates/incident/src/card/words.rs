//! The card in words: the answer first in each line.

use model::course::{AttemptResult, Duty};
use serde::{Deserialize, Serialize};

use super::{Card, You};
use crate::still::{Going, Still};
use crate::wording::{clock, duration, moment, rate};

/// A line of the card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// What is asked.
    pub asks: String,
    /// The answer in a few words.
    pub answer: String,
    /// What it rests on.
    pub ground: String,
    /// How it is meant.
    pub tone: Tone,
}

/// How a line is meant, so that a page can mark it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// It asks for something now.
    Alert,
    /// It can't be told.
    Unknown,
    /// It is as it should be, or only told.
    Plain,
}

impl Card {
    /// The card as lines, in the order in which they are asked.
    pub fn rows(&self) -> Vec<Row> {
        vec![
            self.still_row(),
            self.actions_row(),
            self.fresh_row(),
            self.ruler_row(),
            self.who_row(),
            self.tried_row(),
            self.nearest_row(),
            self.otherwise_row(),
            self.you_row(),
        ]
    }

    fn still_row(&self) -> Row {
        let Still { state, last, before, bad_per_minute } = &self.still;
        let (n, minutes) = (last.rate.n, duration(last.length()));
        let mut ground = format!("{} bad in the last {minutes}", rate(&last.rate));
        if last.rate.unknown > 0 {
            ground += &format!(", {} without a label", last.rate.unknown);
        }
        ground += &format!("; {} before", rate(before));
        let (answer, tone) = match state {
            Going::Yes => (format!("yes: {bad_per_minute:.1} bad runs a minute"), Tone::Alert),
            Going::No => (format!("no: as few as before, n = {n}"), Tone::Plain),
            Going::CantTell => (format!("can't be told from n = {n}"), Tone::Unknown),
            Going::Unlabelled => ("unknown: no label yet".to_owned(), Tone::Unknown),
            Going::NoRuns => ("unknown: no run".to_owned(), Tone::Unknown),
        };
        row("Still happening", answer, ground, tone)
    }

    fn actions_row(&self) -> Row {
        let actions = &self.actions;
        let (answer, tone) = match (actions.in_flight, actions.irreversible, actions.silent) {
            (1.., _, _) => {
                (format!("{} announced, without a result", actions.in_flight), Tone::Alert)
            }
            (0, 1.., _) => {
                let tone = if actions.open > 0 { Tone::Alert } else { Tone::Plain };
                (format!("{} done that can't be undone", actions.irreversible), tone)
            }
            (0, 0, 1..) => ("unknown".to_owned(), Tone::Unknown),
            (0, 0, 0) => ("none on record".to_owned(), Tone::Plain),
        };
        let mut ground = format!(
            "{} irreversible, {} not seen to, {} that can be undone",
            actions.irreversible, actions.open, actions.reversible
        );
        if actions.silent > 0 {
            ground += &format!("; of {} tool calls nobody says what they do", actions.silent);
        }
        if actions.unread > 0 {
            ground += &format!("; {} bad runs were not read", actions.unread);
        }
        row("Irreversible harm in flight", answer, ground, tone)
    }

    fn fresh_row(&self) -> Row {
        let age = |at: Option<jiff::Timestamp>| {
            at.map(|at| duration(self.now.duration_since(at).max(jiff::SignedDuration::ZERO)))
        };
        let (run, label) = (age(self.fresh.newest_run), age(self.fresh.newest_label));
        let (answer, tone) = match (&run, &label) {
            (Some(run), Some(label)) => {
                (format!("runs {run} old, labels {label} behind"), Tone::Plain)
            }
            (Some(run), None) => (format!("runs {run} old, no label"), Tone::Unknown),
            (None, _) => ("no run is in memory".to_owned(), Tone::Unknown),
        };
        let settled = age(self.fresh.settled);
        let settled = settled.map_or("none since the start".to_owned(), |age| format!("{age} ago"));
        let waiting = self.fresh.waiting;
        row("Fresh", answer, format!("{waiting} traces wait; the last became runs {settled}"), tone)
    }

    fn ruler_row(&self) -> Row {
        let (answer, tone) = match self.ruler.moved {
            Some(true) => ("yes: check it before acting", Tone::Alert),
            Some(false) => ("no", Tone::Plain),
            None => ("unknown", Tone::Unknown),
        };
        row("Did the ruler move", answer.to_owned(), self.ruler.why.clone(), tone)
    }

    fn who_row(&self) -> Row {
        let on = |duty: Duty| self.duties.iter().find(|(one, _)| *one == duty);
        let lead = on(Duty::Lead).and_then(|(_, who)| who.clone());
        let others = self.duties.iter().filter(|(duty, _)| *duty != Duty::Lead);
        let others: Vec<String> = others
            .filter_map(|(duty, who)| who.as_ref().map(|who| format!("{}: {who}", duty.as_str())))
            .collect();
        let seen = match &self.acknowledged {
            Some((at, by)) => format!("seen by {by} at {}", moment(*at)),
            None => "no person has acknowledged it".to_owned(),
        };
        let ground = others.into_iter().chain([seen]).collect::<Vec<_>>().join("; ");
        match (lead, &self.acknowledged) {
            (Some(lead), _) => row("Who has it", format!("{lead} leads"), ground, Tone::Plain),
            (None, Some((_, by))) => {
                row("Who has it", format!("{by}; nobody leads"), ground, Tone::Plain)
            }
            (None, None) => row("Who has it", "nobody".to_owned(), ground, Tone::Alert),
        }
    }

    fn tried_row(&self) -> Row {
        let Some(last) = self.tried.last() else {
            let ground = "no attempt is told".to_owned();
            return row("Tried", "nothing".to_owned(), ground, Tone::Plain);
        };
        let tone = match last.result {
            AttemptResult::Worse => Tone::Alert,
            _ => Tone::Plain,
        };
        let each = self.tried.iter().rev().map(|one| {
            format!("{} {} {} by {}", clock(one.at), one.what, one.result.as_str(), one.by)
        });
        let ground = each.collect::<Vec<_>>().join("; ");
        row("Tried", format!("{}, {}", last.what, last.result.as_str()), ground, tone)
    }

    fn nearest_row(&self) -> Row {
        let Some(nearest) = &self.nearest else {
            let answer = "none on record".to_owned();
            return row(
                "Nearest before",
                answer,
                "nothing like it was declared".to_owned(),
                Tone::Plain,
            );
        };
        let answer = match nearest.worked.as_slice() {
            [] => format!("{}: nothing on record worked", nearest.incident),
            worked => format!("{}: {}", nearest.incident, worked.join("; ")),
        };
        let alike = nearest.alike.join(", ");
        let ground = format!("{}, {}; in common: {alike}", nearest.title, moment(nearest.at));
        row("Nearest before", answer, ground, Tone::Plain)
    }

    fn otherwise_row(&self) -> Row {
        let (answer, tone) = match &self.otherwise.bad_per_hour {
            Some(bad) => (
                format!("{:.0} bad runs an hour [{:.0}, {:.0}]", bad.est, bad.low, bad.high),
                Tone::Plain,
            ),
            None => ("unknown".to_owned(), Tone::Unknown),
        };
        row("If nothing is done", answer, self.otherwise.basis.clone(), tone)
    }

    fn you_row(&self) -> Row {
        let You { name, may, may_not } = &self.you;
        let answer = match (may.as_slice(), may_not.as_slice()) {
            ([], _) => "no: you may only look".to_owned(),
            (_, []) => "yes".to_owned(),
            (_, may_not) => format!("yes, but not {}", may_not.join(", ")),
        };
        let ground = match may.is_empty() {
            true => name.clone(),
            false => format!("{name} may {}", may.join(", ")),
        };
        row("May you act", answer, ground, Tone::Plain)
    }
}

fn row(asks: &str, answer: String, ground: String, tone: Tone) -> Row {
    Row { asks: asks.to_owned(), answer, ground, tone }
}
