//! What is asked of providers, and what comes of their answers. Who asks is outside.

use intake::notices::statuspage::Summary;
use intake::notices::{self, Delivery, Format};
use jiff::{SignedDuration, Timestamp};
use model::notice::{ChannelChecked, Check, NoticeConfirmed, NoticeProof};
use model::{Fact, Notice, NoticeId};

use super::error::NoticeError;
use super::fold::{NoticeState, Notices};
use super::receive::actor;
use crate::access::Who;
use crate::channels::{Channel, ChannelSecret, Poll};
use crate::incidents::Act;
use crate::open::Mayday;

/// Something to ask of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    /// The channel that it is for.
    pub channel: String,
    /// The address.
    pub url: String,
    /// The key to show there, if one is wanted.
    pub key: Option<ChannelSecret>,
}

/// For how long it is tried to have a hint confirmed.
pub(crate) const HINTS_WAIT: SignedDuration = SignedDuration::from_secs(120);

/// Shortest time between two questions about hints.
const AT_MOST_EVERY: SignedDuration = SignedDuration::from_secs(2);

/// After what time it is stated again that asking still works, or still fails.
const RESTATED_AFTER: SignedDuration = SignedDuration::from_hours(6);

impl Mayday {
    /// What is to be asked now, of all tenants. Whoever calls this asks it, and brings the answers.
    pub fn askings(&self, now: Timestamp) -> Vec<Asking> {
        let mut asked = self.house.desk.asked();
        let mut due = Vec::new();
        for channel in &self.house.settings.channels {
            let Some(poll) = channel.poll.as_ref().filter(|_| channel.waived.is_none()) else {
                continue;
            };
            let last = asked.get(&channel.name).copied();
            let every = match self.has_hints(channel, now) {
                true => AT_MOST_EVERY.min(poll.every),
                false => poll.every,
            };
            if last.is_none_or(|last| now.duration_since(last) >= every) {
                asked.insert(channel.name.clone(), now);
                due.push(asking(channel, poll));
            }
        }
        due
    }

    /// Whether anything is asked over TLS.
    pub fn asks_over_tls(&self) -> bool {
        let polls = self.house.settings.channels.iter().filter_map(|one| one.poll.as_ref());
        polls.into_iter().any(|poll| poll.url.starts_with("https:"))
    }

    /// Takes in what a provider answered, or why it did not. Blocking.
    pub fn answered(
        &self,
        channel: &str,
        answer: Result<&[u8], &str>,
        at: Timestamp,
        random: u64,
    ) -> Result<(), NoticeError> {
        let channel = self.house.settings.channels.iter().find(|one| one.name == channel);
        let Some(channel) = channel else { return Ok(()) };
        let mayday = self
            .of(&channel.tenant, at)
            .map_err(|_| NoticeError::NoSuchChannel(channel.name.clone()))?;
        let by = actor(channel);
        let act = Act { by: &by, who: &Who::Itself, at, random };
        let came =
            answer.map_err(str::to_owned).and_then(|body| mayday.understood(channel, body, at));
        match came {
            Ok(Came { says, confirmed, because }) => {
                if !says.is_empty() {
                    mayday.take_in(Some(&channel.name), says, act)?;
                }
                mayday.state_checked(channel, (true, because), confirmed, act)
            }
            Err(why) => mayday.state_checked(channel, (false, why), Vec::new(), act),
        }
    }

    /// What an answer says, or why it says nothing.
    fn understood(&self, channel: &Channel, body: &[u8], at: Timestamp) -> Result<Came, String> {
        let (provider, kind) = (channel.provider.as_str(), channel.kind);
        let delivery = Delivery { provider, kind, proof: NoticeProof::Asked, id: None, body, at };
        if channel.format != Some(Format::Statuspage) {
            let says = notices::read(Format::ModelsList, &delivery);
            if let Some(unread) = says.iter().find(|one| one.kind == "unreadable") {
                return Err(unread.title.clone());
            }
            let because = format!("{} models with a date", says.len());
            return Ok(Came { says, confirmed: Vec::new(), because });
        }
        let summary = Summary::read(body).map_err(|refusal| refusal.to_string())?;
        let notices = self.house.notices();
        let confirmed = hints(&notices, channel, at).map(|hint| {
            let said = summary.confirms(&hint.says);
            (hint.id.clone(), said.holds, said.because)
        });
        let confirmed = confirmed.collect();
        let says = summary.notices(&delivery).into_iter();
        let says: Vec<Notice> = says.map(|one| self.beside_its_hint(&notices, one)).collect();
        let because = format!("{} incidents on the page", says.len());
        Ok(Came { says, confirmed, because })
    }

    /// What a page says itself stands beside a hint of the same update that says something else.
    fn beside_its_hint(&self, notices: &Notices, says: Notice) -> Notice {
        let of = |one: &Notice| (one.title.clone(), one.impact, one.models.clone());
        let hint = notices.known(&self.room.tenant, &says).map(|known| &known.says);
        match hint
            .is_some_and(|hint| hint.proof == NoticeProof::SecretPath && of(hint) != of(&says))
        {
            true => Notice { key: format!("{} as asked", says.key), ..says },
            false => says,
        }
    }

    /// States what was confirmed, and that asking works or fails where that is news.
    fn state_checked(
        &self,
        channel: &Channel,
        (passed, because): (bool, String),
        confirmed: Vec<(NoticeId, bool, String)>,
        act: Act,
    ) -> Result<(), NoticeError> {
        let tenant = self.room.tenant.clone();
        let _turn = self.house.desk.turn();
        let heard = self.house.notices().channel(&tenant, &channel.name);
        let last = heard.checks.get(&Check::Poll);
        let again = channel.expected_max_silence.map_or(RESTATED_AFTER, |most| most / 3);
        let again = again.min(RESTATED_AFTER);
        let is_news = last.is_none_or(|last| {
            last.last_passed != passed || act.at.duration_since(last.at) >= again
        });
        let mut facts: Vec<Fact> = confirmed
            .into_iter()
            .map(|(notice, holds, because)| {
                let tenant = tenant.clone();
                Fact::NoticeConfirmed(NoticeConfirmed { notice, tenant, holds, because })
            })
            .collect();
        if is_news {
            let (channel, check) = (channel.name.clone(), Check::Poll);
            let checked = ChannelChecked { channel, tenant, check, passed, because };
            facts.push(Fact::ChannelChecked(checked));
        }
        self.state_notices(&facts, act)?;
        self.house.desk.came.notify_one();
        Ok(())
    }

    fn has_hints(&self, channel: &Channel, now: Timestamp) -> bool {
        hints(&self.house.notices(), channel, now).next().is_some()
    }
}

/// What an answer says.
struct Came {
    says: Vec<Notice>,
    confirmed: Vec<(NoticeId, bool, String)>,
    because: String,
}

/// What came by a channel lately that nobody has confirmed yet.
fn hints<'a>(
    notices: &'a Notices,
    channel: &'a Channel,
    now: Timestamp,
) -> impl Iterator<Item = &'a NoticeState> {
    let lately = now.checked_sub(HINTS_WAIT).unwrap_or(Timestamp::MIN);
    notices.latest_first().take_while(move |one| one.heard_at >= lately).filter(move |one| {
        one.via.as_ref() == Some(&channel.name)
            && one.says.proof == NoticeProof::SecretPath
            && one.confirmed.is_none()
    })
}

fn asking(channel: &Channel, poll: &Poll) -> Asking {
    Asking { channel: channel.name.clone(), url: poll.url.clone(), key: poll.key.clone() }
}
