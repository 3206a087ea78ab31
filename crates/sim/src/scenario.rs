//! Scenarios: what goes wrong, if anything does.

use std::fmt;
use std::str::FromStr;

use crate::setup::Part;

/// What goes wrong in a play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scenario {
    /// Six words of the system prompt change.
    PromptEdit,
    /// The provider serves another model under the same name.
    ModelAlias,
    /// The answer of `search_kb` changes its shape.
    ToolShape,
    /// The index is rebuilt.
    IndexRebuild,
    /// The rate rises, and nothing that is recorded changes with it.
    Nothing,
    /// The rate stays as it is.
    Quiet,
    /// The system prompt changes in one region, and does harm there.
    RegionSkew,
    /// The system prompt changes on one replica: a few runs in a hundred, most of which fail.
    Canary,
    /// As the model alias, but the answer does not say which model was served.
    AliasSilent,
    /// As the prompt edit, but no message is recorded.
    PromptSilent,
    /// The tools called from one replica time out.
    ToolTimeouts,
    /// A large customer arrives whose questions are harder.
    NewCustomer,
    /// The prompt and what `search_kb` answers change, each in half of the fleet.
    TwoFaults,
    /// The prompt changes step by step, and the code, without harm, at the moment that begins.
    BehindADeploy,
}

/// What a scenario is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Script {
    /// What does the harm; none where the rate stays.
    pub(crate) cause: Option<Cause>,
    /// How far the parts to blame get.
    pub(crate) reach: Reach,
    /// A part that changes everywhere at the same moment, without harm.
    pub(crate) beside: Option<Part>,
    /// A part of which nothing is recorded.
    pub(crate) silent: Option<Part>,
}

/// What makes the rate rise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Faulty editions of these parts.
    Parts(&'static [Part]),
    /// Nothing that is recorded.
    Unseen,
    /// Timeouts of the tools called from one replica.
    Timeouts,
    /// A new customer.
    Customer,
}

/// How far a change gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// As it is drawn.
    Any,
    /// Not everywhere at once.
    BitByBit,
    /// To one region.
    Region,
    /// To half of each region.
    Half,
    /// To one replica.
    Replica,
}

/// A text that names no scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no scenario: write {names}", names = Scenario::names())]
pub struct UnknownScenario(String);

impl Scenario {
    /// Every scenario.
    pub const ALL: [Self; 14] = [
        Self::PromptEdit,
        Self::ModelAlias,
        Self::ToolShape,
        Self::IndexRebuild,
        Self::Nothing,
        Self::Quiet,
        Self::RegionSkew,
        Self::Canary,
        Self::AliasSilent,
        Self::PromptSilent,
        Self::ToolTimeouts,
        Self::NewCustomer,
        Self::TwoFaults,
        Self::BehindADeploy,
    ];

    /// Its name, as people write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PromptEdit => "prompt-edit",
            Self::ModelAlias => "model-alias",
            Self::ToolShape => "tool-shape",
            Self::IndexRebuild => "index-rebuild",
            Self::Nothing => "nothing",
            Self::Quiet => "quiet",
            Self::RegionSkew => "region-skew",
            Self::Canary => "canary",
            Self::AliasSilent => "alias-silent",
            Self::PromptSilent => "prompt-silent",
            Self::ToolTimeouts => "tool-timeouts",
            Self::NewCustomer => "new-customer",
            Self::TwoFaults => "two-faults",
            Self::BehindADeploy => "behind-a-deploy",
        }
    }

    fn names() -> String {
        Self::ALL.map(Self::as_str).join(", ")
    }

    /// What it is made of.
    pub(crate) fn script(self) -> Script {
        use Part::{Code, Index, Model, Prompt, SearchAnswer};
        let of = |cause| Script { cause, reach: Reach::Any, beside: None, silent: None };
        let parts = |parts| of(Some(Cause::Parts(parts)));
        match self {
            Self::PromptEdit => parts(&[Prompt]),
            Self::ModelAlias => parts(&[Model]),
            Self::ToolShape => parts(&[SearchAnswer]),
            Self::IndexRebuild => parts(&[Index]),
            Self::Nothing => of(Some(Cause::Unseen)),
            Self::Quiet => of(None),
            Self::RegionSkew => Script { reach: Reach::Region, ..parts(&[Prompt]) },
            Self::Canary => Script { reach: Reach::Replica, ..parts(&[Prompt]) },
            Self::AliasSilent => Script { silent: Some(Model), ..parts(&[Model]) },
            Self::PromptSilent => Script { silent: Some(Prompt), ..parts(&[Prompt]) },
            Self::ToolTimeouts => of(Some(Cause::Timeouts)),
            Self::NewCustomer => of(Some(Cause::Customer)),
            Self::TwoFaults => Script { reach: Reach::Half, ..parts(&[Prompt, SearchAnswer]) },
            Self::BehindADeploy => {
                Script { reach: Reach::BitByBit, beside: Some(Code), ..parts(&[Prompt]) }
            }
        }
    }
}

impl Cause {
    /// The parts to blame; none where no part is.
    pub(crate) fn parts(self) -> &'static [Part] {
        match self {
            Self::Parts(parts) => parts,
            Self::Unseen | Self::Timeouts | Self::Customer => &[],
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scenario {
    type Err = UnknownScenario;

    fn from_str(text: &str) -> Result<Self, UnknownScenario> {
        let named = Self::ALL.into_iter().find(|scenario| scenario.as_str() == text);
        named.ok_or_else(|| UnknownScenario(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back() {
        for scenario in Scenario::ALL {
            assert_eq!(scenario.to_string().parse(), Ok(scenario));
        }
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_known_ones() {
        let error = "flood".parse::<Scenario>().unwrap_err().to_string();
        assert_eq!(
            error,
            "`flood` is no scenario: write prompt-edit, model-alias, tool-shape, index-rebuild, \
             nothing, quiet, region-skew, canary, alias-silent, prompt-silent, tool-timeouts, \
             new-customer, two-faults, behind-a-deploy"
        );
    }
}
