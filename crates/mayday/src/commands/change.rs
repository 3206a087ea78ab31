//! `mayday change`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use api::changes::{ActivationJson, ChangesAsked};
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use model::change::{ChangeDoor, ChangeScope};
use model::{ChangeId, ChangeSurface, IncidentId};
use response::intake::change::ChangeJson;
use response::{KnownChange, wording};

use super::listing::Listing;
use crate::door::Source;
use crate::world::{self, Usage};

/// Record, list and show changes of prompts, models, tools, indexes, judges, code and the rest.
#[derive(Debug, Subcommand)]
pub(crate) enum Change {
    /// Record a change
    Record(Box<Record>),
    /// List changes, the latest first, those that nobody recorded among them
    List(List),
    /// Show one change
    Show(Show),
    /// Say that a change that is on record took effect
    Activate(Activate),
    /// A hook that has git record edits of prompt folders
    #[command(subcommand)]
    Hook(Hook),
}

/// Record a change.
#[derive(Debug, Args)]
pub(crate) struct Record {
    /// What was altered: prompt, model, router, tool, retrieval, judge, parameters, context,
    /// guardrail, alert_routing, permissions, traffic, code or infrastructure
    #[arg(value_name = "SURFACE")]
    surface: ChangeSurface,

    /// One line that says what was done
    #[arg(long, value_name = "TEXT")]
    summary: Option<String>,

    /// Which one of it: a prompt's, tool's, index's or judge's name, or a file
    #[arg(long, value_name = "NAME")]
    subject: Option<String>,

    /// What it was: a hash, a version, a name
    #[arg(long, value_name = "TEXT")]
    before: Option<String>,

    /// What it is now
    #[arg(long, value_name = "TEXT")]
    after: Option<String>,

    /// A feature where it holds; all of them if none is named
    #[arg(long = "feature", value_name = "FEATURE")]
    features: Vec<String>,

    /// A region where it holds
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<String>,

    /// A segment where it holds: plan=free
    #[arg(long = "segment", value_name = "KEY=VALUE")]
    segments: Vec<String>,

    /// `production`, `staging`
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,

    /// Who made it
    #[arg(long, value_name = "NAME")]
    author: Option<String>,

    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,

    /// How to take it back: a revision, a command, a link
    #[arg(long, value_name = "TEXT")]
    rollback: Option<String>,

    /// Where more of it stands
    #[arg(long, value_name = "URL")]
    link: Option<String>,

    /// The incident in whose course it was made
    #[arg(long, value_name = "INCIDENT")]
    incident: Option<IncidentId>,

    /// When it was made, if not now
    #[arg(long, value_name = "TIME")]
    introduced: Option<Timestamp>,

    /// When it took effect; leave it out if it has not, and say so later with `activate`
    #[arg(long, value_name = "TIME")]
    activated: Option<Timestamp>,

    /// What the sender calls this message: a second one so called is no second change
    #[arg(long, value_name = "ID")]
    delivery: Option<String>,

    /// Further words on it
    #[arg(long = "label", value_name = "KEY=VALUE")]
    labels: Vec<String>,

    /// Where it comes from
    #[arg(long, value_enum, default_value_t = Door::Api)]
    door: Door,

    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

/// List changes.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Those that hold for this feature
    #[arg(long)]
    feature: Option<String>,

    /// Those of this surface
    #[arg(long)]
    surface: Option<ChangeSurface>,

    /// Those made or taking effect from here on
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,

    /// And up to here
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,

    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,

    #[command(flatten)]
    listing: Listing,
}

/// Show one change.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Which one
    change: ChangeId,

    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

/// Say that a change took effect.
#[derive(Debug, Args)]
pub(crate) struct Activate {
    /// Which one
    change: ChangeId,

    /// When, if not now
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,

    #[command(flatten)]
    source: Source,
}

/// A hook of git.
#[derive(Debug, Subcommand)]
pub(crate) enum Hook {
    /// Print it
    Print(HookOf),
    /// Put it into a repository that has no such hook yet
    Install(InstallHook),
}

/// What a hook records.
#[derive(Debug, Args)]
pub(crate) struct HookOf {
    /// When it runs: at every commit, or at every push
    #[arg(long, value_enum, default_value_t = When::PostCommit)]
    when: When,

    /// A folder or file of prompts, as git names it
    #[arg(long = "path", value_name = "PATH", required = true)]
    paths: Vec<String>,

    /// What the files hold
    #[arg(long, default_value = "prompt")]
    surface: ChangeSurface,

    /// The feature that they belong to
    #[arg(long)]
    feature: Option<String>,

    /// The server that is told; its token, if it wants one, is taken from MAYDAY_TOKEN
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:7070")]
    server: String,
}

/// Put a hook into a repository.
#[derive(Debug, Args)]
pub(crate) struct InstallHook {
    #[command(flatten)]
    hook: HookOf,

    /// The repository
    #[arg(long, value_name = "DIR", default_value = ".")]
    repository: PathBuf,
}

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    PostCommit,
    PrePush,
}

/// Where a change comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Door {
    Api,
    Git,
}

