//! Sessions: people who showed a token in a browser once, and need not show it again.
//!
//! A browser holds a [`Pass`], 32 random bytes; [`Sessions`] holds the hash of it, in memory, so a
//! restart ends every session. A session ends after a while, sooner if nothing is asked in it, and
//! with its key: each request looks at the key anew. A pass is looked up by its hash, as a token
//! is, so how long that takes tells nothing of it.
//!
//! A form on a page carries a [`FormMark`], made from the pass in one direction. Another site can
//! have a browser send a form with the pass in its cookie, but does not know the mark.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use model::id::{hex, unhex};
use model::{ContentHash, Fault, Faulty, PrincipalId, PrincipalKind};

use crate::access::keys::KeyState;
use crate::access::throttle::Caller;
use crate::access::{Entrance, Right, Shown, Unkeyed, Who};
use crate::open::Mayday;
use crate::tally::Counted;

/// What a browser holds of a session. Shown to nobody else, and never kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Pass([u8; 32]);

/// What a form of a session carries, so that no other site can send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormMark(String);

/// Somebody's session, as one request finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Whose.
    pub who: Who,
    /// When it began.
    pub since: Timestamp,
    /// When it ends at the latest.
    pub ends: Timestamp,
}

/// How long sessions last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// From the sign-in on.
    pub longest: SignedDuration,
    /// From the last request on.
    pub idle: SignedDuration,
}

/// Why somebody is not signed in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotSignedIn {
    /// What was shown lets nobody sign in. It is not told why: whoever asks is nobody yet.
    #[error(
        "this token lets nobody sign in here: only a person's key does that works and was issued \
         by this server; `mayday key list` shows them"
    )]
    Refused,
    /// It was tried too often.
    #[error("there were too many attempts to sign in: wait {} s", .0.as_secs())]
    TooOften(SignedDuration),
}

/// Every session that goes on.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    held: Mutex<HashMap<ContentHash, Held>>,
}

#[derive(Debug, Clone)]
struct Held {
    of: PrincipalId,
    since: Timestamp,
    asked: Timestamp,
}

/// Most sessions with one key: the longest unused one makes room.
const MOST_OF_ONE: usize = 20;

/// Most sessions of all.
const MOST: usize = 20_000;

/// What sets the mark of a form apart from every other hash.
const FORM: &[u8] = b"mayday form 1";

impl Pass {
    /// A pass made of 32 random bytes, which the caller draws.
    pub fn from_random(random: [u8; 32]) -> Self {
        Self(random)
    }

    /// Reads what a cookie holds.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = unhex(Some(text).filter(|text| text.len() == 64)?)?;
        bytes.try_into().ok().map(Self)
    }

    /// Its text: for the browser to which it is given, and for no log.
    pub fn reveal(&self) -> String {
        hex(&self.0)
    }

    /// What the forms of its session carry.
    pub fn form_mark(&self) -> FormMark {
        FormMark(ContentHash::of(&[FORM, &self.0].concat()).to_string())
    }

    fn hash(&self) -> ContentHash {
        ContentHash::of(&self.0)
    }
}

impl std::fmt::Debug for Pass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl FormMark {
    /// As a form carries it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a form carries this mark. Hashes are compared, so that how long it takes tells
    /// nothing of the mark.
    pub fn is(&self, carried: &str) -> bool {
        ContentHash::of(self.0.as_bytes()) == ContentHash::of(carried.as_bytes())
    }
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self { longest: SignedDuration::from_hours(168), idle: SignedDuration::from_hours(72) }
    }
}

impl SessionLimits {
    fn hold(&self, held: &Held, now: Timestamp) -> bool {
        let within = |since: Timestamp, limit| now.duration_since(since) < limit;
        within(held.since, self.longest) && within(held.asked, self.idle)
    }
}

impl Sessions {
    fn held(&self) -> MutexGuard<'_, HashMap<ContentHash, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins one, and makes room for it where there is none.
    fn begin(&self, pass: &Pass, of: PrincipalId, limits: &SessionLimits, now: Timestamp) {
        let mut held = self.held();
        held.retain(|_, held| limits.hold(held, now));
        let own = held.values().filter(|held| held.of == of).count();
        let crowded = own >= MOST_OF_ONE || held.len() >= MOST;
        if crowded {
            let is_own = |held: &&Held| own < MOST_OF_ONE || held.of == of;
            let unused = held.iter().filter(|(_, held)| is_own(held));
            let unused = unused.min_by_key(|(_, held)| held.asked).map(|(hash, _)| *hash);
            unused.map(|hash| held.remove(&hash));
        }
        held.insert(pass.hash(), Held { of, since: now, asked: now });
    }

    /// Whose it is and since when, if it goes on; it has been asked in.
    fn ask(&self, pass: &Pass, limits: &SessionLimits, now: Timestamp) -> Option<Held> {
        let mut held = self.held();
        let found = held.get_mut(&pass.hash()).filter(|held| limits.hold(held, now))?;
        found.asked = found.asked.max(now);
        Some(found.clone())
    }

    fn end(&self, pass: &Pass) {
        self.held().remove(&pass.hash());
    }
}

impl Mayday {
    /// Begins a session for a person who shows their token, under a pass that the caller made.
    ///
    /// `from` is who tries; each may be wrong only so often (see [`Caller`]).
    pub fn sign_in(
        &self,
        shown: Shown,
        from: Caller,
        pass: &Pass,
        now: Timestamp,
    ) -> Result<Session, NotSignedIn> {
        self.house.throttle.attempt(from, now).map_err(|wait| {
            self.house.tally.add(Counted::RequestsDenied, 1);
            NotSignedIn::TooOften(wait)
        })?;
        let entrance = Entrance { right: Right::Look, unkeyed: Unkeyed::Nobody };
        let who = self.admit(entrance, shown, now).map_err(|_| NotSignedIn::Refused)?;
        let principal = match &who {
            Who::Principal(principal) if principal.kind == PrincipalKind::Person => principal,
            _ => {
                self.house.tally.add(Counted::RequestsDenied, 1);
                return Err(NotSignedIn::Refused);
            }
        };
        self.house.throttle.forgive(from, now);
        let limits = &self.house.settings.sessions;
        self.house.sessions.begin(pass, principal.id.clone(), limits, now);
        tracing::info!(id = %principal.id, "somebody signed in");
        Ok(self.session_of(who, now))
    }

    /// The session that a pass is for, if it goes on and its key still works.
    pub fn session(&self, pass: &Pass, now: Timestamp) -> Option<Session> {
        let held = self.house.sessions.ask(pass, &self.house.settings.sessions, now)?;
        let principals = self.principals();
        let key = principals.get(&held.of).filter(|key| key.state(now) == KeyState::Live);
        let who = key.map(|key| Who::Principal(key.principal.clone()));
        drop(principals);
        if who.is_none() {
            self.house.sessions.end(pass);
        }
        Some(self.session_of(who?, held.since))
    }

    /// Ends a session.
    pub fn sign_out(&self, pass: &Pass) {
        self.house.sessions.end(pass);
    }

    fn session_of(&self, who: Who, since: Timestamp) -> Session {
        let longest = self.house.settings.sessions.longest;
        Session { who, since, ends: since.checked_add(longest).unwrap_or(Timestamp::MAX) }
    }
}

impl Faulty for NotSignedIn {
    fn fault(&self) -> Fault {
        match self {
            NotSignedIn::Refused => Fault::Denied,
            NotSignedIn::TooOften(_) => Fault::Limited,
        }
    }
}

#[cfg(test)]
mod tests;
