//! The hash chain: how each entry vouches for all before it, and how anyone can check that.
//!
//! # The recipe
//!
//! An entry's hash is the SHA-256 of eight fields, one after the other. Before each field stands
//! its length in bytes, as 8 bytes, big-endian. The fields, in this order:
//!
//! 1. `mayday ledger 1`, the 15 ASCII bytes that set this hash apart from every other;
//! 2. `prev`, the 32 bytes of the hash of the entry before; 32 zero bytes for the first;
//! 3. `seq`, the place in the ledger, as decimal digits, from 1;
//! 4. `stream`, in UTF-8;
//! 5. `version`, the place in the stream, as decimal digits, from 1;
//! 6. `at`, nanoseconds since 1970-01-01T00:00:00Z, as decimal digits, with `-` before that;
//! 7. `actor`, in UTF-8;
//! 8. `body`, the bytes of the fact's JSON exactly as they are stored. JSON is never parsed and
//!    written again to make a hash.
//!
//! With any other tool, here Python and nothing else, on `ledger.db`:
//!
//! ```python
//! import hashlib, sqlite3
//! db, prev, n = sqlite3.connect("ledger.db"), bytes(32), 0
//! db.text_factory = bytes
//! columns = "seq, stream, version, at, actor, body, prev, hash"
//! for row in db.execute(f"SELECT {columns} FROM entry ORDER BY seq"):
//!     seq, stream, version, at, actor, body, before, hash = row
//!     fields = [b"mayday ledger 1", before, b"%d" % seq, stream, b"%d" % version, b"%d" % at,
//!               actor, body]
//!     said = b"".join(len(field).to_bytes(8, "big") + field for field in fields)
//!     assert (seq, before, hash) == (n + 1, prev, hashlib.sha256(said).digest()), seq
//!     prev, n = hash, seq
//! print(n, "entries, head", prev.hex())
//! ```
//!
//! # What it shows, and what it can't
//!
//! Verification finds the first entry that was changed in any column, removed, inserted, moved,
//! or numbered wrongly in its stream. It reads hashes, never facts: an entry whose fact only a
//! newer version understands is intact, and [`crate::Ledger::read`] gives it as it is stored.
//!
//! The chain holds no secret. Whoever can write the file can remove the newest entries, or
//! rebuild every hash from some entry on, and what is left is a perfect chain. Only the head tells:
//! note it where the ledger's owner can't write (a ticket, a mail, a print-out), and compare it
//! later with the hash of the entry at that `seq`.

use std::collections::HashMap;
use std::fmt;

use model::ContentHash;

use crate::row::Row;

/// What following the chain from the first entry to the newest showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// Every entry is as it was written and where it was written.
    Intact {
        /// How many entries there are, which is also the `seq` of the newest.
        entries: u64,
        /// The newest entry's hash; 64 zeros for an empty ledger. Note it elsewhere.
        head: ContentHash,
    },
    /// The chain holds up to an entry, and that one fails.
    Broken {
        /// The first place where the chain fails.
        seq: u64,
        /// What is wrong there.
        why: Flaw,
    },
}

/// What is wrong with the first entry that fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// The entry is gone: another stands where it should.
    Missing {
        /// The `seq` of the one that stands there.
        found: i64,
    },
    /// Its hash is not the hash of what it says: it was changed in a column, or moved.
    Changed,
    /// It was written to follow another entry than the one before it.
    Detached,
    /// It does not count on from the entry before it in its stream.
    Misnumbered {
        /// The version that comes next in the stream.
        expected: u64,
        /// The version it has.
        found: i64,
    },
}

/// How far the chain has been followed.
#[derive(Debug)]
pub(crate) struct Chain {
    entries: u64,
    head: ContentHash,
    versions: HashMap<Vec<u8>, u64>,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flaw::Missing { found } => write!(f, "it is missing: entry {found} stands there"),
            Flaw::Changed => f.write_str("its hash is not the hash of what it says"),
            Flaw::Detached => f.write_str("it does not follow from the entry before it"),
            Flaw::Misnumbered { expected, found } => {
                write!(f, "it is version {found} of its stream, where {expected} comes next")
            }
        }
    }
}

impl Default for Chain {
    fn default() -> Self {
        Self { entries: 0, head: genesis(), versions: HashMap::new() }
    }
}

