//! Facts and appends to test with, and the few words that tests say often.

use jiff::Timestamp;
use ledger::{Append, Expected, Ledger, LedgerError};
use model::{ContentHash, Entry, Fact};

/// 02:47 on the night of the examples.
pub(crate) const AT: Timestamp = Timestamp::constant(1_795_315_620, 1);

/// A short fact that is unlike every other one.
pub(crate) fn drafted(n: u64) -> Fact {
    Fact::PostmortemDrafted {
        incident: "inc_k4x81a2m".parse().unwrap(),
        hash: ContentHash::of(&n.to_be_bytes()),
    }
}

/// A long fact with figures, times and every kind of nesting.
pub(crate) fn declared() -> Fact {
    serde_json::from_str(include_str!("declared.json")).unwrap()
}

/// Appends facts to a stream, whatever its version.
pub(crate) fn state(ledger: &Ledger, stream: &str, facts: &[Fact]) -> Vec<Entry> {
    append(ledger, stream, Expected::Any, facts).unwrap()
}

pub(crate) fn append(
    ledger: &Ledger,
    stream: &str,
    expected: Expected,
    facts: &[Fact],
) -> Result<Vec<Entry>, LedgerError> {
    ledger.append(Append { stream, expected, at: AT, actor: "ana", facts })
}

pub(crate) fn all(ledger: &Ledger) -> Vec<Entry> {
    ledger.read(1, usize::MAX).unwrap()
}
