//! Words that differ from library to library and mean the same.

use std::borrow::Cow;

/// Providers by OpenTelemetry's names, with what else libraries call them, in lower case.
const PROVIDERS: &[(&str, &[&str])] = &[
    ("openai", &[]),
    ("anthropic", &[]),
    ("aws.bedrock", &["aws", "bedrock", "amazon-bedrock", "amazon_bedrock"]),
    ("azure.ai.openai", &["azure", "azure-openai", "azure_openai", "az.ai.openai"]),
    ("azure.ai.inference", &["az.ai.inference"]),
    ("gcp.gemini", &["gemini", "google-gla", "google.generative-ai"]),
    ("gcp.vertex_ai", &["vertex_ai", "vertexai", "vertex", "google-vertex", "google.vertex"]),
    ("gcp.gen_ai", &["google", "google_genai"]),
    ("cohere", &[]),
    ("deepseek", &[]),
    ("groq", &[]),
    ("ibm.watsonx.ai", &["watsonx"]),
    ("mistral_ai", &["mistral", "mistralai"]),
    ("moonshot_ai", &["moonshot", "moonshotai"]),
    ("perplexity", &[]),
    ("x_ai", &["xai", "grok"]),
    ("ollama", &[]),
    ("together_ai", &["together", "togetherai"]),
    ("hugging_face", &["huggingface"]),
    ("aleph_alpha", &["alephalpha"]),
    ("replicate", &[]),
    ("fireworks", &[]),
    ("openrouter", &[]),
];

/// A provider by OpenTelemetry's name; one that is not known keeps its own. Some libraries add the
/// interface: `openai.chat`.
pub(crate) fn provider(word: &str) -> Cow<'_, str> {
    let lower = word.to_ascii_lowercase();
    let known = |word: &str| {
        let found = PROVIDERS.iter().find(|(name, others)| *name == word || others.contains(&word));
        found.map(|(name, _)| *name)
    };
    let without_interface = || lower.rsplit_once('.').and_then(|(provider, _)| known(provider));
    match known(&lower).or_else(without_interface) {
        Some(name) => Cow::Borrowed(name),
        None => Cow::Borrowed(word),
    }
}

/// The interface that some libraries add to a provider's name.
pub(crate) fn interface(word: &str) -> Option<&str> {
    let (provider_name, interface) = word.rsplit_once('.')?;
    (provider(provider_name) == provider(word) && provider(word) != word).then_some(interface)
}

/// Host and port of an address; of a URL what stands between scheme and path.
pub(crate) fn endpoint(address: &str, port: Option<&str>) -> String {
    let host = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = host.split(['/', '?', '#']).next().unwrap_or(host);
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    match port {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// Verdicts and actions that change or refuse something.
const INTERVENTIONS: &[&str] = &[
    "anonymize",
    "block",
    "blocked",
    "deny",
    "denied",
    "escalate",
    "fail",
    "failed",
    "intervened",
    "mask",
    "masked",
    "modified",
    "modify",
    "redact",
    "redacted",
    "refuse",
    "refused",
    "reject",
    "rejected",
    "replace",
    "replaced",
];

/// Whether a guardrail's verdict or action says that something was changed or refused.
pub(crate) fn intervenes(word: &str) -> bool {
    INTERVENTIONS.contains(&word.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_has_one_name() {
        let names = [
            ("openai", "openai"),
            ("OpenAI", "openai"),
            ("openai.responses", "openai"),
            ("Anthropic", "anthropic"),
            ("anthropic.messages", "anthropic"),
            ("azure", "azure.ai.openai"),
            ("az.ai.openai", "azure.ai.openai"),
            ("azure.ai.openai", "azure.ai.openai"),
            ("aws", "aws.bedrock"),
            ("aws.bedrock", "aws.bedrock"),
            ("google", "gcp.gen_ai"),
            ("google.generative-ai", "gcp.gemini"),
            ("google.vertex.chat", "gcp.vertex_ai"),
            ("vertex_ai", "gcp.vertex_ai"),
            ("MistralAI", "mistral_ai"),
            ("xai", "x_ai"),
            ("our-own.gateway", "our-own.gateway"),
        ];
        for (word, name) in names {
            assert_eq!(provider(word), name, "{word}");
        }
    }

    #[test]
    fn an_interface_is_what_a_library_adds_to_a_provider() {
        assert_eq!(interface("openai.responses"), Some("responses"));
        assert_eq!(interface("aws.bedrock"), None);
        assert_eq!(interface("our-own.gateway"), None);
    }

    #[test]
    fn an_endpoint_is_host_and_port_without_secrets() {
        let endpoints = [
            ("api.openai.com", None, "api.openai.com"),
            ("127.0.0.1", Some("18080"), "127.0.0.1:18080"),
            ("http://127.0.0.1:18080/v1/", None, "127.0.0.1:18080"),
            ("https://user:secret@host/v1?key=secret", None, "host"),
        ];
        for (address, port, endpoint_is) in endpoints {
            assert_eq!(endpoint(address, port), endpoint_is);
        }
    }
}
