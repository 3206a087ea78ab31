//! The table of directions, as `xtask/layers.toml` states it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// What each crate may use, reach, mention and read.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    /// The crates of the workspace that each crate may use.
    pub(super) uses: BTreeMap<String, Vec<String>>,
    /// The crates that serve tests alone.
    #[serde(default)]
    pub(super) dev_only: Names,
    /// What a pure crate is kept from.
    #[serde(default)]
    pub(super) pure: Pure,
    /// Who reads the environment.
    #[serde(default)]
    pub(super) environment: Environment,
    /// The crates in which a dependency may stand.
    #[serde(default)]
    pub(super) fences: BTreeMap<String, Vec<String>>,
}

/// A list of crates.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Names {
    /// Their names.
    pub(super) crates: Vec<String>,
}

/// The crates with the same output for the same input.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pure {
    /// Their names.
    pub(super) crates: Vec<String>,
    /// Packages that they must not reach through normal dependencies.
    pub(super) never_reach: Vec<String>,
    /// Paths that their sources must not name, as `outer::inner`.
    pub(super) never_mention: Vec<String>,
}

/// Environment variables and arguments.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Environment {
    /// The crates that may read them.
    pub(super) readers: Vec<String>,
}

impl Table {
    /// Reads the table.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let name = || format!("read {}", path.display());
        let text = fs::read_to_string(path).with_context(name)?;
        toml::from_str(&text).with_context(name)
    }

    /// Who reads the environment, in words.
    pub(super) fn readers(&self) -> String {
        self.environment.readers.join(", ")
    }
}
