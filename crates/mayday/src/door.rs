//! The way to the data: a server that runs, or the data directory itself. Both answer the same.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use api::flights::{Asked, Lines};
use api::keeping::BackupJson;
use api::keys::{IssuedJson, KeyJson, WantedJson};
use clap::Args;
use model::principal::TokenError;
use model::{Fault, Faulty, Incident, IncidentId, PrincipalId, Report, RunId, Token, Window};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Response, StatusCode};
use response::access::KeyWanted;
use response::{Act, Declaration, Erasure, Mayday, Proof, Question, Verified, Who};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::config::Config;
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

    /// Show this token to the server; better in MAYDAY_TOKEN, which no list of processes shows
    #[arg(long, value_name = "TOKEN")]
    token: Option<Secret>,
}

/// An open door.
pub(crate) enum Door {
    /// To a server, as somebody: the name is for servers that do not know who asks.
    Server { client: reqwest::Client, url: String, by: Option<String> },
    /// To a data directory, here in this process.
    Here(Arc<Mayday>),
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

    /// Opens the door to a server; what is asked there can't be asked of a directory yet.
    pub(crate) async fn open_server(&self) -> Result<Door> {
        anyhow::ensure!(
            self.data_dir.is_none(),
            "this asks a server: start one with `mayday serve --data-dir DIR`, and leave \
             --data-dir out here"
        );
        self.open().await
    }

    /// Opens the door. A data directory is opened under its lock, and what is due is settled.
    pub(crate) async fn open(&self) -> Result<Door> {
        let Some(directory) = &self.data_dir else {
            return self.to_server();
        };
        anyhow::ensure!(directory.is_dir(), "there is no data directory {}", directory.display());
        let mayday = Config::read(None)?.open(directory)?;
        mayday.settle(world::now()).await?;
        Ok(Door::Here(Arc::new(mayday)))
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
        let client = reqwest::Client::builder().default_headers(headers.unwrap_or_default());
        let client = client.build().context("could not set up HTTP")?;
        let by = if token.is_none() { Some(world::user()) } else { None };
        Ok(Door::Server { client, url: self.server.trim_end_matches('/').to_owned(), by })
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
        match self {
            Door::Here(mayday) => mayday.moved(question, world::now()).map_err(usage_first),
            Door::Server { .. } => {
                let asked = asked(question);
                let given = asked.iter().filter_map(|(key, value)| Some((*key, value.as_ref()?)));
                let query: Vec<(&str, &String)> = given.collect();
                self.get("/api/v1/moved", &query).await
            }
        }
    }

    /// The features with runs.
    pub(crate) async fn features(&self) -> Result<Vec<Feature>> {
        match self {
            Door::Here(mayday) => {
                let views = mayday.features(world::now()).into_iter();
                let feature = |view: response::FeatureView| Feature {
                    feature: view.feature,
                    runs: view.runs,
                    latest: view.latest,
                    rate: view.rate,
                };
                Ok(views.map(feature).collect())
            }
            Door::Server { .. } => self.get("/api/v1/features", &[]).await,
        }
    }

    /// Declares an incident.
    pub(crate) async fn declare(&self, it: Declared) -> Result<Incident> {
        match self {
            Door::Here(mayday) => {
                let Declared { question, run, title } = it;
                let declaration = Declaration { question, run, title };
                mayday.declare(&declaration, act(&world::user())).map_err(usage_first)
            }
            Door::Server { by, .. } => {
                let mut body = json!({ "run": it.run, "title": it.title, "by": by });
                for (key, value) in asked(&it.question) {
                    body[key] = json!(value);
                }
                self.post("/api/v1/incidents", &body).await
            }
        }
    }

    /// Every incident, latest first.
    pub(crate) async fn incidents(&self) -> Result<Vec<Incident>> {
        match self {
            Door::Here(mayday) => Ok(mayday.list_incidents()),
            Door::Server { .. } => self.get("/api/v1/incidents", &[]).await,
        }
    }

    /// One incident.
    pub(crate) async fn incident(&self, id: &IncidentId) -> Result<Incident> {
        match self {
            Door::Here(mayday) => Ok(mayday.incident(id)?),
            Door::Server { .. } => self.get(&format!("/api/v1/incidents/{id}"), &[]).await,
        }
    }

    /// A postmortem draft, in Markdown.
    pub(crate) async fn draft(&self, id: &IncidentId) -> Result<String> {
        match self {
            Door::Here(mayday) => Ok(mayday.draft(id, act(&world::user()))?.markdown),
            Door::Server { by, .. } => {
                let path = format!("/api/v1/incidents/{id}/postmortem");
                let draft: Value = self.post(&path, &json!({ "by": by })).await?;
                let markdown = draft["markdown"].as_str();
                Ok(markdown.context("the server's answer holds no Markdown")?.to_owned())
            }
        }
    }

