//! The settings of a request: parameters by one name each, from attributes and from JSON.

use std::borrow::Cow;

use model::Value;
use model::record::Chosen;

use crate::dialect::slot::{Below, Slot};
use crate::dialect::table::Found;
use crate::json::{Json, document};

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
    ("service_tier", &["service_tier"]),
];

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
    let Some(Json::Map(members)) = Json::read(&text) else { return settings };
    for (key, member) in &members {
        if key == "model" {
            settings.model = member.as_text().map(str::to_owned);
        } else if let Some(name) = name_of(key) {
            let setting = setting(member);
            settings.parameters.extend(setting.map(|setting| (name, setting)));
        }
    }
    settings
}

fn name_of(key: &str) -> Option<&'static str> {
    NAMES.iter().find(|(_, keys)| keys.contains(&key)).map(|(name, _)| *name)
}

/// The parameters of a request: effective ones as the application states them, else those that the
/// request carries, which somebody must have chosen.
pub(crate) fn parameters<'a>(found: &Found<'a>, settings: &Settings) -> Vec<Parameter<'a>> {
    let mut all: Vec<Parameter> = effective(found).collect();
    let attributes = found.parameters().filter_map(|(name, value)| Some((name, of_value(value)?)));
    for (name, value) in attributes.chain(settings.parameters.iter().cloned()) {
        if !all.iter().any(|known| known.name == name) {
            all.push(Parameter { name: Cow::Borrowed(name), value, source: Chosen::Explicit });
        }
    }
    let place = |name: &str| NAMES.iter().position(|(known, _)| *known == name);
    all.sort_by(|a, b| {
        let key = |one: &Parameter<'a>| place(&one.name).unwrap_or(NAMES.len());
        key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
    });
    all
}

fn effective<'a>(found: &Found<'a>) -> impl Iterator<Item = Parameter<'a>> {
    let stated = found.below(Below::Parameters).take(MOST);
    stated.filter_map(|(name, value)| {
        let source = found.below(Below::ParameterSources).take(MOST);
        let source = source.filter(|(other, _)| *other == name).find_map(|(_, it)| it.as_text());
        let source = if source == Some("default") { Chosen::Default } else { Chosen::Explicit };
        Some(Parameter { name: Cow::Borrowed(name), value: of_value(value)?, source })
    })
}

fn of_value(value: &Value) -> Option<Setting> {
    match value {
        Value::Empty | Value::Bytes(_) => None,
        Value::Text(text) if text.starts_with(['{', '[']) => match Json::read(text) {
            Some(json) => setting(&json),
            None => Some(Setting::Plain(text.clone())),
        },
        Value::Text(text) => Some(Setting::Plain(text.clone())),
        Value::Bool(truth) => Some(Setting::Plain(truth.to_string())),
        Value::Int(number) => Some(Setting::Plain(number.to_string())),
        Value::Double(number) => Some(Setting::Plain(number.to_string())),
        Value::List(_) | Value::Map(_) => Some(Setting::Document(document(value).into_owned())),
    }
}

fn setting(json: &Json) -> Option<Setting> {
    match json {
        Json::Null => None,
        Json::Bool(truth) => Some(Setting::Plain(truth.to_string())),
        Json::Number(number) => Some(Setting::Plain(number.to_string())),
        Json::Text(text) => Some(Setting::Plain(text.clone().into_owned())),
        Json::Map(members) if members.len() == 1 && members[0].0 == "type" => {
            setting(&members[0].1)
        }
        Json::List(_) | Json::Map(_) => {
            Some(Setting::Document(String::from_utf8_lossy(&json.canonical()).into_owned()))
        }
    }
}
