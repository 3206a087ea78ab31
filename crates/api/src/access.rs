//! Who sent a request: the token in its headers, and whether it opens what was asked for.
//!
//! A token comes as `Authorization: Bearer mdk_…`, as the password of `Authorization: Basic`
//! (browsers, and clients that know nothing else), or as `x-api-key`. [`admit`] takes the values
//! of these two headers as text, so that whatever has headers or metadata can ask it.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::Fault;
use response::access::{Shown, TokenError};
use response::{Denied, Entrance, Right, Who};

use crate::problem::Problem;
use crate::router::Api;

/// What a request shows of who sent it.
#[derive(Clone, Copy, Default)]
pub struct Credentials<'a> {
    /// The value of `authorization`.
    pub authorization: Option<&'a str>,
    /// The value of `x-api-key`.
    pub api_key: Option<&'a str>,
}

/// What guards a part of the URL space.
#[derive(Clone)]
pub struct Guard {
    api: Api,
    right: Right,
}

/// Longest value of a header that is looked at: a token in Basic with a long user name.
const LONGEST: usize = 1_024;

/// Longest name of who acts.
const LONGEST_NAME: usize = 100;

impl Api {
    /// A guard for what this right is needed for.
    pub(crate) fn guard(&self, right: Right) -> Guard {
        Guard { api: self.clone(), right }
    }
}

/// Lets a request through, with [`Who`] sent it as an extension, or answers why not.
pub async fn check(
    State(Guard { api, right }): State<Guard>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let who = admit(&api, right, credentials(request.headers()))?;
    request.extensions_mut().insert(who);
    Ok(next.run(request).await)
}

/// Lets a request for a page through, with what it [shows](Shown) as an extension.
///
/// The pages decide, for a browser may be signed in instead.
pub async fn recognise(mut request: Request, next: Next) -> Response {
    let shown: Shown = shown(credentials(request.headers()));
    request.extensions_mut().insert(shown);
    next.run(request).await
}

/// Who shows these credentials, if they may do what they ask for.
pub fn admit(api: &Api, right: Right, credentials: Credentials) -> Result<Who, Denied> {
    let entrance = Entrance { right, unkeyed: api.unkeyed };
    api.mayday.admit(entrance, shown(credentials), (api.now)())
}

/// Who is named in the ledger: the operator by the name given, anybody else by their key, whatever
/// name is given besides.
pub(crate) fn actor(who: &Who, by: Option<String>) -> Result<String, Problem> {
    let fits = |by: &String| {
        !by.trim().is_empty() && by.len() <= LONGEST_NAME && !by.contains(char::is_control)
    };
    if by.as_ref().is_some_and(|by| !fits(by)) {
        return Err(Problem::new(Fault::Invalid, "`by` must be a name of 1 to 100 bytes"));
    }
    Ok(match (who, by) {
        (Who::Local, by) => by.unwrap_or_else(|| "api".to_owned()),
        (Who::Itself, _) => who.to_string(),
        (Who::Principal(principal), None) => principal.to_string(),
        (Who::Principal(principal), Some(by)) => format!("{by}, by the key of {principal}"),
    })
}

/// What the headers of a request, or the metadata of a call, show.
pub(crate) fn credentials(headers: &HeaderMap) -> Credentials<'_> {
    // A value that is no text is shown as one that is no token.
    let value = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    Credentials { authorization: value("authorization"), api_key: value("x-api-key") }
}

fn shown(Credentials { authorization, api_key }: Credentials) -> Shown {
    let text = match (authorization, api_key) {
        (None, None) => return Ok(None),
        (Some(value), _) if value.len() > LONGEST => return Err(TokenError::NotAToken),
        (Some(value), _) => in_authorization(value).ok_or(TokenError::NotAToken)?,
        (None, Some(key)) => key.trim().to_owned(),
    };
    text.parse().map(Some)
}

/// The token in a value of `authorization`: after `Bearer`, or the password in `Basic`.
fn in_authorization(value: &str) -> Option<String> {
    let (scheme, rest) = value.trim().split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
    pair.split_once(':').map(|(_, password)| password.to_owned())
}

#[cfg(test)]
mod tests {
    use model::Token;

    use super::*;

    fn token() -> Token {
        Token::from_random([7; 32])
    }

    fn authorized(value: &str) -> Shown {
        shown(Credentials { authorization: Some(value), api_key: None })
    }

    fn basic(pair: &str) -> String {
        format!("Basic {}", STANDARD.encode(pair))
    }

    #[test]
    fn a_token_is_found_wherever_clients_put_it() {
        let text = token().reveal();
        for value in [
            format!("Bearer {text}"),
            format!("bearer   {text} "),
            basic(&format!("pk-lf-1:{text}")),
            basic(&format!(":{text}")),
        ] {
            assert_eq!(authorized(&value), Ok(Some(token())), "{value}");
        }
        let api_key = Credentials { authorization: None, api_key: Some(&text) };
        assert_eq!(shown(api_key), Ok(Some(token())));
        assert_eq!(shown(Credentials::default()), Ok(None));
    }

    #[test]
    fn what_is_no_token_is_told_from_none() {
        let text = token().reveal();
        let long = format!("Bearer {}{text}", " ".repeat(LONGEST));
        for value in
            ["", "Bearer", "Bearer sk-1", &text, "Digest x", "Basic !", &basic(&text), &long]
        {
            assert_eq!(authorized(value), Err(TokenError::NotAToken), "{value}");
        }
        let cut = format!("Bearer {}", &text[..70]);
        assert_eq!(authorized(&cut), Err(TokenError::Mistyped));
    }
}
