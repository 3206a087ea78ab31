//! Setups: which edition of each part a replica works with.

/// A part of the product that can be changed, and is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The agent's code.
    Code,
    /// The system prompt.
    Prompt,
    /// The model served under the alias.
    Model,
    /// What `search_kb` answers.
    SearchAnswer,
    /// What `lookup_order` answers.
    LookupAnswer,
    /// The index behind the retrieval.
    Index,
    /// The sampling parameters.
    Parameters,
}

/// An edition of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Edition {
    /// As it was when the play began.
    #[default]
    Original,
    /// Changed, and as good as before.
    Reworked,
    /// Changed for the worse.
    Faulty,
}

/// The edition of each part that a run works with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Setup([Edition; 7]);

impl Part {
    /// The parts that can be changed without harm.
    pub(crate) const REWORKABLE: [Self; 6] =
        [Self::Code, Self::Prompt, Self::Model, Self::LookupAnswer, Self::Index, Self::Parameters];
}

impl Setup {
    /// The edition of a part.
    pub(crate) fn edition(&self, part: Part) -> Edition {
        self.0[part as usize]
    }

    /// Puts another edition in place.
    pub(crate) fn install(&mut self, part: Part, edition: Edition) {
        self.0[part as usize] = edition;
    }
}
