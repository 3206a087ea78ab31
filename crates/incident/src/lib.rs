//! Incidents: facts in, words and requests out. Pure.
//!
//! [`catalogue`] is the data file of surfaces; [`fold`] turns facts into incidents; [`evidence`]
//! picks the runs that an incident rests on; [`triage`](mod@triage) asks surface after surface;
//! [`fields`] says which variable moved, and [`gaps`] what would have to be recorded to tell;
//! [`timeline`] tells what happened when; [`brief`](mod@brief) says a report in words;
//! [`postmortem`] drafts the document, [`proposal`] takes text that a model proposes for it;
//! [`announce`] says what others are told.
//!
//! Once it is declared: [`course`] is the machine of stages and claims; [`clocks`](mod@clocks)
//! reads when what happened; [`severity`] how bad it is; [`still`] whether it goes on; [`blast`]
//! what agents did outside;
//! [`card`](mod@card) is what somebody woken at night reads first, with the nearest past incident
//! ([`nearest`](mod@nearest)). [`playbooks`] say what to do about one shape of failure each.
//! [`actors`] tells people from programs, and [`heard`] keeps what came from outside in short.
//!
//! What comes from outside has folds of its own: [`changes`], [`alerts`], [`complaints`], and
//! [`links`], which says what belongs to which incident. [`observed`] tells changes that nobody
//! recorded, [`drift`] what many small ones amount to, and [`suspects`] ranks all of them.
//!
//! [`lessons`] folds what was learned: documents as filed, what became of their items, and how a
//! review graded them; [`measures`] what evals measured; [`closing`] says when an item is done, and
//! [`ablation`] what swapping one part of the input shows.
//!
//! Everything a machine writes here cites a fact or a run; what only people know stands open.

pub mod ablation;
pub mod actors;
pub mod alerts;
pub mod announce;
pub mod blast;
pub mod brief;
pub mod card;
pub mod catalogue;
pub mod changes;
pub mod clocks;
pub mod closing;
pub mod complaints;
pub mod course;
pub mod document;
pub mod drift;
pub mod evidence;
pub mod fields;
pub mod fold;
pub mod gaps;
pub mod heard;
pub mod lessons;
pub mod links;
pub mod lint;
pub mod measures;
pub mod nearest;
pub mod observed;
pub mod playbooks;
pub mod postmortem;
pub mod proposal;
pub mod review;
pub mod severity;
pub mod still;
pub mod suspects;
pub mod timeline;
pub mod triage;
pub mod wording;

pub use alerts::Alerts;
pub use announce::{Announcement, Subjects};
pub use brief::{Brief, brief};
pub use card::{Card, card};
pub use catalogue::surfaces;
pub use changes::Changes;
pub use clocks::{Clocks, clocks};
pub use complaints::Complaints;
pub use fold::Incidents;
pub use gaps::{Gap, gaps};
pub use lessons::Lessons;
pub use links::Links;
pub use measures::Measures;

#[cfg(test)]
mod tests;
