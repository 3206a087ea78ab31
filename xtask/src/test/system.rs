//! What the machine has: programs on the path, and packages of a Debian system.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::workspace::succeed;

/// The first of these programs that is on the path.
pub(super) fn program(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let places = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.into_iter().find(|place| place.is_file())
}

/// Installs a Debian package, if this is Debian and we are root; else says how to mend it.
pub(super) fn install(package: &str) -> Result<()> {
    if !is_debian() || !is_root() {
        bail!(
            "{package} is missing: install it (Debian, as root: apt-get install {package}), \
             or leave its step out with --without"
        );
    }
    eprintln!("    installing {package} from the system's packages");
    apt_get(&["update", "--quiet=2"])?;
    apt_get(&["install", "--quiet=2", "--yes", "--no-install-recommends", package])
        .with_context(|| format!("install {package}"))
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    let mut command = Command::new("apt-get");
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    succeed(command.stdout(Stdio::null()))
}

fn is_debian() -> bool {
    Path::new("/etc/debian_version").exists()
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_program_that_exists_is_found() {
        let shell = program(&["no-such-program", "sh"]).unwrap();
        assert!(shell.ends_with("sh"));
        assert_eq!(program(&["no-such-program"]), None);
    }
}
