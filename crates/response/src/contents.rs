//! What may be kept of whose content.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::TenantName;
use recorder::redaction::Rules;
use recorder::{ContentMode, Policy};

/// What may be kept of content, of all tenants.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contents {
    /// What holds where there is no exception.
    pub standard: ContentMode,
    /// For whom something else holds; of those that fit, the first.
    pub exceptions: Vec<Exception>,
    /// How content is redacted; none for the rules that Mayday comes with.
    pub rules: Option<Arc<Rules>>,
}

/// Something for which another mode holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// This tenant; none for every one.
    pub tenant: Option<TenantName>,
    /// This feature; none for every one.
    pub feature: Option<String>,
    /// What may be kept of its content.
    pub mode: ContentMode,
}

impl From<ContentMode> for Contents {
    fn from(standard: ContentMode) -> Self {
        Self { standard, ..Self::default() }
    }
}

impl Contents {
    /// What holds for one tenant.
    pub fn of(&self, tenant: &TenantName) -> Policy {
        let fits = |one: &&Exception| one.tenant.as_ref().is_none_or(|its| its == tenant);
        let mut features = BTreeMap::new();
        let mut standard = None;
        for one in self.exceptions.iter().filter(fits) {
            match &one.feature {
                // What an exception before this one says of the whole tenant goes before.
                Some(feature) if standard.is_none() => {
                    features.entry(feature.clone()).or_insert(one.mode);
                }
                Some(_) => {}
                None => _ = standard.get_or_insert(one.mode),
            }
        }
        let policy = Policy::from(standard.unwrap_or(self.standard)).with_features(features);
        match &self.rules {
            Some(rules) => policy.with_rules(Arc::clone(rules)),
            None => policy,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ContentMode::{Full, HashOnly, MetadataOnly};

    fn exception(tenant: &str, feature: &str, mode: ContentMode) -> Exception {
        let tenant = (!tenant.is_empty()).then(|| tenant.parse().unwrap());
        Exception { tenant, feature: (!feature.is_empty()).then(|| feature.to_owned()), mode }
    }

    #[test]
    fn the_first_exception_that_fits_holds() {
        let exceptions = vec![
            exception("acme", "faq", Full),
            exception("acme", "", MetadataOnly),
            exception("", "billing", HashOnly),
            exception("", "faq", HashOnly),
        ];
        let contents = Contents { exceptions, ..Contents::default() };
        let of = |tenant: &str| contents.of(&tenant.parse().unwrap());
        let features = |list: &[(&str, ContentMode)]| {
            list.iter().map(|(feature, mode)| ((*feature).to_owned(), *mode)).collect()
        };
        let acme = Policy::from(MetadataOnly).with_features(features(&[("faq", Full)]));
        assert_eq!(of("acme"), acme);
        let other = features(&[("billing", HashOnly), ("faq", HashOnly)]);
        assert_eq!(of("other"), Policy::from(Full).with_features(other));
    }
}
