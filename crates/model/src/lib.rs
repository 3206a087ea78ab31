//! The vocabulary of Mayday: the words every other crate speaks.
//!
//! Plain data and the few rules that belong to the data itself. No I/O, no async, no clock.
//!
//! In reading order: when ([`time`]), who ([`id`], [`principal`]), what an agent did ([`step`],
//! [`content`], [`value`], [`record`]), under which conditions ([`factor`], [`surface`]), with what
//! result ([`outcome`], [`run`], [`rate`]), what was found ([`report`], [`triage`], [`fields`]),
//! what came from outside ([`change`], [`alert`], [`notice`]), and what was decided ([`incident`],
//! [`course`], [`delivery`], [`postmortem`], [`lesson`], [`fact`]). [`fault`] is the closed set of
//! ways in which anything can fail.

pub mod alert;
pub mod change;
pub mod content;
pub mod course;
pub mod delivery;
pub mod eval;
pub mod fact;
pub mod factor;
pub mod fault;
pub mod fields;
pub mod id;
pub mod incident;
pub mod lesson;
pub mod notice;
pub mod outcome;
pub mod postmortem;
pub mod principal;
pub mod rate;
pub mod record;
pub mod report;
pub mod run;
pub mod step;
pub mod surface;
pub mod time;
pub mod triage;
pub mod value;

pub use alert::{AlertEvent, Complaint};
pub use change::{Change, ChangeSurface};
pub use content::{Address, ContentHash, Field, Gone, Held, Part, Scope};
pub use course::{Severity, Stage};
pub use eval::{Ablation, EvalRun, Measured};
pub use fact::{Entry, Fact};
pub use factor::{Factor, Level, Seen};
pub use fault::{Fault, Faulty};
pub use fields::{FieldGap, FieldRow, FieldState, SixField};
pub use id::{
    AlertId, AttemptId, ChangeId, ClaimId, ComplaintId, DeliveryId, IncidentId, ItemId, MeasureId,
    NoticeId, PrincipalId, RunId, SignalId, SpanId, TicketId, TraceId,
};
pub use incident::{Evidence, Incident};
pub use notice::Notice;
pub use outcome::{About, Claim, Label, Outcome, Subject};
pub use principal::{
    Principal, PrincipalKind, PrincipalName, PrincipalRole, TenantName, Token, TokenHash,
};
pub use rate::{BehaviourRate, Interval};
pub use record::Record;
pub use report::{Report, Verdict};
pub use run::{Payload, Run, Settlement};
pub use step::{Batch, Effect, Pivot, Receipt, Rejection, Sketch, Source, Step, StepKind, Traits};
pub use surface::{Catalogue, Proof, Role};
pub use time::Window;
pub use triage::Triage;
pub use value::{Attribute, Key, Value};
