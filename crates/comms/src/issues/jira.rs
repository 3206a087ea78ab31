//! Issues of a project in Jira, by its REST API, version 3.

use hyper::{Method, Uri};
use model::delivery::DeliveryEffect;
use serde_json::{Value, json};

use super::{Desk, Tracker, no_address, unclear};
use crate::endpoint::Endpoint;
use crate::error::TargetError;
use crate::http::{Wire, basic};
use crate::letter::Letter;
use crate::secret::Secret;
use crate::sent::Refused;

/// A project in which issues are kept.
#[derive(Clone, PartialEq)]
pub struct Jira {
    pub(crate) endpoint: Endpoint,
    project: String,
    issue_type: String,
    user: String,
    token: Secret,
}

impl Jira {
    /// A project by its key, the type that issues get, and who makes them.
    pub fn new(
        endpoint: Endpoint,
        project: &str,
        issue_type: &str,
        login: (&str, Secret),
    ) -> Result<Self, TargetError> {
        let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        if !(1..=20).contains(&project.len()) || !project.chars().all(plain) {
            return Err(TargetError::NoProject(project.to_owned()));
        }
        let (user, token) = login;
        let (project, issue_type, user) =
            (project.to_owned(), issue_type.to_owned(), user.to_owned());
        Ok(Self { endpoint, project, issue_type, user, token })
    }

    fn at(&self, path: &str) -> Result<Uri, Refused> {
        self.endpoint.below(&format!("/rest/api/3{path}")).map_err(no_address)
    }

    fn signed(&self, wire: Wire) -> Wire {
        let (name, value) = basic(&self.user, &self.token);
        wire.with(name, value)
    }

    /// The request that makes an issue. Its label is the mark.
    pub(crate) fn creating(&self, letter: &Letter) -> Result<Wire, Refused> {
        let lines = letter.text.lines().chain(letter.link.as_deref());
        let lines = lines.filter(|line| !line.is_empty());
        let text = |line: &str| json!({ "type": "text", "text": line });
        let paragraph = |line: &str| json!({ "type": "paragraph", "content": [text(line)] });
        let content: Vec<Value> = lines.map(paragraph).collect();
        let issue = json!({ "fields": {
            "project": { "key": self.project },
            "issuetype": { "name": self.issue_type },
            "summary": letter.title,
            "labels": [letter.about],
            "description": { "type": "doc", "version": 1, "content": content },
        }});
        Ok(self.signed(Wire::post(self.at("/issue")?, &issue)))
    }

    /// The path of an issue: a receipt is a key and nothing else.
    fn issue(&self, key: &str, more: &str) -> Result<Uri, Refused> {
        let number = key.strip_prefix(&*self.project).and_then(|rest| rest.strip_prefix('-'));
        let number: Option<u64> = number.and_then(|number| number.parse().ok());
        let unknown = || Refused::ForGood("its receipt is no issue of the project".to_owned());
        self.at(&format!("/issue/{}-{}{more}", self.project, number.ok_or_else(unknown)?))
    }

    async fn close(&self, desk: Desk<'_>, key: &str) -> Result<(), Refused> {
        if self.is_closed(desk, key).await? {
            return Ok(());
        }
        let path = self.issue(key, "/transitions")?;
        let found = desk.ask(self.signed(Wire::get(path.clone()))).await?.json();
        let ends = |it: &&Value| it["to"]["statusCategory"]["key"] == "done";
        let end = found["transitions"].as_array().ok_or_else(unclear)?.iter().find(ends);
        let none = || Refused::ForGood(format!("{key} has no transition that ends it"));
        let end = end.and_then(|it| it["id"].as_str()).ok_or_else(none)?;
        let transition = json!({ "transition": { "id": end } });
        desk.ask(self.signed(Wire::post(path, &transition))).await?;
        Ok(())
    }
}

impl Tracker for Jira {
    async fn find(&self, desk: Desk<'_>, about: &str) -> Result<Option<String>, Refused> {
        // Ids have no character that JQL knows.
        let jql = format!("project = \"{}\" AND labels = \"{about}\"", self.project);
        let asked = json!({ "jql": jql, "fields": ["status"], "maxResults": 1 });
        let wire = Wire::post(self.at("/search/jql")?, &asked);
        let found = desk.ask(self.signed(wire)).await?.json();
        let found = found["issues"].as_array().ok_or_else(unclear)?.first().map(key);
        found.transpose()
    }

    async fn create(&self, desk: Desk<'_>, letter: &Letter) -> Result<String, Refused> {
        key(&desk.ask(self.creating(letter)?).await?.json())
    }

    async fn revise(&self, desk: Desk<'_>, issue: &str, letter: &Letter) -> Result<(), Refused> {
        let revised = json!({ "fields": { "summary": letter.title } });
        let path = self.issue(issue, "")?;
        desk.ask(self.signed(Wire::json(Method::PUT, path, &revised))).await?;
        match letter.effect {
            DeliveryEffect::Close => self.close(desk, issue).await,
            _ => Ok(()),
        }
    }

    async fn is_closed(&self, desk: Desk<'_>, issue: &str) -> Result<bool, Refused> {
        let path = self.issue(issue, "?fields=status")?;
        let found = desk.ask(self.signed(Wire::get(path))).await?.json();
        let category = found["fields"]["status"]["statusCategory"]["key"].as_str();
        category.map(|category| category == "done").ok_or_else(unclear)
    }
}

fn key(issue: &Value) -> Result<String, Refused> {
    issue["key"].as_str().map(str::to_owned).ok_or_else(unclear)
}

/// Who makes the issues is shown nowhere.
impl std::fmt::Debug for Jira {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "project {} at {}", self.project, self.endpoint)
    }
}
