//! Alerts: taken in, joined to those that are open, and to incidents.
//!
//! What is heard becomes a fact first. What follows from it, a link to an incident or an incident
//! declared by rule, is weighed apart from that and as often as wanted: it looks at what is open
//! and not joined yet, so that a crash in between loses nothing and does nothing twice.

use std::sync::PoisonError;

use incident::alerts::Alert;
use incident::links::Link;
use jiff::{SignedDuration, Timestamp};
use ledger::{Append, Expected, LedgerError};
use model::alert::{AlertAction, AlertHeard, AlertSeverity, LinkedToIncident};
use model::incident::IncidentKind;
use model::{AlertEvent, AlertId, Fact, Fault, Faulty, Incident, IncidentId, Triage, Verdict};
use serde::{Deserialize, Serialize};

use crate::access::Right;
use crate::error::IncidentError;
use crate::incidents::{Act, Declaration, Member};
use crate::moved::Question;
use crate::open::Mayday;
use crate::tally::Counted;

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// It began an alert.
    New(AlertId),
    /// It belongs to an alert that was open.
    Joined(AlertId),
    /// It is about an alert of which none is open.
    Dropped,
}

/// An alert with all that is to be said about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertView {
    /// The alert.
    #[serde(flatten)]
    pub alert: Alert,
    /// Why its deliveries are one alert.
    pub why_one: String,
    /// The incident that it belongs to, and why; none if it belongs to none.
    pub incident: Option<Link>,
    /// Why it belongs to none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_none: Option<String>,
    /// What a comparison of its feature's runs shows now, as long as it belongs to no incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probes: Option<Probes>,
}

/// What a comparison and the triage say of a feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probes {
    /// What moved, in one word.
    pub verdict: Verdict,
    /// The same in one sentence.
    pub why: String,
    /// Each surface, asked about.
    pub triage: Triage,
}

/// Why an alert is not taken in or shown.
#[derive(Debug, thiserror::Error)]
pub enum AlertError {
    /// There is no such alert.
    #[error("there is no alert {0}; `mayday alert list` shows them")]
    NoSuchAlert(AlertId),
    /// The ledger can't be written.
    #[error("could not write the fact to the ledger; the alert was not taken in")]
    Ledger(#[source] LedgerError),
}

impl Faulty for AlertError {
    fn fault(&self) -> Fault {
        match self {
            AlertError::NoSuchAlert(_) => Fault::NotFound,
            AlertError::Ledger(error) => error.fault(),
        }
    }
}

impl Heard {
    /// The alert that the delivery belongs to.
    pub fn alert(self) -> Option<AlertId> {
        match self {
            Heard::New(id) | Heard::Joined(id) => Some(id),
            Heard::Dropped => None,
        }
    }
}

/// A trigger that says what was just said is no fact of its own within this time.
const REPEATS_WITHIN: SignedDuration = SignedDuration::from_secs(60);

/// Labels in which tools put what a feature may be called here, where they name none.
const NAMES_OF_FEATURES: [&str; 3] = ["component", "service", "group"];

impl Mayday {
    /// Takes a delivery about an alert in; what follows is weighed then. Blocking.
    pub fn hear_alert(&self, says: AlertEvent, act: Act) -> Result<Heard, AlertError> {
        let heard = self.take_in_alert(self.with_feature(says), act)?;
        self.weigh(act);
        Ok(heard)
    }

