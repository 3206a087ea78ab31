//! A seat: who asks, and Mayday as that one's tenant sees it.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use jiff::Timestamp;
use model::Fault;
use response::{Act, Mayday, Who};

use crate::problem::{Problem, blocking};
use crate::router::Api;

/// Who asks, what they see, and when.
#[derive(Debug, Clone)]
pub struct Seat {
    /// Who asks.
    pub who: Who,
    /// What their tenant sees.
    pub mayday: Mayday,
    /// When.
    pub at: Timestamp,
    /// A number nobody can guess.
    pub random: u64,
}

impl Seat {
    /// Takes a seat for somebody who was let in.
    pub async fn of(api: &Api, who: Who) -> Result<Self, Problem> {
        let (mayday, at) = (api.mayday.clone(), (api.now)());
        let tenant = who.tenant();
        let mayday = match mayday.is_of(&tenant) {
            true => mayday.as_ref().clone(),
            false => blocking(move || mayday.of(&tenant, at)).await?,
        };
        Ok(Self { who, mayday, at, random: (api.random)() })
    }

    /// What they do, under a name.
    pub fn act<'a>(&'a self, by: &'a str) -> Act<'a> {
        Act { by, who: &self.who, at: self.at, random: self.random }
    }
}

impl FromRequestParts<Api> for Seat {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let who = parts.extensions.get::<Who>().cloned();
        let unguarded = || Problem::new(Fault::Bug, "this path asks nobody who they are");
        Self::of(api, who.ok_or_else(unguarded)?).await
    }
}
