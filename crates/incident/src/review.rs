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
pub mod fix;
pub mod grading;
pub mod recurrence;
pub mod student;
pub mod trend;

pub use agreement::{Agreement, agreement};
pub use compare::{Change, Count, compare};
pub use fix::{Fix, FixVerdict, fix};
pub use grading::{MachineGrade, grade};
pub use recurrence::{Case, Recurrence, Remedy, RemedyVerdict, recurrences, remedies};
pub use trend::{Direction, Trend, trends};

#[cfg(test)]
mod tests;
