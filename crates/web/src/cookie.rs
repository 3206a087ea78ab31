//! The one cookie: what a signed-in browser holds.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use jiff::SignedDuration;
use response::access::Pass;

/// How browsers reach the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// Over TLS, ours or a proxy's: the cookie goes over nothing else.
    OverTls,
    /// In the clear: on this machine, one hopes.
    InTheClear,
}

impl Reached {
    /// The cookie's name. `__Host-` has the browser see to it that no other host set it.
    fn name(self) -> &'static str {
        match self {
            Self::OverTls => "__Host-mayday",
            Self::InTheClear => "mayday",
        }
    }

    /// The pass that a request brings.
    pub(crate) fn pass_in(self, headers: &HeaderMap) -> Option<Pass> {
        let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == self.name()).then_some(value)
        });
        pairs.find_map(Pass::read)
    }

    /// The cookie that lets a browser keep a pass for so long.
    pub(crate) fn keep(self, pass: &Pass, lasts: SignedDuration) -> HeaderValue {
        self.cookie(&pass.reveal(), lasts.as_secs().max(0))
    }

    /// The cookie that lets a browser forget.
    pub(crate) fn forget(self) -> HeaderValue {
        self.cookie("", 0)
    }

    fn cookie(self, value: &str, lasts_secs: i64) -> HeaderValue {
        let secure = if self == Self::OverTls { "; Secure" } else { "" };
        let name = self.name();
        let cookie = format!(
            "{name}={value}; Path=/; Max-Age={lasts_secs}; HttpOnly; SameSite=Strict{secure}"
        );
        let cookie = HeaderValue::try_from(cookie);
        let mut cookie = cookie.unwrap_or(HeaderValue::from_static(""));
        cookie.set_sensitive(true);
        cookie
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass() -> Pass {
        Pass::from_random([7; 32])
    }

    #[test]
    fn over_tls_the_cookie_goes_over_nothing_else_and_no_other_host_can_set_it() {
        let lasts = SignedDuration::from_hours(1);
        let text = pass().reveal();
        assert_eq!(
            Reached::OverTls.keep(&pass(), lasts).to_str().unwrap(),
            format!(
                "__Host-mayday={text}; Path=/; Max-Age=3600; HttpOnly; SameSite=Strict; Secure"
            )
        );
        assert_eq!(
            Reached::InTheClear.forget().to_str().unwrap(),
            "mayday=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"
        );
    }

    #[test]
    fn the_pass_is_found_among_other_cookies_and_only_under_its_name() {
        let text = pass().reveal();
        let found = |line: &str| {
            let headers = HeaderMap::from_iter([(COOKIE, line.parse().unwrap())]);
            Reached::OverTls.pass_in(&headers)
        };
        assert_eq!(found(&format!("a=b; __Host-mayday={text}; c")), Some(pass()));
        assert_eq!(found(&format!("__Host-mayday=x; __Host-mayday={text}")), Some(pass()));
        for line in ["", "a", &format!("mayday={text}"), &format!("x__Host-mayday={text}")] {
            assert_eq!(found(line), None, "{line}");
        }
    }
}
