//! Headless Chromium: a picture of a page, or its document after the browser has read it.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::system;
use crate::child::Running;

const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// How long the browser may take for one page.
const LIMIT: Duration = Duration::from_secs(60);

/// No sandbox, because a container's root has none; nothing that calls home.
const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
];

/// An installed browser.
#[derive(Debug)]
pub(super) struct Browser {
    program: PathBuf,
}

impl Browser {
    /// Finds Chromium on the path; failing that, installs it from the system's packages.
    pub(super) fn find_or_install() -> Result<Self> {
        if system::program(&NAMES).is_none() {
            system::install("chromium")?;
        }
        let program = system::program(&NAMES).context("chromium is installed but not on PATH")?;
        Ok(Self { program })
    }

    /// Saves a picture of the page in a window of `WIDTH,HEIGHT`.
    pub(super) fn picture(&self, url: &str, file: &Path, size: &str) -> Result<()> {
        let mut wanted = std::ffi::OsString::from("--screenshot=");
        wanted.push(file);
        self.visit(url, &[wanted, format!("--window-size={size}").into()]).map(drop)
    }

    /// The page's document.
    pub(super) fn page(&self, url: &str) -> Result<String> {
        self.visit(url, &["--dump-dom".into()])
    }

    /// Opens the page in a new profile; what the browser complains of shows only if it fails.
    fn visit(&self, url: &str, wanted: &[std::ffi::OsString]) -> Result<String> {
        let profile = tempfile::tempdir().context("make a folder for the browser's profile")?;
        let complaints = profile.path().join("stderr.txt");
        let mut command = Command::new(&self.program);
        command.args(FLAGS).args(wanted).arg(url);
        command.arg(format!("--user-data-dir={}", profile.path().display()));
        command.stderr(File::create(&complaints).context("make the browser's log")?);
        let ended = Running::start(&mut command)?.finish(LIMIT).and_then(|ended| {
            ensure!(ended.status.success(), "the browser ended with {}", ended.status);
            Ok(ended.stdout)
        });
        ended.with_context(|| {
            let said = fs::read_to_string(&complaints).unwrap_or_default();
            format!("open {url} in {}; it said:\n{said}", self.program.display())
        })
    }
}
