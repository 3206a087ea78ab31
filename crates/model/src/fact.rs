//! Facts: what was decided, in the past tense, one entry of the ledger each.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::alert::{AlertHeard, ComplaintHeard, LinkedToIncident, SignalRaised};
use crate::change::{
    ChangeActivated, ChangeRecorded, DriftReviewed, LevelsLearned, UnloggedChangeSeen,
};
use crate::content::{Address, ContentHash};
use crate::course::{
    Acknowledged, ActionsRevised, ClaimMade, ClaimRevised, ContainmentAttempted, DutyTaken,
    NoteAdded, PlaybookRehearsed, SeveritySet, StageReached,
};
use crate::delivery::{DeliveryRetried, DeliveryTried, DeliveryWanted};
use crate::eval::EvalRun;
use crate::fields::SixField;
use crate::id::{IncidentId, PrincipalId, RunId, TraceId};
use crate::incident::{Evidence, Excerpt, IncidentKind};
use crate::lesson::{
    AblationTold, DocumentFiled, DocumentGraded, EvalMeasured, GradesShown, ItemClosed,
    ItemReopened, RecurrenceJudged,
};
use crate::notice::{
    ChannelChecked, ChannelSilent, ChannelWatched, NoticeConfirmed, NoticeHeard, NoticeJudged,
    SilenceEnded, TicketActed, TicketEscalated, TicketOpened, TicketRedated,
};
use crate::principal::{Principal, TenantName, TokenHash};
use crate::report::Report;
use crate::triage::{Answer, Triage};

