//! Incidents: facts in, words and requests out. Pure.
//!
//! [`catalogue`] is the data file of surfaces; [`fold`] turns facts into incidents; [`evidence`]
//! picks the runs that an incident rests on; [`triage`](mod@triage) asks surface after surface;
//! [`fields`] says which variable moved, and [`gaps`] what would have to be recorded to tell;
//! [`timeline`] computes the clocks; [`brief`] says a report in words; [`postmortem`] drafts the
//! document; [`announce`] says what others are told.
//!
//! What comes from outside has folds of its own: [`changes`], [`alerts`], [`complaints`], and
//! [`links`], which says what belongs to which incident. [`observed`] tells changes that nobody
//! recorded, [`drift`] what many small ones amount to, and [`suspects`] ranks all of them.
//!
//! Everything a machine writes here cites a fact or a run; what only people know stands open.

pub mod alerts;
pub mod announce;
pub mod brief;
pub mod catalogue;
pub mod changes;
pub mod complaints;
pub mod document;
pub mod drift;
pub mod evidence;
pub mod fields;
pub mod fold;
pub mod gaps;
pub mod links;
pub mod lint;
pub mod observed;
pub mod postmortem;
pub mod suspects;
pub mod timeline;
pub mod triage;
pub mod wording;

pub use alerts::Alerts;
pub use announce::{Announcement, Subjects};
pub use brief::{Brief, brief};
pub use catalogue::surfaces;
pub use changes::Changes;
pub use complaints::Complaints;
pub use fold::Incidents;
pub use gaps::{Gap, gaps};
pub use links::Links;

#[cfg(test)]
mod tests;
