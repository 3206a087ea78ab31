//! Complaints: taken in as facts and as labels of the runs they are about; similar ones weighed.

use std::sync::PoisonError;

use incident::actors::ITSELF;
use incident::complaints::{Cluster, KnownComplaint, KnownSignal};
use incident::links::Link;
use jiff::{SignedDuration, Timestamp};
use ledger::{Append, Expected, LedgerError};
use model::alert::{ComplaintHeard, SignalRaised};
use model::incident::IncidentKind;
use model::{
    About, Claim, Complaint, ComplaintId, Fact, Fault, Faulty, Outcome, Pivot, RunId, SignalId,
};
use serde::{Deserialize, Serialize};

use crate::changes::number_of;
use crate::error::{IncidentError, RecordError};
use crate::incidents::{Act, Declaration, Member};
use crate::moved::Question;
use crate::open::Mayday;
use crate::tally::Counted;

/// What somebody complains of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complained {
    /// The feature.
    pub feature: String,
    /// The run, if it is known.
    pub run: Option<RunId>,
    /// What the complaint names: an order, an account. Kept as a keyed hash only.
    pub pivot: Option<Pivot>,
    /// When it happened to them.
    pub at: Timestamp,
    /// What is wrong, in one word of the team's own.
    pub category: String,
    /// Where it was heard.
    pub source: String,
}

/// A complaint, and what it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplaintView {
    /// The complaint.
    #[serde(flatten)]
    pub complaint: KnownComplaint,
    /// The incident that it belongs to, and why.
    pub incident: Option<Link>,
}

/// A signal, and what it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignalView {
    /// The signal.
    #[serde(flatten)]
    pub signal: KnownSignal,
    /// The incident that it belongs to, and why.
    pub incident: Option<Link>,
}

