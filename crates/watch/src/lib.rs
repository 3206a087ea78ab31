//! Watching runs: pure folds over steps and outcomes.
//!
//! [`assemble`](assemble()) puts the steps of a trace together into runs; [`due`] knows when a
//! trace has settled; [`sampling`] whose payload stays;
//! [`first_seen`] when each level first showed;
//! [`coverage`] and [`difference`] tell what is missing of records and how two differ; [`series`]
//! cuts runs into slices of time for a chart.

pub mod assemble;
pub mod coverage;
pub mod difference;
pub mod due;
pub mod first_seen;
pub mod sampling;
pub mod series;

pub use assemble::assemble;
pub use coverage::{Collector, Coverage};
pub use difference::{Fed, PartDifference, PartVerdict, difference};
pub use due::{Arrival, Due, SettleAfter};
pub use first_seen::FirstSeen;
pub use sampling::Sampling;
pub use series::{Slice, series};
