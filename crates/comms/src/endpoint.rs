//! Where a target is: an address that only settings can name, and of which only the host is shown.

use std::fmt;
use std::net::IpAddr;

use hyper::Uri;
use hyper::http::uri::Scheme;

use crate::error::TargetError;

/// An address that may be sent to. Its path may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    uri: Uri,
}

impl Endpoint {
    /// Reads an address: https, or http to this machine.
    pub fn new(text: &str) -> Result<Self, TargetError> {
        let uri: Uri = text.trim().parse().map_err(|_| TargetError::NoUrl)?;
        let host = uri.host().filter(|host| !host.is_empty()).ok_or(TargetError::NoUrl)?;
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
            return Err(TargetError::Credentials);
        }
        let address = address(host);
        if address.is_some_and(is_nobodys) {
            return Err(TargetError::NoReceiver(host.to_owned()));
        }
        match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => {}
            Some(scheme) if *scheme == Scheme::HTTP && is_this_machine(host) => {}
            Some(scheme) if *scheme == Scheme::HTTP => return Err(TargetError::InTheClear),
            _ => return Err(TargetError::NoUrl),
        }
        Ok(Self { uri })
    }

    /// The whole address.
    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// An address below this one; the path and query are written by the program.
    pub(crate) fn below(&self, path: &str) -> Result<Uri, hyper::http::Error> {
        let authority = self.uri.authority().map_or("", |authority| authority.as_str());
        let base = self.uri.path().trim_end_matches('/');
        let scheme = self.uri.scheme_str().unwrap_or("https");
        Ok(format!("{scheme}://{authority}{base}{path}").parse::<Uri>()?)
    }

    /// Whether it is reached over TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.uri.scheme() == Some(&Scheme::HTTPS)
    }
}

/// Only where it is, not what would open it.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.uri.scheme_str().unwrap_or_default();
        write!(f, "{scheme}://{}/…", self.uri.authority().map_or("", |it| it.as_str()))
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Whether a host is this machine, whatever names are looked up to.
pub(crate) fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || address(host).is_some_and(|it| it.is_loopback())
}

fn address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Addresses at which clouds keep credentials, and those that are no one's.
fn is_nobodys(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(it) => it.is_link_local() || it.is_unspecified() || it.is_multicast(),
        IpAddr::V6(it) => match it.to_ipv4_mapped() {
            Some(mapped) => is_nobodys(mapped.into()),
            None => it.is_unicast_link_local() || it.is_unspecified() || it.is_multicast(),
        },
    }
}
