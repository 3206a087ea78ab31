//! The quarterly review: what keeps postmortems honest, computed from facts.
//!
//! A stricter form is not what keeps a document from rotting; reading it again is.
//! [`grading`] asks of each document whether its fields were used or what happened was flattened,
//! and [`agreement`](mod@agreement) whether people see it the same way.
//! [`trend`](mod@trend) asks of each eval whether its rate falls, [`fix`](mod@fix) whether one mend
//! helped, on cases that it was not made for. [`compare`](mod@compare) is the one comparison of
//! rates that they rest on, and [`student`] widens it where little is known of the scatter.

pub mod agreement;
pub mod compare;
pub mod counts;
pub mod fix;
pub mod grades;
pub mod grading;
pub mod incidents;
pub mod items;
pub mod minutes;
pub mod quarter;
pub mod recurrence;
pub mod sample;
pub mod student;
pub mod trend;
pub mod whole;
pub mod write;

pub use agreement::{Agreement, agreement};
pub use compare::{Change, Count, compare};
pub use fix::{Fix, FixVerdict, fix};
pub use grades::{Grades, MachineGrades, Tally};
pub use grading::{MachineGrade, grade};
pub use minutes::{Spent, spent};
pub use quarter::{NotAQuarter, Quarter};
pub use recurrence::{Case, Recurrence, Remedy, RemedyVerdict, recurrences, remedies};
pub use sample::sample;
pub use trend::{Direction, Trend, trends};
pub use whole::{Known, Material, Review, review};
pub use write::write;

#[cfg(test)]
mod tests;
