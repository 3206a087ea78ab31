//! Facts such as a busy year states: mostly who read what, now and then an incident.

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use model::incident::IncidentKind;
use model::{ContentHash, EvalRun, Fact, IncidentId, PrincipalId, TenantName, TraceId};

use crate::commands::bench::moved;

/// Makes facts; the same number is the same fact.
pub(super) struct Stated {
    report: model::Report,
    tenants: Vec<TenantName>,
}

/// Keys that read.
const READERS: u64 = 500;

/// One fact of so many declares an incident, and the one after it drafts its postmortem.
const INCIDENTS: u64 = 500;

impl Stated {
    pub(super) fn new() -> Result<Self> {
        let tenants = ["default", "acme", "globex"].map(str::parse).into_iter();
        let tenants = tenants.collect::<Result<_, _>>().ok().context("invariant: names")?;
        Ok(Self { report: moved::a_report()?, tenants })
    }

    pub(super) fn at(&self, number: u64) -> Timestamp {
        Timestamp::UNIX_EPOCH
            + SignedDuration::from_hours(24 * 20_000)
            + SignedDuration::from_secs(30 * number as i64)
    }

    /// What the fact is about.
    pub(super) fn stream(&self, number: u64) -> String {
        match number % INCIDENTS {
            0 | 1 => incident(number).to_string(),
            of if of % 20 == 2 => "evals".to_owned(),
            of if of % 50 == 3 => "keeping".to_owned(),
            _ => reader(number).to_string(),
        }
    }

    pub(super) fn fact(&self, number: u64) -> Fact {
        let (at, tenant) = (self.at(number), self.tenants[number as usize % 3].clone());
        match number % INCIDENTS {
            0 => Fact::IncidentDeclared {
                incident: incident(number),
                tenant,
                kind: IncidentKind::Rate,
                feature: self.report.feature.clone(),
                title: format!("the rate rose, for the {number}th time"),
                report: Box::new(self.report.clone()),
                run: None,
            },
            1 => Fact::PostmortemDrafted { incident: incident(number), hash: hash(number) },
            of if of % 20 == 2 => Fact::EvalRan { tenant, run: eval(number, at) },
            of if of % 50 == 3 => Fact::DayClosed {
                tenant,
                day: at.strftime("%Y-%m-%d").to_string(),
                head: hash(number).to_string(),
                steps: 1_000 + number,
            },
            _ => Fact::PayloadRead {
                reader: Some(reader(number)),
                tenant,
                since: at,
                until: at + SignedDuration::from_mins(4),
                reads: 1 + number % 9,
                traces: (0..1 + number % 3).filter_map(|nth| trace(number * 3 + nth)).collect(),
                unlisted: 0,
            },
        }
    }
}

fn eval(number: u64, at: Timestamp) -> EvalRun {
    EvalRun {
        suite: format!("suite-{}", number % 40),
        feature: Some(format!("feature-{}", number % 12)),
        configuration: Some("judge-3".to_owned()),
        cases: 200,
        failed: number % 7,
        threshold: 0.02,
        at,
    }
}

fn incident(number: u64) -> IncidentId {
    IncidentId::from_random(scattered(number / INCIDENTS))
}

fn reader(number: u64) -> PrincipalId {
    PrincipalId::from_random(scattered(number % READERS))
}

fn hash(number: u64) -> ContentHash {
    ContentHash::of(&number.to_be_bytes())
}

fn trace(number: u64) -> Option<TraceId> {
    TraceId::from_bytes(&u128::from(scattered(number) | 1).to_be_bytes())
}

fn scattered(number: u64) -> u64 {
    (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
