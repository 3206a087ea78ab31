//! The pages, each a struct of text that its template sets.

mod access;
mod badge;
mod failure;
mod home;
mod incident;
mod notices;
mod playbooks;
mod postmortem;
mod review;

pub(crate) use access::{BouncePage, FirstPage, IssuedPage, SignInPage, YouPage};
pub(crate) use failure::FailurePage;
pub(crate) use home::HomePage;
pub(crate) use incident::IncidentPage;
pub(crate) use notices::{NoticesPage, Shown};
pub(crate) use playbooks::PlaybooksPage;
pub(crate) use postmortem::PostmortemPage;
pub(crate) use review::ReviewPage;

#[cfg(test)]
pub(crate) mod tests;
