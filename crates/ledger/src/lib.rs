//! The ledger: everything decided, as an append-only, hash-chained sequence of facts.
//!
//! Low volume, never lost. The cast, in reading order: [`Ledger`] is the one seam, with an
//! engine on one SQLite file and a twin in memory; [`Append`] is what goes in, at an
//! [`Expected`] version of its stream; [`model::Entry`] is what comes out; [`Follow`] goes on from
//! a place and waits for more; [`chain`] is how each entry vouches for all before it, and the
//! recipe to check that with any other tool; [`Stored`] is a line of an export, [`import`] takes an
//! export in; [`snapshot`] spares a projection the way from the first entry.
//!
//! Invariants:
//! - An append is durable when it returns, or it did not happen; its facts commit together.
//!   Appends that wait at the same time share a commit, and one that is refused hurts no other.
//! - `seq` counts the whole ledger and `version` a stream, from 1, without gaps.
//! - What is stored is never written again, and hashes cover the stored text as it is.
//! - No clock: the caller says when a fact was stated.
//! - A fact of a later version is kept and read as what it is: unknown.
//!
//! Calls block. From async code, wrap them in `spawn_blocking`.
//!
//! ```
//! use ledger::{Append, Expected, Ledger, Verified};
//! use model::{ContentHash, Fact, IncidentId};
//!
//! let ledger = Ledger::in_memory();
//! let incident = IncidentId::from_random(7);
//! let entries = ledger.append(Append {
//!     stream: incident.as_str(),
//!     expected: Expected::Version(0),
//!     at: "2026-11-22T02:47:00Z".parse().unwrap(),
//!     actor: "ana",
//!     facts: &[Fact::PostmortemDrafted {
//!         incident: incident.clone(),
//!         hash: ContentHash::of(b"# Draft"),
//!     }],
//! })?;
//! assert_eq!((entries[0].seq, entries[0].version), (1, 1));
//! assert_eq!(ledger.verify()?, Verified::Intact { entries: 1, head: entries[0].hash });
//! # Ok::<(), ledger::LedgerError>(())
//! ```

mod append;
pub mod chain;
mod embedded;
mod error;
mod follow;
pub mod import;
mod ledger;
mod memory;
mod row;
pub mod snapshot;
mod stored;
mod verify;

pub use append::{Append, Expected};
pub use chain::{Flaw, Verified};
pub use error::LedgerError;
pub use follow::Follow;
pub use import::{ImportError, Imported};
pub use ledger::{Durability, Ledger};
pub use snapshot::{Snapshot, Unfit};
pub use stored::Stored;
