//! The way to the data: a server that runs, or the data directory itself. Both answer the same.

mod lessons;
mod notices;
mod outside;
mod reviews;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use api::evals::EvalRunJson;
use api::flights::{Asked, Lines};
use api::gaps::DismissingJson;
use api::incidents::{AnswerJson, LookJson, ShownJson};
use api::keeping::BackupJson;
use api::keys::{IssuedJson, KeyJson, WantedJson};
use api::playbooks::RehearsalJson;
use api::postmortems::DocumentJson;
use api::within::Within;
use clap::Args;
use model::principal::TokenError;
use model::{AlertId, Incident, IncidentId, PrincipalId, Report, RunId, Token, Window};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use response::access::KeyWanted;
use response::evals::Suite;
use response::playbooks::{Lack, PlaybookView};
use response::postmortem::Linted;
use response::{CourseView, Erasure, GapView, Mayday, Proof, Question, Unkeyed, Verified, Who};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::config::Config;
use crate::secure::Secure;
use crate::server;
use crate::world::{self, Secret, Usage};

/// Where the data is.
#[derive(Debug, Args)]
pub(crate) struct Source {
    /// Ask the server there
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:7070")]
    server: String,

    /// Open this data directory instead; no server may be using it
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,

    /// Read settings from this file, over the defaults: those of the server that has the directory
    #[arg(long, value_name = "FILE", requires = "data_dir")]
    config: Option<PathBuf>,

    /// Trust the authorities in this file, and no others, for a server at https:// (or MAYDAY_CA)
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,

    /// Show this token to the server; better in MAYDAY_TOKEN, which no list of processes shows
    #[arg(long, value_name = "TOKEN")]
    token: Option<Secret>,
}

/// An open door.
pub(crate) struct Door {
    way: Way,
    client: Client,
    /// Who acts, told to those who do not know it by a token.
    by: Option<String>,
}

/// Where a door leads.
enum Way {
    /// To the server at this address.
    Server(String),
    /// To the server at this address, over TLS.
    Secure(String, Box<Secure>),
    /// To a data directory, which the paths of a server answer for here in this process.
    Here { mayday: Arc<Mayday>, paths: Within },
}

/// A feature as a door tells it.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Feature {
    pub(crate) feature: String,
    pub(crate) runs: u64,
    pub(crate) latest: jiff::Timestamp,
    pub(crate) rate: model::BehaviourRate,
}

/// What a check of the ledger found, as a door tells it.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct LedgerState {
    pub(crate) intact: bool,
    pub(crate) entries: Option<u64>,
    pub(crate) head: Option<String>,
    pub(crate) first_broken: Option<u64>,
    pub(crate) why: Option<String>,
}

/// Whether an erasure is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Erasing {
    /// It is only asked what it would do.
    DryRun,
    /// It is.
    ForGood,
}

/// What somebody declares.
pub(crate) struct Declared {
    pub(crate) question: Question,
    pub(crate) run: Option<RunId>,
    pub(crate) alert: Option<AlertId>,
    pub(crate) title: Option<String>,
}

impl Source {
    /// Whether the ledger's hash chain holds. A directory's ledger is checked even when it is too
    /// damaged to be used.
    pub(crate) async fn verify_ledger(&self) -> Result<LedgerState> {
        match &self.data_dir {
            Some(directory) => Ok(ledger_state(response::verify_ledger_in(directory)?)),
            None => self.open().await?.get("/api/v1/ledger/verify", &[]).await,
        }
    }

    /// Whether a data directory is opened rather than a server asked.
    pub(crate) fn is_directory(&self) -> bool {
        self.data_dir.is_some()
    }

    /// Opens the door. A data directory is opened under its lock, and what is due is settled.
    pub(crate) async fn open(&self) -> Result<Door> {
        let Some(directory) = &self.data_dir else {
            return self.to_server();
        };
        anyhow::ensure!(directory.is_dir(), "there is no data directory {}", directory.display());
        let config = Config::read(self.config.as_deref())?;
        let mayday = Arc::new(config.open(directory)?);
        mayday.settle(world::now()).await?;
        let paths = Within::new(server::api(&mayday, &config, Unkeyed::Opener));
        let (way, client) = (Way::Here { mayday, paths }, Client::new());
        Ok(Door { way, client, by: Some(world::user()) })
    }

