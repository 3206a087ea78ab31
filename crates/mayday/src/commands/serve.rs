//! `mayday serve`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use response::Mayday;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::Config;
use crate::server::Server;
use crate::world;

/// Take in spans, answer questions, serve the pages.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Keep everything here; made if it is not there
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,

    /// Read settings from this file, over the defaults
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Take OTLP over HTTP at this address
    #[arg(long, value_name = "ADDRESS")]
    otlp: Option<String>,

    /// Take OTLP over gRPC at this address
    #[arg(long, value_name = "ADDRESS")]
    grpc: Option<String>,

    /// Serve pages and the API at this address
    #[arg(long, value_name = "ADDRESS")]
    http: Option<String>,

    /// What to keep of content: full, redacted, hash_only or metadata_only
    #[arg(long, value_name = "MODE")]
    content: Option<String>,

    /// Settle a run so long after its root ended
    #[arg(long, value_name = "DURATION")]
    settle_after_root: Option<String>,

    /// Settle a run without a root so long after its last span
    #[arg(long, value_name = "DURATION")]
    settle_after_last_span: Option<String>,
}

impl Serve {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let config = self.config()?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mayday = Arc::new(config.open(&self.data_dir)?);
        let server = Server::start(Arc::clone(&mayday), &config).await?;
        let scheme = server.scheme;
        world::print(&format!("otlp {scheme}://{}", server.otlp));
        world::print(&format!("http {scheme}://{}", server.http));
        world::print(&format!("grpc {scheme}://{}", server.grpc));
        tell_first_link(&mayday, &server);
        drop(mayday);
        tokio::select! {
            _ = terminate.recv() => {}
            result = tokio::signal::ctrl_c() => result?,
        }
        server.stop().await;
        Ok(ExitCode::SUCCESS)
    }

    /// The settings, with the flags over them.
    fn config(&self) -> Result<Config> {
        let mut config = Config::read(self.config.as_deref())?;
        let flags = [
            (&self.otlp, &mut config.listen.otlp),
            (&self.grpc, &mut config.listen.grpc),
            (&self.http, &mut config.listen.http),
            (&self.content, &mut config.record.content),
            (&self.settle_after_root, &mut config.record.settle_after_root),
            (&self.settle_after_last_span, &mut config.record.settle_after_last_span),
        ];
        for (flag, setting) in flags {
            if let Some(flag) = flag {
                setting.clone_from(flag);
            }
        }
        Ok(config)
    }
}

/// Tells how the first person gets a key, as long as there is none that looks.
fn tell_first_link(mayday: &Mayday, server: &Server) {
    let code = world::secret().and_then(|secret| mayday.offer_first_key(secret, world::now()));
    let Some(code) = code else { return };
    world::tell(&format!(
        "nobody has a key yet: for an hour this link makes the first one, an admin's, and works \
         once\n  {}/sign-in/first?code={code}",
        server.url()
    ));
}
