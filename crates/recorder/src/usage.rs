//! Tokens: what clients count, turned into totals that include everything and buckets that do not
//! overlap.
//!
//! Most libraries count what is cached as part of what is read, and what is reasoned as part of
//! what is written. Some leave it out and do not say so; but where more is cached than was read, it
//! must have been left out.

use model::record::{Convention, Counted, Usage, UsageFlag};
use model::{StepKind, Value};

use crate::dialect::ENCLOSING;
use crate::dialect::slot::{BUCKETS, Bucket, Slot};
use crate::json::{Json, document};
use crate::reading::Reading;

/// A count beyond this is no count.
const MOST: u64 = 1_000_000_000_000_000;

/// Counts as a client tells them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Counts {
    counts: [Option<u64>; BUCKETS],
    /// Whether the client is known to leave what is cached, and sound, out of what is read.
    excludes_cached: bool,
    /// Whether it is known to leave what is reasoned, and sound, out of what is written.
    excludes_reasoning: bool,
    not_a_count: bool,
    /// What else stands beside what is read, and beside what is written: images, predictions.
    beside: [u64; 2],
}

/// The tokens of a step, if any are told.
pub(crate) fn usage(reading: &Reading) -> Option<Usage> {
    let details = reading.own.value(Slot::UsageDetails);
    let counts =
        match details.and_then(|value| Json::read(&document(value)).map(|it| detailed(&it))) {
            Some(counts) => counts,
            None => counted(reading),
        };
    let usage = counts.usage()?;
    Some(Usage { counted: whose(reading), ..usage })
}

/// Whose tokens they are: only calls of a model count their own.
fn whose(reading: &Reading) -> Counted {
    let encloses = reading.text(Slot::VercelOperation).is_some_and(|it| ENCLOSING.contains(&it));
    match (reading.kind, reading.operation) {
        _ if reading.is_event() => Counted::Elsewhere,
        (_, Some("fetch_response")) => Counted::Elsewhere,
        _ if encloses => Counted::RollUp,
        (StepKind::Model | StepKind::Embedding, _) => Counted::Own,
        (StepKind::Retrieval, Some("rerank")) => Counted::Own,
        _ => Counted::RollUp,
    }
}

fn counted(reading: &Reading) -> Counts {
    let mut counts = Counts::default();
    for bucket in BUCKETS_IN_ORDER {
        if let Some(value) = reading.own.tokens(bucket) {
            counts.tell(bucket, count(value));
        }
    }
    counts
}

const BUCKETS_IN_ORDER: [Bucket; BUCKETS] = [
    Bucket::Input,
    Bucket::Uncached,
    Bucket::CacheRead,
    Bucket::CacheWrite,
    Bucket::CacheWrite5m,
    Bucket::CacheWrite1h,
    Bucket::AudioInput,
    Bucket::AudioCached,
    Bucket::Output,
    Bucket::Reasoning,
    Bucket::AudioOutput,
    Bucket::Total,
];