impl Chain {
    /// Takes the next row in, given the hash of what it says, or says why another must come.
    pub(crate) fn follow(&mut self, row: &Row, hash: ContentHash) -> Result<(), Flaw> {
        if u64::try_from(row.seq) != Ok(self.next_seq()) {
            return Err(Flaw::Missing { found: row.seq });
        }
        if row.hash != hash.as_bytes() {
            return Err(Flaw::Changed);
        }
        if row.prev != self.head.as_bytes() {
            return Err(Flaw::Detached);
        }
        let known = self.versions.get_mut(&row.stream);
        let expected = known.as_ref().map_or(1, |version| **version + 1);
        if u64::try_from(row.version) != Ok(expected) {
            return Err(Flaw::Misnumbered { expected, found: row.version });
        }
        match known {
            Some(version) => *version = expected,
            None => _ = self.versions.insert(row.stream.clone(), expected),
        }
        self.entries = self.next_seq();
        self.head = hash;
        Ok(())
    }

    /// How many rows were taken in.
    pub(crate) fn entries(&self) -> u64 {
        self.entries
    }

    /// The hash of the last of them.
    pub(crate) fn head(&self) -> ContentHash {
        self.head
    }

    /// The `seq` that comes next.
    pub(crate) fn next_seq(&self) -> u64 {
        self.entries + 1
    }

    pub(crate) fn intact(&self) -> Verified {
        Verified::Intact { entries: self.entries, head: self.head }
    }
}

/// What the first entry follows.
#[expect(clippy::expect_used, reason = "the length is a constant")]
fn genesis() -> ContentHash {
    ContentHash::from_bytes(&[0; 32]).expect("invariant: 32 bytes are a hash")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::tests::first;

    /// A chain of entries in one stream.
    fn rows(count: i64) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for seq in 1..=count {
            let prev = rows.last().map_or(vec![0; 32], |row| row.hash.clone());
            rows.push(signed(Row { seq, version: seq, prev, ..first() }));
        }
        rows
    }

    fn signed(mut row: Row) -> Row {
        row.hash = row.digest().as_bytes().to_vec();
        row
    }

    fn flaw(rows: &[Row]) -> Option<(u64, Flaw)> {
        let mut chain = Chain::default();
        rows.iter().find_map(|row| {
            chain.follow(row, row.digest()).err().map(|why| (chain.next_seq(), why))
        })
    }

    #[test]
    fn a_chain_holds_from_the_first_entry_to_the_newest() {
        assert_eq!(flaw(&rows(5)), None);
        assert_eq!(flaw(&[]), None);
    }

    #[test]
    fn a_change_to_any_column_is_noticed_where_it_was_made() {
        let changes: [fn(&mut Row); 7] = [
            |row| row.stream[0] ^= 1,
            |row| row.version += 1,
            |row| row.at -= 1,
            |row| row.actor.push(b' '),
            |row| row.body[0] = 0xff,
            |row| row.prev[31] ^= 1,
            |row| row.hash.truncate(31),
        ];
        for (column, change) in changes.iter().enumerate() {
            let mut rows = rows(4);
            change(&mut rows[2]);
            assert_eq!(flaw(&rows), Some((3, Flaw::Changed)), "column {column}");
        }
    }

    #[test]
    fn an_entry_rewritten_with_its_hash_leaves_the_next_one_detached() {
        let mut rows = rows(4);
        rows[1] = signed(Row { actor: "eve".into(), ..rows[1].clone() });
        assert_eq!(flaw(&rows), Some((3, Flaw::Detached)));
    }

    #[test]
    fn a_gap_in_a_stream_is_noticed_even_in_a_chain_of_good_hashes() {
        let mut rows = rows(2);
        let prev = rows[1].hash.clone();
        rows.push(signed(Row { seq: 3, version: 4, prev, ..first() }));
        assert_eq!(flaw(&rows), Some((3, Flaw::Misnumbered { expected: 3, found: 4 })));
    }

    #[test]
    fn an_entry_slipped_in_before_the_first_is_noticed() {
        let mut rows = rows(2);
        rows.insert(0, signed(Row { seq: -1, ..first() }));
        assert_eq!(flaw(&rows), Some((1, Flaw::Missing { found: -1 })));
    }
}
