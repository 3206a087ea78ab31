//! JSON read without copying, and written in the one form that RFC 8785 calls canonical.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use model::Value;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A JSON document that borrows its texts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    /// Members in the order of RFC 8785; of a key that came twice, the last.
    Map(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// Reads a document; none if it is not JSON, or nested deeper than 127 times.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The text, if it is text.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A member of a map.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Json::Map(members) => members.iter().find(|(other, _)| other == key).map(|(_, it)| it),
            _ => None,
        }
    }

    /// A map of these members.
    pub(crate) fn map(mut members: Vec<(Cow<'a, str>, Json<'a>)>) -> Self {
        members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
        members.reverse();
        members.dedup_by(|(a, _), (b, _)| a == b);
        members.reverse();
        Json::Map(members)
    }

    /// The canonical form: sorted by UTF-16, numbers as ECMAScript writes them, no blanks.
    pub(crate) fn canonical(&self) -> Vec<u8> {
        let mut written = Vec::new();
        self.write(&mut written);
        written
    }

    fn write(&self, to: &mut Vec<u8>) {
        match self {
            Json::Null => to.extend(b"null"),
            Json::Bool(true) => to.extend(b"true"),
            Json::Bool(false) => to.extend(b"false"),
            Json::Number(number) => {
                to.extend(ryu_js::Buffer::new().format_finite(*number).as_bytes());
            }
            Json::Text(text) => write_text(text, to),
            Json::List(elements) => {
                to.push(b'[');
                for (place, element) in elements.iter().enumerate() {
                    to.extend((place > 0).then_some(b','));
                    element.write(to);
                }
                to.push(b']');
            }
            Json::Map(members) => {
                to.push(b'{');
                for (place, (key, member)) in members.iter().enumerate() {
                    to.extend((place > 0).then_some(b','));
                    write_text(key, to);
                    to.push(b':');
                    member.write(to);
                }
                to.push(b'}');
            }
        }
    }
}

/// Escapes what RFC 8785 says, which is what `serde_json` escapes.
fn write_text(text: &str, to: &mut Vec<u8>) {
    #[expect(clippy::expect_used, reason = "a vector takes every byte, and text is JSON")]
    serde_json::to_writer(to, text).expect("invariant: text is written to memory");
}

impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Self::Value, E> {
        Ok(Json::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Json::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Json::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Json::Number(number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = from.next_element()? {
            elements.push(element);
        }
        Ok(Json::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(key) = from.next_key_seed(Key)? {
            members.push((key, from.next_value()?));
        }
        Ok(Json::map(members))
    }
}

/// A key, borrowed where it has no escapes.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// What only an object can be: a list, which serde would take for the members in order, is refused.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Members(PhantomData))
    }
}

struct Members<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, from: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(from)).map(Object)
    }
}

/// An object read from a text; none if the text is no such object.
pub(crate) fn object<'a, T: Deserialize<'a>>(text: &'a str) -> Option<T> {
    serde_json::from_str::<Object<T>>(text).ok().map(|Object(it)| it)
}

/// The text that a JSON value is, if it is text.
pub(crate) fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    serde_json::Deserializer::from_str(raw.get()).deserialize_str(Key).ok()
}

/// A value as JSON: text is taken to be JSON already, a structured value is written as JSON.
pub(crate) fn document(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Text(text) => Cow::Borrowed(text),
        value => Cow::Owned(serde_json::to_string(&AsJson(value)).unwrap_or_default()),
    }
}

/// A structured value, written as plain JSON.
struct AsJson<'a>(&'a Value);

impl Serialize for AsJson<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Empty | Value::Bytes(_) => to.serialize_unit(),
            Value::Text(text) => to.serialize_str(text),
            Value::Bool(truth) => to.serialize_bool(*truth),
            Value::Int(number) => to.serialize_i64(*number),
            Value::Double(number) => to.serialize_f64(*number),
            Value::List(list) => {
                let mut elements = to.serialize_seq(Some(list.len()))?;
                list.iter().try_for_each(|one| elements.serialize_element(&AsJson(one)))?;
                elements.end()
            }
            Value::Map(map) => {
                let mut members = to.serialize_map(Some(map.len()))?;
                map.iter().try_for_each(|(key, one)| members.serialize_entry(key, &AsJson(one)))?;
                members.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn canonical(text: &str) -> String {
        String::from_utf8(Json::read(text).unwrap().canonical()).unwrap()
    }

    #[test]
    fn the_examples_of_rfc_8785_come_out_as_it_says() {
        let example = r#"{
            "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
            "literals": [null, true, false]
        }"#;
        let expected = concat!(
            r#"{"literals":[null,true,false],"#,
            r#""numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#,
            r#""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        );
        assert_eq!(canonical(example), expected);
        let keys = r#"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#;
        let order = [2, 4, 6, 7, 1, 5, 3].map(f64::from);
        let Json::Map(members) = Json::read(keys).unwrap() else { panic!() };
        assert_eq!(
            members.iter().map(|(_, place)| place.clone()).collect::<Vec<_>>(),
            order.map(Json::Number)
        );
    }

    #[test]
    fn of_a_key_that_comes_twice_the_last_counts() {
        assert_eq!(canonical(r#"{"a":1,"b":2,"a":3}"#), r#"{"a":3,"b":2}"#);
    }

    #[test]
    fn whole_numbers_are_written_like_any_other() {
        assert_eq!(canonical("[1.0,10,-0,1e2,9007199254740993]"), "[1,10,0,100,9007199254740992]");
    }

    #[test]
    fn a_structured_value_is_the_json_it_stands_for() {
        let value = Value::Map(vec![
            ("list".into(), Value::List(vec![Value::Int(1), Value::Empty])),
            ("text".into(), Value::Text("a\"b".to_owned())),
            ("nan".into(), Value::Double(f64::NAN)),
        ]);
        assert_eq!(document(&value), r#"{"list":[1,null],"text":"a\"b","nan":null}"#);
    }

    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i32>().prop_map(serde_json::Value::from),
            any::<f64>().prop_map(serde_json::Value::from),
            any::<String>().prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            let members = prop::collection::btree_map(any::<String>(), inner.clone(), 0..6);
            prop_oneof![
                prop::collection::vec(inner, 0..6).prop_map(serde_json::Value::from),
                members.prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_what_another_library_makes_of_it(value in any_json()) {
            let expected = serde_json_canonicalizer::to_string(&value).unwrap();
            prop_assert_eq!(canonical(&value.to_string()), expected);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,80}") {
            let _ = Json::read(&text).map(|json| json.canonical());
        }
    }
}
