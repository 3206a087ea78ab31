//! What attributes mean: one table made of the tables of all dialects, and what a span has of it.

use std::sync::LazyLock;

use foldhash::{HashMap, HashSet, HashSetExt};
use model::record::Dialect;
use model::{Attribute, StepKind, Value};

use crate::dialect::VOCABULARIES;
use crate::dialect::slot::{BUCKETS, Below, Bucket, CONTENT, Means, SLOTS, Slot};

/// The words of one dialect.
pub(crate) struct Vocabulary {
    /// Which dialect a span speaks that uses them.
    pub(crate) dialect: Dialect,
    /// Whole keys, and what their values are. Of several for one slot the first counts.
    pub(crate) keys: &'static [(&'static str, Means)],
    /// Keys that anybody might use: they mean this only beside keys of the dialect's own.
    pub(crate) loose: &'static [(&'static str, Means)],
    /// Beginnings of keys.
    pub(crate) below: &'static [(&'static str, Below)],
}

/// A word for what a span is, the kind of step, and the operation by OpenTelemetry's name.
pub(crate) type Sort = (&'static str, StepKind, &'static str);

/// A value under a key that is known, and where in the tables the key stands.
#[derive(Debug, Clone, Copy)]
struct Hit<'a> {
    rank: u16,
    vocabulary: u8,
    value: &'a Value,
}

/// A value under a key of which the beginning is known.
#[derive(Debug, Clone, Copy)]
struct Under<'a> {
    below: Below,
    vocabulary: u8,
    rest: &'a str,
    value: &'a Value,
}

/// Where a key stands in the tables.
#[derive(Debug, Clone, Copy)]
struct Entry {
    rank: u16,
    vocabulary: u8,
    means: Means,
    is_loose: bool,
}

