//! The door for what providers send: prove the sender, read, state it, and answer.

use intake::notices::{self, Delivery, Format};
use intake::standard_webhooks::{self, Headers};
use intake::{Refusal, text, verify};
use jiff::Timestamp;
use model::notice::NoticeProof;
use model::{Notice, NoticeId};
use serde::{Deserialize, Serialize};

use super::error::HookError;
use crate::access::Who;
use crate::channels::Channel;
use crate::incidents::Act;
use crate::open::Mayday;

/// What came to a channel's address.
#[derive(Debug, Clone, Copy)]
pub struct Hook<'a> {
    /// The channel that the address names.
    pub channel: &'a str,
    /// The last part of the address, if it has one.
    pub secret: Option<&'a str>,
    /// Its signature, if it has one.
    pub headers: Headers<'a>,
    /// The bytes, as received.
    pub body: &'a [u8],
}

/// What became of a delivery or a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Notices that were not known.
    pub new: Vec<NoticeId>,
    /// Notices that were.
    pub known: Vec<NoticeId>,
}

/// Who is named in the ledger for what came in by a channel.
pub(crate) fn actor(channel: &Channel) -> String {
    format!("channel {}", channel.name)
}

impl Mayday {
    /// Takes in what a provider sent; when this returns, it is a fact. What is refused is counted.
    /// Blocking, and nothing here waits for anybody outside.
    pub fn hear(&self, hook: Hook<'_>, at: Timestamp, random: u64) -> Result<Taken, HookError> {
        let heard = self.hear_uncounted(hook, at, random);
        if let Err(error) = &heard {
            self.tally().add(error.counted(), 1);
            tracing::info!(channel = hook.channel, %error, "a delivery was refused");
        }
        heard
    }

    /// Whether an address leads to a channel, before anything of the body is read.
    pub fn knows_hook(&self, channel: &str, secret: Option<&str>) -> Result<(), HookError> {
        let known = self.channel_of(channel, secret).map(|_| ());
        if let Err(error) = &known {
            self.tally().add(error.counted(), 1);
        }
        known
    }

    fn hear_uncounted(
        &self,
        hook: Hook<'_>,
        at: Timestamp,
        random: u64,
    ) -> Result<Taken, HookError> {
        let channel = self.channel_of(hook.channel, hook.secret)?;
        let notices = read(channel, hook, at)?;
        let by = actor(channel);
        let act = Act { by: &by, who: &Who::Itself, at, random };
        let mayday = self.of(&channel.tenant, at)?;
        mayday.take_in(Some(&channel.name), notices, act).map_err(HookError::Ledger)
    }

    /// The channel of an address, if its last part is the secret or a signature will be asked for.
    fn channel_of(&self, name: &str, secret: Option<&str>) -> Result<&Channel, HookError> {
        let channels = &self.house.settings.channels;
        let channel = channels.iter().find(|one| one.name == name && one.waived.is_none());
        let receives = |one: &&Channel| {
            one.secret.is_some() && one.format.is_some_and(|format| format != Format::ModelsList)
        };
        let channel = channel.filter(receives).ok_or(HookError::NoSuchChannel)?;
        if channel.signing().is_some() {
            return Ok(channel);
        }
        let known = channel.secret.as_ref().map_or("", |secret| secret.reveal());
        match secret.is_some_and(|shown| verify::is_secret(shown, known)) {
            true => Ok(channel),
            false => Err(HookError::WrongAddress),
        }
    }
}

/// What a delivery says, once its sender is proven.
pub(crate) fn read(
    channel: &Channel,
    hook: Hook<'_>,
    at: Timestamp,
) -> Result<Vec<Notice>, Refusal> {
    if hook.body.len() > text::LONGEST_BODY {
        return Err(Refusal::TooLarge { bytes: hook.body.len(), most: text::LONGEST_BODY });
    }
    let (proof, id) = match channel.signing() {
        Some(secrets) => {
            let id = standard_webhooks::verify(&secrets, hook.headers, hook.body, at)?;
            (NoticeProof::Signature, Some(id))
        }
        None => (NoticeProof::SecretPath, None),
    };
    let (provider, kind, body) = (channel.provider.as_str(), channel.kind, hook.body);
    let delivery = Delivery { provider, kind, proof, id, body, at };
    Ok(channel.format.map_or_else(Vec::new, |format| notices::read(format, &delivery)))
}
