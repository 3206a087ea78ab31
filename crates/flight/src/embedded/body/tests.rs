//! Bodies read back as they were written, and no bytes make reading panic.

use model::step::{PromptTrait, ToolCall, ToolResult};
use model::{Effect, Factor, Outcome, Seen, Value};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn parts() -> impl Strategy<Value = PartRef> {
    let letter = (0..LETTERS.len()).prop_map(|place| LETTERS[place]);
    let piece = prop::option::of((any::<u32>(), any::<u32>()));
    (letter, any::<[u8; 16]>(), piece).prop_map(|((_, scope, kept), address, piece)| PartRef {
        scope,
        kept,
        address: Address::new(address),
        piece,
    })
}

fn glue() -> impl Strategy<Value = Cow<'static, str>> {
    texts().prop_map(Cow::Owned)
}

/// A text, which may be one of the words that have numbers.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{0,20}", Just("gen_ai.request.model".to_owned()), Just("chat".to_owned())]
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Empty),
        texts().prop_map(Value::Text),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        prop_oneof![any::<f64>(), Just(f64::INFINITY)]
            .prop_filter("two that are no number differ", |number| !number.is_nan())
            .prop_map(Value::Double),
        vec(any::<u8>(), 0..9).prop_map(Value::Bytes),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let map = vec((texts().prop_map(Cow::Owned), inner.clone()), 0..4);
        prop_oneof![vec(inner, 0..4).prop_map(Value::List), map.prop_map(Value::Map)]
    })
}

fn levels() -> impl Strategy<Value = Seen> {
    (texts(), prop::option::of(texts())).prop_map(|(factor, level)| {
        let factor = Factor::from(factor.as_str());
        match level {
            Some(level) => Seen::at(factor, level),
            None => Seen::unrecorded(factor),
        }
    })
}

fn traits() -> impl Strategy<Value = Traits> {
    let maybe = || prop::option::of(texts());
    let call = || (texts(), texts()).prop_map(|(id, tool)| ToolCall { id, tool });
    let result = (texts(), maybe(), maybe());
    let result = result.prop_map(|(call, tool, shape)| ToolResult { call, tool, shape });
    let prompt = (maybe(), maybe(), maybe(), maybe())
        .prop_map(|(name, skeleton, undated, text)| PromptTrait { name, skeleton, undated, text });
    let outcomes = [None, Some(Outcome::Good), Some(Outcome::Bad), Some(Outcome::Unknown)];
    let effects = [Effect::Unknown, Effect::None, Effect::Reversible, Effect::Irreversible];
    let said = (maybe(), maybe(), maybe(), prop::option::of(prompt));
    let lists = (vec(call(), 0..3), vec(call(), 0..3), vec(result, 0..3), vec(levels(), 0..4));
    let codes = (any::<[bool; 3]>(), 0..4_usize, 0..4_usize);
    let numbers = (any::<Option<u32>>(), any::<Option<u64>>());
    (said, lists, codes, numbers).prop_map(move |(said, lists, codes, numbers)| {
        let (feature, agent, service, prompt) = said;
        let (calls_made, calls_read, results, levels) = lists;
        let ([open, marks_run, guarded], outcome, effect) = codes;
        let ((cluster, tokens), outcome, effect) = (numbers, outcomes[outcome], effects[effect]);
        Traits {
            open,
            marks_run,
            feature,
            agent,
            service,
            outcome,
            cluster,
            prompt,
            calls_made,
            calls_read,
            results,
            levels: levels.into(),
            effect,
            guarded,
            tokens,
        }
    })
}

prop_compose! {
    fn bodies()(
        name in texts(),
        attributes in vec((texts().prop_map(Cow::Owned), values()), 0..5),
        fields in vec((texts(), any::<bool>(), vec(glue(), 0..3), vec(parts(), 0..3)), 0..4),
        traits in traits(),
    ) -> Body<'static> {
        let fields = fields.into_iter().map(|(key, is_text, glue, parts)| FieldBody {
            key: Cow::Owned(key),
            form: if is_text { Form::Text } else { Form::Value },
            glue: Cow::Owned(glue),
            parts,
        });
        Body {
            name: Cow::Owned(name),
            attributes: Cow::Owned(attributes),
            fields: fields.collect(),
            traits: Cow::Owned(traits),
        }
    }
}

fn written(body: &Body) -> Vec<u8> {
    let mut bytes = Vec::new();
    body.write(&mut bytes).unwrap();
    bytes
}

proptest! {
    #[test]
    fn a_body_reads_back_as_it_was_written(body in bodies()) {
        let bytes = written(&body);
        prop_assert_eq!(&Body::read(&bytes).unwrap(), &body);
        prop_assert_eq!(&traits_of(&bytes).unwrap(), &*body.traits);
    }

    #[test]
    fn no_bytes_make_reading_panic(mut bytes in vec(any::<u8>(), 0..64)) {
        let _ = (Body::read(&bytes), traits_of(&bytes));
        bytes.insert(0, FIRST);
        let _ = (Body::read(&bytes), traits_of(&bytes));
    }

    #[test]
    fn a_body_that_is_cut_short_or_goes_on_is_none(body in bodies(), cut in any::<usize>()) {
        let mut bytes = written(&body);
        prop_assert!(Body::read(&bytes[..cut % bytes.len()]).is_err());
        bytes.push(0);
        prop_assert!(Body::read(&bytes).is_err());
    }
}

#[test]
fn a_reference_reads_back_as_it_was_written() {
    for (_, scope, kept) in LETTERS {
        for piece in [None, Some((0, 7))] {
            let part = PartRef { scope, kept, address: Address::new([0xa7; 16]), piece };
            let mut bytes = Vec::new();
            part.write(&mut bytes);
            assert_eq!(PartRef::of_bytes(&bytes), Some(part));
        }
    }
    for wrong in [&b""[..], b"p", &[b'x'; 17], &[b'p'; 16], &[b'p'; 18], &[b'p'; 21]] {
        assert_eq!(PartRef::of_bytes(wrong), None, "{wrong:?}");
    }
}

#[test]
fn values_as_deep_as_otlp_has_them_are_read() {
    let deep = (0..100).fold(Value::Int(1), |value, _| Value::List(vec![value]));
    let body = Body {
        name: "".into(),
        attributes: vec![("deep".into(), deep)].into(),
        fields: Vec::new(),
        traits: Cow::Owned(Traits::default()),
    };
    assert_eq!(Body::read(&written(&body)).unwrap(), body);
}