/// Every key that some dialect knows, once.
///
/// The keys stand one after the other in one text. A key that was taken from there is known by
/// where it stands, and need not be looked up again.
struct Keys {
    text: &'static str,
    /// By the place at which a key begins in the text: which it is.
    begins: Vec<Option<u16>>,
    by_name: HashMap<&'static str, u16>,
    all: Vec<(&'static str, Entry)>,
}

impl Keys {
    fn of(entries: &[(&'static str, Entry)]) -> Self {
        let text: String = entries.iter().map(|(key, _)| *key).collect();
        let text: &'static str = text.leak();
        let mut begins = vec![None; text.len()];
        let (mut all, mut place) = (Vec::new(), 0);
        for ((key, entry), number) in entries.iter().zip(0_u16..) {
            begins[place] = Some(number);
            all.push((&text[place..place + key.len()], *entry));
            place += key.len();
        }
        let by_name = all.iter().zip(0_u16..).map(|((key, _), number)| (*key, number)).collect();
        Self { text, begins, by_name, all }
    }

    /// Which of the keys it is.
    fn number(&self, key: &str) -> Option<usize> {
        let place = (key.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
        let stands_there = self.begins.get(place).copied().flatten();
        let is_whole = |number: &u16| self.all[usize::from(*number)].0.len() == key.len();
        let number = stands_there.filter(is_whole).or_else(|| self.by_name.get(key).copied());
        number.map(usize::from)
    }

    /// A key as it stands in the text, with what is known of it.
    fn get(&self, key: &str) -> Option<&(&'static str, Entry)> {
        self.number(key).map(|number| &self.all[number])
    }
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let entries = VOCABULARIES.iter().zip(0_u8..).flat_map(|(words, vocabulary)| {
        let own = words.keys.iter().map(move |pair| (vocabulary, pair, false));
        own.chain(words.loose.iter().map(move |pair| (vocabulary, pair, true)))
    });
    let (mut met, mut keys) = (HashSet::new(), Vec::new());
    for ((vocabulary, (key, means), is_loose), rank) in entries.zip(0_u16..) {
        if met.insert(*key) {
            keys.push((*key, Entry { rank, vocabulary, means: *means, is_loose }));
        }
    }
    Keys::of(&keys)
});

/// The same key as the tables have it, if they do.
pub(super) fn known(key: &str) -> Option<&'static str> {
    KEYS.get(key).map(|(known, _)| *known)
}

/// Which of the known keys it is, as [`all_known`] has them.
pub(super) fn number(key: &str) -> Option<usize> {
    KEYS.number(key)
}

/// All known keys.
pub(super) fn all_known() -> impl Iterator<Item = &'static str> {
    KEYS.all.iter().map(|(key, _)| *key)
}

/// What a span, or whoever sent it, has of what is known.
pub(crate) struct Found<'a> {
    slots: [Option<Hit<'a>>; SLOTS],
    tokens: [Option<Hit<'a>>; BUCKETS],
    parameters: Vec<(&'static str, Hit<'a>)>,
    below: Vec<Under<'a>>,
    subjects: Vec<&'a Value>,
    spoken: [bool; VOCABULARIES.len()],
}

impl<'a> Found<'a> {
    /// Looks each attribute up once, whatever their number. Of a key that comes twice the first
    /// value counts.
    pub(crate) fn of(attributes: &'a [Attribute]) -> Self {
        let mut found = Self {
            slots: [None; SLOTS],
            tokens: [None; BUCKETS],
            parameters: Vec::new(),
            below: Vec::new(),
            subjects: Vec::new(),
            spoken: [false; VOCABULARIES.len()],
        };
        let mut loose = Vec::new();
        for (key, value) in attributes.iter().filter(|(_, value)| !is_blank(value)) {
            match KEYS.get(key).map(|(_, entry)| entry) {
                Some(entry) if entry.is_loose => loose.push((*entry, value)),
                Some(entry) => found.take(*entry, value),
                None => found.take_below(key, value),
            }
        }
        for (entry, value) in loose {
            if found.spoken[usize::from(entry.vocabulary)] {
                found.take(entry, value);
            }
        }
        found
    }

    /// Takes in what else is said of the same thing: what is known already stays.
    pub(crate) fn add(&mut self, attributes: &'a [Attribute]) {
        let more = Found::of(attributes);
        for (mine, other) in self.slots.iter_mut().zip(more.slots) {
            *mine = mine.or(other);
        }
        for (mine, other) in self.tokens.iter_mut().zip(more.tokens) {
            *mine = mine.or(other);
        }
        for (mine, other) in self.spoken.iter_mut().zip(more.spoken) {
            *mine |= other;
        }
        for (name, hit) in more.parameters {
            self.take_parameter(name, Hit { rank: u16::MAX, ..hit });
        }
        self.below.extend(more.below);
        self.subjects.extend(more.subjects);
    }

    fn take(&mut self, entry: Entry, value: &'a Value) {
        let Entry { rank, vocabulary, means, .. } = entry;
        self.spoken[usize::from(vocabulary)] = true;
        let hit = Hit { rank, vocabulary, value };
        let place = match means {
            Means::Is(slot) => &mut self.slots[slot as usize],
            Means::Tokens(bucket) => &mut self.tokens[bucket as usize],
            Means::Parameter(name) => return self.take_parameter(name, hit),
            Means::Subject => return self.subjects.push(value),
            Means::Sign => return,
        };
        if place.is_none_or(|known| rank < known.rank) {
            *place = Some(hit);
        }
    }

    fn take_parameter(&mut self, name: &'static str, hit: Hit<'a>) {
        match self.parameters.iter_mut().find(|(other, _)| *other == name) {
            Some((_, known)) if hit.rank < known.rank => *known = hit,
            Some(_) => {}
            None => self.parameters.push((name, hit)),
        }
    }

    fn take_below(&mut self, key: &'a str, value: &'a Value) {
        for (words, vocabulary) in VOCABULARIES.iter().zip(0_u8..) {
            for (beginning, below) in words.below {
                if let Some(rest) = key.strip_prefix(beginning) {
                    self.spoken[usize::from(vocabulary)] = true;
                    return self.below.push(Under { below: *below, vocabulary, rest, value });
                }
            }
        }
    }

    /// The value of a field.
    pub(crate) fn value(&self, slot: Slot) -> Option<&'a Value> {
        self.slots[slot as usize].map(|hit| hit.value)
    }

    /// The value of a field, if it is text.
    pub(crate) fn text(&self, slot: Slot) -> Option<&'a str> {
        self.value(slot)?.as_text()
    }

