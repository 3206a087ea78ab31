//! Which kinds of channels providers offer, as of 2026-11.

use model::notice::ChannelKind::{
    self, Account, ApiWebhook, Billing, Changelog, Email, ModelList, Region, Statuspage,
};

/// The kinds that a provider offers. Of one that is not listed, everybody has a page of changes
/// and sends mail.
pub(super) fn kinds(provider: &str) -> &'static [ChannelKind] {
    match provider {
        "openai" => &[ApiWebhook, Statuspage, Changelog, Email, Billing, ModelList],
        "anthropic" => &[ApiWebhook, Statuspage, Changelog, Email, Billing, Account],
        "aws" => &[Statuspage, Changelog, Email, Billing, Account, Region],
        "azure" | "google" => &[Statuspage, Changelog, Email, Billing, Region],
        _ => &[Changelog, Email],
    }
}
