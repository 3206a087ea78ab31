//! `/`: features with their rates, and incidents.

use askama::Template;
use jiff::Timestamp;
use model::Incident;
use response::reviews::Quarter;
use response::{FeatureView, wording};

use super::badge::Badge;
use crate::words::{self, Bar, When};

/// `/`: features with their rates, and incidents.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "home.html")]
pub(crate) struct HomePage {
    /// When this was looked up.
    pub(crate) asked: When,
    /// Deliveries to targets that were given up within a week.
    pub(crate) given_up: usize,
    /// The features, in the order of the record.
    pub(crate) features: Vec<FeatureRow>,
    /// The incidents, latest first.
    pub(crate) incidents: Vec<IncidentRow>,
    /// The quarter of a year that this is in.
    pub(crate) quarter: Option<String>,
}

/// One feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FeatureRow {
    /// Its name.
    pub(crate) name: String,
    /// Runs in memory.
    pub(crate) runs: u64,
    /// Its bad rate over the last day.
    pub(crate) rate: String,
    /// What the rate rests on.
    pub(crate) basis: String,
    /// The rate as a bar.
    pub(crate) bar: Option<Bar>,
    /// Start of the latest run.
    pub(crate) latest: When,
    /// How long ago that was.
    pub(crate) ago: String,
}

/// One incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IncidentRow {
    /// Its id.
    pub(crate) id: String,
    /// Its title.
    pub(crate) title: String,
    /// What was found.
    pub(crate) badge: Badge,
    /// When it was declared.
    pub(crate) declared: When,
    /// By whom.
    pub(crate) by: String,
}

impl HomePage {
    /// The page as of now.
    pub(crate) fn new(features: &[FeatureView], incidents: &[Incident], now: Timestamp) -> Self {
        let scale = Bar::scale(features.iter().map(|view| &view.rate));
        Self {
            asked: When::at(now),
            given_up: 0,
            features: features.iter().map(|view| FeatureRow::new(view, scale, now)).collect(),
            incidents: incidents.iter().map(IncidentRow::new).collect(),
            quarter: Quarter::of(now).map(|quarter| quarter.to_string()),
        }
    }
}

impl FeatureRow {
    fn new(view: &FeatureView, scale: f64, now: Timestamp) -> Self {
        let FeatureView { rate, .. } = view;
        let unknown = match rate.unknown {
            0 => String::new(),
            unknown => format!("; {unknown} unknown"),
        };
        Self {
            name: view.feature.clone(),
            runs: view.runs,
            rate: words::share(rate),
            basis: match rate.n {
                0 => format!("no known outcome{unknown}"),
                _ => format!("{}, {}{unknown}", words::of(rate), words::interval(rate)),
            },
            bar: Bar::of(rate, scale),
            latest: When::at(view.latest),
            ago: match now.duration_since(view.latest) {
                past if !past.is_negative() => format!("{} ago", wording::duration(past)),
                _ => "ahead of this server's clock".to_owned(),
            },
        }
    }
}

impl IncidentRow {
    fn new(incident: &Incident) -> Self {
        Self {
            id: incident.id.to_string(),
            title: words::sentence(&incident.title),
            badge: Badge::of(incident),
            declared: When::at(incident.declared_at),
            by: incident.declared_by.clone(),
        }
    }
}
