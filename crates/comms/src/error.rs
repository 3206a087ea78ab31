//! Why a target can't be used, or the post can't be set up.

use model::{Fault, Faulty};

/// What is wrong with a target in the settings. No secret stands in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// The address is none.
    #[error("its url is no address: write one like https://host.example/path")]
    NoUrl,
    /// The address would send in the clear to another machine.
    #[error("its url is not https: http is for this machine alone, 127.0.0.1, [::1] or localhost")]
    InTheClear,
    /// The address holds credentials.
    #[error("credentials do not go into its url: give them as a secret")]
    Credentials,
    /// The address is one that no receiver has.
    #[error("its url leads to {0}, where no receiver can be")]
    NoReceiver(String),
    /// A signing key is none.
    #[error("its secret is no signing key: `whsec_` and base64 of 24 to 64 random bytes")]
    NoSigningKey,
    /// There is no signing key, or more than a rotation has.
    #[error("it needs one secret, or two while one is replaced; it has {0}")]
    SigningKeys(usize),
    /// A routing key is none.
    #[error("its secret is no routing key: 32 letters and digits, or a Mayday key")]
    NoRoutingKey,
    /// An address of e-mail is none.
    #[error("`{0}` is no e-mail address: write name@host.example")]
    NoMailbox(String),
    /// Nobody is to get the mail.
    #[error("it has nobody in `to`")]
    Nobody,
    /// A mail server on another machine would be spoken to in the clear.
    #[error("tls = \"none\" is for a mail server on this machine alone: use starttls or implicit")]
    MailInTheClear,
    /// The mail server can't be spoken to.
    #[error("its mail server can't be used: {0}")]
    MailServer(String),
    /// A repository is none.
    #[error("`{0}` is no repository: write owner/name")]
    NoRepository(String),
    /// A project is none.
    #[error("`{0}` is no project key: capital letters, digits and _, such as OPS")]
    NoProject(String),
    /// A secret can't stand in a header.
    #[error("its secret holds characters that no header can carry")]
    SecretCharacters,
    /// A pattern fits no topic.
    #[error("`{pattern}` in its topics fits none: there are {topics}")]
    NoSuchTopic {
        /// The pattern.
        pattern: String,
        /// What there is.
        topics: String,
    },
}

/// Why the post can't be set up.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// Nobody could be known by certificate.
    #[error(
        "this system has no certificates to know targets by: install its ca-certificates, or name \
         a file of them in SSL_CERT_FILE"
    )]
    NoCertificates(#[source] std::io::Error),
    /// TLS can't be set up.
    #[error("could not set up TLS")]
    Tls(#[from] rustls::Error),
}

impl Faulty for PostError {
    fn fault(&self) -> Fault {
        match self {
            PostError::NoCertificates(_) => Fault::Unavailable,
            PostError::Tls(_) => Fault::Bug,
        }
    }
}
