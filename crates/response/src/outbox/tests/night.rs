//! A Mayday with targets, and a stand-in for them that answers as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use comms::{Endpoint, Glob, Pagerduty, Schedule, Secret, SigningKey, Target, Way, Webhook};
use jiff::{SignedDuration, Timestamp};
use ledger::Expected;
use model::course::{SeveritySet, StageReached};
use model::incident::IncidentKind;
use model::report::{Basis, Mover};
use model::surface::Effect;
use model::{
    BehaviourRate, Entry, Fact, IncidentId, Interval, Report, Severity, Stage, TenantName,
};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::incidents::Act;
use crate::moved::Question;
use crate::outbox::{Courier, Delivery, Out, Worked};
use crate::{Mayday, Settings, Who};

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(super) struct Arrived {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) id: Option<String>,
    pub(super) body: Value,
}

/// Whoever is told.
#[derive(Debug, Clone)]
pub(super) struct StandIn {
    pub(super) url: String,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    answers: Arc<Mutex<VecDeque<(u16, Value)>>>,
}

/// A Mayday, its couriers, and what time it is.
pub(super) struct Night {
    pub(super) mayday: Mayday,
    pub(super) couriers: Vec<Courier>,
    pub(super) now: Timestamp,
    random: u64,
}

impl StandIn {
    pub(super) async fn new() -> Self {
        let arrived: Arc<Mutex<Vec<Arrived>>> = Arc::default();
        let answers: Arc<Mutex<VecDeque<(u16, Value)>>> = Arc::default();
        let (keep, say) = (Arc::clone(&arrived), Arc::clone(&answers));
        let take = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| async move {
            let id = headers.get("webhook-id").map(|id| id.to_str().unwrap().to_owned());
            let body = serde_json::from_slice(&body).unwrap_or_default();
            keep.lock().unwrap().push(Arrived { method, path: uri.to_string(), id, body });
            let (status, body) = say.lock().unwrap().pop_front().unwrap_or((200, Value::Null));
            (StatusCode::from_u16(status).unwrap(), axum::Json(body))
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(take)).await });
        Self { url, arrived, answers }
    }

    /// Answers so next, and after that with success.
    pub(super) fn answer(&self, answers: impl IntoIterator<Item = (u16, Value)>) {
        self.answers.lock().unwrap().extend(answers);
    }

    pub(super) fn refuse<const N: usize>(&self, statuses: [u16; N]) {
        self.answer(statuses.map(|status| (status, Value::Null)));
    }

    pub(super) fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }
}

pub(super) fn target(name: &str, way: Way) -> Target {
    Target {
        name: name.to_owned(),
        tenant: TenantName::standard(),
        way,
        topics: vec![Glob::new("*")],
        min_severity: None,
        features: Vec::new(),
        pages: false,
    }
}

pub(super) fn webhook(url: &str) -> Target {
    let key = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let keys = vec![SigningKey::read(&key).unwrap()];
    target("hook", Way::Webhook(Webhook::new(Endpoint::new(url).unwrap(), keys).unwrap()))
}

pub(super) fn pagerduty(url: &str) -> Target {
    let key = Secret::new("r0utingkey");
    let way = Way::Pagerduty(Pagerduty::new(Endpoint::new(url).unwrap(), key).unwrap());
    Target { pages: true, ..target("page", way) }
}

/// Pauses of ten seconds, one, two and three times.
pub(super) fn settings(targets: Vec<Target>) -> Settings {
    let pauses = [10, 20, 30].map(SignedDuration::from_secs).to_vec();
    let out = Out { targets, schedule: Schedule::new(pauses), ..Out::default() };
    Settings { out, ..Settings::default() }
}

impl Night {
    pub(super) fn with(targets: Vec<Target>) -> Self {
        let now = "2026-11-23T02:47:00Z".parse().unwrap();
        Self::on(Mayday::in_memory(settings(targets), now).unwrap(), now)
    }

    pub(super) fn on(mayday: Mayday, now: Timestamp) -> Self {
        let couriers = mayday.couriers().unwrap();
        Self { mayday, couriers, now, random: 7 }
    }

    pub(super) fn pass(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    pub(super) fn act(&self) -> Act<'static> {
        Act { by: "ana", who: &Who::Local, at: self.now, random: self.random }
    }

    /// Declares an incident of a feature in which a factor moved, if one did.
    pub(super) fn declare(&mut self, feature: &str, moved: Option<&str>) -> IncidentId {
        self.random += 1;
        let incident = IncidentId::from_random(self.random);
        let mut report: Report = self.mayday.moved(&Question::default(), self.now).unwrap();
        report.movers.extend(moved.map(mover));
        let fact = Fact::IncidentDeclared {
            incident: incident.clone(),
            tenant: TenantName::standard(),
            kind: IncidentKind::Rate,
            feature: Some(feature.to_owned()),
            title: format!("bad answers of {feature}"),
            report: Box::new(report),
            run: None,
        };
        self.state(&incident, fact);
        incident
    }

    pub(super) fn reach(&self, incident: &IncidentId, stage: Stage) {
        let (of, because) = (incident.clone(), "it is so".to_owned());
        let reached = StageReached { incident: of, stage, because, rate: None };
        self.state(incident, Fact::StageReached(reached));
    }

    pub(super) fn grade(&self, incident: &IncidentId, severity: Severity) {
        let (of, because) = (incident.clone(), "it is so".to_owned());
        let set = SeveritySet { incident: of, severity, grades: None, rubric: 1, because };
        self.state(incident, Fact::SeveritySet(set));
    }

    pub(super) fn state(&self, incident: &IncidentId, fact: Fact) {
        self.mayday.state(incident, Expected::Any, self.act(), &[fact]).unwrap();
    }

    /// Lets every courier work until nothing is due, and says how often they tried.
    pub(super) async fn deliver(&self) -> usize {
        let mut tried = 0;
        for courier in &self.couriers {
            while courier.work(|| self.now, || 0).await.unwrap() == Worked::Tried {
                tried += 1;
            }
        }
        tried
    }

    /// Deliveries in the order in which they were wanted, in a line each.
    pub(super) fn told(&self) -> Vec<String> {
        let line = |it: &Delivery| {
            let Delivery { wanted, state, attempts, .. } = it;
            format!("{} {} {} {attempts}", wanted.target, wanted.topic, state.as_str())
        };
        self.mayday.deliveries().iter().rev().map(line).collect()
    }

    pub(super) fn entries(&self) -> Vec<Entry> {
        self.mayday.house.ledger.read(1, 1_000).unwrap()
    }
}

fn mover(factor: &str) -> Mover {
    Mover {
        surface: "tool".to_owned(),
        factor: factor.to_owned(),
        kind: Effect::Behaviour,
        change: model::report::Change::Levels,
        from: Some("4f1a".to_owned()),
        to: "9c22".to_owned(),
        levels: [(factor.to_owned(), "9c22".to_owned())].into(),
        with: Vec::new(),
        first_seen: None,
        rate_with: BehaviourRate::of(522, 3072, 0),
        rate_without: BehaviourRate::of(82, 2048, 0),
        basis: Basis::Concurrent,
        carried: Interval { est: 0.9, low: 0.8, high: 1.0 },
        chance_nearby: None,
    }
}