    /// Opens the door, and makes the data directory if it is not there.
    pub(crate) async fn make_and_open(&self) -> Result<Door> {
        if let Some(directory) = &self.data_dir {
            std::fs::create_dir_all(directory)
                .with_context(|| format!("could not make {}", directory.display()))?;
        }
        self.open().await
    }

    fn to_server(&self) -> Result<Door> {
        let token = self.token.clone().or_else(world::token);
        let headers = token.as_ref().map(authorization).transpose()?;
        let headers = headers.unwrap_or_default();
        let client = Client::builder().default_headers(headers.clone());
        let client = client.build().context("could not set up HTTP")?;
        let by = if token.is_none() { Some(world::user()) } else { None };
        let url = self.server.trim_end_matches('/').to_owned();
        let way = match url.starts_with("https://") {
            false => Way::Server(url),
            true => {
                let ca = self.ca.clone().or_else(|| world::variable("MAYDAY_CA").map(Into::into));
                Way::Secure(url, Box::new(Secure::new(ca.as_deref(), headers)?))
            }
        };
        Ok(Door { way, client, by })
    }
}

/// The header that shows a token.
pub(crate) fn authorization(token: &Secret) -> Result<HeaderMap> {
    let token: Token = token.0.trim().parse().map_err(|error: TokenError| {
        Usage(format!("the value of --token or MAYDAY_TOKEN can't be used: {error}"))
    })?;
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.reveal()))?;
    value.set_sensitive(true);
    Ok(HeaderMap::from_iter([(AUTHORIZATION, value)]))
}

impl Door {
    /// What moved.
    pub(crate) async fn moved(&self, question: &Question) -> Result<Report> {
        let asked = asked(question);
        let given = asked.iter().filter_map(|(key, value)| Some((*key, value.as_ref()?)));
        let query: Vec<(&str, &String)> = given.collect();
        self.get("/api/v1/moved", &query).await
    }

    /// The features with runs.
    pub(crate) async fn features(&self) -> Result<Vec<Feature>> {
        self.get("/api/v1/features", &[]).await
    }

    /// Declares an incident.
    pub(crate) async fn declare(&self, it: Declared) -> Result<Incident> {
        let mut body = json!({
            "run": it.run, "alert": it.alert, "title": it.title, "by": self.by,
        });
        for (key, value) in asked(&it.question) {
            body[key] = json!(value);
        }
        self.post("/api/v1/incidents", &body).await
    }

    /// Every incident, latest first.
    pub(crate) async fn incidents(&self) -> Result<Vec<Incident>> {
        self.get("/api/v1/incidents", &[]).await
    }

    /// One incident.
    pub(crate) async fn incident(&self, id: &IncidentId) -> Result<ShownJson> {
        self.get(&format!("/api/v1/incidents/{id}"), &[]).await
    }

    /// A postmortem draft, in Markdown.
    pub(crate) async fn draft(&self, id: &IncidentId) -> Result<String> {
        let path = format!("/api/v1/incidents/{id}/postmortem");
        let draft: Value = self.post(&path, &json!({ "by": self.by })).await?;
        let markdown = draft["markdown"].as_str();
        Ok(markdown.context("the answer holds no Markdown")?.to_owned())
    }

    /// Checks a postmortem, and looks its quotes up in their traces.
    pub(crate) async fn lint(&self, document: DocumentJson) -> Result<Linted> {
        self.post("/api/v1/postmortems/lint", &serde_json::to_value(document)?).await
    }

    /// Issues a key; what comes back holds its token.
    pub(crate) async fn issue_key(&self, it: KeyWanted) -> Result<IssuedJson> {
        let KeyWanted { name, kind, tenant, role, expires } = it;
        let wanted = WantedJson { name, kind, tenant, role, expires, by: self.by.clone() };
        self.post("/api/v1/keys", &serde_json::to_value(wanted)?).await
    }

