//! What moved: the runs, arranged and compared.

use std::collections::BTreeMap;

use ::moved::{Row, Table};
use flight::{Recent, RunSet};
use jiff::{SignedDuration, Timestamp};
use model::{Report, Window};

use crate::error::MovedError;
use crate::open::Mayday;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Question {
    /// The feature; without one, the one whose rate rose most surely.
    pub feature: Option<String>,
    /// Baseline and incident; without them, the last day is cut at its likeliest change point.
    pub windows: Option<(Window, Window)>,
}

impl Mayday {
    /// Answers what moved. Blocking: arranging and comparing takes a core.
    pub fn moved(&self, question: &Question, now: Timestamp) -> Result<Report, MovedError> {
        let given =
            question.windows.map(|(baseline, incident)| ::moved::check(baseline, incident, now));
        let given = given.transpose()?;
        let within = match given {
            Some(windows) => Window { start: windows.baseline.start, end: windows.incident.end },
            None => last(self.house.settings.lookback, now),
        };
        let runs = self.runs(within, question.feature.as_deref())?;
        if let (Some(feature), true) = (&question.feature, runs.runs.is_empty()) {
            return Err(MovedError::NoSuchFeature(feature.clone()));
        }
        let tables = by_feature(&runs, &self.house.catalogue);
        let reports = tables.iter().map(|(feature, table)| {
            let found = if given.is_none() { ::moved::split(table, within) } else { None };
            let windows = given.or(found.map(|split| split.windows));
            let windows = windows.unwrap_or_else(|| ::moved::halves(within));
            let report = ::moved::compare(table, &self.house.catalogue, windows, Some(feature));
            (found.map_or(0.0, |split| split.gain), report)
        });
        let surest =
            reports.max_by(|a, b| a.0.total_cmp(&b.0).then(rise(&a.1).total_cmp(&rise(&b.1))));
        Ok(match surest {
            Some((_, report)) => report,
            None => {
                let windows = given.unwrap_or_else(|| ::moved::halves(within));
                ::moved::compare(&Table::default(), &self.house.catalogue, windows, None)
            }
        })
    }

    /// The report of a comparison for which there are no runs.
    pub(crate) fn nothing_moved(&self, question: &Question, now: Timestamp) -> Report {
        let windows = ::moved::halves(last(self.house.settings.lookback, now));
        let feature = question.feature.as_deref();
        ::moved::compare(&Table::default(), &self.house.catalogue, windows, feature)
    }

    /// The settled runs that started in a window: from memory, or from the day files if it reaches
    /// further back.
    pub(crate) fn runs(&self, within: Window, feature: Option<&str>) -> Result<RunSet, MovedError> {
        if let Some(runs) = self.room.recent().select(within, feature) {
            return Ok(runs);
        }
        let mut scan = Recent::new(usize::MAX);
        let scanned = self.room.flight.settlements(within, |one| scan.apply(&one));
        scanned.map_err(MovedError::Flight)?;
        Ok(scan.select_what_is_here(within, feature))
    }
}

/// How surely a rate rose, to choose among features: the lower end of its interval.
fn rise(report: &Report) -> f64 {
    report.outcome.low_pp.unwrap_or(f64::NEG_INFINITY)
}

fn by_feature(runs: &RunSet, catalogue: &model::Catalogue) -> BTreeMap<String, Table> {
    let mut rows: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
    for run in &runs.runs {
        rows.entry(&run.feature).or_default().push(Row {
            at: run.started,
            outcome: run.outcome,
            labelled: run.labelled,
            cluster: run.cluster,
            levels: &run.levels,
        });
    }
    let table = |rows: Vec<Row>| Table::arrange(&runs.dictionary, rows, catalogue);
    rows.into_iter().map(|(feature, rows)| (feature.to_owned(), table(rows))).collect()
}

/// The time up to now, of this length.
fn last(length: SignedDuration, now: Timestamp) -> Window {
    let start = now.checked_sub(length).unwrap_or(Timestamp::MIN);
    let end = now.checked_add(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MAX);
    Window { start, end }
}
