//! The commands.

pub(crate) mod backup;
pub(crate) mod bench;
pub(crate) mod demo;
pub(crate) mod erase;
pub(crate) mod eval;
pub(crate) mod export;
pub(crate) mod features;
pub(crate) mod incident;
pub(crate) mod key;
pub(crate) mod ledger;
pub(crate) mod moved;
pub(crate) mod postmortem;
pub(crate) mod reconstruct;
pub(crate) mod serve;
pub(crate) mod sim;
pub(crate) mod verify;