    /// Every key, latest first.
    pub(crate) async fn keys(&self) -> Result<Vec<KeyJson>> {
        self.get("/api/v1/keys", &[]).await
    }

    /// Revokes a key.
    pub(crate) async fn revoke_key(&self, id: &PrincipalId) -> Result<KeyJson> {
        let path = format!("/api/v1/keys/{id}");
        json_of(self.send(self.request(Method::DELETE, &path)).await?).await
    }

    /// Makes a person's content unreadable, or says what that would do.
    pub(crate) async fn erase(&self, subject: &str, run: Erasing) -> Result<Erasure> {
        let dry_run = run == Erasing::DryRun;
        let body = json!({ "subject": subject, "dry_run": dry_run, "by": self.by });
        self.post("/api/v1/erasures", &body).await
    }

    /// Keeps a run of a suite of evaluations.
    pub(crate) async fn record_eval(&self, run: EvalRunJson) -> Result<Suite> {
        let run = EvalRunJson { by: self.by.clone(), ..run };
        self.post("/api/v1/evals/runs", &serde_json::to_value(run)?).await
    }

    /// The suites of evaluations.
    pub(crate) async fn suites(&self) -> Result<Vec<Suite>> {
        self.get("/api/v1/evals", &[]).await
    }

    /// Records an answer to a question of an incident's triage.
    pub(crate) async fn answer(&self, id: &IncidentId, answer: AnswerJson) -> Result<Incident> {
        let answer = AnswerJson { by: self.by.clone(), ..answer };
        let path = format!("/api/v1/incidents/{id}/answers");
        self.post(&path, &serde_json::to_value(answer)?).await
    }

    /// The course of an incident as it is now.
    pub(crate) async fn course(&self, id: &IncidentId) -> Result<CourseView> {
        self.get(&format!("/api/v1/incidents/{id}/course"), &[]).await
    }

    /// Says something in the course of an incident.
    pub(crate) async fn go_on(
        &self,
        id: &IncidentId,
        what: &str,
        mut body: Value,
    ) -> Result<Incident> {
        body["by"] = json!(self.by);
        self.post(&format!("/api/v1/incidents/{id}/{what}"), &body).await
    }

    /// Compares an incident's runs once more.
    pub(crate) async fn look_again(&self, id: &IncidentId, it: LookJson) -> Result<Incident> {
        let it = LookJson { by: self.by.clone(), ..it };
        self.post(&format!("/api/v1/incidents/{id}/looks"), &serde_json::to_value(it)?).await
    }

    /// What incidents lacked in the record.
    pub(crate) async fn gaps(&self) -> Result<Vec<GapView>> {
        self.get("/api/v1/gaps", &[]).await
    }

    /// Says that something will not be recorded.
    pub(crate) async fn dismiss_gap(&self, it: DismissingJson) -> Result<GapView> {
        let it = DismissingJson { by: self.by.clone(), ..it };
        self.post("/api/v1/gaps/dismissals", &serde_json::to_value(it)?).await
    }

    /// Every playbook.
    pub(crate) async fn playbooks(&self) -> Result<Vec<PlaybookView>> {
        self.get("/api/v1/playbooks", &[]).await
    }

    /// One playbook.
    pub(crate) async fn playbook(&self, id: &str) -> Result<PlaybookView> {
        self.get(&format!("/api/v1/playbooks/{id}"), &[]).await
    }

    /// Says that a playbook was walked through.
    pub(crate) async fn rehearse(&self, id: &str, it: RehearsalJson) -> Result<PlaybookView> {
        let it = RehearsalJson { by: self.by.clone(), ..it };
        let path = format!("/api/v1/playbooks/{id}/rehearsals");
        self.post(&path, &serde_json::to_value(it)?).await
    }

    /// Who could not do which step of a playbook.
    pub(crate) async fn preflight(&self) -> Result<Vec<Lack>> {
        self.get("/api/v1/preflight", &[]).await
    }

    /// Checks every record.
    pub(crate) async fn prove(&self) -> Result<Proof> {
        self.get("/api/v1/verify", &[]).await
    }

