//! Names of models: whose they are, which carry a date or version, and which mean the same.
//!
//! A name that carries no date is an alias: what it means today may be another model tomorrow, and
//! a notice that names the dated one does not show that it concerns the alias. So a match says how
//! sure it is: where nobody recorded what answered under an alias, the notice may concern it, and
//! that counts as in use.

use serde::{Deserialize, Serialize};

use crate::text::{LONGEST_NAME, cut, line};

/// Whose names begin how, after what stands before a name on the clouds.
const BEGINNINGS: &[(&str, &[&str])] = &[
    (
        "openai",
        &[
            "gpt-",
            "chatgpt-",
            "o1",
            "o3",
            "o4",
            "codex-",
            "computer-use-",
            "text-embedding-",
            "davinci-",
            "babbage-",
            "dall-e-",
            "whisper-",
            "tts-",
            "sora-",
            "omni-moderation",
        ],
    ),
    ("anthropic", &["claude-"]),
    ("google", &["gemini-", "gemma-", "palm-", "text-bison", "chat-bison"]),
    ("aws", &["nova-", "titan-"]),
    ("mistral", &["mistral-", "mixtral-", "codestral-", "ministral-", "magistral-"]),
    ("meta", &["llama", "meta-llama"]),
    ("cohere", &["command-", "command", "embed-english", "embed-multilingual", "rerank-"]),
    ("deepseek", &["deepseek-"]),
    ("xai", &["grok-"]),
];

/// What stands before a name on clouds and routers: `us.anthropic.`, `models/`, `openai/`.
const VENDORS: [&str; 12] = [
    "anthropic",
    "openai",
    "amazon",
    "meta",
    "mistral",
    "cohere",
    "google",
    "deepseek",
    "ai21",
    "xai",
    "x-ai",
    "azure",
];

/// Regions of inference profiles.
const REGIONS: [&str; 6] = ["us", "eu", "apac", "global", "us-gov", "jp"];

/// Names that are found in one text.
const MOST_FOUND: usize = 20;

/// Bytes of a text that are searched.
const SEARCHED: usize = 20_000;

/// How sure it is that a notice about one name concerns the use of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Match {
    /// The same model, by the same name or by a dated form of it.
    Same,
    /// An alias of it of which nobody recorded what answered: it may be this model.
    Perhaps,
}

/// The provider whose model a name is; none if nobody here knows the name.
pub fn provider_of(model: &str) -> Option<&'static str> {
    let name = plain(model);
    let begins = |beginnings: &[&str]| beginnings.iter().any(|start| name.starts_with(start));
    BEGINNINGS.iter().find(|(_, beginnings)| begins(beginnings)).map(|(provider, _)| *provider)
}

/// Whether a name carries the date or the version that fixes what it means.
pub fn is_dated(model: &str) -> bool {
    date_at(&plain(model)).is_some()
}

/// Whether a notice about `noticed` concerns the use of `used`.
///
/// Not where both are dated and differ, nor where one is another size: `gpt-4-32k` is not `gpt-4`.
pub fn concerns(noticed: &str, used: &str) -> Option<Match> {
    let (noticed, used) = (plain(noticed), plain(used));
    if noticed == used {
        return Some(Match::Same);
    }
    let (noticed_base, used_base) = (undated(&noticed), undated(&used));
    if noticed_base != used_base {
        return None;
    }
    match (date_at(&noticed).is_some(), date_at(&used).is_some()) {
        // All of a model goes, and a dated form of it is used.
        (false, _) => Some(Match::Same),
        // A dated form goes, and an alias is used that may mean it.
        (true, false) => Some(Match::Perhaps),
        (true, true) => None,
    }
}

/// Names of models in a text of a provider's, each once, as written.
pub fn found_in(text: &str) -> Vec<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-._:/@".contains(c);
    let words = cut(text, SEARCHED).split(|c: char| !is_part(c));
    let words = words.map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric()));
    let is_model = |word: &&str| {
        let digits = word.bytes().any(|byte| byte.is_ascii_digit());
        digits && word.contains('-') && word.len() <= 100 && provider_of(word).is_some()
    };
    let mut found: Vec<String> = Vec::new();
    for word in words.filter(is_model).map(str::to_owned) {
        if found.len() < MOST_FOUND && !found.contains(&word) {
            found.push(word);
        }
    }
    found
}

