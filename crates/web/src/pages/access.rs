//! Signing in, the first key, and who one is.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use response::Who;

use crate::visitor::Visitor;
use crate::way::Way;
use crate::words::{Piece, Prose, When};

/// `/sign-in`: a token is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage {
    /// Where to afterwards.
    pub(crate) way: Way,
    /// Why the last attempt failed.
    pub(crate) problem: Option<Prose>,
}

/// `/sign-in/first`: a name is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "first.html")]
pub(crate) struct FirstPage {
    /// The code of the link.
    pub(crate) code: String,
    /// What is wrong with the name.
    pub(crate) problem: Option<Prose>,
}

/// The first key's token, which is shown this once.
#[derive(Clone, PartialEq, Eq, Template)]
#[template(path = "issued.html")]
pub(crate) struct IssuedPage {
    /// The token.
    pub(crate) token: String,
    /// Whose.
    pub(crate) name: String,
}

/// `/you`: who one is, and the way out.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "you.html")]
pub(crate) struct YouPage {
    /// What the key says, if one was shown.
    pub(crate) key: Option<KeyFacts>,
    /// The session, if there is one.
    pub(crate) session: Option<SessionFacts>,
}

/// What a key says of its holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyFacts {
    /// What they are called.
    pub(crate) name: String,
    /// Their id.
    pub(crate) id: String,
    /// What they are.
    pub(crate) kind: String,
    /// What they may decide.
    pub(crate) role: String,
    /// Whose runs they see.
    pub(crate) tenant: String,
}

/// A session, and what its forms carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SessionFacts {
    /// When it began.
    pub(crate) since: When,
    /// When it ends at the latest.
    pub(crate) ends: When,
    /// What a form carries.
    pub(crate) mark: String,
}

/// A page that leads on to another of ours by itself.
///
/// A browser that follows a link from another site leaves the cookie at home. From here it takes
/// it along, so that whoever is signed in need not do it again.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "bounce.html")]
pub(crate) struct BouncePage {
    /// Where to.
    pub(crate) way: Way,
}

impl YouPage {
    /// The page for a visitor.
    pub(crate) fn new(visitor: &Visitor) -> Self {
        let key = match &visitor.who {
            Who::Local | Who::Itself => None,
            Who::Principal(principal) => Some(KeyFacts {
                name: principal.name.to_string(),
                id: principal.id.to_string(),
                kind: principal.kind.to_string(),
                role: principal.role().to_string(),
                tenant: principal.tenant.to_string(),
            }),
        };
        let session = visitor.session.as_ref().map(|session| SessionFacts {
            since: When::at(session.since),
            ends: When::at(session.ends),
            mark: visitor.mark(),
        });
        Self { key, session }
    }
}

impl IntoResponse for BouncePage {
    fn into_response(self) -> Response {
        match self.render() {
            Ok(page) => Html(page).into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}
