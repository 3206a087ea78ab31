//! Following the whole chain: one thread reads and follows, another hashes what was read.
//!
//! Hashes need nothing but the rows themselves, so the next page is read while one is hashed. The
//! links are then followed in order, row by row, as if all had been done one after the other.

use std::panic;
use std::thread::{self, ScopedJoinHandle};

use model::ContentHash;

use crate::chain::{Chain, Verified};
use crate::error::LedgerError;
use crate::ledger::Page;
use crate::row::Row;

/// The first rows there are; the chain judges those that stand before 1.
const FIRST: Page = Page { from: i64::MIN, entries: 4_096, bytes: 4 << 20 };

type Hashed = Vec<(Row, ContentHash)>;

/// Follows the chain over the pages that `read` gives.
pub(crate) fn verify(
    read: impl Fn(Page) -> Result<Vec<Row>, LedgerError>,
) -> Result<Verified, LedgerError> {
    let mut chain = Chain::default();
    let mut page = FIRST;
    thread::scope(|scope| {
        let mut hashing: Option<ScopedJoinHandle<'_, Hashed>> = None;
        loop {
            let rows = read(page)?;
            let last = rows.last().map(|row| row.seq);
            let hashed = hashing.take().map(joined).unwrap_or_default();
            hashing = last.map(|_| scope.spawn(|| hash(rows)));
            for (row, hash) in hashed {
                if let Err(why) = chain.follow(&row, hash) {
                    return Ok(Verified::Broken { seq: chain.next_seq(), why });
                }
            }
            match last {
                Some(last) => page.from = last.saturating_add(1),
                None => return Ok(chain.intact()),
            }
        }
    })
}

fn hash(rows: Vec<Row>) -> Hashed {
    rows.into_iter().map(|row| (row.digest(), row)).map(|(hash, row)| (row, hash)).collect()
}

fn joined(hashing: ScopedJoinHandle<'_, Hashed>) -> Hashed {
    hashing.join().unwrap_or_else(|cause| panic::resume_unwind(cause))
}
