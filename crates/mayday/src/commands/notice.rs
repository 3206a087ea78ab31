//! `mayday notice`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use model::NoticeId;
use model::notice::NoticeClass;
use response::channels::matrix::{Cell, ChannelState, ChannelView, ProviderRow};
use response::notices::NoticeView;
use response::wording;

use crate::commands::ticket;
use crate::door::Source;
use crate::world;

/// List, show and bring notices of providers, and test the channels they come by.
#[derive(Debug, Subcommand)]
pub(crate) enum Notice {
    List(List),
    Show(Show),
    Import(Import),
    Channels(Channels),
    Test(Test),
    Act(ticket::Act),
}

/// List notices, latest first; of each thing the latest.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Print them as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

/// Show a notice, with what was heard of the same thing before.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Which one, as `mayday notice list` names it
    notice: NoticeId,

    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

/// Bring a file of models that will go: TOML, CSV or JSON.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The file; each row has provider, model, date, and perhaps replacement, link and stated
    file: PathBuf,

    #[command(flatten)]
    source: Source,
}

/// Say who could tell what, and whether they do; exits with 3 if something is red.
#[derive(Debug, Args)]
pub(crate) struct Channels {
    /// Print them as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

/// Send a test event through a channel: it goes through all that the provider's own goes through.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// The channel's name in the settings of the server
    channel: String,

    #[command(flatten)]
    source: Source,
}

/// The exit status where something is wrong with a channel.
const RED: u8 = 3;

impl Notice {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self {
            Notice::List(command) => command.run().await,
            Notice::Show(command) => command.run().await,
            Notice::Import(command) => command.run().await,
            Notice::Channels(command) => command.run().await,
            Notice::Test(command) => command.run().await,
            Notice::Act(command) => command.run().await,
        }
    }
}

impl List {
    async fn run(self) -> Result<ExitCode> {
        let notices = self.source.open().await?.notices().await?;
        if self.json {
            world::print_json(&notices)?;
            return Ok(ExitCode::SUCCESS);
        }
        if notices.is_empty() {
            world::print(
                "no notice of a provider was heard: `mayday notice channels` shows by what \
                          ways one could be",
            );
        }
        notices.iter().for_each(|notice| world::print(&told(notice)));
        Ok(ExitCode::SUCCESS)
    }
}

impl Show {
    async fn run(self) -> Result<ExitCode> {
        let notice = self.source.open().await?.notice(&self.notice).await?;
        if self.json {
            world::print_json(&notice)?;
            return Ok(ExitCode::SUCCESS);
        }
        world::print(&told(&notice));
        for line in details(&notice) {
            world::print(&format!("  {line}"));
        }
        for moment in &notice.timeline {
            let status = moment.status.as_deref().unwrap_or("-");
            let at = wording::moment(moment.heard_at);
            world::print(&format!("  {at}  {status}  {}", moment.title));
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Import {
    async fn run(self) -> Result<ExitCode> {
        let shown = self.file.display();
        let text = std::fs::read_to_string(&self.file);
        let text = text.with_context(|| format!("could not read {shown}"))?;
        let name = self.file.file_name().and_then(|name| name.to_str());
        let name = name.with_context(|| format!("{shown} has no name that is text"))?.to_owned();
        let door = self.source.make_and_open().await?;
        let taken = door.import_notices(name, text).await?;
        world::print(&format!("{} new, {} known already", taken.new.len(), taken.known.len()));
        for notice in &taken.new {
            world::print(&told(&door.notice(notice).await?));
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Channels {
    async fn run(self) -> Result<ExitCode> {
        let matrix = self.source.open().await?.channels().await?;
        let cells = matrix.providers.iter().flat_map(|row| &row.cells);
        let is_red = cells.into_iter().any(|cell| cell.state == ChannelState::Red);
        if self.json {
            world::print_json(&matrix)?;
        } else if matrix.providers.is_empty() {
            world::print("no channel is set up, and no model of a known provider is in use");
        } else {
            for row in &matrix.providers {
                row.cells.iter().for_each(|cell| world::print(&cell_told(row, cell)));
            }
        }
        Ok(if is_red { ExitCode::from(RED) } else { ExitCode::SUCCESS })
    }
}

impl Test {
    async fn run(self) -> Result<ExitCode> {
        let channel = self.source.open().await?.test_channel(&self.channel).await?;
        world::print(&channel_told(&channel));
        let failed = channel.problems.iter().any(|problem| problem.contains("test failed"));
        Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

/// A notice in one line.
fn told(view: &NoticeView) -> String {
    let NoticeView { notice, says, heard_at, judged, ticket, .. } = view;
    let class = says.class.as_str();
    let status = says.status.as_deref().map_or(String::new(), |status| format!(" {status}"));
    let verdict = match (judged, ticket) {
        (_, Some(ticket)) => ticket.to_string(),
        (None, None) => "not judged yet".to_owned(),
        (Some(judged), None) if judged.pages => "pages".to_owned(),
        (Some(judged), None) if judged.concerns.is_empty() => {
            let about_use = view.goes() || says.class == NoticeClass::Incident;
            if about_use { "nothing in use".to_owned() } else { "kept".to_owned() }
        }
        (Some(_), None) => "in use".to_owned(),
    };
    let at = wording::moment(*heard_at);
    format!("{notice}  {at}  {}  {class}{status}  {}  [{verdict}]", says.provider, says.title)
}

fn details(view: &NoticeView) -> Vec<String> {
    let says = &view.says;
    let mut lines = Vec::new();
    lines.extend(says.effective.map(|at| format!("takes effect {}", wording::moment(at))));
    lines.extend(says.replacement.as_ref().map(|to| format!("take {to} instead")));
    lines.extend(says.link.clone());
    lines.extend(view.confirmed.as_ref().map(|confirmed| {
        let holds = if confirmed.holds { "confirmed" } else { "not confirmed" };
        format!("{holds}: {}", confirmed.because)
    }));
    if let Some(judged) = &view.judged {
        lines.push(format!("for {}: {}", judged.owner, judged.because));
        lines.extend(judged.concerns.iter().map(|concern| format!("concerns {concern}")));
    }
    lines.extend(view.incidents.iter().map(|incident| format!("linked to {incident}")));
    lines
}

fn cell_told(row: &ProviderRow, cell: &Cell) -> String {
    let kind = cell.kind.as_str();
    let head = format!("{}  {kind}", row.provider);
    match (&cell.gap, cell.channels.as_slice()) {
        (Some(gap), _) => format!("red      {head}  {gap}"),
        (None, []) => format!("unused   {head}"),
        (None, channels) => channels.iter().map(channel_told).collect::<Vec<_>>().join("\n"),
    }
}

fn channel_told(view: &ChannelView) -> String {
    let state = view.state.as_str();
    let kind = view.kind.as_str();
    let heard = view.last_notice.max(view.last_poll);
    let heard = heard.map_or_else(|| "never".to_owned(), wording::moment);
    let rest = match (&view.waived, view.problems.is_empty()) {
        (Some(why), _) => format!("waived: {why}"),
        (None, true) => format!("{} → {}", view.owner, view.route.join(" → ")),
        (None, false) => view.problems.join("; "),
    };
    format!("{state:<8} {}  {kind}  {}  last heard {heard}  {rest}", view.provider, view.name)
}
