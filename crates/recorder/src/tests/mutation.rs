//! Good requests, spoilt at random from a seed: whatever comes of them can be stored, nothing
//! panics, and every item is either kept or refused.
//!
//! Each decoder and each dialect is a test of its own, of a few dozen rounds; `cargo xtask fuzz`
//! asks for more, or for another seed.

mod dialects;

use std::env;
use std::str::FromStr;

use model::{Attribute, Batch, Step, Value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::Span as OtlpSpan;
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use prost::Message;

use super::samples::*;
use crate::spans::Span;
use crate::wire::{Record, json_line, logs_json_line, logs_protobuf, protobuf};
use crate::{ContentMode, DecodeError, Encoding, Limits, Signal, decode, decode_logs};
use dialects::sample;

const MODES: [ContentMode; 3] =
    [ContentMode::Full, ContentMode::HashOnly, ContentMode::MetadataOnly];

/// What JSON may not hold, or seldom holds.
const TOKENS: &[&str] = &[
    "null",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "\\",
    "\\ud800",
    "\\u0000",
    "-0",
    "1e999",
    "1e-999",
    "18446744073709551616",
    "\"NaN\"",
    "[[[[",
    "{\"\":",
    ",",
    ":",
    "\u{FEFF}",
    "\u{10FFFF}",
    "true",
    "99999999999999999999",
];

struct Dice(TestRng);

impl Dice {
    fn new(of: &str) -> Self {
        let mut seed = [0; 32];
        let number: u64 = setting("MAYDAY_FUZZ_SEED", 1);
        seed[..8].copy_from_slice(&number.to_be_bytes());
        of.bytes().zip(&mut seed[8..]).for_each(|(byte, place)| *place = byte);
        Self(TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.0.next_u64() % limit.max(1) as u64) as usize
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        start..start + self.below((length - start).min(64) + 1)
    }
}

fn setting<T: FromStr>(name: &str, otherwise: T) -> T {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// How often a sample is spoilt.
fn rounds() -> usize {
    setting("MAYDAY_FUZZ_ROUNDS", 50)
}

/// Changes some bytes at one place.
fn spoil(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let at = dice.below(bytes.len());
    let range = dice.range(bytes.len());
    match dice.below(8) {
        0 if !bytes.is_empty() => bytes[at] ^= 1 << dice.below(8),
        1 if !bytes.is_empty() => bytes[at] = *dice.pick(&[0, 1, 0x7f, 0x80, 0xff]),
        2 => drop(bytes.drain(range)),
        3 => {
            let copy = bytes[range].to_vec();
            bytes.splice(at..at, copy);
        }
        4 => bytes.truncate(at),
        5 => drop(bytes.splice(at..at, dice.0.next_u64().to_le_bytes())),
        6 => {
            let token = dice.pick(TOKENS).as_bytes().repeat(1 + dice.below(3));
            bytes.splice(at..at, token);
        }
        _ => {
            let token = dice.pick(TOKENS).bytes().collect::<Vec<_>>();
            bytes.splice(range, token);
        }
    }
}

/// Changes one attribute: its key, its type or its text.
fn spoil_attribute(attributes: &mut Vec<Attribute>, dice: &mut Dice) {
    let at = dice.below(attributes.len());
    let Some((key, value)) = attributes.get_mut(at) else { return };
    match (dice.below(6), value) {
        (0, _) => *key = spoilt(key, dice).into(),
        (1, _) => drop(attributes.remove(at)),
        (2, _) => {
            let copy = attributes[at].clone();
            attributes.push(copy);
        }
        (3, value) => *value = any_value(dice),
        (_, Value::Text(text)) => *text = spoilt(text, dice),
        (_, value) => *value = any_value(dice),
    }
}

fn spoilt(text: &str, dice: &mut Dice) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=dice.below(3) {
        spoil(&mut bytes, dice);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn any_value(dice: &mut Dice) -> Value {
    match dice.below(8) {
        0 => Value::Empty,
        1 => Value::Bool(true),
        2 => Value::Int(dice.0.next_u64() as i64),
        3 => Value::Double(f64::from_bits(dice.0.next_u64())),
        4 => Value::Bytes(dice.0.next_u64().to_be_bytes().to_vec()),
        5 => Value::List(vec![any_value(dice), any_value(dice)]),
        6 => Value::Map(vec![((*dice.pick(TOKENS)).into(), any_value(dice))]),
        _ => Value::Text((*dice.pick(TOKENS)).to_owned()),
    }
}

fn record(attributes: Vec<Attribute>) -> Record {
    let span = span(vec![]);
    Record {
        trace: Some(span.trace),
        span: Some(span.span),
        event: "gen_ai.client.inference.operation.details".to_owned(),
        at: span.started,
        body: Some(text("body")),
        attributes,
    }
}

/// A request of these spans, or of log records that say the same.
fn written(spans: &[Vec<Attribute>], signal: Signal, encoding: Encoding) -> Vec<u8> {
    let spans = spans.iter().cloned();
    match (signal, encoding) {
        (Signal::Traces, Encoding::Protobuf) => protobuf(&[(shop(), spans.map(span).collect())]),
        (Signal::Traces, Encoding::Json) => {
            json_line(&[(shop(), spans.map(span).collect())]).into_bytes()
        }
        (Signal::Logs, Encoding::Protobuf) => {
            logs_protobuf(&[(shop(), spans.map(record).collect())])
        }
        (Signal::Logs, Encoding::Json) => {
            logs_json_line(&[(shop(), spans.map(record).collect())]).into_bytes()
        }
    }
}

const WAYS: [(Signal, Encoding); 4] = [
    (Signal::Traces, Encoding::Protobuf),
    (Signal::Traces, Encoding::Json),
    (Signal::Logs, Encoding::Protobuf),
    (Signal::Logs, Encoding::Json),
];

fn attempt(
    request: &[u8],
    (signal, encoding): (Signal, Encoding),
    mode: ContentMode,
) -> Result<Batch, DecodeError> {
    match signal {
        Signal::Traces => decode(request, encoding, &Limits::default(), &mode.into()),
        Signal::Logs => decode_logs(request, encoding, &Limits::default(), &mode.into()),
    }
}

/// Whatever is made of a request was counted while it was still bytes, and is the same whichever
/// way a span is read.
fn check_counted(request: &[u8], (signal, encoding): (Signal, Encoding)) {
    let items = encoding.cut(request).unwrap().into_iter().flat_map(|sent| sent.scopes);
    for item in items.flat_map(|scoped| scoped.items) {
        let made = match signal {
            Signal::Traces => encoding.read::<OtlpSpan>(item).map(|span| span.encode_to_vec()),
            Signal::Logs => encoding.read::<LogRecord>(item).map(|record| record.encode_to_vec()),
        };
        if signal == Signal::Traces {
            let whole = encoding.read::<OtlpSpan>(item).map(Span::from);
            assert_eq!(format!("{:?}", encoding.span(item)), format!("{whole:?}"));
        }
        let parts = made.map_or(0, |made| Encoding::Protobuf.parts(signal.item(), &made));
        assert!(parts <= encoding.parts(signal.item(), item));
    }
}

/// Reads a request in every mode, and checks whatever must hold of what is read.
fn check(request: &[u8], way: (Signal, Encoding)) -> usize {
    let mut steps = 0;
    for mode in MODES {
        let Ok(batch) = attempt(request, way, mode) else { continue };
        check_counted(request, way);
        let again = attempt(request, way, mode).unwrap();
        assert_eq!(format!("{batch:?}"), format!("{again:?}"));
        batch.steps.iter().for_each(|step| check_step(step, mode));
        steps = batch.steps.len();
        let items = way.1.outline(request).unwrap().items;
        assert!(items <= steps + batch.claims.len() + batch.rejections.len());
        assert!(items >= steps + batch.rejections.len());
    }
    steps
}

/// What is read can be stored, read back and made a record of, and in full mode nothing is missing.
fn check_step(step: &Step, mode: ContentMode) {
    let stored =
        serde_json::to_string(&(1, &step.attributes, &*step.origin, &step.traits)).unwrap();
    type Back = (u8, Vec<Attribute>, Vec<Attribute>, model::Traits);
    let back: Back = serde_json::from_str(&stored).unwrap();
    let same = (format!("{:?}", back.1), format!("{:?}", back.2));
    assert_eq!(same, (format!("{:?}", step.attributes), format!("{:?}", step.origin)));
    assert_eq!(back.3, step.traits);
    let record = crate::read_record(step);
    assert!(record.missing.len() <= record.expected);
    _ = (crate::advice(step, &[]), crate::said(step, &[]), crate::turns(step, &[]));
    if mode == ContentMode::Full {
        assert!(step.content.iter().all(|field| field.value().is_ok()));
    }
}

/// Spoils the bytes of requests in a dialect, written in one way.
fn spoil_bytes(dialect: &str, way: (Signal, Encoding)) {
    let request = written(&sample(dialect), way.0, way.1);
    let mut dice = Dice::new(&format!("{dialect} {way:?}"));
    let mut kept = 0;
    for _ in 0..rounds() {
        let mut spoilt = request.clone();
        for _ in 0..=dice.below(4) {
            spoil(&mut spoilt, &mut dice);
        }
        kept += check(&spoilt, way);
    }
    assert!(kept > 0, "{dialect} {way:?}: nothing came through, so nothing was tried");
}

/// Spoils the attributes of spans in a dialect: all of them are read all the same.
fn spoil_dialect(dialect: &str) {
    let mut dice = Dice::new(dialect);
    for round in 0..rounds() {
        let mut spans = sample(dialect);
        for attributes in &mut spans {
            for _ in 0..=dice.below(4) {
                spoil_attribute(attributes, &mut dice);
            }
        }
        let way = WAYS[round % WAYS.len()];
        let kept = check(&written(&spans, way.0, way.1), way);
        assert_eq!(kept, spans.len(), "{dialect}");
    }
}

/// A test for each decoder.
macro_rules! decoders {
    ($($name:ident: $signal:ident $encoding:ident;)*) => {$(
        #[test]
        fn $name() {
            for dialect in ["genai", "openinference", "vercel_ai_7"] {
                spoil_bytes(dialect, (Signal::$signal, Encoding::$encoding));
            }
        }
    )*};
}

decoders! {
    traces_in_protobuf_do_no_harm: Traces Protobuf;
    traces_in_json_do_no_harm: Traces Json;
    logs_in_protobuf_do_no_harm: Logs Protobuf;
    logs_in_json_do_no_harm: Logs Json;
}

/// A test for each dialect.
macro_rules! dialects {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            spoil_dialect(stringify!($name));
        }
    )*};
}

mod attributes_spoilt_do_no_harm_in {
    use super::spoil_dialect;

    dialects! {
        genai genai_1_41 genai_1_36 genai_early genai_openai openinference openinference_openai
        openllmetry_openai langfuse vercel_ai_6 vercel_ai_7 pydantic_ai pydantic_ai_format_2
        laminar mayday
    }
}
