//! `mayday backup` and `mayday restore`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;

use crate::door::Source;
use crate::world;

/// Copy the ledger and all flights, also while a server writes them.
///
/// The copy stands in `backups` in the data directory. It holds no keys: back up the keys and the
/// master key too, and keep them apart from it.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// Print where the copy is as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    source: Source,
}

/// Make a data directory from a copy.
///
/// Put the keys and the master key in place too, or name them in the settings; then `mayday verify`
/// says whether all of it is there.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The copy, as `mayday backup` made it
    #[arg(long, value_name = "DIR")]
    from: PathBuf,

    /// The data directory to make; it must not be there yet
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,
}

impl Backup {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let backup = self.source.open().await?.back_up().await?;
        if self.json {
            world::print_json(&backup)?;
        } else {
            let files = backup.files.len();
            world::print(&format!("copied {files} files to {}", backup.directory));
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Restore {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let Self { from, data_dir } = self;
        anyhow::ensure!(
            from.join("ledger.db").is_file(),
            "{} is no copy that `mayday backup` made: it holds no ledger.db",
            from.display()
        );
        anyhow::ensure!(!data_dir.exists(), "{} is there already", data_dir.display());
        let files = copy(&from, &data_dir)?;
        world::print(&format!("restored {files} files to {}", data_dir.display()));
        Ok(ExitCode::SUCCESS)
    }
}

/// Copies a directory with all below it; gives the number of files.
fn copy(from: &Path, to: &Path) -> Result<usize> {
    let failed = || format!("could not copy {} to {}", from.display(), to.display());
    std::fs::create_dir_all(to).with_context(failed)?;
    let mut files = 0;
    for entry in std::fs::read_dir(from).with_context(failed)? {
        let entry = entry.with_context(failed)?;
        let target = to.join(entry.file_name());
        if entry.file_type().with_context(failed)?.is_dir() {
            files += copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target).with_context(failed)?;
            std::fs::File::open(&target).and_then(|file| file.sync_all()).with_context(failed)?;
            files += 1;
        }
    }
    Ok(files)
}