/// Why a complaint is not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ComplaintError {
    /// It says too little, or too much.
    #[error("{0}")]
    Invalid(&'static str),
    /// The outcome that it is can't be kept.
    #[error(transparent)]
    Label(#[from] RecordError),
    /// The ledger can't be written.
    #[error("could not write the fact to the ledger; the complaint was not taken in")]
    Ledger(#[source] LedgerError),
}

impl Faulty for ComplaintError {
    fn fault(&self) -> Fault {
        match self {
            ComplaintError::Invalid(_) => Fault::Invalid,
            ComplaintError::Label(error) => error.fault(),
            ComplaintError::Ledger(error) => error.fault(),
        }
    }
}

/// Longest name of a feature, a category or a source.
const LONGEST_NAME: usize = 180;

/// How long after its last complaint a cluster is looked at once more.
const LOOKED_AT_FOR: SignedDuration = SignedDuration::from_hours(24);

impl Mayday {
    /// Keeps the outcome that a complaint is, of the run or whatever it names. It comes before the
    /// complaint itself, because it may be kept twice.
    pub async fn label_complaint(
        &self,
        it: &Complained,
        now: Timestamp,
    ) -> Result<(), ComplaintError> {
        check(it, now)?;
        let about = match (it.run, &it.pivot) {
            (Some(run), _) => About::Run(run),
            (None, Some(pivot)) => About::Pivot(pivot.clone()),
            (None, None) => return Ok(()),
        };
        let source = format!("complaint:{}", it.source);
        Ok(self.label(Claim { about, outcome: Outcome::Bad, source, at: it.at }, now).await?)
    }

    /// Takes a complaint in; what similar ones are is weighed then. Blocking.
    pub fn hear_complaint(
        &self,
        it: Complained,
        act: Act,
    ) -> Result<ComplaintView, ComplaintError> {
        check(&it, act.at)?;
        let pivot = it.pivot.as_ref().map(|pivot| self.room.flight.pivot(pivot));
        let Complained { feature, run, at, category, source, .. } = it;
        let says = Complaint { feature, run, pivot, at, category, source };
        let id = self.take_in_complaint(says, act)?;
        self.weigh(act);
        let known = self.house.projections.complaints.read().get(&id).cloned();
        let known = known.ok_or(ComplaintError::Invalid("the complaint is not on record"))?;
        Ok(self.complaint_view(&known))
    }

    fn take_in_complaint(&self, says: Complaint, act: Act) -> Result<ComplaintId, ComplaintError> {
        let _alone = self.house.taking_in.lock().unwrap_or_else(PoisonError::into_inner);
        let tenant = self.room.tenant.clone();
        if let Some(id) = self.house.projections.complaints.read().same(&tenant, &says) {
            self.house.tally.add(Counted::HooksRepeated, 1);
            return Ok(id.clone());
        }
        let id = ComplaintId::from_random(act.random);
        let facts = [Fact::ComplaintHeard(ComplaintHeard { complaint: id.clone(), tenant, says })];
        let (stream, expected) = (id.as_str(), Expected::Version(0));
        let append = Append { stream, expected, at: act.at, actor: act.by, facts: &facts };
        self.house.state(append).map_err(ComplaintError::Ledger)?;
        Ok(id)
    }

    /// Every complaint, latest first.
    pub fn complaints(&self) -> Vec<ComplaintView> {
        let complaints = self.house.projections.complaints.read();
        let latest = complaints.latest_first(&self.room.tenant).into_iter();
        latest.map(|known| self.complaint_view(known)).collect()
    }

    /// Every signal, latest first.
    pub fn signals(&self) -> Vec<SignalView> {
        let complaints = self.house.projections.complaints.read();
        let links = self.house.projections.links.read();
        let view = |known: &KnownSignal| SignalView {
            incident: links.of(known.says.signal.as_str()).cloned(),
            signal: known.clone(),
        };
        complaints.signals(&self.room.tenant).into_iter().map(view).collect()
    }

    fn complaint_view(&self, known: &KnownComplaint) -> ComplaintView {
        let incident = self.house.projections.links.read().of(known.id.as_str()).cloned();
        ComplaintView { complaint: known.clone(), incident }
    }

    /// Raises signals of similar complaints, and joins them to incidents or declares some, by
    /// rule. Idempotent.
    pub(crate) fn weigh_complaints(&self, act: Act) -> Result<(), IncidentError> {
        let since = act.at.checked_sub(LOOKED_AT_FOR).unwrap_or(Timestamp::MIN);
        let rule = self.house.settings.inbound.complaints;
        let clusters = {
            let links = self.house.projections.links.read();
            let is_done = |id: &ComplaintId| {
                links.of(id.as_str()).is_some_and(|link| !links.is_open(&link.incident))
            };
            self.house.projections.complaints.read().clusters(rule, since, is_done)
        };
        let mine = clusters.into_iter().filter(|cluster| self.is_of(&cluster.tenant));
        for (number, cluster) in (0..).zip(mine) {
            self.weigh_cluster(&cluster, act.nth(number))?;
        }
        Ok(())
    }

    fn weigh_cluster(&self, cluster: &Cluster, act: Act) -> Result<(), IncidentError> {
        let signal = match &cluster.signal {
            Some(signal) => signal.clone(),
            None => self.raise(cluster, act)?,
        };
        let Cluster { feature, category, members, .. } = cluster;
        let rule = self.house.settings.inbound.complaints;
        let (joined, open) = {
            let links = self.house.projections.links.read();
            let joined = links.of(signal.as_str()).map(|link| link.incident.clone());
            (joined, links.open(&cluster.tenant, feature).cloned())
        };
        let window = rule.window.as_mins();
        let (incident, because) = match (joined, open) {
            (Some(incident), _) => {
                let alike = format!(
                    "it is like those before: about {feature}, `{category}`, within {window} min"
                );
                (incident, alike)
            }
            (None, Some(incident)) => {
                let open = format!("it is about {feature}, of which this incident is open");
                (incident, open)
            }
            (None, None) if members.len() >= rule.declare_at => {
                return self.declare_cluster(cluster, &signal, act);
            }
            (None, None) => return Ok(()),
        };
        let all =
            std::iter::once(signal.to_string()).chain(members.iter().map(ToString::to_string));
        for what in all {
            if self.house.projections.links.read().of(&what).is_none() {
                self.link(&incident, &what, because.clone(), act)?;
            }
        }
        Ok(())
    }

    fn raise(&self, cluster: &Cluster, act: Act) -> Result<SignalId, IncidentError> {
        let Cluster { tenant, feature, category, members, window, .. } = cluster;
        let first = members.first().map(ToString::to_string).unwrap_or_default();
        let signal = SignalId::from_random(number_of(&format!("{tenant} {first}")));
        let minutes = self.house.settings.inbound.complaints.window.as_mins();
        let raised = SignalRaised {
            signal: signal.clone(),
            tenant: tenant.clone(),
            kind: "complaints".to_owned(),
            feature: feature.clone(),
            summary: format!(
                "{} complaints `{category}` about {feature} within {minutes} min",
                members.len()
            ),
            window: *window,
            members: members.iter().map(ToString::to_string).collect(),
        };
        let (stream, facts) = (signal.as_str(), [Fact::SignalRaised(raised)]);
        let expected = Expected::Version(0);
        let append = Append { stream, expected, at: act.at, actor: ITSELF, facts: &facts };
        self.house.state(append).map_err(IncidentError::Ledger)?;
        Ok(signal)
    }

    fn declare_cluster(
        &self,
        cluster: &Cluster,
        signal: &SignalId,
        act: Act,
    ) -> Result<(), IncidentError> {
        let Cluster { feature, category, members, .. } = cluster;
        let least = self.house.settings.inbound.complaints.declare_at;
        let because = format!(
            "by rule: {} similar complaints, at least {least}, and no incident of {feature} was \
             open",
            members.len()
        );
        let all =
            std::iter::once(signal.to_string()).chain(members.iter().map(ToString::to_string));
        let members: Vec<Member> =
            all.map(|what| Member { what, because: because.clone() }).collect();
        let count = members.len() - 1;
        let declaration = Declaration {
            question: Question { feature: Some(feature.clone()), windows: None },
            run: None,
            title: Some(format!("{count} complaints `{category}` about {feature}")),
            kind: Some(IncidentKind::Rate),
            members,
        };
        self.declare(&declaration, act.by_rule()).map(|_| ())
    }
}

fn check(it: &Complained, now: Timestamp) -> Result<(), ComplaintError> {
    let fits = |name: &String| {
        (1..=LONGEST_NAME).contains(&name.trim().len()) && !name.contains(char::is_control)
    };
    if ![&it.feature, &it.category, &it.source].into_iter().all(fits) {
        let says = "`feature`, `category` and `source` have 1 to 180 bytes on one line";
        return Err(ComplaintError::Invalid(says));
    }
    let latest = now.checked_add(SignedDuration::from_hours(1)).unwrap_or(now);
    if it.at < Timestamp::UNIX_EPOCH || it.at > latest {
        return Err(ComplaintError::Invalid("`at` lies before 1970 or in the future"));
    }
    Ok(())
}
