//! Signing in and out, and the first key of all.

use askama::Template;
use axum::extract::{Query, Request, State};
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use model::{PrincipalName, Token};
use response::access::first::FirstError;
use response::access::{NotSignedIn, Pass, Session, Shown};
use serde::Deserialize;

use crate::Site;
use crate::error::PageError;
use crate::pages::{FirstPage, IssuedPage, SignInPage, YouPage};
use crate::visitor::{Browser, Posted, Visitor, fields};
use crate::way::Way;
use crate::words::Prose;

/// Where somebody wants to go once they are signed in.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct To {
    #[serde(default)]
    to: String,
}

/// What somebody shows to sign in.
#[derive(Deserialize)]
struct SignIn {
    token: String,
    #[serde(default)]
    to: String,
}

/// The code of the first link.
#[derive(Deserialize)]
pub(crate) struct FirstCode {
    #[serde(default)]
    code: String,
}

/// The code of the first link, and what whoever follows it is called.
#[derive(Deserialize)]
struct First {
    code: String,
    name: String,
}

/// A form with nothing but its mark.
#[derive(Debug, Deserialize)]
pub(crate) struct Nothing {}

/// `GET /sign-in`
pub(crate) async fn ask(
    State(site): State<Site>,
    browser: Browser,
    Query(To { to }): Query<To>,
) -> Result<Response, PageError> {
    let way = Way::read(&to);
    if browser.pass.is_some_and(|pass| site.mayday.session(&pass, (site.now)()).is_some()) {
        return Ok(way.go().into_response());
    }
    Ok(Html(SignInPage { way, problem: None }.render()?).into_response())
}

/// `POST /sign-in`
pub(crate) async fn sign_in(
    State(site): State<Site>,
    browser: Browser,
    request: Request,
) -> Result<Response, PageError> {
    let SignIn { token, to } = fields(request).await?;
    let (way, shown) = (Way::read(&to), token.trim().parse().map(Some));
    match begin(&site, &browser, shown.clone())? {
        Ok(cookie) => Ok(([(SET_COOKIE, cookie)], way.go()).into_response()),
        Err(error) => refuse(way, &error, &shown),
    }
}

/// Begins a session; the cookie is for the browser to keep.
fn begin(
    site: &Site,
    browser: &Browser,
    shown: Shown,
) -> Result<Result<HeaderValue, NotSignedIn>, PageError> {
    let pass = Pass::from_random((site.secret)().ok_or(PageError::NoRandomness)?);
    let begun = site.mayday.sign_in(shown, browser.caller, &pass, (site.now)());
    Ok(begun.map(|Session { since, ends, .. }| {
        browser.pass.iter().for_each(|earlier| site.mayday.sign_out(earlier));
        site.reached.keep(&pass, ends.duration_since(since))
    }))
}

/// The page once more, with what is wrong. A typing error can be told by anybody; of a token that
/// is whole nothing is said.
fn refuse(way: Way, error: &NotSignedIn, shown: &Shown) -> Result<Response, PageError> {
    let problem = match (error, shown) {
        (NotSignedIn::Refused, Err(mistake)) => mistake.to_string(),
        _ => error.to_string(),
    };
    let page = SignInPage { way, problem: Some(Prose::of(&problem)) }.render()?;
    Ok(match error {
        NotSignedIn::Refused => (StatusCode::FORBIDDEN, Html(page)).into_response(),
        NotSignedIn::TooOften(wait) => {
            let wait = [(RETRY_AFTER, (wait.as_secs() + 1).to_string())];
            (StatusCode::TOO_MANY_REQUESTS, wait, Html(page)).into_response()
        }
    })
}

/// `POST /sign-out`
pub(crate) async fn sign_out(
    State(site): State<Site>,
    Posted { visitor, it: Nothing {} }: Posted<Nothing>,
) -> impl IntoResponse {
    visitor.sign_out(&site);
    ([(SET_COOKIE, site.reached.forget())], Redirect::to("/sign-in"))
}

/// `GET /you`
pub(crate) async fn you(visitor: Visitor) -> Result<Html<String>, PageError> {
    Ok(Html(YouPage::new(&visitor).render()?))
}

/// `GET /sign-in/first`
pub(crate) async fn ask_first(
    State(site): State<Site>,
    Query(FirstCode { code }): Query<FirstCode>,
) -> Result<Html<String>, PageError> {
    site.mayday.is_first_code(&code, (site.now)())?;
    Ok(Html(FirstPage { code, problem: None }.render()?))
}

/// `POST /sign-in/first`
pub(crate) async fn take_first(
    State(site): State<Site>,
    browser: Browser,
    request: Request,
) -> Result<Response, PageError> {
    let First { code, name } = fields(request).await?;
    let now = (site.now)();
    site.mayday.is_first_code(&code, now)?;
    let name = match name.trim().parse::<PrincipalName>() {
        Ok(name) => name,
        Err(error) => {
            let page = FirstPage { code, problem: Some(Prose::of(&error.to_string())) }.render()?;
            return Ok((StatusCode::BAD_REQUEST, Html(page)).into_response());
        }
    };
    let token = Token::from_random((site.secret)().ok_or(PageError::NoRandomness)?);
    let text = token.reveal();
    let (mayday, made, random) = (site.mayday.clone(), token.clone(), (site.random)());
    let take = move || mayday.take_first_key(&code, name, &made, (now, random));
    let key = tokio::task::spawn_blocking(take).await??;
    let page = IssuedPage { token: text, name: key.principal.name.to_string() }.render()?;
    let cookie = begin(&site, &browser, Ok(Some(token)))?.map_err(|_| FirstError::NoSuchCode)?;
    Ok(([(SET_COOKIE, cookie)], Html(page)).into_response())
}
