//! Snapshots: what a projection made of the entries so far, so that it need not begin anew.
//!
//! A snapshot saves time and proves nothing. It names its projection and version, the last entry
//! it holds and that entry's hash, and carries a checksum. One that does not fit the ledger to the
//! last byte is not there, and its projection is folded from the first entry. `verify` never looks
//! at it; deleting all of them loses nothing.
//!
//! A file is the line `mayday snapshot 1`, a line of JSON, and the projection's own bytes.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use model::ContentHash;
use serde::{Deserialize, Serialize};

/// What a file begins with; another number is another format.
const FORMAT: &[u8] = b"mayday snapshot 1\n";

/// What a projection made of the entries up to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The projection, in letters and `_`.
    pub name: String,
    /// The version of the projection: another one folds in another way.
    pub version: u32,
    /// The last entry it holds.
    pub seq: u64,
    /// The projection's own bytes.
    pub body: Vec<u8>,
}

/// Why there is no snapshot to go on from.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// None was kept yet.
    #[error("none is kept")]
    Missing,
    /// It can't be read.
    #[error("it can't be read")]
    Unreadable(#[source] io::Error),
    /// It is not as it was written, or of a format that this version does not know.
    #[error("it is damaged, or has another format")]
    Damaged,
    /// The projection folds in another way by now.
    #[error("it is of version {found}")]
    Version {
        /// The version it has.
        found: u32,
    },
    /// The ledger does not hold the entry it ends with.
    #[error("it ends with another entry {seq} than the ledger holds")]
    OtherChain {
        /// That entry's place.
        seq: u64,
    },
}

/// Where snapshots are kept.
#[derive(Debug)]
pub(crate) enum Shelf {
    Directory(PathBuf),
    Memory(Mutex<BTreeMap<String, Vec<u8>>>),
}

/// The line that says what a snapshot is.
#[derive(Debug, Serialize, Deserialize)]
struct Label {
    name: String,
    version: u32,
    seq: u64,
    head: ContentHash,
    body: ContentHash,
}

impl Shelf {
    /// Puts a snapshot in the place of an earlier one, whole or not at all.
    pub(crate) fn keep(&self, it: &Snapshot, head: ContentHash) -> io::Result<()> {
        let Snapshot { name, version, seq, body } = it;
        let hash = ContentHash::of(body);
        let label = Label { name: name.clone(), version: *version, seq: *seq, head, body: hash };
        let mut bytes = FORMAT.to_vec();
        serde_json::to_writer(&mut bytes, &label)?;
        bytes.push(b'\n');
        bytes.extend_from_slice(body);
        match self {
            Shelf::Directory(directory) => {
                fs::create_dir_all(directory)?;
                let (new, path) = (directory.join(format!("{name}.new")), directory.join(name));
                let mut file = File::create(&new)?;
                file.write_all(&bytes)?;
                file.sync_all()?;
                fs::rename(new, path)
            }
            Shelf::Memory(kept) => {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.insert(name.clone(), bytes);
                Ok(())
            }
        }
    }

    /// The snapshot of a projection, with the hash of the entry it ends with.
    pub(crate) fn find(&self, name: &str) -> Result<(Snapshot, ContentHash), Unfit> {
        let bytes = match self {
            Shelf::Directory(directory) => match fs::read(directory.join(name)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Unfit::Missing),
                read => read.map_err(Unfit::Unreadable),
            },
            Shelf::Memory(kept) => {
                let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.get(name).cloned().ok_or(Unfit::Missing)
            }
        };
        parse(&bytes?, name).ok_or(Unfit::Damaged)
    }
}

fn parse(bytes: &[u8], name: &str) -> Option<(Snapshot, ContentHash)> {
    let bytes = bytes.strip_prefix(FORMAT)?;
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (label, body) = (bytes.get(..end)?, bytes.get(end + 1..)?);
    let label: Label = serde_json::from_slice(label).ok()?;
    if label.name != name || label.body != ContentHash::of(body) {
        return None;
    }
    let (version, seq, body) = (label.version, label.seq, body.to_vec());
    Some((Snapshot { name: label.name, version, seq, body }, label.head))
}
