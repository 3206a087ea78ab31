//! Who could tell us, and whether they do: a block for each provider.

use response::channels::matrix::{Cell, ChannelState, ChannelView, ProviderRow};

use super::counted;
use crate::words::{When, capitalised};

/// One provider's ways to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProviderBlock {
    /// Its name.
    pub(crate) provider: String,
    /// Whether it is in use.
    pub(crate) used: String,
    /// The ways, of each kind.
    pub(crate) rows: Vec<ChannelRow>,
}

/// A way to tell, or a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChannelRow {
    /// What kind of way.
    pub(crate) kind: &'static str,
    /// The channel's name; none for a gap.
    pub(crate) name: Option<String>,
    /// Its state's shape.
    pub(crate) mark: &'static str,
    /// Its state in a word.
    pub(crate) word: &'static str,
    /// The class of its colours.
    pub(crate) class: &'static str,
    /// What is wrong, or that nothing is.
    pub(crate) says: Vec<String>,
    /// Whose work, and through whom.
    pub(crate) owner: Option<String>,
    /// When it was heard last.
    pub(crate) heard: Option<When>,
    /// When it was tested last.
    pub(crate) tested: Option<When>,
}

impl ProviderBlock {
    pub(super) fn of(row: &ProviderRow) -> Self {
        let used = match row.runs {
            0 => "no model of it is in use".to_owned(),
            runs => format!("in use: {}", counted(runs as usize, "run")),
        };
        Self {
            provider: row.provider.clone(),
            used,
            rows: row.cells.iter().flat_map(ChannelRow::all).collect(),
        }
    }
}

impl ChannelRow {
    fn all(cell: &Cell) -> Vec<Self> {
        if cell.channels.is_empty() {
            let says = cell.gap.as_deref().unwrap_or("nothing of it is in use");
            return vec![Self {
                says: vec![capitalised(says)],
                ..Self::blank(cell.kind.as_str(), cell.state)
            }];
        }
        cell.channels.iter().map(Self::of).collect()
    }

    fn of(view: &ChannelView) -> Self {
        let says = match (&view.waived, view.problems.as_slice()) {
            (Some(why), _) => vec![format!("None is needed: {why}")],
            (None, []) if view.state == ChannelState::Unknown => {
                vec!["Nothing says how long it may be silent.".to_owned()]
            }
            (None, problems) => problems.iter().map(|problem| capitalised(problem)).collect(),
        };
        let owner = || format!("{} → {}", view.owner, view.route.join(" → "));
        Self {
            name: Some(view.name.clone()),
            says,
            owner: view.waived.is_none().then(owner),
            heard: view.last_notice.max(view.last_poll).map(When::at),
            tested: view.last_test.map(When::at),
            ..Self::blank(view.kind.as_str(), view.state)
        }
    }

    fn blank(kind: &'static str, state: ChannelState) -> Self {
        let (mark, class) = match state {
            ChannelState::Red => ("▲", "moved"),
            ChannelState::Heard => ("=", "identical"),
            ChannelState::Waived | ChannelState::Unused => ("–", "unused"),
            ChannelState::Unknown => ("?", "unknown"),
        };
        Self {
            kind,
            name: None,
            mark,
            word: state.as_str(),
            class,
            says: Vec::new(),
            owner: None,
            heard: None,
            tested: None,
        }
    }
}