    /// Copies everything but the keys.
    pub(crate) async fn back_up(&self) -> Result<BackupJson> {
        self.post("/api/v1/backups", &json!({})).await
    }

    /// Exports flights: hands over bytes as they come.
    pub(crate) async fn export(
        &self,
        asked: Asked,
        mut take: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        if let Way::Here { mayday, .. } = &self.way {
            let format = asked.format;
            let exporting = mayday.export(Who::Local, asked.exported());
            let lines = Lines { exporting, format, now: world::now };
            let mut failed = Ok(());
            let each = |line: String| {
                failed = take(line.as_bytes());
                if failed.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            };
            _ = tokio::task::block_in_place(|| lines.each(each))?;
            return failed;
        }
        let request = self.request(Method::GET, "/api/v1/flights/export").query(&asked);
        let mut answer = self.send(request).await?;
        let broke_off = "the export broke off: the server's log says why";
        while let Some(bytes) = answer.chunk().await.context(broke_off)? {
            take(&bytes)?;
        }
        Ok(())
    }

    /// Facts as they are stored, a line each.
    pub(crate) async fn entries(&self, asked: &api::ledger::Asked) -> Result<String> {
        let request = self.request(Method::GET, "/api/v1/ledger/entries").query(asked);
        self.send(request).await?.text().await.context("the answer broke off")
    }

    /// Asks something.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &String)],
    ) -> Result<T> {
        json_of(self.send(self.request(Method::GET, path).query(query)).await?).await
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        json_of(self.send(self.request(Method::POST, path).json(body)).await?).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = match &self.way {
            Way::Server(url) | Way::Secure(url, _) => url,
            Way::Here { .. } => "http://localhost",
        };
        self.client.request(method, format!("{url}{path}"))
    }

    /// An answer, if it is one of success.
    async fn send(&self, request: RequestBuilder) -> Result<Response> {
        let answer = match &self.way {
            Way::Server(url) => request.send().await.with_context(|| {
                format!(
                    "no mayday answers at {url}: start one with `mayday serve --data-dir DIR`, \
                     name another with --server, or open its directory with --data-dir"
                )
            })?,
            Way::Secure(url, secure) => secure.ask(request.build()?).await.with_context(|| {
                format!(
                    "no mayday that is trusted answers at {url}: name the file of the authority \
                     that signed its certificate with --ca, or another server with --server"
                )
            })?,
            Way::Here { paths, .. } => {
                let request: hyper::Request<reqwest::Body> = request.build()?.try_into()?;
                paths.ask(request).await?.into()
            }
        };
        succeeded(answer).await
    }
}

fn asked(question: &Question) -> [(&'static str, Option<String>); 3] {
    let window = |pick: fn(&(Window, Window)) -> Window| {
        question.windows.as_ref().map(|windows| pick(windows).to_string())
    };
    [
        ("feature", question.feature.clone()),
        ("baseline", window(|windows| windows.0)),
        ("incident", window(|windows| windows.1)),
    ]
}

fn ledger_state(verified: Verified) -> LedgerState {
    match verified {
        Verified::Intact { entries, head } => LedgerState {
            intact: true,
            entries: Some(entries),
            head: Some(head.to_string()),
            first_broken: None,
            why: None,
        },
        Verified::Broken { seq, why } => LedgerState {
            intact: false,
            entries: None,
            head: None,
            first_broken: Some(seq),
            why: Some(why.to_string()),
        },
    }
}

async fn json_of<T: DeserializeOwned>(answer: Response) -> Result<T> {
    let text = answer.text().await.context("the answer broke off")?;
    serde_json::from_str(&text).context("the answer is not what was expected")
}

async fn succeeded(answer: Response) -> Result<Response> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let text = answer.text().await.context("the answer broke off")?;
    let problem: Value = serde_json::from_str(&text).unwrap_or_default();
    let detail = problem["detail"].as_str().unwrap_or("no reason given");
    match status {
        StatusCode::BAD_REQUEST => Err(Usage(detail.to_owned()).into()),
        _ => Err(anyhow!("{detail} ({status})")),
    }
}