/// A name in small letters, without what clouds put before and after it.
fn plain(model: &str) -> String {
    let lower = line(model, LONGEST_NAME).to_lowercase();
    // The last part of an ARN or a path names the model.
    let mut name = lower.rsplit('/').next().unwrap_or_default();
    while let Some((before, rest)) = name.split_once('.') {
        if !REGIONS.contains(&before) && !VENDORS.contains(&before) {
            break;
        }
        name = rest;
    }
    let name = name.split_once(':').map_or(name, |(name, _)| name);
    let versioned = name.rsplit_once("-v").filter(|(_, version)| {
        !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit())
    });
    // Bedrock adds `-v1` to names that carry a date already.
    let dated = versioned.filter(|(before, _)| date_at(before).is_some());
    let name = dated.map_or(name, |(before, _)| before);
    name.replace('@', "-")
}

/// A plain name without its date or version at the end.
fn undated(name: &str) -> String {
    let base = name.strip_suffix("-latest").unwrap_or(name);
    if let Some(at) = date_at(base) {
        return base[..at].to_owned();
    }
    base.to_owned()
}

/// Where a date or version at the end of a name begins: `-20240229`, `-2024-08-06`, `-0613`.
fn date_at(name: &str) -> Option<usize> {
    let is = |text: &str, form: &str| {
        text.len() == form.len()
            && text.bytes().zip(form.bytes()).all(|(byte, want)| match want {
                b'9' => byte.is_ascii_digit(),
                other => byte == other,
            })
    };
    const FORMS: [&str; 6] = ["-9999-99-99", "-99999999", "-99-9999", "-99-99", "-9999", "-999"];
    let fits = |form: &str| {
        let at = name.len().checked_sub(form.len())?;
        let end = name.get(at..)?;
        (at > 0 && is(end, form)).then_some(at)
    };
    FORMS.iter().find_map(|form| fits(form))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn whose_a_model_is_shows_in_its_name_wherever_it_runs() {
        for (name, provider) in [
            ("gpt-4o-2024-08-06", Some("openai")),
            ("models/gemini-1.5-pro-002", Some("google")),
            ("us.anthropic.claude-3-5-sonnet-20241022-v2:0", Some("anthropic")),
            ("openai/o3-mini", Some("openai")),
            ("our-own-model", None),
            ("", None),
        ] {
            assert_eq!(provider_of(name), provider, "{name}");
        }
    }

    #[test]
    fn a_name_without_a_date_is_an_alias() {
        for name in
            ["gpt-4o-2024-08-06", "gpt-4-0613", "claude-3-opus-20240229", "gemini-1.5-pro-002"]
        {
            assert!(is_dated(name), "{name}");
        }
        for name in ["gpt-4o", "claude-opus-4-5", "gpt-4.1-mini", "o3", "claude-3-opus-latest"] {
            assert!(!is_dated(name), "{name}");
        }
    }

    #[test]
    fn a_notice_concerns_its_model_and_what_may_mean_it() {
        for (noticed, used, found) in [
            ("gpt-4-0613", "gpt-4-0613", Some(Match::Same)),
            ("gpt-4", "gpt-4-0613", Some(Match::Same)),
            ("gpt-4-0613", "gpt-4", Some(Match::Perhaps)),
            ("gpt-4-0613", "gpt-4-1106", None),
            ("gpt-4-32k", "gpt-4", None),
            ("gpt-4", "gpt-4o", None),
            ("claude-3-opus-20240229", "anthropic.claude-3-opus-20240229-v1:0", Some(Match::Same)),
            ("claude-3-opus-20240229", "claude-3-opus@20240229", Some(Match::Same)),
            ("GPT-4-0613", "openai/gpt-4-0613", Some(Match::Same)),
            ("claude-3-opus-20240229", "claude-3-opus-latest", Some(Match::Perhaps)),
        ] {
            assert_eq!(concerns(noticed, used), found, "{noticed} and {used}");
        }
    }

    #[test]
    fn models_are_found_in_what_providers_write() {
        let text = "Elevated errors on claude-opus-4-5 and gpt-4o-2024-08-06, (GPT-4 is fine).";
        assert_eq!(found_in(text), ["claude-opus-4-5", "gpt-4o-2024-08-06", "GPT-4"]);
        assert!(found_in("Login is slow; see https://status.example.com/o1 for more").is_empty());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(a in "\\PC{0,60}", b in "[a-z0-9.:@/-]{0,40}") {
            let _ = (concerns(&a, &b), found_in(&a), provider_of(&b), is_dated(&a));
            prop_assert_eq!(concerns(&b, &b), Some(Match::Same));
        }
    }
}
