//! A simulated AI product with faults whose cause is known: for the demo, tests and accuracy.
//!
//! `support-agent` answers customers of a shop for six hours. It has a system prompt, a model under
//! an alias, two tools, an index and a judge, and runs on 24 replicas in three regions. While it
//! works, harmless changes are rolled out; in most [`Scenario`]s one more change, or something that
//! nobody recorded, makes its answers worse.
//!
//! In reading order: what can happen ([`Scenario`]), what then is true ([`Truth`]), and the six
//! hours as a client's exporter sends them ([`Play`], [`Request`]). Inside: `timeline` says when
//! which change reaches which replica (`setup`, `rollout`, `spacing`, `fleet`), `traffic` who comes
//! with which question (`case`, `topics`), `harm` how it ends, `product` what the agent is made of
//! (`prompt`, `tools`), `author` writes a run's spans (`trace`, `attributes`, `messages`), and
//! `export` sends them in the order in which they end.
//!
//! Invariants: the same scenario, seed and start give the same bytes. Every purpose draws from its
//! own stream of random numbers (`dice`), so that a draw added for one does not shift the others.
//! A run keeps the conditions it began under to its end.
//!
//! ```
//! use sim::{Artefact, Play, Scenario};
//!
//! let scenario: Scenario = "model-alias".parse().unwrap();
//! let play = Play::new(scenario, 7, "2026-11-22T00:00:00Z".parse().unwrap());
//! let truth = play.truth().unwrap();
//! assert_eq!(truth.factor, "model_served");
//! assert!(matches!(truth.to, Artefact::Label(_)));
//!
//! let first = play.requests().next().unwrap();
//! assert!(recorder::wire::protobuf(&first.groups).len() > 10_000);
//! ```

mod scenario;
mod truth;

mod play;

mod fleet;
mod rollout;
mod setup;
mod spacing;
mod timeline;

mod case;
mod topics;
mod traffic;

mod harm;

mod product;
mod prompt;
mod tools;

mod attributes;
mod author;
mod messages;
mod trace;

mod export;

mod dice;

pub use export::Request;
pub use play::Play;
pub use scenario::{Scenario, UnknownScenario};
pub use truth::{Artefact, Truth};

pub use recorder::wire;

#[cfg(test)]
mod tests;
