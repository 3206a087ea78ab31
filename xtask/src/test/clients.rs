//! The real-client test: real Python SDKs export into a started server.
//!
//! The Python environment is `target/clients`; it is made anew when the requirements change.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::system;
use crate::workspace::{Workspace, succeed};

/// Prepares the Python environment and runs the clients against the built product.
pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let environment = workspace.root.join("target/clients");
    prepare(&environment, &workspace.root.join("clients/requirements.txt"))?;
    let mut clients = Command::new(environment.join("bin/python"));
    clients.arg("clients/loop.py").arg("--mayday").arg(workspace.mayday("debug"));
    succeed(clients.current_dir(&workspace.root)).context("run clients/loop.py")
}

/// Makes the environment hold what the requirements say.
fn prepare(environment: &Path, requirements: &Path) -> Result<()> {
    let wanted = fs::read_to_string(requirements).context("read clients/requirements.txt")?;
    let stamp = environment.join("requirements.installed.txt");
    if is_current(&stamp, &wanted) {
        return Ok(());
    }
    eprintln!("    installing clients/requirements.txt into {}", environment.display());
    ensure_python()?;
    succeed(Command::new("python3").args(["-m", "venv", "--clear"]).arg(environment))
        .context("make the Python environment")?;
    let mut pip = Command::new(environment.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    succeed(pip.arg(requirements)).context("install clients/requirements.txt with pip")?;
    fs::write(stamp, wanted).context("note what is installed")
}

/// Whether what was installed is what is wanted; the stamp is a copy of the requirements.
fn is_current(stamp: &Path, wanted: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|installed| installed == wanted)
}

/// Python with the modules that make an environment; Debian ships them apart.
fn ensure_python() -> Result<()> {
    let probe = Command::new("python3").args(["-c", "import venv, ensurepip"]).output();
    if probe.is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    system::install("python3-venv")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_is_current_while_its_requirements_stand() {
        let folder = tempfile::tempdir().unwrap();
        let stamp = folder.path().join("stamp");
        assert!(!is_current(&stamp, "openai==2\n"));
        fs::write(&stamp, "openai==2\n").unwrap();
        assert!(is_current(&stamp, "openai==2\n"));
        assert!(!is_current(&stamp, "openai==3\n"));
    }
}
