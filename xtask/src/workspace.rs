//! The workspace: where it is, which text files it has, how cargo is called in it.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use cargo_metadata::MetadataCommand;

/// Where the checkout and the build output are.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The root of the checkout.
    pub(crate) root: PathBuf,
    /// Where cargo puts build output.
    pub(crate) target: PathBuf,
}

/// A text file that git tracks, or would track.
#[derive(Debug)]
pub(crate) struct TextFile {
    /// Its path from the root of the repository.
    pub(crate) path: String,
    /// What it says.
    pub(crate) text: String,
}

impl Workspace {
    /// Asks cargo for the workspace around the current directory.
    pub(crate) fn locate() -> Result<Self> {
        let metadata = MetadataCommand::new().no_deps().exec().context("ask cargo metadata")?;
        Ok(Self {
            root: metadata.workspace_root.into_std_path_buf(),
            target: metadata.target_directory.into_std_path_buf(),
        })
    }

    /// Every text file, tracked or new, that git does not ignore.
    pub(crate) fn files(&self) -> Result<Vec<TextFile>> {
        let listing = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&self.root)
            .output()
            .context("list the files with git")?;
        ensure!(listing.status.success(), "git ls-files failed: run it inside the checkout");
        let paths = String::from_utf8(listing.stdout).context("read the paths that git lists")?;
        Ok(paths.split_terminator('\0').filter_map(|path| self.text_file(path)).collect())
    }

    /// A cargo command at the root, by the same cargo that runs this.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments).current_dir(&self.root);
        command
    }

    /// The path of the built product; the profile is `debug` or `release`.
    pub(crate) fn mayday(&self, profile: &str) -> PathBuf {
        self.target.join(profile).join("mayday")
    }

    /// Nothing if the file is gone, is a folder, or is no text.
    fn text_file(&self, path: &str) -> Option<TextFile> {
        let text = fs::read_to_string(self.root.join(path)).ok()?;
        Some(TextFile { path: path.to_owned(), text })
    }
}

/// Runs a command with its output inherited; an error names it.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("start {program}"))?;
    ensure!(status.success(), "{program} ended with {status}");
    Ok(())
}
