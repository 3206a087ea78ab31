//! Notices: what a provider told us, through which channel, and what was done with it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::content::ContentHash;
use crate::id::{NoticeId, TicketId};
use crate::principal::TenantName;

/// What a provider told us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Who: `openai`, `anthropic`, `aws`.
    pub provider: String,
    /// Through which kind of channel.
    pub channel: ChannelKind,
    /// What it is about.
    pub class: NoticeClass,
    /// The provider's own word for it: `response.failed`. Kept also where nobody knows it.
    pub kind: String,
    /// What the provider calls it, so that a second delivery is no second notice.
    pub key: String,
    /// What several notices about one thing have in common: the provider's incident, the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    /// Where that thing stands, in the provider's word: `investigating`, `resolved`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// How bad it is.
    pub impact: Impact,
    /// One line.
    pub title: String,
    /// Models named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    /// What the provider names to take instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<String>,
    /// Regions named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// When what it announces takes effect or began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<Timestamp>,
    /// When the provider says that it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stated: Option<Timestamp>,
    /// Whether the sender was proven: by a signature, or by asking the provider back.
    pub proof: NoticeProof,
    /// SHA-256 of the bytes received.
    pub raw: ContentHash,
    /// Where more of it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// A way by which a provider tells things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// Signed webhooks about API objects.
    ApiWebhook,
    /// A status page's webhook.
    Statuspage,
    /// A page of changes.
    Changelog,
    /// E-mail.
    Email,
    /// Billing alerts.
    Billing,
    /// Account warnings.
    Account,
    /// Health events of regions.
    Region,
    /// The list of models, asked now and then.
    ModelList,
    /// Headers of answers.
    Headers,
}

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeClass {
    /// Something of theirs does not work.
    Incident,
    /// Something of theirs works badly.
    Degradation,
    /// Announced work.
    Maintenance,
    /// A model or an interface will go.
    Deprecation,
    /// It goes, or is gone.
    Retirement,
    /// The account is in danger.
    AccountWarning,
    /// A limit is near or reached.
    Quota,
    /// Spending is not as usual.
    BillingAnomaly,
    /// Work moved between regions.
    RegionFailover,
    /// A job changed its state.
    JobState,
    /// A question of safety or security.
    Security,
    /// Nobody here knows the word.
    Unknown,
}

/// How bad a notice is, in the words of status pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Impact {
    /// Not at all, or not said.
    None,
    /// A little.
    Minor,
    /// Much.
    Major,
    /// Everything.
    Critical,
}

impl ChannelKind {
    /// The kind in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApiWebhook => "API webhook",
            Self::Statuspage => "status page",
            Self::Changelog => "changelog",
            Self::Email => "e-mail",
            Self::Billing => "billing",
            Self::Account => "account",
            Self::Region => "region",
            Self::ModelList => "list of models",
            Self::Headers => "headers",
        }
    }
}

impl NoticeClass {
    /// The class in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Incident => "incident",
            Self::Degradation => "degradation",
            Self::Maintenance => "maintenance",
            Self::Deprecation => "deprecation",
            Self::Retirement => "retirement",
            Self::AccountWarning => "account warning",
            Self::Quota => "quota",
            Self::BillingAnomaly => "billing anomaly",
            Self::RegionFailover => "region failover",
            Self::JobState => "job",
            Self::Security => "security",
            Self::Unknown => "unknown",
        }
    }
}

impl Impact {
    /// The impact in a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Critical => "critical",
        }
    }
}

/// How it is known that the provider sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeProof {
    /// By its signature over the bytes received.
    Signature,
    /// By asking the provider.
    Asked,
    /// By a path nobody else knows; not confirmed yet.
    SecretPath,
    /// By the file or the person that brought it.
    Brought,
}

/// A notice was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeHeard {
    /// The notice.
    pub notice: NoticeId,
    /// Whose.
    pub tenant: TenantName,
    /// The channel's name in the settings; none if somebody brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    /// What it says.
    pub says: Box<Notice>,
}

/// What is to be done about a notice was decided, by what is in use then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeJudged {
    /// The notice.
    pub notice: NoticeId,
    /// Whose.
    pub tenant: TenantName,
    /// What is used that it concerns: models, with features. Empty if nothing is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub concerns: Vec<String>,
    /// Whether somebody is to be paged.
    #[serde(default)]
    pub pages: bool,
    /// Who has to know.
    pub owner: String,
    /// Through whom or what they are told, the last of which has to answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub route: Vec<String>,
    /// Why.
    pub because: String,
}

/// A channel was asked or tested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelChecked {
    /// Its name in the settings.
    pub channel: String,
    /// Whose.
    pub tenant: TenantName,
    /// How.
    pub check: Check,
    /// Whether it did what it has to.
    pub passed: bool,
    /// What came, or why nothing did. No secrets.
    pub because: String,
}

/// Mayday began to listen to a channel by which nothing was heard yet: silence counts from then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelWatched {
    /// Its name in the settings.
    pub channel: String,
    /// Whose.
    pub tenant: TenantName,
}

/// Nothing was heard by a channel for longer than is expected. Once for each silence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelSilent {
    /// Its name in the settings.
    pub channel: String,
    /// Whose.
    pub tenant: TenantName,
    /// Who should have told something.
    pub provider: String,
    /// When the provider was heard last, or else since when Mayday listens.
    pub since: Timestamp,
    /// How many seconds of silence are the most expected.
    pub expected_secs: i64,
    /// Whose work its notices are.
    pub owner: String,
}

/// A silence that was stated is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SilenceEnded {
    /// The name of the channel.
    pub channel: String,
    /// Whose.
    pub tenant: TenantName,
    /// Who told something at last.
    pub provider: String,
    /// What ended it.
    pub because: String,
}

/// How a channel is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// By asking the provider.
    Poll,
    /// By an event made here, which goes through all that an event of the provider goes through.
    Test,
}

/// What a secret path brought was confirmed by asking the provider, or was not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeConfirmed {
    /// The notice.
    pub notice: NoticeId,
    /// Whose.
    pub tenant: TenantName,
    /// Whether the provider says the same.
    pub holds: bool,
    /// What was asked, and what came.
    pub because: String,
}

/// A notice about something in use asks for work by a date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketOpened {
    /// The ticket.
    pub ticket: TicketId,
    /// Whose.
    pub tenant: TenantName,
    /// What asks for it.
    pub notice: NoticeId,
    /// What is used that it concerns: models, with features.
    pub concerns: Vec<String>,
    /// Who has to do it.
    pub owner: String,
    /// Through whom or what they are told, the last of which has to answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub route: Vec<String>,
    /// By when.
    pub due: Timestamp,
}

/// The date of a ticket is another one now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketRedated {
    /// The ticket.
    pub ticket: TicketId,
    /// Whose.
    pub tenant: TenantName,
    /// What says so.
    pub notice: NoticeId,
    /// By when.
    pub due: Timestamp,
}

/// A ticket came nearer to its date without being done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketEscalated {
    /// The ticket.
    pub ticket: TicketId,
    /// Whose.
    pub tenant: TenantName,
    /// The rung: days before the date, 60, 30, 14, 7 or 1.
    pub rung: i64,
    /// Whether somebody is to be paged.
    pub pages: bool,
}

/// Somebody did something about a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketActed {
    /// The ticket.
    pub ticket: TicketId,
    /// Whose.
    pub tenant: TenantName,
    /// What was done.
    pub what: String,
    /// Whether that is all.
    pub done: bool,
}
