//! The real-client test: real SDKs, of Python and of Node.js, export into a started server.
//!
//! Their packages are installed into `target/clients` and `target/clients-node`, anew when what is
//! required changes.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::system;
use crate::workspace::{Workspace, succeed};

/// Prepares both environments, then runs the loop and the golden records against the built product.
pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let environment = workspace.root.join("target/clients");
    prepare(&environment, &workspace.root.join("clients/requirements.txt"))?;
    let modules = workspace.root.join("target/clients-node");
    prepare_modules(&modules, &workspace.root.join("clients/node"))?;
    let program = |script: &str| {
        let mut command = Command::new(environment.join("bin/python"));
        command.arg(script).arg("--mayday").arg(workspace.mayday("debug"));
        command.current_dir(&workspace.root);
        command
    };
    succeed(&mut program("clients/loop.py")).context("run clients/loop.py")?;
    let mut golden = program("clients/golden.py");
    succeed(golden.arg("--modules").arg(modules)).context("run clients/golden.py")
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

/// Makes a folder hold the packages of Node.js that the lock file pins, and Node.js itself.
fn prepare_modules(folder: &Path, package: &Path) -> Result<()> {
    let wanted = fs::read_to_string(package.join("package-lock.json"))
        .context("read clients/node/package-lock.json")?;
    let stamp = folder.join("lock.installed.json");
    if is_current(&stamp, &wanted) {
        return Ok(());
    }
    eprintln!("    installing clients/node into {}", folder.display());
    if system::program(&["npm"]).is_none() {
        system::install("npm")?;
    }
    fs::create_dir_all(folder).context("make the folder for the packages of Node.js")?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(package.join(file), folder.join(file)).with_context(|| format!("copy {file}"))?;
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]);
    succeed(npm.current_dir(folder)).context("install clients/node with npm")?;
    fs::write(stamp, wanted).context("note what is installed")
}

/// Whether what was installed is what is wanted; the stamp is a copy of what was required.
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
