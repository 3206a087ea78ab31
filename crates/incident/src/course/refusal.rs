//! Why something is not done in the course of an incident, and what it takes.

use model::course::Stage;
use model::{ClaimId, Fault, Faulty, Severity};

/// Why not, and what it takes.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// It is at that stage.
    #[error("the incident is {0} already")]
    Already(Stage),
    /// Nothing goes there.
    #[error("an incident that is {now} does not become {wanted}: {how}")]
    NoWay {
        /// Where it is.
        now: Stage,
        /// Where somebody wants it.
        wanted: Stage,
        /// What to do instead.
        how: &'static str,
    },
    /// A program asks for what people decide.
    #[error("{what} is for people, and this is a program: ask a person to do it")]
    ForPeople {
        /// What is asked for.
        what: &'static str,
    },
    /// A person without that right asks for what an approver decides.
    #[error("{what} is for an approver: ask one, or {instead}")]
    ForApprovers {
        /// What is asked for.
        what: &'static str,
        /// What to do instead.
        instead: &'static str,
    },
    /// Too few outcomes are known since.
    #[error(
        "verified is pending at n = {n}: {needs}, with no more bad ones than before the incident; \
         {unknown} runs since then wait for a label"
    )]
    Pending {
        /// Known outcomes since the mitigation.
        n: u64,
        /// What it takes.
        needs: String,
        /// Runs without a known outcome.
        unknown: u64,
    },
    /// The rate did not come back.
    #[error("not verified: {after} are bad since the mitigation, and {before} were before: {why}")]
    NotBack {
        /// The rate since.
        after: String,
        /// The rate before.
        before: String,
        /// What follows.
        why: String,
    },
    /// There is nothing to compare with.
    #[error(
        "a rate can't verify this: {0}. An approver may close it with a reason, without this stage"
    )]
    NoBaseline(&'static str),
    /// What an agent did is not seen to.
    #[error(
        "{0} executed actions are not seen to: say with `mayday incident actions` whether they can \
         be taken back, and how far that has come"
    )]
    ActionsOpen(u64),
    /// What told of the outage still tells of it.
    #[error("these alerts still fire: {0}; they resolve by themselves once it works again")]
    StillFiring(String),
    /// A program or a responder wants to lower a severity.
    #[error("a program may raise a severity and never lower it: it stands at {stands}")]
    OnlyPeopleLower {
        /// Where it stands.
        stands: Severity,
    },
    /// A severity that is there.
    #[error("the severity is {0} already")]
    SeverityStands(Severity),
    /// A claim that nobody made.
    #[error("there is no claim {0} in this incident; `mayday incident show` lists them")]
    NoSuchClaim(ClaimId),
    /// A claim that is given up already.
    #[error("the claim {0} was retracted: make it anew if it holds after all")]
    Retracted(ClaimId),
    /// Somebody takes back what others claimed.
    #[error("only {by} may retract this claim; dispute it instead")]
    NotYours {
        /// Whose it is.
        by: String,
    },
    /// Something does not fit what it is said about.
    #[error("{0}")]
    Unclear(&'static str),
}

impl Faulty for Refusal {
    fn fault(&self) -> Fault {
        match self {
            Refusal::ForPeople { .. }
            | Refusal::ForApprovers { .. }
            | Refusal::OnlyPeopleLower { .. }
            | Refusal::NotYours { .. } => Fault::Denied,
            Refusal::NoSuchClaim(_) => Fault::NotFound,
            Refusal::Unclear(_) => Fault::Invalid,
            Refusal::Already(_)
            | Refusal::NoWay { .. }
            | Refusal::Pending { .. }
            | Refusal::NotBack { .. }
            | Refusal::NoBaseline(_)
            | Refusal::ActionsOpen(_)
            | Refusal::StillFiring(_)
            | Refusal::SeverityStands(_)
            | Refusal::Retracted(_) => Fault::Conflict,
        }
    }
}
