//! E-mail, handed to one mail server by SMTP.
//!
//! The Message-ID is made of the delivery's id and stays the same for every attempt; what is about
//! one thing refers to that thing's id, so that a mail program shows it together.

use jiff::Timestamp;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::endpoint::is_this_machine;
use crate::error::TargetError;
use crate::http::TIMEOUT;
use crate::letter::Letter;
use crate::secret::Secret;
use crate::sent::{Refused, Sent};

/// Who gets mail, through which server.
#[derive(Clone, PartialEq)]
pub struct Mail {
    server: String,
    port: u16,
    security: MailSecurity,
    login: Option<(String, Secret)>,
    from: Mailbox,
    to: Vec<Mailbox>,
}

/// How a mail server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailSecurity {
    /// In the clear until both agree on TLS, which they must.
    Starttls,
    /// Over TLS from the start.
    Implicit,
    /// In the clear: only on this machine.
    None,
}

impl MailSecurity {
    /// The port that is usual for it.
    pub fn port(self) -> u16 {
        match self {
            Self::Starttls => 587,
            Self::Implicit => 465,
            Self::None => 25,
        }
    }
}

impl Mail {
    /// Mail from an address to others, through a server.
    pub fn new(
        server: (&str, u16, MailSecurity),
        login: Option<(String, Secret)>,
        from: &str,
        to: &[String],
    ) -> Result<Self, TargetError> {
        let (server, port, security) = server;
        if security == MailSecurity::None && !is_this_machine(server) {
            return Err(TargetError::MailInTheClear);
        }
        if to.is_empty() {
            return Err(TargetError::Nobody);
        }
        let mailbox = |text: &str| -> Result<Mailbox, TargetError> {
            text.parse().map_err(|_| TargetError::NoMailbox(text.to_owned()))
        };
        let mail = Self {
            server: server.to_owned(),
            port,
            security,
            login,
            from: mailbox(from)?,
            to: to.iter().map(|to| mailbox(to)).collect::<Result<_, _>>()?,
        };
        mail.transport().map_err(|error| TargetError::MailServer(error.to_string()))?;
        Ok(mail)
    }

    /// Hands a letter to the server.
    pub(crate) async fn send(&self, letter: &Letter, now: Timestamp) -> Result<Sent, Refused> {
        let message = self.message(letter, now)?;
        let transport = self.transport();
        let transport = transport.map_err(|_| Refused::for_now("its mail server can't be used"))?;
        match tokio::time::timeout(TIMEOUT, transport.send(message)).await {
            Err(_) => Err(Refused::for_now("its mail server did not answer in time")),
            Ok(Err(error)) => Err(refused(&error)),
            Ok(Ok(answer)) => {
                let because = format!("its mail server answered {}", answer.code());
                Ok(Sent { because, receipt: None })
            }
        }
    }

    /// The message as it is handed over.
    pub(crate) fn shown(&self, letter: &Letter, now: Timestamp) -> String {
        match self.message(letter, now) {
            Ok(message) => String::from_utf8_lossy(&message.formatted()).into_owned(),
            Err(refused) => refused.to_string(),
        }
    }

    fn message(&self, letter: &Letter, now: Timestamp) -> Result<Message, Refused> {
        let id = |what: &str| format!("<{what}@{}>", self.from.email.domain());
        let mut builder = Message::builder()
            .from(self.from.clone())
            .subject(letter.title.clone())
            .date(now.into())
            .message_id(Some(id(letter.delivery.as_str())))
            .in_reply_to(id(&letter.about))
            .references(id(&letter.about));
        for to in &self.to {
            builder = builder.to(to.clone());
        }
        let link = letter.link.as_ref().map(|link| format!("\n{link}")).unwrap_or_default();
        let (topic, about) = (&letter.topic, &letter.about);
        let severity = letter.severity_word();
        let body = format!(
            "{}\n{}\n\n{topic} · {about} · severity {severity}{link}\n",
            letter.title, letter.text
        );
        let message = builder.header(ContentType::TEXT_PLAIN).body(body);
        let mut message = message
            .map_err(|error| Refused::ForGood(format!("no message could be made: {error}")))?;
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        message.headers_mut().insert_raw(HeaderValue::new(automatic, "auto-generated".to_owned()));
        Ok(message)
    }

    fn transport(
        &self,
    ) -> Result<AsyncSmtpTransport<Tokio1Executor>, lettre::transport::smtp::Error> {
        type Transport = AsyncSmtpTransport<Tokio1Executor>;
        let builder = match self.security {
            MailSecurity::Starttls => Transport::starttls_relay(&self.server)?,
            MailSecurity::Implicit => Transport::relay(&self.server)?,
            MailSecurity::None => Transport::builder_dangerous(&self.server),
        };
        let builder = builder.port(self.port).timeout(Some(TIMEOUT));
        let builder = match &self.login {
            Some((user, password)) => {
                let password = password.reveal().to_owned();
                builder.credentials(Credentials::new(user.clone(), password))
            }
            None => builder,
        };
        Ok(builder.build())
    }
}

/// Addresses of people are shown nowhere.
impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "mail to {} through {}", self.to.len(), self.server)
    }
}

/// Only the server's code is told: its words may name people.
fn refused(error: &lettre::transport::smtp::Error) -> Refused {
    match error.status() {
        Some(code) if error.is_permanent() => {
            Refused::ForGood(format!("its mail server answered {code}"))
        }
        Some(code) => Refused::for_now(format!("its mail server answered {code}")),
        None if error.is_timeout() => Refused::for_now("its mail server did not answer in time"),
        None => Refused::for_now("its mail server could not be reached, or broke off"),
    }
}
