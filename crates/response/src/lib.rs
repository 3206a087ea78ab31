//! The use cases: the one place where stores and engines meet.
//!
//! [`Mayday`] is opened on a data directory and serves every door: the API, the pages and the
//! command line call the same methods and so give the same answers. In the way of a night:
//! [`record`] keeps what comes in, [`settle`] turns traces into runs, [`moved`](mod@moved) compares
//! them, [`incidents`] declares and drafts, [`look`] shows; [`access`] says who may, and who did.
//!
//! Now and randomness are arguments. A fact is appended first; what it means is folded from there.

pub mod access;
pub mod contents;
pub mod error;
pub mod evals;
pub mod export;
pub mod gaps;
pub mod incidents;
pub mod intents;
pub mod keeping;
pub mod look;
pub mod moved;
pub mod open;
pub mod reconstruct;
pub mod record;
mod room;
pub mod settle;
pub mod sheet;
pub mod tally;
pub mod triage;

pub use ::moved::SumVerdict;
pub use access::{Denied, Entrance, Right, Unkeyed, Who};
pub use contents::{Contents, Exception};
pub use error::{IncidentError, LookError, MovedError, OpenError, RecordError};
pub use gaps::{Dismissing, GapState, GapView};
pub use incidents::{Act, Declaration, Draft};
pub use keeping::{Erasure, FlightProof, Keeping, KeepingError, Proof};
pub use look::{FeatureView, IncidentView, TraceView};
pub use moved::Question;
pub use open::{Gauges, Mayday, Settings, verify_ledger_in};
pub use reconstruct::{Diff, Finding, Reconstructed, Reconstruction, Sought};
pub use record::Recorded;
pub use sheet::{Measure, SheetAnswer, SheetError, SheetQuestion, SheetReport};
pub use tally::{Counted, Tally};
pub use triage::Answered;

pub use flight::{Keyring, MasterKey, Random};
pub use incident::{Brief, brief, wording};
pub use ledger::{Flaw, Verified};
pub use recorder::encode as otlp_requests;
pub use recorder::redaction::{Rules, RulesError};
pub use recorder::{ContentMode, Encoding, Limits, Signal, answer as otlp_answer};
pub use watch::{Coverage, Sampling, SettleAfter, Slice};

/// The engine by itself: for benchmarks.
pub mod engine {
    pub use ::moved::exposure::Sides;
    pub use ::moved::{Row, Table, compare, split};
    pub use incident::surfaces;
}

/// What the record would call something that a run ran under: for tests and the demo.
pub mod levels {
    pub use recorder::fingerprint::{shape as tool_shape, skeleton as prompt};
}