    fn take_in_alert(&self, says: AlertEvent, act: Act) -> Result<Heard, AlertError> {
        let _alone = self.house.taking_in.lock().unwrap_or_else(PoisonError::into_inner);
        let tenant = self.room.tenant.clone();
        let open = self.house.projections.alerts.read().open(&tenant, &says).cloned();
        let heard = match (&open, says.action) {
            (None, AlertAction::Trigger) => Heard::New(AlertId::from_random(act.random)),
            (None, _) => {
                self.house.tally.add(Counted::AlertsDropped, 1);
                return Ok(Heard::Dropped);
            }
            (Some(alert), _) if repeats(alert, &says, act.at) => {
                self.house.tally.add(Counted::HooksRepeated, 1);
                return Ok(Heard::Joined(alert.id.clone()));
            }
            (Some(alert), _) => Heard::Joined(alert.id.clone()),
        };
        let (Heard::New(id) | Heard::Joined(id)) = &heard else { return Ok(heard) };
        let expected = if open.is_none() { Expected::Version(0) } else { Expected::Any };
        let facts =
            [Fact::AlertHeard(AlertHeard { alert: id.clone(), tenant, says: Box::new(says) })];
        let append =
            Append { stream: id.as_str(), expected, at: act.at, actor: act.by, facts: &facts };
        self.house.state(append).map_err(AlertError::Ledger)?;
        Ok(heard)
    }

    /// An alert with all that is to be said about it. Blocking: it may compare runs.
    pub fn alert_view(&self, id: &AlertId, now: Timestamp) -> Result<AlertView, AlertError> {
        let found = self.house.projections.alerts.read().get(id).cloned();
        let alert = found.filter(|alert| self.is_of(&alert.tenant));
        let alert = alert.ok_or_else(|| AlertError::NoSuchAlert(id.clone()))?;
        let view = self.view_of(alert);
        let probes = if view.incident.is_none() { self.probes(&view.alert, now) } else { None };
        Ok(AlertView { probes, ..view })
    }

    /// Every alert, latest first.
    pub fn alerts(&self) -> Vec<AlertView> {
        let alerts = self.house.projections.alerts.read();
        let latest = alerts.latest_first(&self.room.tenant);
        latest.into_iter().cloned().map(|alert| self.view_of(alert)).collect()
    }

    /// Declares an incident from an alert; it may be of something of which there is no run.
    pub fn declare_from_alert(
        &self,
        id: &AlertId,
        title: Option<String>,
        act: Act,
    ) -> Result<Incident, IncidentError> {
        act.may(Right::Respond)?;
        let _alone = self.house.weighing.lock().unwrap_or_else(PoisonError::into_inner);
        let found = self.house.projections.alerts.read().get(id).cloned();
        let alert = found.filter(|alert| self.is_of(&alert.tenant));
        let alert = alert.ok_or_else(|| IncidentError::NoSuchAlert(id.clone()))?;
        if let Some(link) = self.house.projections.links.read().of(id.as_str()) {
            return Err(IncidentError::IsLinked(id.clone(), link.incident.clone()));
        }
        let because = format!("{} declared this incident from it", act.by);
        let declaration = self.declaration_of(&alert, because);
        self.declare(&Declaration { title: title.or(declaration.title), ..declaration }, act)
    }

    /// Joins open alerts to the incidents they belong to, or declares some, by rule. Idempotent.
    pub(crate) fn weigh_alerts(&self, act: Act) -> Result<(), IncidentError> {
        let open: Vec<Alert> = {
            let (alerts, links) =
                (self.house.projections.alerts.read(), self.house.projections.links.read());
            let mine = alerts.all_open().filter(|alert| self.is_of(&alert.tenant));
            mine.filter(|alert| links.of(alert.id.as_str()).is_none()).cloned().collect()
        };
        for (number, alert) in (0..).zip(open) {
            let act = act.nth(number);
            if let Some((incident, because)) = self.belongs_to(&alert) {
                self.link(&incident, alert.id.as_str(), because, act)?;
            } else if let Some(because) = self.declares(&alert) {
                self.declare(&self.declaration_of(&alert, because), act.by_rule())?;
            }
        }
        Ok(())
    }

    /// The incident that an alert belongs to, and why.
    fn belongs_to(&self, alert: &Alert) -> Option<(IncidentId, String)> {
        let feature = alert.feature.as_deref()?;
        let links = self.house.projections.links.read();
        let incident = links.open(&alert.tenant, feature)?.clone();
        Some((incident, format!("it names the feature {feature}, of which this incident is open")))
    }

