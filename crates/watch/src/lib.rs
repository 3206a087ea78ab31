//! Watching runs: pure folds over steps and outcomes.
//!
//! [`assemble`](assemble()) puts the steps of a trace together into runs; [`due`] knows when a
//! trace has settled; [`sampling`] whose payload stays; [`series`] cuts runs into slices of time for a chart.

pub mod assemble;
pub mod due;
pub mod sampling;
pub mod series;

pub use assemble::assemble;
pub use due::{Arrival, Due, SettleAfter};
pub use sampling::Sampling;
pub use series::{Slice, series};