fn count(value: &Value) -> Option<u64> {
    match value {
        Value::Int(number) => u64::try_from(*number).ok(),
        Value::Double(number) => whole(*number),
        Value::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
    .filter(|count| *count <= MOST)
}

fn whole(number: f64) -> Option<u64> {
    let is_count = number.fract() == 0.0 && (0.0..=MOST as f64).contains(&number);
    is_count.then_some(number as u64)
}

/// Counts in one JSON object: names of buckets beside each other, or a provider's own object.
fn detailed(json: &Json) -> Counts {
    let mut counts = Counts::default();
    let Json::Map(members) = json else { return counts };
    for (key, member) in members {
        match member {
            Json::Map(inner) => {
                for (name, member) in inner {
                    counts.tell_detail(NESTED, &format!("{key}.{name}"), member);
                }
            }
            member => {
                counts.tell_detail(FLAT, key, member);
                counts.tell_beside(key, member);
                counts.excludes_cached |= BESIDE_INPUT.contains(&&**key);
                counts.excludes_reasoning |= &**key == "output";
            }
        }
    }
    counts.believe_the_total();
    counts
}

/// Names whose counts stand beside those of what is cached, and do not include them: Langfuse's own
/// and those of an answer of Anthropic's.
const BESIDE_INPUT: &[&str] = &["input", "cache_read_input_tokens", "cache_creation_input_tokens"];

/// Names in a flat object of counts.
const FLAT: &[(&str, Bucket)] = &[
    ("input", Bucket::Input),
    ("input_tokens", Bucket::Input),
    ("prompt_tokens", Bucket::Input),
    ("promptTokens", Bucket::Input),
    ("inputTokens", Bucket::Input),
    ("input_cached_tokens", Bucket::CacheRead),
    ("input_cache_read", Bucket::CacheRead),
    ("cache_read_input_tokens", Bucket::CacheRead),
    ("input_cache_creation", Bucket::CacheWrite),
    ("cache_creation_input_tokens", Bucket::CacheWrite),
    ("input_cache_creation_5m", Bucket::CacheWrite5m),
    ("input_cache_creation_1h", Bucket::CacheWrite1h),
    ("input_audio_tokens", Bucket::AudioInput),
    ("output", Bucket::Output),
    ("output_tokens", Bucket::Output),
    ("completion_tokens", Bucket::Output),
    ("completionTokens", Bucket::Output),
    ("outputTokens", Bucket::Output),
    ("output_reasoning", Bucket::Reasoning),
    ("output_reasoning_tokens", Bucket::Reasoning),
    ("output_audio_tokens", Bucket::AudioOutput),
    ("total", Bucket::Total),
    ("total_tokens", Bucket::Total),
    ("totalTokens", Bucket::Total),
];

/// Names in an object within the object.
const NESTED: &[(&str, Bucket)] = &[
    ("prompt_tokens_details.cached_tokens", Bucket::CacheRead),
    ("prompt_tokens_details.audio_tokens", Bucket::AudioInput),
    ("input_tokens_details.cached_tokens", Bucket::CacheRead),
    ("completion_tokens_details.reasoning_tokens", Bucket::Reasoning),
    ("completion_tokens_details.audio_tokens", Bucket::AudioOutput),
    ("output_tokens_details.reasoning_tokens", Bucket::Reasoning),
];

impl Counts {
    fn tell(&mut self, bucket: Bucket, count: Option<u64>) {
        match count {
            Some(count) => self.counts[bucket as usize] = Some(count),
            None => self.not_a_count = true,
        }
    }

    fn tell_detail(&mut self, names: &[(&str, Bucket)], key: &str, member: &Json) {
        let Some((_, bucket)) = names.iter().find(|(name, _)| *name == key) else { return };
        match member {
            Json::Null => {}
            Json::Number(number) => self.tell(*bucket, whole(*number)),
            _ => self.not_a_count = true,
        }
    }

    /// A bucket that is not told apart from its like, but belongs to a total.
    fn tell_beside(&mut self, key: &str, member: &Json) {
        let side = ["input_", "output_"].into_iter().position(|side| key.starts_with(side));
        let is_known = FLAT.iter().any(|(name, _)| *name == key);
        if let (Some(side), Json::Number(number), false) = (side, member, is_known) {
            let count = whole(*number).filter(|count| *count <= MOST);
            self.beside[side] = self.beside[side].saturating_add(count.unwrap_or_default());
        }
    }

    fn get(&self, bucket: Bucket) -> Option<u64> {
        self.counts[bucket as usize]
    }

    fn or_zero(&self, bucket: Bucket) -> u64 {
        self.get(bucket).unwrap_or(0)
    }

    fn cache_write(&self) -> Option<u64> {
        let kinds = self.get(Bucket::CacheWrite5m).or(self.get(Bucket::CacheWrite1h));
        let sum = self.or_zero(Bucket::CacheWrite5m) + self.or_zero(Bucket::CacheWrite1h);
        self.get(Bucket::CacheWrite).or(kinds.map(|_| sum))
    }

    fn cached(&self) -> u64 {
        self.or_zero(Bucket::CacheRead) + self.cache_write().unwrap_or(0)
    }

    /// A total that is input and output alone says that they include everything.
    fn believe_the_total(&mut self) {
        let both = self.or_zero(Bucket::Input) + self.or_zero(Bucket::Output);
        if self.get(Bucket::Total) == Some(both) {
            self.excludes_cached &= self.cached() > self.or_zero(Bucket::Input);
            self.excludes_reasoning &=
                self.or_zero(Bucket::Reasoning) > self.or_zero(Bucket::Output);
        }
    }

    fn usage(&self) -> Option<Usage> {
        if self.counts.iter().all(Option::is_none) && !self.not_a_count {
            return None;
        }
        let mut usage = Usage::default();
        self.input_side(&mut usage);
        self.output_side(&mut usage);
        let told = self.or_zero(Bucket::Input) + self.or_zero(Bucket::Output);
        let reckoned = usage.input.unwrap_or(0) + usage.output.unwrap_or(0);
        let differs = |total: u64| total != reckoned && total != told;
        if self.get(Bucket::Total).is_some_and(differs) {
            usage.flags.push(UsageFlag::TotalDiffers);
        }
        if self.not_a_count {
            usage.flags.push(UsageFlag::NotACount);
        }
        Some(usage)
    }

    fn input_side(&self, usage: &mut Usage) {
        let cached = self.cached();
        let uncached = self.get(Bucket::Uncached).map(|uncached| uncached + cached);
        let cached_alone = (cached > 0).then_some(if self.excludes_cached { 0 } else { cached });
        let Some(told) = self.get(Bucket::Input).or(uncached).or(cached_alone) else { return };
        let is_beyond = cached > told && !self.excludes_cached;
        if is_beyond {
            usage.flags.push(UsageFlag::CacheBeyondInput);
        }
        let audio = || self.or_zero(Bucket::AudioInput) + self.beside[0];
        let others = if self.excludes_cached { audio() } else { 0 };
        let cached_beside = if is_beyond || self.excludes_cached { cached } else { 0 };
        let total = told + cached_beside + others;
        if total > told {
            usage.convention = Convention::Exclusive;
        }
        usage.input = Some(total);
        usage.cache_read = self.get(Bucket::CacheRead);
        usage.cache_write = self.cache_write();
        usage.cache_write_5m = self.get(Bucket::CacheWrite5m);
        usage.cache_write_1h = self.get(Bucket::CacheWrite1h);
        let fresh = self.get(Bucket::AudioInput);
        let fresh = fresh.map(|audio| audio.saturating_sub(self.or_zero(Bucket::AudioCached)));
        let rest = total - cached;
        usage.audio_input = fresh.filter(|audio| *audio <= rest);
        if fresh != usage.audio_input {
            usage.flags.push(UsageFlag::AudioBeyondTotal);
        }
        usage.input_uncached = Some(rest - usage.audio_input.unwrap_or(0));
    }

    fn output_side(&self, usage: &mut Usage) {
        let alone = self.get(Bucket::Reasoning);
        let reasoning = alone.unwrap_or(0);
        let reasoned_alone = alone.map(|_| if self.excludes_reasoning { 0 } else { reasoning });
        let Some(told) = self.get(Bucket::Output).or(reasoned_alone) else { return };
        let is_beyond = reasoning > told && !self.excludes_reasoning;
        if is_beyond {
            usage.flags.push(UsageFlag::ReasoningBeyondOutput);
        }
        let audio = self.get(Bucket::AudioOutput);
        let others = || audio.unwrap_or(0) + self.beside[1];
        let others = if self.excludes_reasoning { others() } else { 0 };
        let reasoned_beside = if is_beyond || self.excludes_reasoning { reasoning } else { 0 };
        let total = told + reasoned_beside + others;
        if total > told {
            usage.convention = Convention::Exclusive;
        }
        usage.output = Some(total);
        usage.reasoning = alone;
        let rest = total - reasoning;
        usage.audio_output = audio.filter(|audio| *audio <= rest);
        if audio != usage.audio_output {
            usage.flags.push(UsageFlag::AudioBeyondTotal);
        }
        usage.output_visible = Some(rest - usage.audio_output.unwrap_or(0));
    }
}

#[cfg(test)]
mod tests;