impl Change {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self {
            Change::Record(command) => command.run().await?,
            Change::List(command) => return command.run().await,
            Change::Show(command) => command.run().await?,
            Change::Activate(command) => command.run().await?,
            Change::Hook(Hook::Print(hook)) => world::print(hook.script().trim_end()),
            Change::Hook(Hook::Install(command)) => command.run()?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Record {
    async fn run(self) -> Result<()> {
        let Record { json, .. } = self;
        let (told, source) = self.told()?;
        let known = source.make_and_open().await?.record_change(told).await?;
        if json {
            return world::print_json(&known);
        }
        print(&known);
        Ok(())
    }

    fn told(self) -> Result<(ChangeJson, Source)> {
        let pair = |text: String| match text.split_once('=') {
            Some((key, value)) => Ok((key.to_owned(), value.to_owned())),
            None => Err(Usage(format!("`{text}` is no label: write KEY=VALUE"))),
        };
        let labels = self.labels.into_iter().map(pair).collect::<Result<_, Usage>>()?;
        let (features, regions, segments) = (self.features, self.regions, self.segments);
        let told = ChangeJson {
            surface: Some(self.surface),
            subject: self.subject,
            before: self.before,
            after: self.after,
            summary: self.summary,
            scope: ChangeScope { features, regions, segments, environment: self.environment },
            author: self.author,
            reason: self.reason,
            rollback: self.rollback,
            link: self.link,
            incident: self.incident,
            introduced: self.introduced,
            activated: self.activated,
            door: Some(match self.door {
                Door::Api => ChangeDoor::Api,
                Door::Git => ChangeDoor::Git,
            }),
            delivery: self.delivery,
            key: None,
            labels,
            by: None,
        };
        Ok((told, self.source))
    }
}

impl List {
    async fn run(self) -> Result<ExitCode> {
        let List { feature, surface, since, until, limit, listing } = self;
        let asked = ChangesAsked { feature, surface, since, until, limit: Some(limit) };
        let changes = listing.open().await?.changes(&asked).await?;
        let none = "no change is on record: `mayday change record` keeps one";
        listing.print(&changes, none, row)
    }
}

impl Show {
    async fn run(self) -> Result<()> {
        let known = self.source.open().await?.change(&self.change).await?;
        if self.json {
            return world::print_json(&known);
        }
        print(&known);
        Ok(())
    }
}

impl Activate {
    async fn run(self) -> Result<()> {
        let told = ActivationJson { at: self.at, by: None };
        let known = self.source.open().await?.activate_change(&self.change, told).await?;
        print(&known);
        Ok(())
    }
}

impl InstallHook {
    fn run(self) -> Result<()> {
        let name = match self.hook.when {
            When::PostCommit => "post-commit",
            When::PrePush => "pre-push",
        };
        let path = self.repository.join(".git/hooks").join(name);
        let failed = || format!("could not write the hook {}", path.display());
        anyhow::ensure!(
            !path.exists(),
            "{} is there already: print the hook with `mayday change hook print` and add it by \
             hand",
            path.display()
        );
        world::write_program(&path, &self.hook.script()).with_context(failed)?;
        world::print(&format!("wrote {}", path.display()));
        Ok(())
    }
}

impl HookOf {
    /// The hook, with what was asked for in its first lines.
    fn script(&self) -> String {
        let script = match self.when {
            When::PostCommit => include_str!("change/post-commit.sh"),
            When::PrePush => include_str!("change/pre-push.sh"),
        };
        let paths: Vec<String> = self.paths.iter().map(|path| quoted(path)).collect();
        let feature = self.feature.as_deref().map(|name| format!("--feature {}", quoted(name)));
        script
            .replace("@PATHS@", &paths.join(" "))
            .replace("@SURFACE@", self.surface.as_str())
            .replace("@SERVER@", &quoted(&self.server))
            .replace("@FEATURE@", &feature.unwrap_or_default())
    }
}

/// A text that a shell takes as it is.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn print(known: &KnownChange) {
    world::print(&row(known));
    let says = &known.says;
    let rows = [
        ("subject", says.subject.clone()),
        ("before", says.before.clone()),
        ("after", says.after.clone()),
        ("features", Some(says.scope.features.join(", ")).filter(|names| !names.is_empty())),
        ("environment", says.scope.environment.clone()),
        ("author", says.author.clone()),
        ("reason", says.reason.clone()),
        ("rollback", says.rollback.clone()),
        ("link", says.link.clone()),
        ("introduced", Some(wording::moment(says.introduced))),
        ("activated", Some(says.activated.map_or_else(|| "not known".into(), wording::moment))),
        (
            "recorded",
            Some(format!("{} by {}", wording::moment(known.recorded_at), known.recorded_by)),
        ),
        ("explained by", known.explained_by.as_ref().map(ToString::to_string)),
    ];
    for (name, value) in rows {
        if let Some(value) = value {
            world::print(&format!("  {name:<13}{value}"));
        }
    }
}

fn row(known: &KnownChange) -> String {
    let unlogged = match (&known.seen, &known.explained_by) {
        (Some(_), None) => "  (nobody recorded it)",
        _ => "",
    };
    let (at, surface) = (wording::moment(known.says.told_at()), known.says.surface.as_str());
    format!("{}  {at}  {surface:<10}  {}{unlogged}", known.id, known.says.summary)
}
