//! Cases: who comes with which question, and which way the agent goes to answer it.

use jiff::SignedDuration;

use crate::dice::Dice;
use crate::fleet::{REGIONS, REPLICAS_PER_REGION, Replica};
use crate::scenario::Cause;
use crate::setup::Part;
use crate::timeline::Fault;
use crate::topics::{CUSTOMERS, ITEMS, ORDER_TOPICS, POLICY_TOPICS, TALK_TOPICS, Topic};

/// The part of searches that find nothing.
const EMPTY_SEARCHES: f64 = 0.04;

/// The part of tool calls that fail.
const FAILED_CALLS: f64 = 0.015;

/// What a customer pays for, and how much more or less often it goes wrong.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) name: &'static str,
    pub(crate) tendency: f64,
    share: f64,
}

/// The plan of a customer so large that it is its own.
pub(crate) const LARGE_CUSTOMER: Plan = Plan { name: "megacorp", tendency: 6.0, share: 0.0 };

/// The share of the cases that are that customer's once it is there.
const LARGE_SHARE: f64 = 0.4;

/// The share of tool calls that time out where they do.
const IN_VAIN: f64 = 0.8;

const PLANS: [Plan; 3] = [
    Plan { name: "free", tendency: 1.05, share: 0.55 },
    Plan { name: "pro", tendency: 0.95, share: 0.35 },
    Plan { name: "enterprise", tendency: 0.85, share: 0.10 },
];

/// Which tools the agent calls on its way to the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    Search,
    SearchAndLookup,
    Lookup,
    Talk,
}

const ROUTES: [(Route, f64); 4] = [
    (Route::Search, 0.45),
    (Route::SearchAndLookup, 0.30),
    (Route::Lookup, 0.15),
    (Route::Talk, 0.10),
];

/// How a tool call ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// With what was asked for.
    Full,
    /// With an empty list.
    Empty,
    /// With an error.
    Failed,
}

/// One customer's question on its way through the product.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// When it came, counted from the start of the play.
    pub(crate) at: SignedDuration,
    /// Which replica took it.
    pub(crate) replica: Replica,
    /// The customer's plan.
    pub(crate) plan: &'static Plan,
    /// What the question is about.
    pub(crate) topic: &'static Topic,
    /// The customer's first name.
    pub(crate) customer: &'static str,
    /// What was ordered.
    pub(crate) item: &'static str,
    /// The order's number.
    pub(crate) order: String,
    /// Whether the index is asked before the model is.
    pub(crate) retrieves: bool,
    /// How the call of `search_kb` ends, if there is one.
    pub(crate) search: Option<Answer>,
    /// How the call of `lookup_order` ends, if there is one.
    pub(crate) lookup: Option<Answer>,
}

