//! Text as people, models and tools write it: seeded, varied, and about as compressible as prose.

use model::id::hex;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A list for each [`List`], in its order: an empty line between two, commas within.
const LISTS: &str = include_str!("words.txt");

/// What sentences are made of.
#[derive(Clone, Copy)]
enum List {
    Openers,
    Who,
    Did,
    How,
    What,
    Where,
    Tails,
}

/// A stream of text, numbers and ids; the same seed and stream give the same.
pub(super) struct Words {
    rng: ChaCha8Rng,
    lists: Vec<Vec<&'static str>>,
}

impl Words {
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        let words = |list: &'static str| {
            let words = list.split([',', '\n']).map(str::trim);
            words.filter(|word| !word.is_empty()).collect()
        };
        Self { rng, lists: LISTS.split("\n\n").map(words).collect() }
    }

    /// A whole number below `limit`, which is not zero.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        let wide = u64::from(self.rng.next_u32()) * limit as u64;
        (wide >> 32) as usize
    }

    /// A whole number of `[low, high)`.
    pub(super) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low)
    }

    /// Whether one of so many cases is this one.
    pub(super) fn one_in(&mut self, cases: usize) -> bool {
        self.below(cases) == 0
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }

    /// So many random bytes as hexadecimal digits.
    pub(super) fn id<const N: usize>(&mut self) -> String {
        hex(&self.bytes::<N>())
    }

    fn word(&mut self, list: List) -> &'static str {
        let place = self.below(self.lists[list as usize].len());
        self.lists[list as usize][place]
    }

    /// Two words that could be a title.
    pub(super) fn title(&mut self) -> String {
        format!("{} {}", self.word(List::How), self.word(List::What))
    }

    /// Sentences of about so many bytes in all: never fewer, by less than a sentence more.
    pub(super) fn text(&mut self, bytes: usize) -> String {
        let mut text = String::with_capacity(bytes + 200);
        while text.len() < bytes {
            if !text.is_empty() {
                text.push_str(if self.one_in(9) { "\n\n" } else { " " });
            }
            self.sentence(&mut text);
        }
        text
    }

    fn sentence(&mut self, text: &mut String) {
        let begins = text.len();
        if self.one_in(3) {
            text.push_str(self.word(List::Openers));
            text.push_str(", ");
        }
        self.clause(text);
        match self.below(4) {
            0 => {
                text.push_str(", ");
                text.push_str(self.word(List::Tails));
            }
            1 => {
                text.push_str(if self.one_in(2) { " and " } else { ", but " });
                self.clause(text);
            }
            _ => {}
        }
        text.push(if self.one_in(12) { '?' } else { '.' });
        if let Some(first) = text.get_mut(begins..=begins) {
            first.make_ascii_uppercase();
        }
    }

    fn clause(&mut self, text: &mut String) {
        for word in [self.word(List::Who), " ", self.word(List::Did), " "] {
            text.push_str(word);
        }
        self.thing(text);
        match self.below(4) {
            0 => {
                text.push(' ');
                text.push_str(self.word(List::Where));
            }
            1 => text.push_str(&format!(" at {}:{:02}", self.below(24), self.below(60))),
            _ => {}
        }
    }

    fn thing(&mut self, text: &mut String) {
        match self.below(8) {
            0 => text.push_str(&format!("order A-{:05}", self.below(99_999))),
            1 => text.push_str(&format!("{} {}s", self.between(2, 40), self.word(List::What))),
            2 => text.push_str(&format!("{}.{:02} euros", self.below(900), self.below(100))),
            place => {
                text.push_str(if place < 6 { "the " } else { "a " });
                if self.one_in(2) {
                    text.push_str(self.word(List::How));
                    text.push(' ');
                }
                text.push_str(self.word(List::What));
            }
        }
    }

    /// What a tool answers: a list of records in JSON, of about so many bytes.
    pub(super) fn records(&mut self, bytes: usize) -> String {
        let mut json = String::with_capacity(bytes + 400);
        json.push_str("{\"results\":[");
        loop {
            json.push_str(&self.record());
            if json.len() + 40 >= bytes {
                break;
            }
            json.push(',');
        }
        json.push_str(&format!("],\"total\":{},\"cursor\":null}}", self.below(5_000)));
        json
    }

    fn record(&mut self) -> String {
        let note = self.text(60);
        format!(
            "{{\"id\":\"{}\",\"title\":\"{}\",\"status\":\"{}\",\"amount\":{}.{:02},\
             \"updated_at\":\"2026-{:02}-{:02}T{:02}:{:02}:{:02}Z\",\"note\":{}}}",
            self.id::<6>(),
            self.title(),
            ["open", "closed", "waiting", "cancelled"][self.below(4)],
            self.below(4_000),
            self.below(100),
            self.between(1, 13),
            self.between(1, 29),
            self.below(24),
            self.below(60),
            self.below(60),
            super::span::json(&note),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_has_words() {
        let words = Words::new(1, 1);
        let lengths: Vec<usize> = words.lists.iter().map(Vec::len).collect();
        assert_eq!(lengths, [24, 40, 56, 60, 120, 40, 24]);
    }

    #[test]
    fn the_same_seed_and_stream_say_the_same() {
        let text = |seed, stream| Words::new(seed, stream).text(500);
        assert_eq!(text(1, 1), text(1, 1));
        assert_ne!(text(1, 1), text(2, 1));
        assert_ne!(text(1, 1), text(1, 2));
    }

    #[test]
    fn records_are_json_of_about_the_size_asked_for() {
        let records = Words::new(1, 1).records(2_000);
        assert!((2_000..2_500).contains(&records.len()), "{}", records.len());
        let json: serde_json::Value = serde_json::from_str(&records).unwrap();
        assert!(json["results"].as_array().unwrap().len() > 5);
    }

    /// English prose shrinks to between 0.3 and 0.5 at this level, pieces of 20 KB on their own.
    #[test]
    fn text_compresses_as_prose_does() {
        let text = Words::new(1, 1).text(20_000);
        let packed = zstd::bulk::compress(text.as_bytes(), 1).unwrap();
        let ratio = packed.len() as f64 / text.len() as f64;
        assert!((0.3..0.5).contains(&ratio), "{ratio}");
    }
}
