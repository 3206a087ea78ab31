//! Keys: kept apart from the data, wrapped by a master key that is kept apart from both.
//!
//! Each tenant has a secret; each person that flights are about has a key. Whoever destroys a
//! person's key has erased what was said about that person, in every file and every copy.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use model::Address;
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::FlightError;
use crate::secret::{Random, Secret};

/// Keys remembered of each kind; beyond, they are read again.
const MOST_KNOWN: usize = 100_000;

/// The key that wraps all others; comes from a file or the environment, never from the data.
#[derive(Debug, Clone)]
pub struct MasterKey(Secret);

/// Every tenant's and every person's key.
#[derive(Debug)]
pub struct Keyring {
    file: Mutex<Connection>,
    master: Secret,
    random: Random,
}

/// The keys of one tenant.
#[derive(Debug)]
pub(crate) struct TenantKeys {
    ring: Arc<Keyring>,
    secret: Secret,
    known: Mutex<Known>,
}

/// Keys in use, by whom they are of and by their own id.
#[derive(Debug, Default)]
struct Known {
    current: HashMap<Address, SubjectKey>,
    by_id: HashMap<KeyId, Option<Secret>>,
}

/// Names a person's key.
pub(crate) type KeyId = [u8; 16];

/// A person's key.
#[derive(Debug, Clone)]
pub(crate) struct SubjectKey {
    pub(crate) id: KeyId,
    pub(crate) secret: Secret,
}

impl MasterKey {
    /// The key with these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }
}

impl Keyring {
    /// Opens the keys in a directory, and makes it if it is not there. Fails if another master key
    /// wrapped them.
    pub fn open(directory: &Path, master: MasterKey, random: Random) -> Result<Self, FlightError> {
        let unusable = |source| FlightError::Directory { path: directory.to_path_buf(), source };
        std::fs::create_dir_all(directory).map_err(unusable)?;
        let path = directory.join("keys.db");
        let opened = Connection::open(&path).and_then(Self::prepared);
        let file = opened.map_err(|source| FlightError::Open { path, source })?;
        Self::on(file, master, random)
    }

    /// Keys that are forgotten with the process.
    pub fn in_memory(random: Random) -> Result<Self, FlightError> {
        let file = Connection::open_in_memory().and_then(Self::prepared);
        let file = file.map_err(FlightError::Keys)?;
        let mut master = [0; 32];
        random(&mut master);
        Self::on(file, MasterKey::new(master), random)
    }

    fn prepared(file: Connection) -> rusqlite::Result<Connection> {
        file.pragma_update(None, "journal_mode", "WAL")?;
        file.pragma_update(None, "synchronous", "FULL")?;
        file.pragma_update(None, "secure_delete", "ON")?;
        file.execute_batch(include_str!("sql/keys.sql"))?;
        Ok(file)
    }

    fn on(file: Connection, master: MasterKey, random: Random) -> Result<Self, FlightError> {
        let ring = Self { file: Mutex::new(file), master: master.0, random };
        ring.secret("check")?;
        Ok(ring)
    }

    /// The secret of this name; made when it is first asked for.
    fn secret(&self, name: &str) -> Result<Secret, FlightError> {
        let file = self.file();
        let wrapped: Option<Vec<u8>> = file
            .query_row(include_str!("sql/secret.sql"), [name], |row| row.get(0))
            .optional()
            .map_err(FlightError::Keys)?;
        if let Some(wrapped) = wrapped {
            return self.unwrapped(&wrapped, name.as_bytes()).ok_or(FlightError::WrongMasterKey);
        }
        let secret = Secret::random(self.random);
        let wrapped = self.master.seal(secret.bytes(), name.as_bytes());
        file.execute(include_str!("sql/insert_secret.sql"), params![name, wrapped])
            .map_err(FlightError::Keys)?;
        Ok(secret)
    }

    fn unwrapped(&self, wrapped: &[u8], about: &[u8]) -> Option<Secret> {
        let bytes = self.master.open(wrapped, about)?;
        Some(Secret::new(bytes.try_into().ok()?))
    }

    fn file(&self) -> MutexGuard<'_, Connection> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn random_id(&self) -> KeyId {
        let mut id = [0; 16];
        (self.random)(&mut id);
        id
    }
}

impl TenantKeys {
    /// Whether the ring holds a tenant's secret: if not, it can't be the one its flights were made
    /// with.
    pub(crate) fn are_in(ring: &Keyring, tenant: &str) -> Result<bool, FlightError> {
        let name = format!("tenant/{tenant}");
        let file = ring.file();
        let mut find = file.prepare(include_str!("sql/secret.sql")).map_err(FlightError::Keys)?;
        find.exists([&name]).map_err(FlightError::Keys)
    }

    pub(crate) fn of(ring: &Arc<Keyring>, tenant: &str) -> Result<Self, FlightError> {
        let secret = ring.secret(&format!("tenant/{tenant}"))?;
        Ok(Self { ring: Arc::clone(ring), secret, known: Mutex::default() })
    }

    /// The tenant's own secret for a purpose.
    pub(crate) fn secret(&self, purpose: &str) -> Secret {
        self.secret.derive(purpose.as_bytes())
    }

    /// A fresh secret.
    pub(crate) fn fresh(&self) -> Secret {
        Secret::random(self.ring.random)
    }

