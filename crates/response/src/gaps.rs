//! What is missing from the record: found by incidents, and looked at anew when it is listed.

use incident::Gap;
use jiff::Timestamp;
use ledger::{Append, Expected};
use model::{Fact, Level, Window};
use serde::{Deserialize, Serialize};

use crate::access::Right;
use crate::error::{IncidentError, MovedError};
use crate::incidents::Act;
use crate::open::Mayday;
use crate::triage::grounds;

/// A gap, and how it stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapView {
    /// What is missing, and which incidents lacked it.
    #[serde(flatten)]
    pub gap: Gap,
    /// How it stands.
    pub state: GapState,
    /// Runs of the feature over the last day that have it on record in every step that needs it.
    pub recorded: u64,
    /// Runs that should have it, and lack it.
    pub lacking: u64,
    /// Runs in which nothing says that it had a part.
    pub silent: u64,
}

/// How a gap stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapState {
    /// It is not recorded.
    Open,
    /// It is recorded now.
    Recorded,
    /// Somebody said that it does not apply.
    Dismissed,
}

/// What somebody says will not be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dismissing {
    /// The feature.
    pub feature: String,
    /// What was asked for.
    pub attribute: String,
    /// Why it does not apply.
    pub because: String,
}

/// The largest share of runs without it that still counts as recorded.
const MAY_LACK: f64 = 0.01;

impl Mayday {
    /// Everything that incidents lacked, with how it stands now. Blocking.
    pub fn gaps(&self, now: Timestamp) -> Result<Vec<GapView>, MovedError> {
        let incidents = self.list_incidents();
        let found = incident::gaps(&incidents, &self.house.projections.dismissals.read());
        found.into_iter().map(|gap| self.gap_view(gap, now)).collect()
    }

    /// Says that something will not be recorded, and why. Blocking.
    pub fn dismiss_gap(&self, it: Dismissing, act: Act) -> Result<GapView, IncidentError> {
        act.may(Right::Respond)?;
        let Dismissing { feature, attribute, because } = it;
        let is_it = |view: &GapView| view.gap.feature == feature && view.gap.attribute == attribute;
        if !self.gaps(act.at)?.iter().any(is_it) {
            return Err(IncidentError::NoSuchGap { feature, attribute });
        }
        let (tenant, because) = (self.room.tenant.clone(), grounds(&because)?);
        let (of, what) = (feature.clone(), attribute.clone());
        let facts = [Fact::GapDismissed { tenant, feature: of, attribute: what, because }];
        let (stream, expected) = ("gaps", Expected::Any);
        let append = Append { stream, expected, at: act.at, actor: act.by, facts: &facts };
        self.house.state(append).map_err(IncidentError::Ledger)?;
        let found = self.gaps(act.at)?.into_iter().find(is_it);
        found.ok_or(IncidentError::NoSuchGap { feature, attribute })
    }

    fn gap_view(&self, gap: Gap, now: Timestamp) -> Result<GapView, MovedError> {
        let start = now.checked_sub(self.house.settings.lookback).unwrap_or(Timestamp::MIN);
        let runs = self.runs(Window { start, end: Timestamp::MAX }, Some(&gap.feature))?;
        let (mut recorded, mut lacking, mut silent) = (0, 0, 0);
        for run in &runs.runs {
            let seen = run.levels.iter().filter_map(|place| runs.dictionary.get(*place as usize));
            let mut of_family = seen.filter(|seen| seen.factor.family() == gap.family).peekable();
            match of_family.peek().is_some() {
                false => silent += 1,
                true if of_family.any(|seen| seen.level == Level::NotRecorded) => lacking += 1,
                true => recorded += 1,
            }
        }
        let is_recorded = recorded > 0 && lacking as f64 <= MAY_LACK * (recorded + lacking) as f64;
        let state = match (&gap.dismissed, is_recorded) {
            (_, true) => GapState::Recorded,
            (Some(_), false) => GapState::Dismissed,
            (None, false) => GapState::Open,
        };
        Ok(GapView { gap, state, recorded, lacking, silent })
    }
}
