//! Telling others: targets, what is said to them, and how it is brought there.
//!
//! A [`Target`] comes from the settings and says what it wants; a [`Letter`] is one thing to be
//! told. [`Post`] brings a letter to a target in the target's own form: [`slack`], [`teams`],
//! [`pagerduty`], [`webhook`], [`email`], [`issues`]. What came of it is a [`Sent`]. [`schedule`]
//! says when to try again, [`breaker`] when a target is let be.
//!
//! Nothing here decides what is worth telling, and nothing is remembered but for breakers.
//!
//! Where a letter may go: only where the settings say, over HTTPS, or over HTTP to this machine. No
//! redirect is followed. Secrets and the paths of addresses are shown nowhere.

pub mod breaker;
pub mod email;
pub mod endpoint;
pub mod error;
pub mod glob;
mod http;
pub mod issues;
pub mod letter;
pub mod pagerduty;
pub mod post;
pub mod schedule;
pub mod secret;
pub mod sent;
pub mod slack;
pub mod target;
pub mod teams;
pub mod webhook;

pub use breaker::Breaker;
pub use email::{Mail, MailSecurity};
pub use endpoint::Endpoint;
pub use error::{PostError, TargetError};
pub use glob::Glob;
pub use issues::{Github, Jira};
pub use letter::Letter;
pub use pagerduty::Pagerduty;
pub use post::{Post, shown};
pub use schedule::Schedule;
pub use secret::Secret;
pub use sent::{Refused, Sent};
pub use target::{Known, Offer, Target, Way};
pub use webhook::{SigningKey, Webhook};

#[cfg(test)]
mod tests;