    /// A count of tokens.
    pub(crate) fn tokens(&self, bucket: Bucket) -> Option<&'a Value> {
        self.tokens[bucket as usize].map(|hit| hit.value)
    }

    /// The parameters of the request.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (&'static str, &'a Value)> {
        self.parameters.iter().map(|(name, hit)| (*name, hit.value))
    }

    /// What stands under keys that begin so, with the rest of each key.
    pub(crate) fn below(&self, below: Below) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let these = self.below.iter().filter(move |under| under.below == below);
        these.map(|under| (under.rest, under.value))
    }

    /// Whether anything stands under keys that begin so.
    pub(crate) fn has_below(&self, below: Below) -> bool {
        self.below.iter().any(|under| under.below == below)
    }

    /// Whom it is about.
    pub(crate) fn subjects(&self) -> &[&'a Value] {
        &self.subjects
    }

    /// The dialect it speaks: the first whose own words it uses.
    pub(crate) fn dialect(&self) -> Dialect {
        let spoken = |dialect: &Dialect| {
            let mut words = VOCABULARIES.iter().zip(self.spoken);
            words.any(|(words, spoken)| spoken && words.dialect == *dialect)
        };
        DIALECTS
            .into_iter()
            .find(spoken)
            .or_else(|| self.vintage())
            .unwrap_or(if spoken(&Dialect::Mayday) { Dialect::Mayday } else { Dialect::Unknown })
    }

    /// Of OpenTelemetry's vintages the oldest that it needs: a client that sends an old name beside
    /// the new one speaks the new one.
    fn vintage(&self) -> Option<Dialect> {
        let slots = self.slots.iter().chain(&self.tokens).flatten();
        let slots = slots.chain(self.parameters.iter().map(|(_, hit)| hit));
        let needed = slots.map(|hit| hit.vocabulary);
        let needed = needed.chain(self.below.iter().map(|under| under.vocabulary));
        let dialects = needed.map(|vocabulary| VOCABULARIES[usize::from(vocabulary)].dialect);
        let vintages = [Dialect::Genai, Dialect::Genai141, Dialect::Genai136, Dialect::GenaiEarly];
        dialects.filter(|dialect| vintages.contains(dialect)).max()
    }
}

/// Those that go before OpenTelemetry's own words, which most of them use too.
const DIALECTS: [Dialect; 6] = [
    Dialect::Langfuse,
    Dialect::Openinference,
    Dialect::Vercel,
    Dialect::Pydantic,
    Dialect::Openllmetry,
    Dialect::Laminar,
];

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Empty => true,
        Value::Text(text) => text.is_empty(),
        _ => false,
    }
}

/// Whether a key holds metadata by what a dialect says of it: a name, a number, an id.
pub(crate) fn is_metadata(key: &str) -> bool {
    KEYS.get(key).is_some_and(|(_, entry)| match entry.means {
        Means::Is(slot) => !CONTENT.contains(&slot),
        Means::Parameter(_) | Means::Tokens(_) => true,
        Means::Subject | Means::Sign => false,
    })
}

/// Whether whom a step is about stands under a key.
pub(crate) fn is_subject(key: &str) -> bool {
    KEYS.get(key).is_some_and(|(_, entry)| entry.means == Means::Subject)
}

/// The field that a key fills, or that the keys fill of which it is one.
pub(crate) fn slot_of(key: &str) -> Option<Slot> {
    if let Some((_, entry)) = KEYS.get(key) {
        return match entry.means {
            Means::Is(slot) => Some(slot),
            _ => None,
        };
    }
    let below = VOCABULARIES.iter().flat_map(|words| words.below);
    let (_, below) = below.into_iter().find(|(beginning, _)| key.starts_with(beginning))?;
    match below {
        Below::Read => Some(Slot::Input),
        Below::Wrote => Some(Slot::Output),
        Below::Definitions => Some(Slot::Definitions),
        Below::Documents => Some(Slot::Documents),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_by_where_it_stands_as_by_its_letters() {
        for (place, key) in all_known().enumerate() {
            let copy = String::from(key);
            assert_eq!((number(key), number(&copy)), (Some(place), Some(place)), "{key}");
            // What begins where a key does is not that key.
            for end in (1..key.len()).filter(|end| key.is_char_boundary(*end)) {
                assert_eq!(number(&key[..end]), number(&copy[..end]), "{key} to {end}");
            }
        }
    }
}
