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
}

/// A text that names no scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no scenario: write {names}", names = Scenario::names())]
pub struct UnknownScenario(String);

impl Scenario {
    /// Every scenario.
    pub const ALL: [Self; 6] = [
        Self::PromptEdit,
        Self::ModelAlias,
        Self::ToolShape,
        Self::IndexRebuild,
        Self::Nothing,
        Self::Quiet,
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
        }
    }

    fn names() -> String {
        Self::ALL.map(Self::as_str).join(", ")
    }

    /// The part of the product whose change does the harm, if one does.
    pub(crate) fn faulty_part(self) -> Option<Part> {
        match self {
            Self::PromptEdit => Some(Part::Prompt),
            Self::ModelAlias => Some(Part::Model),
            Self::ToolShape => Some(Part::SearchAnswer),
            Self::IndexRebuild => Some(Part::Index),
            Self::Nothing | Self::Quiet => None,
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
             nothing, quiet"
        );
    }
}
