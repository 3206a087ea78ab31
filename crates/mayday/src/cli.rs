//! The command line: every command is a struct in a file of its own.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::commands::{
    alert, backup, bench, change, delivery, demo, drift, erase, eval, export, features, gaps,
    incident, inventory, item, key, ledger, moved, notice, out, playbook, postmortem, reconstruct,
    replay, review, serve, sim, ticket, verify,
};

/// Incident response for AI systems: what moved, what to do, what was learned.
#[derive(Debug, Parser)]
#[command(name = "mayday", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// What to log to standard error: error, warn, info, debug, or a tracing filter
    #[arg(long, global = true, default_value = "warn", value_name = "FILTER")]
    pub(crate) log: String,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Play six hours of a simulated AI product with a fault, and find what moved
    Demo(demo::Demo),
    /// Take in spans, answer questions, serve the pages
    Serve(serve::Serve),
    /// Say which variable moved when behaviour changed
    Moved(moved::Moved),
    /// List the AI features that have runs
    Features(features::Features),
    /// Declare, list and show incidents
    #[command(subcommand)]
    Incident(incident::Incident),
    /// Record, list and show changes of what a feature runs under
    #[command(subcommand)]
    Change(change::Change),
    /// Say what surfaces have been through since a person last looked
    Drift(drift::Drift),
    /// List and show alerts
    #[command(subcommand)]
    Alert(alert::Alert),
    /// List and check playbooks: what to do about one shape of failure each
    #[command(subcommand)]
    Playbook(playbook::Playbook),
    /// Draft, file, show and check postmortems
    #[command(subcommand)]
    Postmortem(postmortem::Postmortem),
    /// List action items, close them by their proof, open them again
    #[command(subcommand)]
    Item(item::Item),
    /// Read a quarter's postmortems again: were they used, and did anything get better
    Review(review::Review),
    /// Issue, list and revoke keys
    #[command(subcommand)]
    Key(key::Key),
    /// Check, take out, take in and watch the ledger of facts
    #[command(subcommand)]
    Ledger(ledger::Ledger),
    /// Show everything on record that fed a decision, and what is missing of it
    Reconstruct(reconstruct::Reconstruct),
    /// Say how two decisions differ, by part of what fed them
    Diff(reconstruct::Compare),
    /// Say which fields the newest records miss, and what would fill them
    Coverage(reconstruct::Cover),
    /// Say which of the newest spans say less than they could, and what helps
    Doctor(reconstruct::Doctor),
    /// Check every record: the ledger's facts and all flights
    Verify(verify::Verify),
    /// Make what was said about a person unreadable, for good
    Erase(erase::Erase),
    /// Keep runs and results of evals, and take out cases for them
    #[command(subcommand)]
    Eval(eval::Eval),
    /// Say what incidents lacked in the record, and how it stands now
    #[command(subcommand)]
    Gaps(gaps::Gaps),
    /// Say what others were told, and try again what could not be brought to them
    #[command(subcommand)]
    Delivery(delivery::Deliveries),
    /// Prove that targets can be reached
    #[command(subcommand)]
    Out(out::Out),
    /// List, show and bring notices of providers, and test the channels they come by
    #[command(subcommand)]
    Notice(notice::Notice),
    /// List and act on the dated work that notices ask for
    #[command(subcommand)]
    Ticket(ticket::Ticket),
    /// Say which models, tools and indexes are really used, by whom and how much
    Inventory(inventory::Inventory),
    /// Take out what models were given, to run it again elsewhere
    #[command(subcommand)]
    Replay(replay::Replay),
    /// Take out what was recorded
    #[command(subcommand)]
    Export(export::Export),
    /// Copy the ledger and all flights, also while a server writes them
    Backup(backup::Backup),
    /// Make a data directory from a copy
    Restore(backup::Restore),
    /// Simulate an AI product with a fault whose cause is known
    Sim(sim::Sim),
    /// Measure speed on this machine
    #[command(subcommand)]
    Bench(bench::Bench),
}

impl Command {
    /// Does it.
    pub(crate) async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Command::Demo(command) => command.run().await,
            Command::Serve(command) => command.run().await,
            Command::Moved(command) => command.run().await,
            Command::Features(command) => command.run().await,
            Command::Incident(command) => command.run().await,
            Command::Change(command) => command.run().await,
            Command::Drift(command) => command.run().await,
            Command::Alert(command) => command.run().await,
            Command::Playbook(command) => command.run().await,
            Command::Postmortem(command) => command.run().await,
            Command::Item(command) => command.run().await,
            Command::Review(command) => command.run().await,
            Command::Key(command) => command.run().await,
            Command::Ledger(command) => command.run().await,
            Command::Reconstruct(command) => command.run().await,
            Command::Diff(command) => command.run().await,
            Command::Coverage(command) => command.run().await,
            Command::Doctor(command) => command.run().await,
            Command::Verify(command) => command.run().await,
            Command::Erase(command) => command.run().await,
            Command::Eval(command) => command.run().await,
            Command::Gaps(command) => command.run().await,
            Command::Delivery(command) => command.run().await,
            Command::Out(command) => command.run().await,
            Command::Notice(command) => command.run().await,
            Command::Ticket(command) => command.run().await,
            Command::Inventory(command) => command.run().await,
            Command::Replay(command) => command.run().await,
            Command::Export(command) => command.run().await,
            Command::Backup(command) => command.run().await,
            Command::Restore(command) => command.run().await,
            Command::Sim(command) => command.run().await,
            Command::Bench(command) => command.run().await,
        }
    }
}
