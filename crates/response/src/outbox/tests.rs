//! The outbox: nothing is lost, nobody is woken twice, and what can't be brought is seen.

mod crashes;
mod night;
mod pages;
mod retries;
mod trackers;
