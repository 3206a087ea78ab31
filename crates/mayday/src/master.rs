//! The master key: from the environment, from a file, or made beside the data at the first start.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use response::{Keyring, MasterKey};

use crate::world;

/// The variable that holds the key, as 64 hexadecimal digits.
pub(crate) const VARIABLE: &str = "MAYDAY_MASTER_KEY";

/// Where keys are kept.
#[derive(Debug, Clone)]
pub(crate) struct Vault {
    /// The directory of the keys that the master key wraps.
    pub(crate) keys: PathBuf,
    /// The file of the master key, unless the environment holds it.
    pub(crate) master: PathBuf,
}

impl Vault {
    /// Where they are: beside the data, unless the settings say otherwise.
    pub(crate) fn of(data: &Path, keys: &str, master: &str) -> Self {
        let or = |path: &str, beside: &str| match path {
            "" => data.join(beside),
            path => PathBuf::from(path),
        };
        Self { keys: or(keys, "keys"), master: or(master, "master.key") }
    }

    /// Opens the keys. A master key that is nowhere is made, unless there are keys that another one
    /// wrapped.
    pub(crate) fn open(&self) -> Result<Arc<Keyring>> {
        let master = match std::env::var(VARIABLE) {
            Ok(digits) => parse(&digits).with_context(|| format!("{VARIABLE} is no key"))?,
            Err(_) => self.read_file()?,
        };
        let failed = || format!("could not open the keys in {}", self.keys.display());
        Ok(Arc::new(Keyring::open(&self.keys, master, world::fill).with_context(failed)?))
    }

    fn read_file(&self) -> Result<MasterKey> {
        let path = self.master.display();
        match std::fs::read_to_string(&self.master) {
            Ok(digits) => parse(&digits).with_context(|| format!("{path} holds no master key")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                anyhow::ensure!(
                    !self.keys.join("keys.db").exists(),
                    "the master key {path} is gone, and the keys in {} need it: put it back, or \
                     give it in {VARIABLE}",
                    self.keys.display()
                );
                self.make()
            }
            Err(error) => Err(error).with_context(|| format!("could not read {path}")),
        }
    }

    fn make(&self) -> Result<MasterKey> {
        let path = self.master.display();
        let mut bytes = [0; 32];
        world::fill(&mut bytes);
        let failed = || format!("could not write the master key {path}");
        if let Some(directory) = self.master.parent() {
            std::fs::create_dir_all(directory).with_context(failed)?;
        }
        let mut options = std::fs::OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600).open(&self.master);
        let mut file = file.with_context(failed)?;
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(file, "{digits}").and_then(|()| file.sync_all()).with_context(failed)?;
        Ok(MasterKey::new(bytes))
    }
}

/// A key from its 64 hexadecimal digits. The digits never stand in an error.
fn parse(digits: &str) -> Result<MasterKey> {
    let bytes = model::id::unhex(digits.trim());
    let bytes: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.try_into().ok());
    bytes.map(MasterKey::new).context("a master key is 64 hexadecimal digits")
}
