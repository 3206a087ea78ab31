//! Channels by which nothing comes any more. A silence is stated once, and its end once.

use jiff::Timestamp;
use model::Fact;
use model::notice::{ChannelSilent, ChannelWatched, Check, SilenceEnded};

use super::fold::{Heard, Notices};
use crate::channels::Channel;
use crate::open::Mayday;

impl Mayday {
    /// What is to be stated of this tenant's channels: that one is listened to, fell silent, or is
    /// heard again.
    pub(super) fn silences(&self, notices: &Notices, now: Timestamp) -> Vec<Fact> {
        let expected = |one: &&Channel| {
            self.is_of(&one.tenant) && one.waived.is_none() && one.expected_max_silence.is_some()
        };
        let expected: Vec<&Channel> =
            self.house.settings.channels.iter().filter(expected).collect();
        let news = expected.iter().filter_map(|channel| {
            let heard = notices.channel(&channel.tenant, &channel.name);
            of_channel(channel, &heard, now)
        });
        let is_expected =
            |silent: &ChannelSilent| expected.iter().any(|channel| channel.name == silent.channel);
        let given_up = notices
            .silences()
            .filter(|silent| self.is_of(&silent.tenant) && !is_expected(silent))
            .map(|silent| ended(silent, "nothing is expected of it any more".to_owned()));
        news.chain(given_up).collect()
    }
}

/// Since when a channel is silent for too long. A test made here proves nothing of the provider,
/// so only notices and answers break a silence.
pub(crate) fn silent_since(channel: &Channel, heard: &Heard, now: Timestamp) -> Option<Timestamp> {
    let most = channel.expected_max_silence?;
    let since = heard.last().or(heard.watched)?;
    (now.duration_since(since) > most).then_some(since)
}

fn of_channel(channel: &Channel, heard: &Heard, now: Timestamp) -> Option<Fact> {
    let (name, tenant) = (channel.name.clone(), channel.tenant.clone());
    if heard.last().or(heard.watched).is_none() {
        return Some(Fact::ChannelWatched(ChannelWatched { channel: name, tenant }));
    }
    match (&heard.silent, silent_since(channel, heard, now)) {
        (None, Some(since)) if !is_to_be_asked(channel, heard) => {
            Some(Fact::ChannelSilent(ChannelSilent {
                channel: name,
                tenant,
                provider: channel.provider.clone(),
                since,
                expected_secs: channel.expected_max_silence?.as_secs(),
                owner: channel.owner.to_string(),
            }))
        }
        (Some(silent), None) => {
            let last = heard.last()?;
            Some(ended(silent, format!("the provider was heard at {last}")))
        }
        _ => None,
    }
}

/// Whether a provider that answered the last time only has to be asked again: nobody asks it while
/// nothing runs here, and that is no silence of its own.
fn is_to_be_asked(channel: &Channel, heard: &Heard) -> bool {
    let asked = heard.checks.get(&Check::Poll);
    channel.poll.is_some() && asked.is_none_or(|asked| asked.last_passed)
}

fn ended(silent: &ChannelSilent, because: String) -> Fact {
    let ChannelSilent { channel, tenant, provider, .. } = silent.clone();
    Fact::SilenceEnded(SilenceEnded { channel, tenant, provider, because })
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::channels::tests::{hooks, statuspage};
    use crate::notices::tests::{act, at, event, keep, mayday, send};

    const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

    fn expected(channel: Channel) -> Channel {
        Channel { expected_max_silence: Some(WEEK), ..channel }
    }

    /// What is stated of channels from an entry on.
    fn stated(mayday: &Mayday) -> Vec<String> {
        let entries = mayday.house.ledger.read(1, 100).unwrap().into_iter();
        let told = entries.filter_map(|entry| match entry.fact {
            Fact::ChannelWatched(it) => Some(format!("{} watched", it.channel)),
            Fact::ChannelSilent(it) => Some(format!("{} silent since {}", it.channel, it.since)),
            Fact::SilenceEnded(it) => Some(format!("{} over: {}", it.channel, it.because)),
            _ => None,
        });
        told.collect()
    }

    #[test]
    fn a_silence_is_stated_once_and_so_is_its_end() {
        let mayday = mayday(vec![expected(hooks())]);
        for day in [0, 1, 7] {
            keep(&mayday, at(day, 0));
        }
        assert_eq!(stated(&mayday), ["openai-hooks watched"]);
        for second in [1, 11, 86_400] {
            keep(&mayday, at(7, second));
        }
        send(&mayday, "msg_1", &event("response.failed"), at(9, 0)).unwrap();
        for second in [1, 11] {
            keep(&mayday, at(9, second));
        }
        keep(&mayday, at(16, 1));
        assert_eq!(
            stated(&mayday),
            [
                "openai-hooks watched",
                "openai-hooks silent since 2026-11-25T12:00:00Z",
                "openai-hooks over: the provider was heard at 2026-12-04T12:00:00Z",
                "openai-hooks silent since 2026-12-04T12:00:00Z",
            ]
        );
    }

    #[test]
    fn a_page_that_nobody_asked_is_not_silent_and_one_that_does_not_answer_is() {
        let mayday = mayday(vec![expected(statuspage())]);
        let answers = |answer, at| mayday.answered("openai-status", answer, at, 9).unwrap();
        answers(Ok(br#"{"incidents": []}"#), at(0, 0));
        keep(&mayday, at(30, 0));
        assert!(stated(&mayday).is_empty());
        answers(Err("it answered 503"), at(30, 1));
        keep(&mayday, at(30, 2));
        answers(Ok(br#"{"incidents": []}"#), at(30, 3));
        keep(&mayday, at(30, 4));
        assert_eq!(
            stated(&mayday),
            [
                "openai-status silent since 2026-11-25T12:00:00Z",
                "openai-status over: the provider was heard at 2026-12-25T12:00:03Z",
            ]
        );
    }

    #[test]
    fn a_silence_of_which_nothing_is_expected_any_more_is_over() {
        let mayday = mayday(vec![Channel { waived: Some("prepaid".to_owned()), ..hooks() }]);
        let silent = ChannelSilent {
            channel: "openai-hooks".to_owned(),
            tenant: model::TenantName::standard(),
            provider: "openai".to_owned(),
            since: at(0, 0),
            expected_secs: WEEK.as_secs(),
            owner: "ai (ana)".to_owned(),
        };
        mayday.state_notices(&[Fact::ChannelSilent(silent)], act(at(8, 0))).unwrap();
        for second in [1, 2] {
            keep(&mayday, at(8, second));
        }
        let over = "openai-hooks over: nothing is expected of it any more";
        assert_eq!(stated(&mayday)[1..], [over]);
    }
}