    /// Encrypts a text with a key, bound to what it is about.
    pub(crate) fn seal(&self, key: &Secret, text: &[u8], about: &[u8]) -> Vec<u8> {
        key.seal_at_random(text, about, self.ring.random)
    }

    /// The keys of these people, made and durable where they were not there.
    pub(crate) fn subjects(&self, people: &[Address]) -> Result<Vec<SubjectKey>, FlightError> {
        let mut keys = self.remembered(people);
        if keys.len() < people.len() {
            keys = self.kept_or_made(people).map_err(FlightError::Keys)?;
            let mut known = self.known();
            if known.current.len() >= MOST_KNOWN {
                known.current.clear();
            }
            known.current.extend(people.iter().copied().zip(keys.iter().cloned()));
        }
        Ok(keys)
    }

    fn remembered(&self, people: &[Address]) -> Vec<SubjectKey> {
        let known = self.known();
        people.iter().filter_map(|person| known.current.get(person).cloned()).collect()
    }

    /// One transaction for all, because each is synced to disk before it is used.
    fn kept_or_made(&self, people: &[Address]) -> rusqlite::Result<Vec<SubjectKey>> {
        let mut file = self.ring.file();
        let transaction = file.transaction()?;
        let keys = people.iter().map(|person| self.kept_or_made_in(&transaction, person));
        let keys = keys.collect::<rusqlite::Result<_>>()?;
        transaction.commit()?;
        Ok(keys)
    }

    fn kept_or_made_in(&self, file: &Connection, person: &Address) -> rusqlite::Result<SubjectKey> {
        let current = |row: &rusqlite::Row| Ok((row.get(0)?, row.get(1)?));
        let kept: Option<(KeyId, Vec<u8>)> = file
            .query_row(include_str!("sql/current_subject.sql"), [person.as_bytes()], current)
            .optional()?;
        let kept = kept.and_then(|(id, wrapped)| {
            Some(SubjectKey { id, secret: self.ring.unwrapped(&wrapped, &id)? })
        });
        if let Some(key) = kept {
            return Ok(key);
        }
        let key = SubjectKey { id: self.ring.random_id(), secret: self.fresh() };
        let wrapped = self.ring.master.seal(key.secret.bytes(), &key.id);
        let row = params![key.id, person.as_bytes(), wrapped];
        file.execute(include_str!("sql/insert_subject.sql"), row)?;
        Ok(key)
    }

    /// The key of this id; none if it was destroyed.
    pub(crate) fn by_id(&self, id: &KeyId) -> Result<Option<Secret>, FlightError> {
        if let Some(secret) = self.known().by_id.get(id) {
            return Ok(secret.clone());
        }
        let found: Option<Option<Vec<u8>>> = self
            .ring
            .file()
            .query_row(include_str!("sql/subject.sql"), [id], |row| row.get(0))
            .optional()
            .map_err(FlightError::Keys)?;
        // A key that was destroyed has left its row behind; of one that is not there at all nobody
        // can say so.
        let secret = match found.ok_or(FlightError::MissingKey)? {
            None => None,
            Some(wrapped) => {
                let secret = self.ring.unwrapped(&wrapped, id);
                Some(secret.ok_or(FlightError::WrongMasterKey)?)
            }
        };
        let mut known = self.known();
        if known.by_id.len() >= MOST_KNOWN {
            known.by_id.clear();
        }
        known.by_id.insert(*id, secret.clone());
        Ok(secret)
    }

    /// These keys, and for each that was destroyed the key that its person has now: whoever was
    /// erased can be erased again from what came later.
    pub(crate) fn or_heirs(&self, ids: &[KeyId]) -> Result<Vec<KeyId>, FlightError> {
        let mut all = Vec::with_capacity(ids.len());
        for id in ids {
            if self.by_id(id)?.is_some() {
                all.push(*id);
                continue;
            }
            let person = self.person_of(id)?;
            all.extend(self.subjects(&[person])?.into_iter().map(|key| key.id));
        }
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }

    fn person_of(&self, id: &KeyId) -> Result<Address, FlightError> {
        let person = |row: &rusqlite::Row| row.get::<_, [u8; 16]>(0);
        let file = self.ring.file();
        let found = file.query_row(include_str!("sql/person_of.sql"), [id], person).optional();
        found.map_err(FlightError::Keys)?.map(Address::new).ok_or(FlightError::MissingKey)
    }

    /// The ids of a person's keys.
    pub(crate) fn ids(&self, person: Address) -> Result<Vec<KeyId>, FlightError> {
        let file = self.ring.file();
        let mut find =
            file.prepare(include_str!("sql/subject_ids.sql")).map_err(FlightError::Keys)?;
        let ids = find.query_map([person.as_bytes()], |row| row.get(0));
        ids.and_then(Iterator::collect).map_err(FlightError::Keys)
    }

    /// Destroys all keys of a person; says how many there were.
    pub(crate) fn destroy(&self, person: Address, now: Timestamp) -> Result<usize, FlightError> {
        let mut known = self.known();
        let file = self.ring.file();
        let destroyed = file
            .execute(
                include_str!("sql/destroy_subject.sql"),
                params![person.as_bytes(), now.as_second()],
            )
            .map_err(FlightError::Keys)?;
        // Old pages stand in the log until it is written back and emptied.
        file.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").map_err(FlightError::Keys)?;
        drop(file);
        *known = Known::default();
        Ok(destroyed)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
