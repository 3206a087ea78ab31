//! Where somebody wanted to go before they had to sign in: always a place on this server.

use std::fmt;

use axum::http::Uri;
use axum::response::Redirect;

/// A path on this server, with its query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Way(String);

/// The longest that is kept.
const LONGEST: usize = 2_000;

impl Way {
    /// The way to the first page.
    pub(crate) fn home() -> Self {
        Self("/".to_owned())
    }

    /// The way to what a request asks for.
    pub(crate) fn of(uri: &Uri) -> Self {
        Self::read(uri.path_and_query().map_or("/", |path| path.as_str()))
    }

    /// Reads a way that came from outside; home if it might lead to another server.
    ///
    /// Browsers take `\` for `/` and drop blanks, so only plain characters pass.
    pub(crate) fn read(text: &str) -> Self {
        let is_plain = text.len() <= LONGEST
            && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let is_local = text.starts_with('/') && !text.starts_with("//");
        let goes_round = text.starts_with("/sign-in") || text.starts_with("/sign-out");
        match is_plain && is_local && !goes_round {
            true => Self(text.to_owned()),
            false => Self::home(),
        }
    }

    /// Goes there.
    pub(crate) fn go(&self) -> Redirect {
        Redirect::to(&self.0)
    }

    /// Goes to where one signs in, and from there on.
    pub(crate) fn through_sign_in(&self) -> Redirect {
        let query = serde_urlencoded::to_string([("to", &self.0)]).unwrap_or_default();
        Redirect::to(&format!("/sign-in?{query}"))
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header::LOCATION;
    use axum::response::IntoResponse;

    use super::*;

    #[test]
    fn a_way_never_leads_to_another_server() {
        for way in ["/", "/incidents/inc_1?a=b&c=%2F%2Fx", "/a//b", "/@evil.example"] {
            assert_eq!(Way::read(way).to_string(), way);
        }
        let long = format!("/{}", "a".repeat(LONGEST));
        for way in [
            "",
            "a",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "\n/a",
            "/a\r\nset-cookie:x",
            "https://evil.example/",
            "javascript:alert(1)",
            "/ü",
            "/sign-in?to=/",
            &long,
        ] {
            assert_eq!(Way::read(way), Way::home(), "{way}");
        }
    }

    #[test]
    fn the_way_through_sign_in_carries_the_rest_whole() {
        let redirect = Way::read("/incidents/inc_1?a=b&c=d").through_sign_in().into_response();
        assert_eq!(
            redirect.headers()[LOCATION],
            "/sign-in?to=%2Fincidents%2Finc_1%3Fa%3Db%26c%3Dd"
        );
    }
}
