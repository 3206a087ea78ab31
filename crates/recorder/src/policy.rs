//! What may be kept of whose content: a mode for each feature, and the rules that redact.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use model::TraceId;

use crate::privacy::ContentMode;
use crate::redaction::Rules;

/// The rules that Mayday comes with, compiled once.
static RULES: LazyLock<Arc<Rules>> = LazyLock::new(Arc::default);

/// What may be kept of a tenant's content.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    standard: ContentMode,
    features: BTreeMap<String, ContentMode>,
    rules: Arc<Rules>,
}

/// What holds for one span.
#[derive(Debug, Clone, Copy)]
pub struct Privacy<'p> {
    pub(crate) mode: ContentMode,
    pub(crate) rules: &'p Rules,
}

impl From<ContentMode> for Policy {
    /// One mode for every feature, with the rules that Mayday comes with.
    fn from(standard: ContentMode) -> Self {
        Self { standard, features: BTreeMap::new(), rules: Arc::clone(&RULES) }
    }
}

impl Default for Policy {
    fn default() -> Self {
        ContentMode::default().into()
    }
}

impl Policy {
    /// The same, with another mode for some features.
    #[must_use]
    pub fn with_features(self, features: BTreeMap<String, ContentMode>) -> Self {
        Self { features, ..self }
    }

    /// The same, with rules of one's own.
    #[must_use]
    pub fn with_rules(self, rules: Arc<Rules>) -> Self {
        Self { rules, ..self }
    }

    /// What holds for a feature. Where it is not known which it is, the strictest of all holds.
    pub fn of(&self, feature: Option<&str>) -> Privacy<'_> {
        let mode = match feature {
            Some(feature) => self.features.get(feature).copied().unwrap_or(self.standard),
            None => self.features.values().copied().fold(self.standard, ContentMode::max),
        };
        Privacy { mode, rules: &self.rules }
    }

    /// The rules by which content is redacted, where it is.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Whether it matters which feature a span is of.
    pub(crate) fn differs(&self) -> bool {
        self.features.values().any(|mode| *mode != self.standard)
    }
}

/// The feature that each trace in a request says it is of.
pub(crate) type Features = HashMap<TraceId, String>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_say_the_feature_is_kept_as_strictly_as_any() {
        use ContentMode::{Full, HashOnly, MetadataOnly, Redacted};
        let features = [("billing".to_owned(), HashOnly), ("faq".to_owned(), Full)];
        let policy = Policy::from(Redacted).with_features(features.into());
        let mode = |feature| policy.of(feature).mode;
        assert_eq!(mode(Some("billing")), HashOnly);
        assert_eq!(mode(Some("faq")), Full);
        assert_eq!(mode(Some("search")), Redacted);
        assert_eq!(mode(None), HashOnly);
        assert_eq!(Policy::from(MetadataOnly).of(None).mode, MetadataOnly);
    }
}
