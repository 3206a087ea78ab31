//! The settings of a request: parameters by one name each, from attributes and from JSON.

use std::borrow::Cow;
use std::collections::BTreeMap;

use model::Value;
use model::record::Chosen;
use serde_json::value::RawValue;

use crate::dialect::slot::{Below, Slot};
use crate::dialect::table::Found;
use crate::json::{self, Json, document};

/// Names of parameters in requests, and ours for them.
const NAMES: &[(&str, &[&str])] = &[
    ("temperature", &["temperature"]),
    ("top_p", &["top_p", "topP"]),
    ("top_k", &["top_k", "topK"]),
    (
        "max_tokens",
        &[
            "max_tokens",
            "max_completion_tokens",
            "max_output_tokens",
            "maxOutputTokens",
            "maxTokens",
        ],
    ),
    ("frequency_penalty", &["frequency_penalty", "frequencyPenalty"]),
    ("presence_penalty", &["presence_penalty", "presencePenalty"]),
    ("reasoning", &["reasoning_effort", "reasoning"]),
    ("output", &[]),
    ("response_format", &["response_format"]),
    ("min_p", &["min_p"]),
    ("repetition_penalty", &["repetition_penalty"]),
    ("verbosity", &["verbosity"]),
    ("logit_bias", &["logit_bias"]),
    ("seed", &["seed"]),
    ("stop_sequences", &["stop", "stop_sequences", "stopSequences"]),
    ("tool_choice", &["tool_choice"]),
    ("parallel_tool_calls", &["parallel_tool_calls"]),
    ("choice_count", &["n", "choice_count"]),
    ("stream", &["stream"]),
    ("dimensions", &["dimensions"]),
    (SERVICE_TIER, &["service_tier"]),
];

/// The parameter that some libraries give the value of the answer.
pub(crate) const SERVICE_TIER: &str = "service_tier";

/// Most effective parameters read from one step.
const MOST: usize = 64;

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Setting {
    /// A word or a number.
    Plain(String),
    /// JSON: an answer's schema, a list of texts.
    Document(String),
}

/// A parameter of a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parameter<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) value: Setting,
    pub(crate) source: Chosen,
}

/// What a request says in JSON.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    /// The model asked for.
    pub(crate) model: Option<String>,
    parameters: Vec<(&'static str, Setting)>,
}

/// The settings that some libraries send as one JSON object.
pub(crate) fn of(found: &Found) -> Settings {
    let mut settings = Settings::default();
    let Some(value) = found.value(Slot::Settings) else { return settings };
    let text = document(value);
    let members: BTreeMap<Cow<str>, &RawValue> = serde_json::from_str(&text).unwrap_or_default();
    for (key, member) in &members {
        if key == "model" {
            settings.model = json::text(member).map(Cow::into_owned);
        } else if let Some(name) = name_of(key) {
            let setting = of_json(member.get());
            settings.parameters.extend(setting.map(|setting| (name, setting)));
        }
    }
    settings
}

impl Settings {
    /// The class of service.
    pub(crate) fn service_tier(&self) -> Option<&str> {
        self.parameters.iter().find_map(|(name, setting)| match setting {
            Setting::Plain(tier) if *name == SERVICE_TIER => Some(tier.as_str()),
            _ => None,
        })
    }
}

fn name_of(key: &str) -> Option<&'static str> {
    NAMES.iter().find(|(_, keys)| keys.contains(&key)).map(|(name, _)| *name)
}

/// The parameters of a request: effective ones as the application states them of the step, else
/// those that the request carries, which somebody must have chosen, else those stated of whoever
/// sent it.
pub(crate) fn parameters<'a>(
    found: &Found<'a>,
    sender: &Found<'a>,
    settings: &Settings,
) -> Vec<Parameter<'a>> {
    let attributes = found.parameters().filter_map(|(name, value)| Some((name, of_value(value)?)));
    let carried = attributes.chain(settings.parameters.iter().cloned());
    let carried = carried.map(|(name, value)| Parameter {
        name: Cow::Borrowed(name),
        value,
        source: Chosen::Explicit,
    });
    let stated = effective(found, Chosen::Explicit).chain(carried);
    let mut all: Vec<Parameter> = Vec::new();
    for parameter in stated.chain(effective(sender, Chosen::Default)) {
        if !all.iter().any(|known| known.name == parameter.name) {
            all.push(parameter);
        }
    }
    let place = |name: &str| NAMES.iter().position(|(known, _)| *known == name);
    all.sort_by(|a, b| {
        let key = |one: &Parameter<'a>| place(&one.name).unwrap_or(NAMES.len());
        key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
    });
    all
}

