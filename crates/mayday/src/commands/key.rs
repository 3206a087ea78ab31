//! `mayday key`.

use std::process::ExitCode;

use anyhow::Result;
use api::keys::KeyJson;
use clap::{Args, Subcommand};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use model::{PrincipalId, PrincipalKind, PrincipalName, PrincipalRole, TenantName};
use response::access::KeyWanted;
use response::wording;

use super::listing::Listing;
use crate::door::Source;
use crate::world::{self, Usage};

/// Issue, list and revoke keys.
#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Issue a key, and print its token, which is shown this once
    Create(Create),
    /// List keys, latest first
    List(List),
    /// Revoke a key: it stops with the next request
    Revoke(Revoke),
}

/// Issue a key.
#[derive(Debug, Args)]
pub(crate) struct Create {
    /// What its holder is: ingest (sends spans), agent (looks and proposes) or person (decides)
    #[arg(long, value_name = "KIND")]
    kind: PrincipalKind,

    /// What its holder is called
    #[arg(long, value_name = "NAME")]
    name: PrincipalName,

    /// Whose spans it sends or reads
    #[arg(long, value_name = "TENANT", default_value_t = TenantName::standard())]
    tenant: TenantName,

    /// What its holder may decide: viewer, responder, approver or admin; without it, a person's
    /// key is an admin's and an agent's a responder's
    #[arg(long, value_name = "ROLE")]
    role: Option<PrincipalRole>,

    /// Let it stop to work after so long: 90d, 12h, 1y
    #[arg(long, value_name = "DURATION")]
    expires: Option<String>,

    /// Print the token and the key as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

/// List keys.
#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    listing: Listing,
}

/// Revoke a key.
#[derive(Debug, Args)]
pub(crate) struct Revoke {
    /// Which one, as `mayday key list` names it
    key: PrincipalId,

    #[command(flatten)]
    source: Source,
}

impl Key {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        match self {
            Key::Create(command) => command.run().await?,
            Key::List(command) => return command.run().await,
            Key::Revoke(command) => command.run().await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Create {
    async fn run(self) -> Result<()> {
        let expires = self.expires.as_deref().map(|length| after(world::now(), length));
        let expires = expires.transpose()?;
        let Self { kind, name, tenant, role, .. } = self;
        let wanted = KeyWanted { name, kind, tenant, role, expires };
        let issued = self.source.make_and_open().await?.issue_key(wanted).await?;
        if self.json {
            return world::print_json(&issued);
        }
        world::print(&issued.token);
        world::tell(&line(&issued.key));
        world::tell("keep the token: it is shown this once, and only its hash is stored");
        Ok(())
    }
}

impl List {
    async fn run(self) -> Result<ExitCode> {
        let keys = self.listing.open().await?.keys().await?;
        self.listing.print(&keys, "no key was issued: make one with `mayday key create`", line)
    }
}

impl Revoke {
    async fn run(self) -> Result<()> {
        let key = self.source.open().await?.revoke_key(&self.key).await?;
        world::print(&line(&key));
        Ok(())
    }
}

/// A key in one line.
fn line(key: &KeyJson) -> String {
    let KeyJson { id, kind, tenant, name, state, issued_by, .. } = key;
    let role = key.role.map(|role| format!(", {role}")).unwrap_or_default();
    let issued = wording::moment(key.issued_at);
    let mut line =
        format!("{id}  {kind}{role}  {tenant}  {name}  {state}  issued {issued} by {issued_by}");
    let expire = if state == "expired" { "expired" } else { "expires" };
    for (what, at) in
        [(expire, key.expires), ("revoked", key.revoked_at), ("last read payload", key.last_read)]
    {
        if let Some(at) = at {
            line.push_str(&format!("  {what} {}", wording::moment(at)));
        }
    }
    line
}

/// The moment so long after another.
fn after(now: Timestamp, length: &str) -> Result<Timestamp> {
    let wrong = || Usage(format!("`{length}` is no duration: write 90d, 12h, 1y"));
    let span: Span = length.parse().map_err(|_| wrong())?;
    let end = now.to_zoned(TimeZone::UTC).checked_add(span).map_err(|_| wrong())?;
    Ok(end.timestamp())
}
