//! `/api/v1/keys`: keys issued, listed and revoked.

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use jiff::Timestamp;
use model::{Fault, PrincipalId, PrincipalKind, PrincipalName, PrincipalRole, TenantName, Token};
use response::access::{Key, KeyState, KeyWanted};
use response::{Act, Who};
use serde::{Deserialize, Serialize};

use crate::access::actor;
use crate::outcomes::json;
use crate::problem::{Problem, blocking};
use crate::router::Api;

/// A key that somebody wants, in JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WantedJson {
    /// What its holder is called.
    pub name: PrincipalName,
    /// What its holder is.
    pub kind: PrincipalKind,
    /// Whose spans it sends or reads.
    #[serde(default)]
    pub tenant: TenantName,
    /// What its holder may decide; what keys of that kind usually may if left out.
    #[serde(default)]
    pub role: Option<PrincipalRole>,
    /// When it shall stop to work.
    #[serde(default)]
    pub expires: Option<Timestamp>,
    /// Who asks for it.
    #[serde(default)]
    pub by: Option<String>,
}

/// A key in JSON.
#[derive(Debug, Serialize, Deserialize)]
pub struct KeyJson {
    /// Its holder's id.
    pub id: PrincipalId,
    /// What its holder is called.
    pub name: PrincipalName,
    /// What its holder is.
    pub kind: PrincipalKind,
    /// Whose spans it sends or reads.
    pub tenant: TenantName,
    /// What its holder may decide; none of an ingest key.
    #[serde(default)]
    pub role: Option<PrincipalRole>,
    /// `live`, `expired` or `revoked`.
    pub state: String,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Who issued it.
    pub issued_by: String,
    /// When it stops to work.
    pub expires: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// How often payload was read with it; a few minutes late.
    pub reads: u64,
    /// The last of these reads.
    pub last_read: Option<Timestamp>,
}

/// A key with its token, the only time that it is shown.
#[derive(Serialize, Deserialize)]
pub struct IssuedJson {
    /// The token.
    pub token: String,
    /// The key.
    pub key: KeyJson,
}

/// Issues a key. The answer is the only place where its token ever stands.
pub async fn issue(
    State(api): State<Api>,
    Extension(who): Extension<Who>,
    body: Result<Json<WantedJson>, JsonRejection>,
) -> Result<impl IntoResponse, Problem> {
    let WantedJson { name, kind, tenant, role, expires, by } = json(body)?;
    let (by, at, random) = (actor(&who, by)?, (api.now)(), (api.random)());
    let token = Token::from_random((api.secret)().ok_or_else(no_randomness)?);
    let text = token.reveal();
    let wanted = KeyWanted { name, kind, tenant, role, expires };
    let issue = move || {
        let act = Act { by: &by, who: &who, at, random };
        api.mayday.issue_key(wanted, &token, act)
    };
    let key = KeyJson::new(&blocking(issue).await?, at);
    let issued = Json(IssuedJson { token: text, key });
    Ok((StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], issued))
}

/// Lists keys, latest first.
pub async fn list(State(api): State<Api>) -> Json<Vec<KeyJson>> {
    let now = (api.now)();
    Json(api.mayday.keys().iter().map(|key| KeyJson::new(key, now)).collect())
}

/// Revokes a key; it stops with the next request.
pub async fn revoke(
    State(api): State<Api>,
    Extension(who): Extension<Who>,
    Path(id): Path<String>,
) -> Result<Json<KeyJson>, Problem> {
    let invalid = |error: model::id::IdError| Problem::new(Fault::Invalid, error.to_string());
    let id: PrincipalId = id.parse().map_err(invalid)?;
    let (by, at, random) = (actor(&who, None)?, (api.now)(), (api.random)());
    let revoke = move || api.mayday.revoke_key(&id, Act { by: &by, who: &who, at, random });
    Ok(Json(KeyJson::new(&blocking(revoke).await?, at)))
}

impl KeyJson {
    /// A key as it stands at a moment.
    pub fn new(key: &Key, now: Timestamp) -> Self {
        let state = match key.state(now) {
            KeyState::Live => "live",
            KeyState::Expired(_) => "expired",
            KeyState::Revoked(_) => "revoked",
        };
        Self {
            id: key.principal.id.clone(),
            name: key.principal.name.clone(),
            kind: key.principal.kind,
            tenant: key.principal.tenant.clone(),
            role: key.principal.kind.highest_role().map(|_| key.principal.role()),
            state: state.to_owned(),
            issued_at: key.issued_at,
            issued_by: key.issued_by.clone(),
            expires: key.expires,
            revoked_at: key.revoked_at,
            reads: key.reads,
            last_read: key.last_read,
        }
    }
}

fn no_randomness() -> Problem {
    Problem::new(Fault::Unavailable, "this system gives no random numbers: no key can be made")
}
