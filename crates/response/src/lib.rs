//! The use cases: the one place where stores and engines meet.
//!
//! [`Mayday`] is opened on a data directory and serves every door: the API, the pages and the
//! command line call the same methods and so give the same answers. In the way of a night:
//! [`record`] keeps what comes in, [`settle`] turns traces into runs, [`moved`](mod@moved) compares
//! them, [`incidents`] declares and drafts, [`course`] goes on from there, [`look`] shows;
//! [`lessons`] learns from it; [`outbox`] tells others; [`access`] says who may, and who did.
//!
//! Now and randomness are arguments. A fact is appended first; what it means is folded from there.

pub mod access;
pub mod alerts;
pub mod changes;
pub mod channels;
pub mod complaints;
pub mod contents;
pub mod course;
pub mod coverage;
pub mod error;
pub mod evals;
pub mod export;
pub mod facts;
pub mod gaps;
pub mod inbound;
pub mod incidents;
pub mod intents;
pub mod inventory;
pub mod keeping;
pub mod lessons;
pub mod look;
pub mod moved;
pub mod notices;
pub mod observed;
pub mod open;
pub mod outbox;
pub mod playbooks;
pub mod postmortem;
mod projections;
pub mod reconstruct;
pub mod record;
pub mod review;
mod room;
pub mod settle;
pub mod sheet;
pub mod tally;
pub mod tickets;
pub mod triage;

pub use ::moved::SumVerdict;
pub use access::{Denied, Entrance, Right, Unkeyed, Who};
pub use changes::{ChangeError, ChangesWanted, Taken};
pub use contents::{Contents, Exception};
pub use course::{
    ActionsTold, AttemptTold, BlastRadius, ClaimTold, CourseView, NoteTold, RevisionTold,
    SeverityWanted,
};
pub use coverage::{Finding, Place};
pub use error::{IncidentError, LookError, MovedError, OpenError, RecordError};
pub use facts::{TakeInError, import_ledger_into};
pub use gaps::{Dismissing, GapState, GapView};
pub use inbound::{Hook, Inbound};
pub use incidents::{Act, Declaration, Draft, Member};
pub use keeping::{Erasure, FlightProof, Keeping, KeepingError, Proof};
pub use lessons::{
    AblationView, Closing, DocumentView, FiledView, ItemView, LessonError, MeasuredTold,
};
pub use look::{FeatureView, IncidentView, TraceView};
pub use moved::Question;
pub use observed::{DriftError, DriftView, Waiting};
pub use open::{Gauges, Mayday, Settings, verify_ledger_in};
pub use outbox::{Courier, Delivery, DeliveryError, DeliveryState, Out, Worked};
pub use reconstruct::{Diff, MOST_FOUND, Reconstructed, Reconstruction, Sought};
pub use record::Recorded;
pub use review::GradeTold;
pub use sheet::{Measure, SheetAnswer, SheetError, SheetQuestion, SheetReport};
pub use tally::{Counted, Tally};
pub use triage::Answered;

pub use ::intake;
pub use alerts::{AlertError, AlertView, Heard, Probes};
pub use complaints::{Complained, ComplaintError, ComplaintView, SignalView};
pub use flight::{Keyring, MasterKey, Random};
pub use incident::alerts::{Alert, AlertState};
pub use incident::changes::KnownChange;
pub use incident::complaints::{KnownComplaint, KnownSignal, Rule as ComplaintRule};
pub use incident::drift::{DriftRow, Mismatch};
pub use incident::links::Link;
pub use incident::suspects::{Suspect as ChangeSuspect, SuspectKind};
pub use incident::{Brief, blast, brief, card, clocks, severity, still, wording};
pub use ledger::{Flaw, ImportError, Imported, Stored, Verified};
pub use recorder::encode as otlp_requests;
pub use recorder::redaction::{Rules, RulesError};
pub use recorder::value_json;
pub use recorder::{ContentMode, Encoding, Limits, Measured, Signal, answer as otlp_answer};
pub use watch::{Coverage, Sampling, SettleAfter, Slice};

/// Targets: who is told, through what.
pub mod targets {
    pub use comms::{
        Endpoint, Github, Glob, Jira, Mail, MailSecurity, Pagerduty, Schedule, Secret, SigningKey,
        Target, TargetError, Way, Webhook,
    };
    pub use incident::announce::TOPICS;
}

/// The quarterly review.
pub mod reviews {
    pub use incident::document::made as html;
    pub use incident::review::{
        Fix, NotAQuarter, Quarter, Review, Trend, trend::WARNING, write as markdown,
    };
}

/// What eval runners write.
pub mod runners {
    pub use intake::Refusal;
    pub use intake::evals::{junit, promptfoo};
}

/// What comes to webhooks, and in files.
pub mod webhooks {
    pub use intake::notices::Format;
    pub use intake::notices::deprecations::FileFormat;
    pub use intake::standard_webhooks::{Headers, Secret};
    pub use intake::text::LONGEST_BODY;
}

/// The engines by themselves: for benchmarks.
pub mod engine {
    pub use ::ledger::{Append, Expected, Ledger};
    pub use ::moved::exposure::Sides;
    pub use ::moved::{Row, Table, compare, split};
    pub use incident::surfaces;
}

/// What the record would call something that a run ran under: for tests and the demo.
pub mod levels {
    pub use recorder::fingerprint::{shape as tool_shape, skeleton as prompt};
}