/// Something that was decided. Facts hold references to content, never its text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Fact {
    /// What a later version stated: kept and shown, and nothing follows from it here.
    #[serde(skip)]
    Unknown {
        /// The type it names.
        kind: String,
        /// Its JSON, as it is stored.
        body: String,
    },
    /// Someone declared an incident; the windows and the verdict stand as they were then.
    IncidentDeclared {
        /// The incident.
        incident: IncidentId,
        /// Whose it is.
        #[serde(default)]
        tenant: TenantName,
        /// What kind of harm.
        kind: IncidentKind,
        /// The feature concerned.
        feature: Option<String>,
        /// One line for lists.
        title: String,
        /// What moved, as far as could be told at that moment.
        report: Box<Report>,
        /// The one run, for an event.
        run: Option<RunId>,
    },
    /// The runs that an incident rests on, by address.
    EvidenceCited {
        /// The incident.
        incident: IncidentId,
        /// The runs.
        evidence: Vec<Evidence>,
    },
    /// Each surface was asked about, when an incident was declared.
    TriageRun {
        /// The incident.
        incident: IncidentId,
        /// Questions and answers.
        triage: Triage,
    },
    /// Which variable moved, as far as it could be told when an incident was declared.
    FieldsFilled {
        /// The incident.
        incident: IncidentId,
        /// The six fields.
        fields: Vec<SixField>,
    },
    /// The runs were compared once more. The first verdict stays as it was declared.
    LookedAgain {
        /// The incident.
        incident: IncidentId,
        /// What moved, as far as could be told by then.
        report: Box<Report>,
    },
    /// A person answered a question of the triage.
    TriageAnswered {
        /// The incident.
        incident: IncidentId,
        /// The node of the tree.
        node: String,
        /// The answer.
        answer: Answer,
        /// On what ground.
        because: String,
    },
    /// Something that was found missing from the record will not be recorded.
    GapDismissed {
        /// Whose.
        tenant: TenantName,
        /// Of which feature.
        feature: String,
        /// What was asked for: `mayday.index.build`.
        attribute: String,
        /// Why it does not apply.
        because: String,
    },
    /// What an incident rests on was copied, so that it outlives its days.
    EvidenceKept {
        /// The incident.
        incident: IncidentId,
        /// The copies, one for each day that holds something of it.
        excerpts: Vec<Excerpt>,
    },
    /// A postmortem draft was written.
    PostmortemDrafted {
        /// The incident.
        incident: IncidentId,
        /// SHA-256 of the document.
        hash: ContentHash,
    },
    /// A person's keys were to be destroyed: what was said of that person is unreadable from then.
    PersonErased {
        /// Whose flights.
        tenant: TenantName,
        /// The person, by keyed hash.
        person: Address,
        /// Traces on record that were about that person.
        traces: u64,
    },
    /// A day of flights was over. A day that grows later is closed again.
    DayClosed {
        /// Whose.
        tenant: TenantName,
        /// Which, as `2026-11-23`.
        day: String,
        /// The head of its hash chain, in hexadecimal.
        head: String,
        /// Versions of steps in it.
        steps: u64,
    },
    /// A day of flights is past its time and is deleted.
    DayRetired {
        /// Whose.
        tenant: TenantName,
        /// Which, as `2026-11-23`.
        day: String,
    },
    /// A suite of evaluations was run.
    EvalRan {
        /// Whose.
        tenant: TenantName,
        /// What came of it.
        run: EvalRun,
    },
    /// A principal was given a token. It takes the place of an earlier one.
    TokenIssued {
        /// Who holds it.
        principal: Principal,
        /// SHA-256 of the token, which is kept nowhere else.
        hash: TokenHash,
        /// When it stops to work; none if it does not by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires: Option<Timestamp>,
    },
    /// A principal's token stopped to work.
    TokenRevoked {
        /// Whose.
        principal: PrincipalId,
    },
    /// Payload was read: one fact for a reader, a tenant and a few minutes, not one for each read.
    PayloadRead {
        /// Who read; none for the operator of this machine.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reader: Option<PrincipalId>,
        /// Whose payload it was.
        tenant: TenantName,
        /// The first of the reads.
        since: Timestamp,
        /// The last of them.
        until: Timestamp,
        /// How many there were.
        reads: u64,
        /// The traces read, each once.
        traces: Vec<TraceId>,
        /// Reads of further traces, for which `traces` has no place.
        #[serde(default)]
        unlisted: u64,
    },
    /// A change was recorded.
    ChangeRecorded(ChangeRecorded),
    /// A change that was recorded earlier took effect.
    ChangeActivated(ChangeActivated),
    /// Flights show a level that no recorded change explains.
    UnloggedChangeSeen(UnloggedChangeSeen),
    /// What a feature ran under when it was first seen.
    LevelsLearned(LevelsLearned),
    /// A person took what a surface has become as the new baseline.
    DriftReviewed(DriftReviewed),
    /// A delivery about an alert was taken in.
    AlertHeard(AlertHeard),
    /// A complaint was taken in.
    ComplaintHeard(ComplaintHeard),
    /// A detector found something.
    SignalRaised(SignalRaised),
    /// An alert, a signal, a complaint or a notice was found to belong to an incident.
    LinkedToIncident(LinkedToIncident),
    /// A notice of a provider was taken in.
    NoticeHeard(NoticeHeard),
    /// A notice was confirmed by asking the provider, or was not.
    NoticeConfirmed(NoticeConfirmed),
    /// What is to be done about a notice was decided.
    NoticeJudged(NoticeJudged),
    /// A channel of notices was asked or tested.
    ChannelChecked(ChannelChecked),
    /// Mayday began to listen to a channel of notices.
    ChannelWatched(ChannelWatched),
    /// Nothing was heard by a channel of notices for too long.
    ChannelSilent(ChannelSilent),
    /// A silence of a channel is over.
    SilenceEnded(SilenceEnded),
    /// A notice about something in use asks for work by a date.
    TicketOpened(TicketOpened),
    /// The date of a ticket is another one now.
    TicketRedated(TicketRedated),
    /// A ticket came nearer to its date without being done.
    TicketEscalated(TicketEscalated),
    /// Somebody did something about a ticket.
    TicketActed(TicketActed),
    /// A person said that they have seen an incident.
    Acknowledged(Acknowledged),
    /// An incident reached a stage.
    StageReached(StageReached),
    /// Somebody took a duty on in an incident.
    DutyTaken(DutyTaken),
    /// How bad an incident is was said, or said anew.
    SeveritySet(SeveritySet),
    /// Something was tried to stop the harm.
    ContainmentAttempted(ContainmentAttempted),
    /// A note was added to an incident.
    NoteAdded(NoteAdded),
    /// Somebody claims something about an incident.
    ClaimMade(ClaimMade),
    /// Somebody said how a claim stands now.
    ClaimRevised(ClaimRevised),
    /// Somebody said of actions whether they can be taken back, or are.
    ActionsRevised(ActionsRevised),
    /// A playbook was walked through.
    PlaybookRehearsed(PlaybookRehearsed),
    /// Something is to be told to somebody outside.
    DeliveryWanted(DeliveryWanted),
    /// A delivery was attempted.
    DeliveryTried(DeliveryTried),
    /// Somebody wants a delivery that was given up to be tried again.
    DeliveryRetried(DeliveryRetried),
    /// A person filed an incident's postmortem, or a new version of it.
    DocumentFiled(DocumentFiled),
    /// An action item was shown to be done.
    ItemClosed(ItemClosed),
    /// An item that was done is to be done again.
    ItemReopened(ItemReopened),
    /// What an eval measured was taken in.
    EvalMeasured(EvalMeasured),
    /// Trials with one part swapped were taken in.
    AblationTold(AblationTold),
    /// A person said whether an incident is an earlier one that came back.
    RecurrenceJudged(RecurrenceJudged),
    /// A person graded a document for a review.
    DocumentGraded(DocumentGraded),
    /// The machine's grades of a review were shown to a person.
    GradesShown(GradesShown),
}

/// A fact of which only the type is understood.
#[derive(Deserialize)]
struct Typed {
    #[serde(rename = "type")]
    kind: String,
}

impl Fact {
    /// The fact that is stored as this JSON; [`Fact::Unknown`] if a later version stated it.
    ///
    /// Fails for what names no type: that is no fact of any version.
    pub fn of_json(body: &str) -> Result<Self, serde_json::Error> {
        if let Ok(fact) = serde_json::from_str(body) {
            return Ok(fact);
        }
        let Typed { kind } = serde_json::from_str(body)?;
        Ok(Fact::Unknown { kind, body: body.to_owned() })
    }
}

/// A fact in its place: who stated it, when, and what came before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Place in the whole ledger, from 1, without gaps.
    pub seq: u64,
    /// What it is about: `inc_…`, `prn_…`.
    pub stream: String,
    /// Place in its stream, from 1, without gaps.
    pub version: u64,
    /// When it was stated.
    pub at: Timestamp,
    /// Who stated it.
    pub actor: String,
    /// What was stated.
    pub fact: Fact,
    /// Hash of the entry before it; 64 zeros for the first.
    pub prev: ContentHash,
    /// Hash of this entry, which covers `prev`.
    pub hash: ContentHash,
}

#[cfg(test)]
mod tests;
