//! What goes in: the facts of one decision, and the version of the stream they rest on.

use std::error::Error;
use std::fmt;

use jiff::Timestamp;
use model::Fact;

use crate::error::LedgerError;
use crate::row::{Place, Row};

/// The facts of one decision, to be appended to one stream together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Append<'a> {
    /// What the facts are about: `inc_…`. Not empty.
    pub stream: &'a str,
    /// The version the stream must be at.
    pub expected: Expected,
    /// When the facts were stated: between the years 1678 and 2262, to the nanosecond.
    pub at: Timestamp,
    /// Who stated them. Not empty.
    pub actor: &'a str,
    /// What was stated, in order.
    pub facts: &'a [Fact],
}

/// The version a stream must be at for an append to make sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// The newest version the decision rests on; 0 for a stream not begun yet.
    Version(u64),
    /// The facts hold whatever else was stated.
    Any,
}

/// An append as it will be stored, but for its place in the chain.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) stream: String,
    expected: Expected,
    at: i64,
    actor: String,
    bodies: Vec<String>,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expected::Version(version) => write!(f, "version {version}"),
            Expected::Any => f.write_str("any version"),
        }
    }
}

impl Draft {
    pub(crate) fn new(append: &Append<'_>) -> Result<Self, LedgerError> {
        let Append { stream, expected, at, actor, facts } = *append;
        if stream.is_empty() || actor.is_empty() {
            return Err(LedgerError::Nameless { stream: stream.to_owned() });
        }
        let nanos = i64::try_from(at.as_nanosecond()).map_err(|_| LedgerError::Time { at })?;
        let body = |fact| {
            written(fact)
                .map_err(|source| LedgerError::Unwritable { stream: stream.to_owned(), source })
        };
        let bodies = facts.iter().map(body).collect::<Result<_, _>>()?;
        let (stream, actor) = (stream.to_owned(), actor.to_owned());
        Ok(Self { stream, expected, at: nanos, actor, bodies })
    }

    /// How many bytes of facts it holds.
    pub(crate) fn bytes(&self) -> usize {
        self.bodies.iter().map(String::len).sum()
    }

    /// The rows to store when the ledger stands at this place.
    pub(crate) fn chained_to(&self, place: &Place) -> Result<Vec<Row>, LedgerError> {
        let actual = place.version.unsigned_abs();
        if self.expected != Expected::Any && self.expected != Expected::Version(actual) {
            let (stream, expected) = (self.stream.clone(), self.expected);
            return Err(LedgerError::Conflict { stream, expected, actual });
        }
        let mut place = place.clone();
        Ok(self.bodies.iter().map(|body| self.row(body, &mut place)).collect())
    }

    /// The row for one fact at the place, which then moves on.
    fn row(&self, body: &str, place: &mut Place) -> Row {
        let mut row = Row {
            seq: place.seq + 1,
            stream: self.stream.as_str().into(),
            version: place.version + 1,
            at: self.at,
            actor: self.actor.as_str().into(),
            body: body.into(),
            prev: place.hash.clone(),
            hash: Vec::new(),
        };
        row.hash = row.digest().as_bytes().to_vec();
        *place = Place { seq: row.seq, version: row.version, hash: row.hash.clone() };
        row
    }
}

/// The fact as JSON, once it is sure that it reads back as it is.
///
/// JSON has no NaN and no infinity: without this check one such figure in a fact would be an
/// entry that nobody can read, for ever.
fn written(fact: &Fact) -> Result<String, Box<dyn Error + Send + Sync>> {
    let body = serde_json::to_string(fact)?;
    let same = serde_json::from_str::<Fact>(&body)? == *fact;
    if same { Ok(body) } else { Err("it reads back as something else".into()) }
}
