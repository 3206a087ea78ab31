//! Test events: made here, and taken through all that an event of the provider goes through.
//!
//! A test proves our half: the secret, the reader and the ledger. That the provider still sends,
//! only its silence can tell.

use intake::notices::Format;
use intake::standard_webhooks::Headers;
use model::Fact;
use model::notice::{ChannelChecked, Check, NoticeClass};

use super::error::NoticeError;
use super::receive::{Hook, read};
use crate::channels::Channel;
use crate::channels::matrix::ChannelView;
use crate::incidents::Act;
use crate::open::Mayday;

impl Mayday {
    /// Sends a test event through a channel and states what came of it. Blocking.
    pub fn test_channel(&self, name: &str, act: Act) -> Result<ChannelView, NoticeError> {
        let no_such = || NoticeError::NoSuchChannel(name.to_owned());
        let mut channels = self.house.settings.channels.iter();
        let channel = channels.find(|one| one.name == name && self.is_of(&one.tenant));
        let channel = channel.ok_or_else(no_such)?;
        let (passed, because) = self.tested(channel, act)?;
        let (tenant, check) = (self.room.tenant.clone(), Check::Test);
        let checked = ChannelChecked { channel: name.to_owned(), tenant, check, passed, because };
        self.state_notices(&[Fact::ChannelChecked(checked)], act)?;
        self.channel_views(act.at).into_iter().find(|view| view.name == name).ok_or_else(no_such)
    }

    fn tested(&self, channel: &Channel, act: Act) -> Result<(bool, String), NoticeError> {
        let nothing = || NoticeError::NothingToTest(channel.name.clone());
        let body = channel.format.and_then(event).ok_or_else(nothing)?.as_bytes();
        let secret = channel.secret.as_ref().ok_or_else(nothing)?;
        let id = format!("mayday_test_{:016x}", act.random);
        let timestamp = act.at.as_second().to_string();
        let signature = channel
            .signing()
            .and_then(|secrets| secrets.first().map(|secret| secret.sign(&id, act.at, body)));
        let headers =
            Headers { id: Some(&id), timestamp: Some(&timestamp), signature: signature.as_deref() };
        let (name, secret) = (channel.name.as_str(), Some(secret.reveal()));
        if let Err(error) = self.knows_hook(name, secret) {
            return Ok((false, error.to_string()));
        }
        let hook = Hook { channel: name, secret, headers, body };
        Ok(match read(channel, hook, act.at) {
            Err(refusal) => (false, refusal.to_string()),
            Ok(says) if says.iter().any(|one| one.class == NoticeClass::Unknown) => {
                (false, "the event made here was not understood".to_owned())
            }
            Ok(_) => (true, "an event made here was proven, read and stated".to_owned()),
        })
    }
}

/// An event such as the format has.
fn event(format: Format) -> Option<&'static str> {
    Some(match format {
        Format::Openai => {
            r#"{"id":"evt_test","object":"event","created_at":0,"type":"batch.completed",
                "data":{"id":"batch_test"}}"#
        }
        Format::Anthropic => {
            r#"{"type":"event","id":"evt_test","created_at":"1970-01-01T00:00:00Z",
                "data":{"type":"session.idled","id":"session_test"}}"#
        }
        Format::Statuspage => {
            r#"{"meta":{},"page":{},"incident":{"id":"test","name":"A test",
                "status":"resolved","impact":"none","incident_updates":[]}}"#
        }
        Format::AwsHealth => {
            r#"{"id":"test","detail-type":"AWS Health Event",
                "detail":{"eventArn":"arn:aws:health:::event/test",
                "eventTypeCategory":"issue","statusCode":"closed"}}"#
        }
        Format::AzureHealth => {
            r#"{"data":{"context":{"activityLog":{"eventSource":"ServiceHealth",
                "status":"Resolved","properties":{"title":"A test","incidentType":"Incident"
                ,"trackingId":"test"}}}}}"#
        }
        Format::Generic => r#"{"title":"A test","id":"test","class":"job_state"}"#,
        Format::ModelsList => return None,
    })
}