    /// Why an alert declares an incident by rule, if it does.
    fn declares(&self, alert: &Alert) -> Option<String> {
        let least = self.house.settings.inbound.declare_at?;
        let severity = alert.severity.as_str();
        let rule = format!("by rule: declare_at = {}", least.as_str());
        if alert.outage && alert.severity > AlertSeverity::Info {
            return Some(format!("{rule}: it tells of an outage; no incident of it was open"));
        }
        let feature = alert.feature.as_deref().filter(|_| alert.severity >= least)?;
        Some(format!("{rule}: it is {severity} and names {feature}, of which none was open"))
    }

    fn declaration_of(&self, alert: &Alert, because: String) -> Declaration {
        let runs = alert.feature.as_deref().is_some_and(|feature| self.has_runs(feature));
        let kind = match alert.outage || !runs {
            true => IncidentKind::Outage,
            false => IncidentKind::Rate,
        };
        Declaration {
            question: Question { feature: alert.feature.clone(), windows: None },
            run: None,
            title: Some(alert.summary.clone()),
            kind: Some(kind),
            members: vec![Member { what: alert.id.to_string(), because }],
        }
    }

    /// States that something belongs to an incident.
    pub(crate) fn link(
        &self,
        incident: &IncidentId,
        what: &str,
        because: String,
        act: Act,
    ) -> Result<(), IncidentError> {
        let (incident, what) = (incident.clone(), what.to_owned());
        let stream = incident.clone();
        let fact = Fact::LinkedToIncident(LinkedToIncident { incident, what, because });
        self.state(&stream, Expected::Any, act.by_rule(), &[fact])
    }

    /// The event with the feature that it means, where it calls it by a tool's own label.
    fn with_feature(&self, says: AlertEvent) -> AlertEvent {
        let named = || {
            let names = NAMES_OF_FEATURES.iter().filter_map(|label| says.labels.get(*label));
            names.into_iter().find(|name| self.has_runs(name)).cloned()
        };
        let feature = says.feature.clone().or_else(named);
        AlertEvent { feature, ..says }
    }

    pub(crate) fn has_runs(&self, feature: &str) -> bool {
        self.room.recent().has_runs_of(feature)
    }

    fn view_of(&self, alert: Alert) -> AlertView {
        let incident = self.house.projections.links.read().of(alert.id.as_str()).cloned();
        let why_none = incident.is_none().then(|| self.why_none(&alert));
        AlertView { why_one: alert.why_one(), alert, incident, why_none, probes: None }
    }

    fn why_none(&self, alert: &Alert) -> String {
        let least = self.house.settings.inbound.declare_at;
        match (&alert.feature, least) {
            (None, _) => "it names no feature, and tells of no outage".to_owned(),
            (_, None) => "no incident of its feature was open, and no rule declares one".to_owned(),
            (_, Some(least)) => format!(
                "no incident of its feature was open, and it is {}, less than {}",
                alert.severity.as_str(),
                least.as_str()
            ),
        }
    }

    /// What the runs of a bad alert's feature show, if there are any.
    fn probes(&self, alert: &Alert, now: Timestamp) -> Option<Probes> {
        let feature = alert.feature.as_deref().filter(|feature| self.has_runs(feature))?;
        if alert.severity < AlertSeverity::Error {
            return None;
        }
        let question = Question { feature: Some(feature.to_owned()), windows: None };
        let report = self.moved(&question, now).ok()?;
        let triage = self.triage(&report).ok()?;
        Some(Probes { verdict: report.verdict, why: report.why, triage })
    }
}

/// Whether a trigger says what was just said.
fn repeats(alert: &Alert, says: &AlertEvent, now: Timestamp) -> bool {
    let Some(last) = alert.said.last() else { return false };
    last.action == says.action
        && (says.action != AlertAction::Trigger
            || (alert.summary == says.summary && alert.labels == says.labels))
        && last.severity == says.severity
        && now.duration_since(last.at) < REPEATS_WITHIN
}
