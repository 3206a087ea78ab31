//! Who looks at a page: by a session, by a token in the request, or as the operator.
//!
//! [`guard`] stands before every page but those for signing in. It leaves a [`Visitor`] with the
//! request, or turns the browser away to where it can sign in and come back. A handler asks for the
//! `Visitor`, one that takes a form for a [`Posted`], which also checks that the form is ours.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, RawForm, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use response::access::session::FormMark;
use response::access::{Caller, Pass, Session, Shown};
use response::{Act, Denied, Entrance, Right, Who};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::Site;
use crate::error::PageError;
use crate::pages::BouncePage;
use crate::way::Way;

/// Who looks at a page.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// Who.
    pub(crate) who: Who,
    /// Their session, if they are signed in.
    pub(crate) session: Option<Session>,
    name: String,
    pass: Option<Pass>,
}

/// A form of ours, sent by a visitor.
#[derive(Debug)]
pub(crate) struct Posted<T> {
    /// Who sent it.
    pub(crate) visitor: Visitor,
    /// What it says.
    pub(crate) it: T,
}

/// From where a request comes, and what its browser holds.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    /// From where.
    pub(crate) caller: Caller,
    /// The pass in its cookie.
    pub(crate) pass: Option<Pass>,
}

/// What every form carries beside its own fields.
#[derive(Debug, Default, Deserialize)]
struct Marked {
    #[serde(default)]
    mark: String,
}

/// Where a browser says how the page that leads here is related to us.
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

impl Visitor {
    fn new(who: Who, signed: Option<(Session, Pass)>) -> Self {
        let name = match &who {
            Who::Local => "someone on this machine".to_owned(),
            who => who.to_string(),
        };
        let (session, pass) = signed.unzip();
        Self { who, session, name, pass }
    }

    /// Who acts, as the ledger names them.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What a form for this visitor carries in its hidden field `mark`; empty without a session,
    /// for then no cookie speaks for them.
    pub(crate) fn mark(&self) -> String {
        let mark = self.pass.as_ref().map(Pass::form_mark);
        mark.map(|mark| mark.as_str().to_owned()).unwrap_or_default()
    }

    /// What they do now.
    pub(crate) fn act(&self, site: &Site) -> Act<'_> {
        Act { by: &self.name, who: &self.who, at: (site.now)(), random: (site.random)() }
    }

    /// Ends their session, if there is one.
    pub(crate) fn sign_out(&self, site: &Site) {
        self.pass.iter().for_each(|pass| site.mayday.sign_out(pass));
    }
}

/// Lets a request through with its [`Visitor`], or turns it away.
pub(crate) async fn guard(
    State(site): State<Site>,
    mut request: Request,
    next: Next,
) -> Result<Response, PageError> {
    let shown = request.extensions().get::<Shown>().cloned().unwrap_or(Ok(None));
    match admit(&site, shown, request.headers()) {
        Ok(visitor) => {
            request.extensions_mut().insert(visitor);
            Ok(next.run(request).await)
        }
        Err(Denied::NoKey) if is_navigation(&request) => {
            let way = Way::of(request.uri());
            match request.headers().get(SITE) {
                Some(site) if site == "cross-site" => Ok(BouncePage { way }.into_response()),
                _ => Ok(way.through_sign_in().into_response()),
            }
        }
        Err(denied) => Err(denied.into()),
    }
}

fn admit(site: &Site, shown: Shown, headers: &HeaderMap) -> Result<Visitor, Denied> {
    let now = (site.now)();
    if shown == Ok(None)
        && let Some(pass) = site.reached.pass_in(headers)
        && let Some(session) = site.mayday.session(&pass, now)
    {
        return Ok(Visitor::new(session.who.clone(), Some((session, pass))));
    }
    let entrance = Entrance { right: Right::Look, unkeyed: site.unkeyed };
    Ok(Visitor::new(site.mayday.admit(entrance, shown, now)?, None))
}

/// Whether somebody opens a page in a browser.
fn is_navigation(request: &Request) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    request.method().is_safe() && accept.is_some_and(|accept| accept.contains("text/html"))
}

impl FromRequestParts<Site> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &Site) -> Result<Self, PageError> {
        parts.extensions.get::<Self>().cloned().ok_or(PageError::Unguarded)
    }
}

impl<T: DeserializeOwned> FromRequest<Site> for Posted<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, site: &Site) -> Result<Self, PageError> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, site).await?;
        let form = form(Request::from_parts(parts, body)).await?;
        let Marked { mark } = read(&form)?;
        let is_ours = |own: FormMark| own.is(&mark);
        if !visitor.pass.as_ref().map(Pass::form_mark).is_none_or(is_ours) {
            return Err(PageError::NotOurForm);
        }
        Ok(Self { visitor, it: read(&form)? })
    }
}

/// The fields of a form that nobody need be signed in for.
pub(crate) async fn fields<T: DeserializeOwned>(request: Request) -> Result<T, PageError> {
    read(&form(request).await?)
}

async fn form(request: Request) -> Result<Bytes, PageError> {
    let form = RawForm::from_request(request, &()).await;
    form.map(|RawForm(form)| form).map_err(|_| PageError::NoForm)
}

fn read<T: DeserializeOwned>(form: &Bytes) -> Result<T, PageError> {
    serde_urlencoded::from_bytes(form).map_err(|_| PageError::NoForm)
}

impl FromRequestParts<Site> for Browser {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let address = peer.map_or([0, 0, 0, 0].into(), |ConnectInfo(peer)| peer.ip());
        Ok(Self { caller: Caller::at(address), pass: site.reached.pass_in(&parts.headers) })
    }
}
