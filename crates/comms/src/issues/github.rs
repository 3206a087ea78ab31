//! Issues of a repository on GitHub, by its REST API.

use hyper::header::{HeaderName, HeaderValue};
use hyper::{Method, Uri};
use model::delivery::DeliveryEffect;
use serde_json::{Value, json};

use super::{Desk, Tracker, no_address, unclear};
use crate::endpoint::Endpoint;
use crate::error::TargetError;
use crate::http::{Wire, bearer};
use crate::letter::Letter;
use crate::secret::Secret;
use crate::sent::Refused;

/// The version of the API that is spoken.
const VERSION: (&str, &str) = ("x-github-api-version", "2022-11-28");

/// A repository in which issues are kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Github {
    pub(crate) endpoint: Endpoint,
    repository: String,
    token: Secret,
}

impl Github {
    /// Where GitHub's API is if the settings name no other place.
    pub const ENDPOINT: &'static str = "https://api.github.com";

    /// A repository, `owner/name`, and a token that may write issues there.
    pub fn new(endpoint: Endpoint, repository: &str, token: Secret) -> Result<Self, TargetError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let is_name = |name: &str| {
            (1..=100).contains(&name.len()) && name.chars().all(plain) && !name.starts_with('.')
        };
        let named =
            repository.split_once('/').filter(|(owner, name)| is_name(owner) && is_name(name));
        if named.is_none() {
            return Err(TargetError::NoRepository(repository.to_owned()));
        }
        if HeaderValue::from_str(token.reveal()).is_err() {
            return Err(TargetError::SecretCharacters);
        }
        Ok(Self { endpoint, repository: repository.to_owned(), token })
    }

    fn at(&self, path: &str) -> Result<Uri, Refused> {
        let path = format!("/repos/{}/issues{path}", self.repository);
        self.endpoint.below(&path).map_err(no_address)
    }

    fn signed(&self, wire: Wire) -> Wire {
        let (name, value) = bearer(&self.token);
        let (version, number) = VERSION;
        wire.with(name, value)
            .with(HeaderName::from_static(version), HeaderValue::from_static(number))
    }

    /// The request that makes an issue.
    pub(crate) fn creating(&self, letter: &Letter) -> Result<Wire, Refused> {
        let issue = json!({ "title": letter.title, "body": body(letter) });
        Ok(self.signed(Wire::post(self.at("")?, &issue)))
    }
}

impl Tracker for Github {
    async fn find(&self, desk: Desk<'_>, about: &str) -> Result<Option<String>, Refused> {
        let path = self.at("?state=all&sort=created&direction=desc&per_page=100")?;
        let found = desk.ask(self.signed(Wire::get(path))).await?.json();
        let mark = mark(about);
        let is_marked = |issue: &&Value| {
            let body = issue["body"].as_str().unwrap_or_default();
            body.lines().any(|line| line.starts_with(&mark))
        };
        let issue = found.as_array().ok_or_else(unclear)?.iter().find(is_marked);
        issue.map(number).transpose()
    }

    async fn create(&self, desk: Desk<'_>, letter: &Letter) -> Result<String, Refused> {
        number(&desk.ask(self.creating(letter)?).await?.json())
    }

    async fn revise(&self, desk: Desk<'_>, issue: &str, letter: &Letter) -> Result<(), Refused> {
        let mut revised = json!({ "title": letter.title });
        if letter.effect == DeliveryEffect::Close {
            revised["state"] = json!("closed");
            revised["state_reason"] = json!("completed");
        }
        let path = self.at(&format!("/{}", digits(issue)?))?;
        desk.ask(self.signed(Wire::json(Method::PATCH, path, &revised))).await?;
        Ok(())
    }

    async fn is_closed(&self, desk: Desk<'_>, issue: &str) -> Result<bool, Refused> {
        let path = self.at(&format!("/{}", digits(issue)?))?;
        let found = desk.ask(self.signed(Wire::get(path))).await?.json();
        found["state"].as_str().map(|state| state == "closed").ok_or_else(unclear)
    }
}

/// The text as an indented block, in which Markdown means nothing and nobody is mentioned; below it
/// the mark, which no line of such a block can be.
fn body(letter: &Letter) -> String {
    let text: String = letter.text.lines().map(|line| format!("    {line}\n")).collect();
    let link = letter.link.as_ref().map(|link| format!("\n{link}\n")).unwrap_or_default();
    format!("{text}{link}\n{} begun by {} -->", mark(&letter.about), letter.delivery)
}

fn mark(about: &str) -> String {
    format!("<!-- mayday: {about},")
}

fn number(issue: &Value) -> Result<String, Refused> {
    issue["number"].as_u64().map(|number| number.to_string()).ok_or_else(unclear)
}

/// A receipt as a number again: nothing else goes into a path.
fn digits(issue: &str) -> Result<u64, Refused> {
    issue.parse().map_err(|_| Refused::ForGood("its receipt is no issue's number".to_owned()))
}
