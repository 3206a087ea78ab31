//! What moved: two windows of runs in, one report out.
//!
//! Pure and deterministic: the same [`Table`] and [`Windows`](model::report::Windows) always give
//! the same [`Report`](model::Report).
//!
//! The cast, in reading order: [`table`] holds runs as columns of small integers; [`likelihood`]
//! weighs a rate; [`onset`] finds when a rate rose; [`windows`] draws the line between baseline and
//! incident; [`exposure`] lists the levels that became more frequent; [`contrast`] compares runs
//! with and without one; [`weigh`] asks which of them fits what happened, and [`together`] whether
//! several do; [`surface`] says what is
//! proven of every other surface; [`shares`] lists what the runs ran under; [`compare`] puts it
//! together.
//!
//! The idea: a level that carries a rise must fit it at least as well as the plain statement "the
//! rate rose at some moment". A level that was rolled out in steps fits better, because runs with
//! and without it ran side by side; one that changed at another time fits far worse; and where two
//! fit alike, the data can't tell them apart and the report says so. `docs/what-moved.md` has the
//! method with its assumptions and limits.

pub mod arrival;
pub mod bins;
pub mod bounded;
pub mod cells;
pub mod census;
pub mod chance;
pub mod compare;
pub mod contrast;
pub mod dependence;
pub mod disagree;
pub mod drift;
pub mod episodes;
pub mod error;
pub mod exposure;
pub mod halves;
pub mod labelling;
pub mod lattice;
pub mod leaves;
pub mod likelihood;
pub mod locate;
pub mod mix;
pub mod onset;
pub mod ramp;
pub mod ratio;
pub mod reference;
pub mod rise;
pub mod shares;
pub mod sheet;
pub mod sums;
pub mod surface;
pub mod table;
pub mod together;
pub mod weigh;
pub mod windows;

pub use compare::compare;
pub use error::QuestionError;
pub use locate::locate;
pub use sheet::{Sheet, Tally};
pub use sums::{SumReport, SumVerdict, drivers};
pub use table::{Row, Table};
pub use windows::{check, halves, split};

#[cfg(test)]
mod tests;
