//! Runs of evaluation suites, and since when each suite has not been green.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ledger::{Append, Expected, LedgerError};
use model::{Entry, EvalRun, Fact, Fault, Faulty, TenantName};
use serde::{Deserialize, Serialize};

use crate::incidents::Act;
use crate::open::Mayday;

/// A suite, as its runs tell it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suite {
    /// How many runs are on record.
    pub runs: u64,
    /// The latest.
    pub last: EvalRun,
    /// The latest that was green; none if none ever was.
    pub last_green: Option<EvalRun>,
    /// The first run on record that was judged as the latest is; none if that does not say how.
    #[serde(default)]
    pub configured_since: Option<Timestamp>,
}

/// Why a run of a suite is not kept.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    /// It can't be what happened.
    #[error("{0}")]
    Invalid(&'static str),
    /// The ledger can't be written.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl Faulty for EvalError {
    fn fault(&self) -> Fault {
        match self {
            EvalError::Invalid(_) => Fault::Invalid,
            EvalError::Ledger(error) => error.fault(),
        }
    }
}

/// Longest name of a suite, a feature or a configuration.
const LONGEST_NAME: usize = 200;

impl Mayday {
    /// Keeps a run of a suite as a fact. Blocking.
    pub fn record_eval(&self, run: EvalRun, act: Act) -> Result<Suite, EvalError> {
        check(&run)?;
        let (tenant, suite) = (self.room.tenant.clone(), run.suite.clone());
        let facts = [Fact::EvalRan { tenant: tenant.clone(), run }];
        let (stream, expected) = ("evals", Expected::Any);
        let append = Append { stream, expected, at: act.at, actor: act.by, facts: &facts };
        self.house.state(append)?;
        let kept = self.house.projections.suites.read().by_name.get(&(tenant, suite)).cloned();
        kept.ok_or(EvalError::Invalid("the suite is not on record"))
    }

    /// Every suite with runs on record, by name.
    pub fn suites(&self) -> Vec<Suite> {
        let suites = self.house.projections.suites.read();
        let mine = suites.by_name.iter().filter(|((tenant, _), _)| self.is_of(tenant));
        mine.map(|(_, suite)| suite.clone()).collect()
    }
}

fn check(run: &EvalRun) -> Result<(), EvalError> {
    let fits = |name: &String| {
        (1..=LONGEST_NAME).contains(&name.len()) && !name.contains(char::is_control)
    };
    let names = [Some(&run.suite), run.feature.as_ref(), run.configuration.as_ref()];
    if !names.into_iter().flatten().all(fits) {
        return Err(EvalError::Invalid("a suite, feature or configuration has 1 to 200 bytes"));
    }
    if run.cases == 0 || run.failed > run.cases {
        return Err(EvalError::Invalid("`cases` is at least 1, and `failed` at most `cases`"));
    }
    if !(0.0..=1.0).contains(&run.threshold) {
        return Err(EvalError::Invalid("`threshold` is a share of failed cases, from 0 to 1"));
    }
    Ok(())
}

/// Every tenant's suites, as the ledger tells them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Suites {
    by_name: BTreeMap<(TenantName, String), Suite>,
}

impl Suites {
    /// Takes in one entry; facts about other things change nothing. Runs may be told in any order.
    pub(crate) fn apply(&mut self, entry: &Entry) {
        let Fact::EvalRan { tenant, run } = &entry.fact else { return };
        let new = || Suite { runs: 0, last: run.clone(), last_green: None, configured_since: None };
        let suite = self.by_name.entry((tenant.clone(), run.suite.clone())).or_insert_with(new);
        suite.runs += 1;
        let is_as_latest = run.configuration == suite.last.configuration;
        let says_how = run.configuration.is_some();
        if is_as_latest {
            let first = suite.configured_since.map_or(run.at, |since| since.min(run.at));
            suite.configured_since = says_how.then_some(first);
        } else if run.at >= suite.last.at {
            suite.configured_since = says_how.then_some(run.at);
        }
        if run.at >= suite.last.at {
            suite.last = run.clone();
        }
        let is_later = suite.last_green.as_ref().is_none_or(|green| run.at >= green.at);
        if run.is_green() && is_later {
            suite.last_green = Some(run.clone());
        }
    }
}