impl Case {
    /// A case that comes at this time.
    pub(crate) fn draw(at: SignedDuration, dice: &mut Dice) -> Self {
        let region = dice.weighted(&REGIONS.map(|region| region.share));
        let replica = Replica::of(region, dice.below(REPLICAS_PER_REGION));
        let plan = &PLANS[dice.weighted(&PLANS.map(|plan| plan.share))];
        let route = ROUTES[dice.weighted(&ROUTES.map(|(_, share)| share))].0;
        let topics: &'static [Topic] = match route {
            Route::Search => &POLICY_TOPICS,
            Route::SearchAndLookup | Route::Lookup => &ORDER_TOPICS,
            Route::Talk => &TALK_TOPICS,
        };
        let searched = answer(dice.unit(), EMPTY_SEARCHES);
        let looked_up = answer(dice.unit(), 0.0);
        Self {
            at,
            replica,
            plan,
            topic: &topics[dice.below(topics.len())],
            customer: dice.pick(&CUSTOMERS),
            item: dice.pick(&ITEMS),
            order: format!("A-{}", 10_000 + dice.below(90_000)),
            retrieves: route != Route::Talk,
            search: route.searches().then_some(searched),
            lookup: route.looks_up().then_some(looked_up),
        }
    }

    /// The same case while a fault is there that shows before anything is answered.
    pub(crate) fn during(self, fault: &Fault, dice: &mut Dice) -> Self {
        let has_begun = fault.onset <= self.at;
        match fault.cause {
            Cause::Customer if has_begun && dice.happens(LARGE_SHARE) => {
                Self { plan: &LARGE_CUSTOMER, ..self }
            }
            Cause::Timeouts if has_begun && fault.replica == Some(self.replica) => {
                let mut late = |call: Option<Answer>| {
                    call.map(|answer| if dice.happens(IN_VAIN) { Answer::Failed } else { answer })
                };
                Self { search: late(self.search), lookup: late(self.lookup), ..self }
            }
            _ => self,
        }
    }

    /// Whether a tool call of it failed.
    pub(crate) fn waits_in_vain(&self) -> bool {
        [self.search, self.lookup].contains(&Some(Answer::Failed))
    }

    /// Whether a change of a part can make a difference to this case.
    pub(crate) fn is_touched_by(&self, part: Part) -> bool {
        match part {
            Part::SearchAnswer => self.search == Some(Answer::Full),
            Part::LookupAnswer => self.lookup == Some(Answer::Full),
            Part::Index => self.retrieves,
            Part::Code | Part::Prompt | Part::Model | Part::Parameters => true,
        }
    }

    /// A text with this case's particulars filled in.
    pub(crate) fn fill(&self, template: &str) -> String {
        let text = template.replace("{customer}", self.customer).replace("{item}", self.item);
        text.replace("{order}", &self.order)
    }
}

impl Route {
    fn searches(self) -> bool {
        matches!(self, Self::Search | Self::SearchAndLookup)
    }

    fn looks_up(self) -> bool {
        matches!(self, Self::Lookup | Self::SearchAndLookup)
    }
}

/// The share of cases to which a change of a part can make a difference.
pub(crate) fn share_touched_by(part: Part) -> f64 {
    let share = |takes: fn(Route) -> bool| -> f64 {
        ROUTES.iter().filter(|(route, _)| takes(*route)).map(|(_, share)| share).sum()
    };
    match part {
        Part::SearchAnswer => share(Route::searches) * (1.0 - EMPTY_SEARCHES - FAILED_CALLS),
        Part::LookupAnswer => share(Route::looks_up) * (1.0 - FAILED_CALLS),
        Part::Index => share(|route| route != Route::Talk),
        Part::Code | Part::Prompt | Part::Model | Part::Parameters => 1.0,
    }
}

fn answer(unit: f64, empty: f64) -> Answer {
    match unit {
        _ if unit < FAILED_CALLS => Answer::Failed,
        _ if unit < FAILED_CALLS + empty => Answer::Empty,
        _ => Answer::Full,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Purpose;
    use crate::scenario::Scenario;

    #[test]
    fn the_stated_shares_are_the_drawn_ones() {
        let mut dice = Dice::new(Scenario::Quiet, 3, Purpose::Cases);
        let cases: Vec<_> =
            (0..20_000).map(|_| Case::draw(SignedDuration::ZERO, &mut dice)).collect();
        for part in [Part::SearchAnswer, Part::LookupAnswer, Part::Index, Part::Prompt] {
            let touched = cases.iter().filter(|case| case.is_touched_by(part)).count();
            let share = touched as f64 / cases.len() as f64;
            assert!((share - share_touched_by(part)).abs() < 0.015, "{part:?} {share}");
        }
    }

    #[test]
    fn no_placeholder_is_left_in_a_text() {
        let mut dice = Dice::new(Scenario::Quiet, 3, Purpose::Cases);
        for _ in 0..200 {
            let case = Case::draw(SignedDuration::ZERO, &mut dice);
            for text in [case.topic.question, case.topic.query, case.topic.answer] {
                let text = case.fill(text);
                assert!(!text.contains(['{', '}']), "{text}");
            }
        }
    }
}
