//! The quarterly review: what keeps postmortems honest, computed from facts.
//!
//! A stricter form is not what keeps a document from rotting; reading it again is.
//! [`trend`](mod@trend) asks of each eval whether its rate falls, [`fix`](mod@fix) whether one mend
//! helped, on cases that it was not made for. [`compare`](mod@compare) is the one comparison of
//! rates that they rest on, and [`student`] widens it where little is known of the scatter.

pub mod compare;
pub mod fix;
pub mod student;
pub mod trend;

pub use compare::{Change, Count, compare};
pub use fix::{Fix, FixVerdict, fix};
pub use trend::{Direction, Trend, trends};
