//! `mayday alert`.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use model::AlertId;
use response::{AlertView, wording};

use super::listing::Listing;
use crate::door::Source;
use crate::world;

/// List and show alerts. They come in through the doors of Alertmanager and PagerDuty.
#[derive(Debug, Subcommand)]
pub(crate) enum Alert {
    /// List alerts, the latest first
    List(List),
    /// Show one, and why it is one alert and part of its incident
    Show(Show),
}

/// List alerts.
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    listing: Listing,
}

/// Show one alert.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// Which one
    alert: AlertId,

    /// Print it as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

impl Alert {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self {
            Alert::List(command) => command.run().await,
            Alert::Show(command) => command.run().await.map(|()| ExitCode::SUCCESS),
        }
    }
}

impl List {
    async fn run(self) -> Result<ExitCode> {
        let alerts = self.listing.open().await?.alerts().await?;
        self.listing.print(&alerts, "no alert was heard", row)
    }
}

impl Show {
    async fn run(self) -> Result<()> {
        let view = self.source.open().await?.alert(&self.alert).await?;
        if self.json {
            return world::print_json(&view);
        }
        world::print(&row(&view));
        world::print(&format!("  began     {}", wording::moment(view.alert.began)));
        world::print(&format!("  one       {}", view.why_one));
        match (&view.incident, &view.why_none) {
            (Some(link), _) => {
                world::print(&format!("  incident  {}: {}", link.incident, link.because));
            }
            (None, why) => {
                let why = why.as_deref().unwrap_or_default();
                world::print(&format!("  incident  none: {why}"));
                world::print(&format!(
                    "  next      mayday incident declare --alert {}",
                    self.alert
                ));
            }
        }
        if let Some(probes) = &view.probes {
            world::print(&format!("  moved     {}: {}", probes.verdict.as_str(), probes.why));
            for row in &probes.triage.rows {
                let answer = row.stands().as_str();
                world::print(&format!("  {answer:<9} {}: {}", row.node, row.why));
            }
        }
        Ok(())
    }
}

fn row(view: &AlertView) -> String {
    let alert = &view.alert;
    let (at, state, severity) =
        (wording::moment(alert.heard), alert.state.as_str(), alert.severity.as_str());
    let feature = alert.feature.as_deref().unwrap_or("-");
    format!("{}  {at}  {state:<12}  {severity:<8}  {feature}  {}", alert.id, alert.summary)
}
