//! What evals measured, run after run: enough of each to draw a trend, and where the rest stands.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::lesson::EvalMeasured;
use model::{BehaviourRate, Entry, Fact, MeasureId, Measured, TenantName};
use serde::{Deserialize, Serialize};

/// Every run of every eval, without its cases: those stand in the ledger.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Measures {
    by_eval: BTreeMap<(TenantName, String), Vec<Measurement>>,
    by_id: BTreeMap<MeasureId, (TenantName, String)>,
}

/// One run of an eval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// Its number.
    pub id: MeasureId,
    /// The fact that tells its cases, by its place in the ledger.
    pub seq: u64,
    /// The eval's version.
    pub version: String,
    /// The version of the model that was measured.
    pub model: String,
    /// What else it ran under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration: Option<String>,
    /// When it ran.
    pub at: Timestamp,
    /// How often trials failed, over all cases.
    pub rate: BehaviourRate,
    /// How many cases there were.
    pub cases: u64,
    /// Whether no larger share failed than may.
    pub green: bool,
}

impl Measurement {
    fn of(measured: &Measured, seq: u64) -> Self {
        Self {
            id: measured.id.clone(),
            seq,
            version: measured.version.clone(),
            model: measured.model.clone(),
            configuration: measured.configuration.clone(),
            at: measured.at,
            rate: measured.rate(),
            cases: measured.cases.len() as u64,
            green: measured.is_green(),
        }
    }

    /// Whether it ran as some incident did, to show that its cases are red there.
    pub fn is_of_an_incident(&self) -> bool {
        self.configuration.as_ref().is_some_and(|name| name.starts_with("inc_"))
    }
}

impl Measures {
    /// Takes in one entry; facts about other things change nothing. Runs may be told in any order.
    pub fn apply(&mut self, entry: &Entry) {
        let Fact::EvalMeasured(EvalMeasured { tenant, measured }) = &entry.fact else { return };
        let eval = (tenant.clone(), measured.eval.clone());
        let runs = self.by_eval.entry(eval.clone()).or_default();
        let place = runs.partition_point(|run| run.at <= measured.at);
        runs.insert(place, Measurement::of(measured, entry.seq));
        self.by_id.insert(measured.id.clone(), eval);
    }

    /// The runs of an eval, in the order in which they ran.
    pub fn runs(&self, tenant: &TenantName, eval: &str) -> &[Measurement] {
        let runs = self.by_eval.get(&(tenant.clone(), eval.to_owned()));
        runs.map_or(&[], Vec::as_slice)
    }

    /// One run and the eval that it is of.
    pub fn run(&self, tenant: &TenantName, id: &MeasureId) -> Option<(&str, &Measurement)> {
        let eval = self.by_id.get(id).filter(|(its, _)| its == tenant)?;
        let run = self.by_eval.get(eval)?.iter().find(|run| run.id == *id)?;
        Some((&eval.1, run))
    }

    /// Every eval of a tenant with its runs, by name.
    pub fn evals<'a>(
        &'a self,
        tenant: &'a TenantName,
    ) -> impl Iterator<Item = (&'a str, &'a [Measurement])> {
        let mine = self.by_eval.iter().filter(move |((its, _), _)| its == tenant);
        mine.map(|((_, eval), runs)| (eval.as_str(), runs.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use model::eval::CaseResult;

    use super::*;
    use crate::tests::entry;

    fn told(seq: u64, id: &str, at: i64, k: u32) -> Entry {
        let measured = Measured {
            id: id.parse().unwrap(),
            eval: "answers".to_owned(),
            version: "3".to_owned(),
            feature: None,
            model: "m-2026-10-01".to_owned(),
            configuration: None,
            cases: vec![CaseResult { case: "a".to_owned(), n: 10, k }],
            threshold: 0.1,
            partial: false,
            at: Timestamp::from_second(at).unwrap(),
            source: "api".to_owned(),
        };
        entry(seq, Fact::EvalMeasured(EvalMeasured { tenant: TenantName::standard(), measured }))
    }

    #[test]
    fn runs_stand_in_the_order_in_which_they_ran_however_they_were_told() {
        let mut measures = Measures::default();
        for entry in [told(1, "evr_b", 20, 2), told(2, "evr_a", 10, 0), told(3, "evr_c", 30, 1)] {
            measures.apply(&entry);
        }
        let tenant = TenantName::standard();
        let runs = measures.runs(&tenant, "answers");
        let said: Vec<_> = runs.iter().map(|run| (run.id.as_str(), run.seq, run.green)).collect();
        assert_eq!(said, [("evr_a", 2, true), ("evr_b", 1, false), ("evr_c", 3, true)]);
        assert!(measures.run(&"other".parse().unwrap(), &"evr_a".parse().unwrap()).is_none());
        assert_eq!(measures.run(&tenant, &"evr_b".parse().unwrap()).unwrap().1.rate.k, 2);
    }
}
