//! The blast radius: whom an incident reached, and what agents did to the world outside meanwhile.
//!
//! An [`Act`] is a step with a side effect, or an intent, as flights tell it. [`actions`] groups
//! them by tool and takes in what people said since: whether it can be undone, whether that was
//! done. What was lost can turn out restored; the last word stands, and the first stays on record.

use jiff::Timestamp;
use model::course::{ActionsRevised, Compensation, Dated, Reversibility};
use model::{Effect, RunId, SpanId};
use serde::{Deserialize, Serialize};

/// Something an agent did outside, as flights tell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// The run.
    pub run: RunId,
    /// The step.
    pub step: SpanId,
    /// When.
    pub at: Timestamp,
    /// The tool, or the intended action.
    pub tool: String,
    /// What it does outside, as its sender says.
    pub effect: Effect,
    /// How far it came.
    pub came: Came,
    /// Ids of what it touched outside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub touched: Vec<String>,
}

/// How far an action came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Came {
    /// It was done.
    Done,
    /// It failed.
    Failed,
    /// It was announced, and nobody has said what became of it.
    Open,
}

/// What agents executed, in numbers. Failed attempts are not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Actions {
    /// Actions that can be undone, or were restored.
    pub reversible: u64,
    /// Actions that can't.
    pub irreversible: u64,
    /// Announced actions of which nobody has said what became of them.
    pub in_flight: u64,
    /// Tool calls of which nobody has said what they do outside.
    pub silent: u64,
    /// Irreversible actions, and those in flight, that nobody has seen to.
    pub open: u64,
    /// Runs that were not read, because there are too many.
    pub unread: u64,
}

/// What one tool did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    /// Its name.
    pub tool: String,
    /// How often it was done.
    pub done: u64,
    /// How often it failed.
    pub failed: u64,
    /// How often it was announced without a result.
    pub open: u64,
    /// How the actions stand, each kind with its number.
    pub states: Vec<State>,
    /// The first of them, to look at.
    pub examples: Vec<Act>,
    /// What was said of them, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<Dated<ActionsRevised>>,
}

/// How some actions of a tool stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Whether they can be taken back.
    pub reversibility: Reversibility,
    /// How far making up for them has come.
    pub compensation: Compensation,
    /// How many they are.
    pub actions: u64,
}

/// Examples kept of a tool.
const EXAMPLES: usize = 5;

/// Groups actions by tool, and takes in what was said of them. `silent` and `unread` are counted by
/// whoever read the flights.
pub fn actions(
    acts: &[Act],
    said: &[Dated<ActionsRevised>],
    counted: Actions,
) -> (Actions, Vec<Tool>) {
    let (mut counts, mut tools) = (counted, Vec::<Tool>::new());
    for act in acts {
        let place = tools.iter().position(|tool| tool.tool == act.tool);
        let place = place.unwrap_or_else(|| {
            tools.push(Tool::named(&act.tool, said));
            tools.len() - 1
        });
        tools[place].take(act);
        count(&mut counts, act, stands(act, said));
    }
    tools.sort_by(|a, b| b.done.cmp(&a.done).then(a.tool.cmp(&b.tool)));
    (counts, tools)
}

fn count(counts: &mut Actions, act: &Act, (reversibility, compensation): Stands) {
    if act.came == Came::Failed {
        return;
    }
    let seen_to = matches!(compensation, Compensation::Done | Compensation::NotNeeded);
    let weighs = match (act.came, reversibility) {
        (Came::Open, _) => {
            counts.in_flight += 1;
            true
        }
        (_, Reversibility::Irreversible) => {
            counts.irreversible += 1;
            true
        }
        (_, Reversibility::Unknown) => {
            counts.silent += 1;
            false
        }
        (_, Reversibility::Reversible | Reversibility::Restored) => {
            counts.reversible += 1;
            false
        }
    };
    counts.open += u64::from(weighs && !seen_to);
}

type Stands = (Reversibility, Compensation);

/// How an action stands: as the last who spoke of it says, else as its sender says.
fn stands(act: &Act, said: &[Dated<ActionsRevised>]) -> Stands {
    let about = |one: &&Dated<ActionsRevised>| {
        let what = &one.what;
        what.tool == act.tool
            && what.run.is_none_or(|run| run == act.run)
            && what.step.is_none_or(|step| step == act.step)
    };
    match said.iter().rfind(about) {
        Some(Dated { what, .. }) => (what.reversibility, what.compensation),
        None => {
            let reversibility = match act.effect {
                Effect::Irreversible => Reversibility::Irreversible,
                Effect::Reversible => Reversibility::Reversible,
                Effect::Unknown | Effect::None => Reversibility::Unknown,
            };
            (reversibility, Compensation::Open)
        }
    }
}

impl Tool {
    fn named(name: &str, said: &[Dated<ActionsRevised>]) -> Self {
        Self {
            tool: name.to_owned(),
            done: 0,
            failed: 0,
            open: 0,
            states: Vec::new(),
            examples: Vec::new(),
            said: said.iter().filter(|one| one.what.tool == name).cloned().collect(),
        }
    }

    fn take(&mut self, act: &Act) {
        match act.came {
            Came::Done => self.done += 1,
            Came::Failed => self.failed += 1,
            Came::Open => self.open += 1,
        }
        if self.examples.len() < EXAMPLES {
            self.examples.push(act.clone());
        }
        if act.came == Came::Failed {
            return;
        }
        let (reversibility, compensation) = stands(act, &self.said);
        let same = |state: &&mut State| {
            state.reversibility == reversibility && state.compensation == compensation
        };
        match self.states.iter_mut().find(same) {
            Some(state) => state.actions += 1,
            None => self.states.push(State { reversibility, compensation, actions: 1 }),
        }
    }
}

impl Came {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Came::Done => "done",
            Came::Failed => "failed",
            Came::Open => "open",
        }
    }
}

#[cfg(test)]
mod tests;
