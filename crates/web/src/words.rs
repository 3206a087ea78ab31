//! Figures, times and names as pages write them, on top of `response::wording`.

use jiff::Timestamp;
use model::BehaviourRate;
use response::wording;

/// An instant, for people and for machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct When {
    /// RFC 3339.
    pub(crate) iso: String,
    /// `2026-11-22 02:07:11 UTC`
    pub(crate) text: String,
}

/// A level: short in the text, whole where one asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LevelText {
    /// Hashes cut to eight digits.
    pub(crate) short: String,
    /// As recorded.
    pub(crate) full: String,
}

/// A sentence in which some words are code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prose(pub(crate) Vec<Piece>);

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Words.
    Words(String),
    /// Code, which stood between backticks.
    Code(String),
}

/// A rate as a horizontal bar with its interval, in thousandths of the bar's length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bar {
    /// Length of the bar.
    pub(crate) value: u32,
    /// Where the interval begins.
    pub(crate) low: u32,
    /// How long the interval is.
    pub(crate) range: u32,
}

/// Shortest scale of bars, so that small rates look small.
const SHORTEST_SCALE: f64 = 0.2;

impl When {
    /// The instant in words.
    pub(crate) fn at(at: Timestamp) -> Self {
        Self { iso: at.to_string(), text: wording::moment(at) }
    }
}

impl LevelText {
    /// The level in both forms.
    pub(crate) fn of(level: &str) -> Self {
        Self { short: wording::level(level), full: level.to_owned() }
    }

    /// Where there was no level.
    pub(crate) fn absent() -> Self {
        Self { short: "nothing".to_owned(), full: "not there before".to_owned() }
    }
}

impl Prose {
    /// Words with backticks around what is code, as a sentence.
    pub(crate) fn of(text: &str) -> Self {
        let text = capitalised(&sentence(text));
        let pieces = text.split('`').enumerate().map(|(place, piece)| match place % 2 {
            0 => Piece::Words(piece.to_owned()),
            _ => Piece::Code(piece.to_owned()),
        });
        Self(pieces.collect())
    }
}

impl Bar {
    /// The rate on a scale from 0 to `scale`; none without a known outcome.
    pub(crate) fn of(rate: &BehaviourRate, scale: f64) -> Option<Self> {
        let place = |share: f64| (1000.0 * (share / scale).clamp(0.0, 1.0)).round() as u32;
        let (value, low, high) = (place(rate.rate?), place(rate.low), place(rate.high));
        Some(Self { value, low, range: high - low })
    }

    /// The scale on which all of these rates fit, intervals included.
    pub(crate) fn scale<'a>(rates: impl IntoIterator<Item = &'a BehaviourRate>) -> f64 {
        let known = rates.into_iter().filter(|rate| rate.n > 0);
        known.map(|rate| rate.high).fold(SHORTEST_SCALE, f64::max)
    }
}

/// `604 of 5120`
pub(crate) fn of(rate: &BehaviourRate) -> String {
    format!("{} of {}", rate.k, rate.n)
}

/// `3.1 %`, or that nothing is known.
pub(crate) fn share(rate: &BehaviourRate) -> String {
    rate.rate.map_or("unknown".to_owned(), percent)
}

/// `3.1 %`, which no line is broken in.
pub(crate) fn percent(share: f64) -> String {
    wording::percent(share).replace(' ', "\u{a0}")
}

/// `10.9 to 12.7 %`: the 95 % interval.
pub(crate) fn interval(rate: &BehaviourRate) -> String {
    format!("{:.1} to {}", 100.0 * rate.low, percent(rate.high))
}

/// Words as a sentence: with a capital and a full stop.
pub(crate) fn capitalised(words: &str) -> String {
    let mut letters = words.trim_end_matches('.').chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    first + letters.as_str() + "."
}

/// A sentence with the hashes in it cut, and the rest as it is.
pub(crate) fn sentence(text: &str) -> String {
    let is_hash = |word: &str| word.len() >= 32 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let shorten = |word: &str| {
        let core = word.trim_end_matches([',', ';', ')', ':', '.']);
        let hash = core.rsplit_once(':').map_or(core, |(_, hash)| hash);
        match is_hash(hash) {
            true => wording::level(core) + &word[core.len()..],
            false => word.to_owned(),
        }
    };
    text.split(' ').map(shorten).collect::<Vec<_>>().join(" ")
}

/// An argument as a shell takes it: quoted unless it is plain.
pub(crate) fn argument(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    let reorders = |c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown = |c: &char| !c.is_control() && !reorders(*c);
    let printable: String = text.chars().filter(shown).collect();
    format!("'{}'", printable.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_within_a_sentence_are_cut() {
        let hash = "9c22aa01bbccddeeff00112233445566";
        let text = format!("the ruler moved (judge:tone = {hash}): re-score, error:{hash}.");
        assert_eq!(
            sentence(&text),
            "the ruler moved (judge:tone = 9c22aa01): re-score, error:9c22aa01."
        );
    }

    #[test]
    fn code_within_a_sentence_is_set_apart() {
        let prose = Prose::of("declare it with `mayday incident declare`");
        let code = Piece::Code("mayday incident declare".to_owned());
        let words = |words: &str| Piece::Words(words.to_owned());
        assert_eq!(prose.0, [words("Declare it with "), code, words(".")]);
    }

    #[test]
    fn an_argument_can_not_break_out_of_its_quotes() {
        assert_eq!(argument("support-agent"), "support-agent");
        assert_eq!(argument("a b"), "'a b'");
        assert_eq!(argument("'; rm -rf /\n'"), r"''\''; rm -rf /'\'''");
        assert_eq!(argument("$(id)"), "'$(id)'");
    }

    #[test]
    fn a_bar_stays_within_its_scale() {
        let rate = BehaviourRate::of(1, 2, 0);
        assert_eq!(Bar::of(&rate, 0.5), Some(Bar { value: 1000, low: 189, range: 811 }));
        assert_eq!(Bar::of(&BehaviourRate::of(0, 0, 4), 0.5), None);
    }
}