    /// Issues a key; what comes back holds its token.
    pub(crate) async fn issue_key(&self, it: KeyWanted) -> Result<IssuedJson> {
        match self {
            Door::Here(mayday) => {
                let secret = world::secret().context("this system gives no random numbers")?;
                let token = Token::from_random(secret);
                let key = mayday.issue_key(it, &token, act(&world::user()));
                let key = KeyJson::new(&key.map_err(usage_first)?, world::now());
                Ok(IssuedJson { token: token.reveal(), key })
            }
            Door::Server { by, .. } => {
                let KeyWanted { name, kind, tenant, expires } = it;
                let wanted = WantedJson { name, kind, tenant, expires, by: by.clone() };
                self.post("/api/v1/keys", &serde_json::to_value(wanted)?).await
            }
        }
    }

    /// Every key, latest first.
    pub(crate) async fn keys(&self) -> Result<Vec<KeyJson>> {
        match self {
            Door::Here(mayday) => {
                let now = world::now();
                Ok(mayday.keys().iter().map(|key| KeyJson::new(key, now)).collect())
            }
            Door::Server { .. } => self.get("/api/v1/keys", &[]).await,
        }
    }

    /// Revokes a key.
    pub(crate) async fn revoke_key(&self, id: &PrincipalId) -> Result<KeyJson> {
        match self {
            Door::Here(mayday) => {
                let key = mayday.revoke_key(id, act(&world::user())).map_err(usage_first)?;
                Ok(KeyJson::new(&key, world::now()))
            }
            Door::Server { client, url, .. } => {
                read(url, client.delete(format!("{url}/api/v1/keys/{id}")).send().await).await
            }
        }
    }

    /// Makes a person's content unreadable, or says what that would do.
    pub(crate) async fn erase(&self, subject: &str, run: Erasing) -> Result<Erasure> {
        match self {
            Door::Here(mayday) if run == Erasing::ForGood => {
                mayday.erase(subject, act(&world::user())).map_err(usage_first)
            }
            Door::Here(mayday) => mayday.would_erase(subject).map_err(usage_first),
            Door::Server { by, .. } => {
                let dry_run = run == Erasing::DryRun;
                let body = json!({ "subject": subject, "dry_run": dry_run, "by": by });
                self.post("/api/v1/erasures", &body).await
            }
        }
    }

    /// Checks every record.
    pub(crate) async fn prove(&self) -> Result<Proof> {
        match self {
            Door::Here(mayday) => Ok(mayday.prove()?),
            Door::Server { .. } => self.get("/api/v1/verify", &[]).await,
        }
    }

    /// Copies everything but the keys.
    pub(crate) async fn back_up(&self) -> Result<BackupJson> {
        match self {
            Door::Here(mayday) => {
                let (directory, files) = mayday.back_up_beside(world::now())?;
                Ok(BackupJson { directory: directory.display().to_string(), files })
            }
            Door::Server { .. } => self.post("/api/v1/backups", &json!({})).await,
        }
    }

    /// Exports flights: hands over bytes as they come.
    pub(crate) async fn export(
        &self,
        asked: Asked,
        mut take: impl FnMut(&[u8]) -> Result<()>,
    ) -> Result<()> {
        match self {
            Door::Here(mayday) => {
                let format = asked.format;
                let exporting = mayday.export(Who::Local, asked.exported());
                let lines = Lines { exporting, format, now: world::now };
                let mut failed = Ok(());
                let each = |line: String| {
                    failed = take(line.as_bytes());
                    if failed.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
                };
                _ = tokio::task::block_in_place(|| lines.each(each))?;
                failed
            }
            Door::Server { client, url, .. } => {
                let asked = client.get(format!("{url}/api/v1/flights/export")).query(&asked);
                let mut answer = succeeded(url, asked.send().await).await?;
                let broke_off = "the export broke off: the server's log says why";
                while let Some(bytes) = answer.chunk().await.context(broke_off)? {
                    take(&bytes)?;
                }
                Ok(())
            }
        }
    }

    /// Asks a server.
    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &String)],
    ) -> Result<T> {
        let (client, url) = self.server()?;
        let answer = client.get(format!("{url}{path}")).query(query).send().await;
        read(url, answer).await
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        let (client, url) = self.server()?;
        let answer = client.post(format!("{url}{path}")).json(body).send().await;
        read(url, answer).await
    }

    fn server(&self) -> Result<(&reqwest::Client, &str)> {
        match self {
            Door::Server { client, url, .. } => Ok((client, url)),
            Door::Here(_) => Err(anyhow!("this door leads to no server")),
        }
    }
}

/// An error that says whether the one who asked can mend it by asking otherwise.
fn usage_first<E: Faulty + Send + Sync + 'static>(error: E) -> anyhow::Error {
    match error.fault() {
        Fault::Invalid => Usage(error.to_string()).into(),
        _ => error.into(),
    }
}

fn act(by: &str) -> Act<'_> {
    Act { by, at: world::now(), random: world::random() }
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

async fn read<T: DeserializeOwned>(url: &str, answer: reqwest::Result<Response>) -> Result<T> {
    let text = succeeded(url, answer).await?.text().await.context("the answer broke off")?;
    serde_json::from_str(&text).context("the answer is not what was expected")
}

/// An answer, if it is one of success.
async fn succeeded(url: &str, answer: reqwest::Result<Response>) -> Result<Response> {
    let answer = answer.with_context(|| {
        format!(
            "no mayday answers at {url}: start one with `mayday serve --data-dir DIR`, name \
             another with --server, or open its directory with --data-dir"
        )
    })?;
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
