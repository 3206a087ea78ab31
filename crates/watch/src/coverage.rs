//! Coverage: which fields of the record are missing, by feature and client, and what would fill
//! them.

use std::collections::{BTreeMap, HashMap};

use model::rate;
use model::record::{Record, Why};
use serde::{Deserialize, Serialize};

/// What is missing, by feature and client.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// Records that were looked at.
    pub records: u64,
    /// What each client of each feature leaves out, worst first.
    pub clients: Vec<ClientCoverage>,
}

/// What one client of one feature leaves out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClientCoverage {
    /// The feature.
    pub feature: String,
    /// The client: its vocabulary and the library that sent it.
    pub client: String,
    /// Its records.
    pub records: u64,
    /// The share of the fields they should have that are there.
    pub complete: f64,
    /// Fields that are missing, the most often missing first.
    pub missing: Vec<FieldCoverage>,
}

/// How often a field is missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldCoverage {
    /// Which field.
    pub field: String,
    /// The attribute that would fill it.
    pub attribute: String,
    /// Why it is missing.
    pub why: Why,
    /// Records without it, for this reason.
    pub missing: u64,
    /// Of so many that should have it.
    pub of: u64,
    /// Lower end of the 95 % interval of the share that is missing.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Collects records one after the other.
#[derive(Debug, Default)]
pub struct Collector {
    clients: BTreeMap<(String, String), Client>,
}

#[derive(Debug, Default)]
struct Client {
    records: u64,
    expected: u64,
    of: HashMap<&'static str, u64>,
    missing: HashMap<(String, String, Why), u64>,
}

/// Most clients told apart; features and libraries come from outside.
const MOST_CLIENTS: usize = 1_000;

impl Collector {
    /// Takes in a record of a feature, sent by a library, with the fields that it should have. One
    /// that should have none tells nothing.
    pub fn take(
        &mut self,
        (feature, library): (&str, &str),
        record: &Record,
        expected: &[&'static str],
    ) {
        if expected.is_empty() {
            return;
        }
        let client = format!("{} ({library})", record.dialect.as_str());
        let key = (feature.to_owned(), client);
        if self.clients.len() >= MOST_CLIENTS && !self.clients.contains_key(&key) {
            return;
        }
        let client = self.clients.entry(key).or_default();
        client.records += 1;
        client.expected += expected.len() as u64;
        expected.iter().for_each(|field| *client.of.entry(*field).or_default() += 1);
        for one in &record.missing {
            let field = (one.field.clone(), one.attribute.clone(), one.why);
            *client.missing.entry(field).or_default() += 1;
        }
    }

    /// What was found.
    pub fn done(self) -> Coverage {
        let records = self.clients.values().map(|client| client.records).sum();
        let mut clients: Vec<ClientCoverage> =
            self.clients.into_iter().map(|(key, client)| client.done(key)).collect();
        clients.sort_by(|a, b| a.complete.total_cmp(&b.complete));
        Coverage { records, clients }
    }
}

impl Client {
    fn done(self, (feature, client): (String, String)) -> ClientCoverage {
        let lost: u64 = self.missing.values().sum();
        let field = |((field, attribute, why), missing): ((String, String, Why), u64)| {
            let of = self.of.get(field.as_str()).copied().unwrap_or(missing);
            let (low, high) = rate::wilson(missing, of);
            FieldCoverage { field, attribute, why, missing, of, low, high }
        };
        let mut missing: Vec<FieldCoverage> = self.missing.into_iter().map(field).collect();
        missing.sort_by(|a, b| b.missing.cmp(&a.missing).then(a.field.cmp(&b.field)));
        let complete = 1.0 - lost as f64 / self.expected.max(1) as f64;
        ClientCoverage { feature, client, records: self.records, complete, missing }
    }
}

#[cfg(test)]
mod tests;