/// Parameters that the application states, chosen in this way unless it says otherwise.
fn effective<'a>(found: &Found<'a>, unless_said: Chosen) -> impl Iterator<Item = Parameter<'a>> {
    let stated = found.below(Below::Parameters).take(MOST);
    stated.filter_map(move |(name, value)| {
        let source = found.below(Below::ParameterSources).take(MOST);
        let source = source.filter(|(other, _)| *other == name).find_map(|(_, it)| it.as_text());
        let source = match source {
            Some("default") => Chosen::Default,
            Some("explicit") => Chosen::Explicit,
            _ => unless_said,
        };
        Some(Parameter { name: Cow::Borrowed(name), value: of_value(value)?, source })
    })
}

fn of_value(value: &Value) -> Option<Setting> {
    match value {
        Value::Empty | Value::Bytes(_) => None,
        Value::Text(text) if text.starts_with(['{', '[']) => {
            of_json(text).or_else(|| Some(Setting::Plain(text.clone())))
        }
        Value::Text(text) => Some(Setting::Plain(text.clone())),
        Value::Bool(truth) => Some(Setting::Plain(truth.to_string())),
        Value::Int(number) => Some(Setting::Plain(number.to_string())),
        Value::Double(number) => Some(Setting::Plain(number.to_string())),
        Value::List(_) | Value::Map(_) => Some(Setting::Document(document(value).into_owned())),
    }
}

/// The value of a parameter in JSON: numbers to the last digit, and of an object that says nothing
/// but its type the type.
fn of_json(text: &str) -> Option<Setting> {
    if let Ok(number) = text.parse::<i64>() {
        return Some(Setting::Plain(number.to_string()));
    }
    let json = Json::read(text)?;
    match &json {
        Json::Null => None,
        Json::Bool(truth) => Some(Setting::Plain(truth.to_string())),
        Json::Number(number) => Some(Setting::Plain(number.to_string())),
        Json::Text(text) => Some(Setting::Plain(text.clone().into_owned())),
        Json::Map(members) => match &members[..] {
            [(key, Json::Text(word))] if key == "type" => {
                Some(Setting::Plain(word.clone().into_owned()))
            }
            _ => Some(Setting::Document(text.to_owned())),
        },
        Json::List(_) => Some(Setting::Document(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect;

    fn settings(json: &str) -> Vec<(String, Setting)> {
        let attributes = [("llm.invocation_parameters".into(), Value::Text(json.to_owned()))];
        let nobody = Found::of(&[]);
        let reading = dialect::read("", &attributes, &nobody);
        let all = reading.parameters().into_iter();
        all.map(|one| (one.name.into_owned(), one.value)).collect()
    }

    fn plain(name: &str, value: &str) -> (String, Setting) {
        (name.to_owned(), Setting::Plain(value.to_owned()))
    }

    #[test]
    fn numbers_are_kept_to_the_last_digit_and_written_one_way() {
        let all = settings(r#"{"seed":9007199254740993,"top_p":1.0,"temperature":2e-1,"n":null}"#);
        let expected =
            [plain("temperature", "0.2"), plain("top_p", "1"), plain("seed", "9007199254740993")];
        assert_eq!(all, expected);
    }

    #[test]
    fn an_object_that_says_its_type_alone_is_that_word() {
        let all = settings(r#"{"tool_choice":{"type":"auto"},"stop":["a"]}"#);
        let stop = ("stop_sequences".to_owned(), Setting::Document(r#"["a"]"#.to_owned()));
        assert_eq!(all, [stop, plain("tool_choice", "auto")]);
    }

    #[test]
    fn what_the_application_states_goes_before_the_request_and_that_before_its_sender() {
        let text = |key: &'static str, value: &str| (key.into(), Value::Text(value.to_owned()));
        let own = [
            text("mayday.parameter.top_p", "0.9"),
            text("mayday.parameter_source.top_p", "default"),
            text("gen_ai.request.temperature", "0.2"),
        ];
        let sender =
            [text("mayday.parameter.temperature", "0.7"), text("mayday.parameter.top_k", "40")];
        let sender = Found::of(&sender);
        let reading = dialect::read("", &own, &sender);
        let all: Vec<_> = reading
            .parameters()
            .into_iter()
            .map(|one| (one.name.into_owned(), one.value, one.source))
            .collect();
        let stated = |name: &str, value: &str, source| {
            (name.to_owned(), Setting::Plain(value.to_owned()), source)
        };
        let expected = [
            stated("temperature", "0.2", Chosen::Explicit),
            stated("top_p", "0.9", Chosen::Default),
            stated("top_k", "40", Chosen::Default),
        ];
        assert_eq!(all, expected);
    }
}
