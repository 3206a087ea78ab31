//! TLS by certificate files: read at the start, and again when they change.
//!
//! [`Certificate`] holds what a server proves itself with. Connections that are open keep what they
//! began with. Files that can't be used are told in the log, and what was read before stays.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, anyhow, bail, ensure};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{Error, ServerConfig};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How often it is looked whether the files changed.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// What can be spoken over TLS, the best first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// What a server proves itself with, and the files it is from.
#[derive(Debug)]
pub(crate) struct Certificate {
    files: Files,
    held: RwLock<Arc<CertifiedKey>>,
    seen: Mutex<Seen>,
}

#[derive(Debug)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

/// The state of both files: when each was last written, and how long it is.
type Seen = [Option<(SystemTime, u64)>; 2];

impl Certificate {
    /// Reads the files that the settings name; none if they name none.
    pub(crate) fn read(certificate: &str, key: &str) -> Result<Option<Arc<Self>>> {
        if certificate.is_empty() && key.is_empty() {
            return Ok(None);
        }
        ensure!(
            !certificate.is_empty() && !key.is_empty(),
            "listen.tls_certificate and listen.tls_key go together: set both, or neither"
        );
        let files = Files { certificate: certificate.into(), key: key.into() };
        let seen = Mutex::new(files.seen());
        let held = RwLock::new(Arc::new(files.read()?));
        Ok(Some(Arc::new(Self { files, held, seen })))
    }

    /// How a server speaks TLS with it.
    pub(crate) fn config(self: &Arc<Self>) -> Result<Arc<ServerConfig>> {
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_safe_default_protocol_versions()?.with_no_client_auth();
        let mut config = config.with_cert_resolver(Arc::clone(self) as Arc<_>);
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        Ok(Arc::new(config))
    }

    /// Reads the files again when they change or at SIGHUP, until told to stop.
    pub(crate) fn keep_reading(
        self: &Arc<Self>,
        mut stopped: watch::Receiver<bool>,
    ) -> Result<JoinHandle<()>> {
        let this = Arc::clone(self);
        let mut hangup = signal(SignalKind::hangup())?;
        let mut pause = tokio::time::interval(LOOK_EVERY);
        Ok(tokio::spawn(async move {
            loop {
                let asked = tokio::select! {
                    _ = stopped.wait_for(|stop| *stop) => return,
                    asked = hangup.recv() => asked.is_some(),
                    _ = pause.tick() => false,
                };
                if this.has_changed() || asked {
                    this.read_again();
                }
            }
        }))
    }

    fn has_changed(&self) -> bool {
        let now = self.files.seen();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *seen, now) != now
    }

    fn read_again(&self) {
        match self.files.read() {
            Ok(read) => {
                *self.held.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(read);
                tracing::info!("the TLS certificate was read again");
            }
            Err(error) => {
                let why = format!("{error:#}");
                tracing::error!(why, "the TLS certificate can't be read again; the old one stays");
            }
        }
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.held.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Files {
    fn seen(&self) -> Seen {
        [&self.certificate, &self.key].map(|path| {
            let metadata = std::fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        })
    }

    fn read(&self) -> Result<CertifiedKey> {
        let Self { certificate, key } = self;
        let chain = certificates(certificate).context("could not use listen.tls_certificate")?;
        let private = private_key(key).context("could not use listen.tls_key")?;
        let provider: CryptoProvider = ring::default_provider();
        match CertifiedKey::from_der(chain, private, &provider) {
            Ok(certified) => Ok(certified),
            Err(Error::InconsistentKeys(_)) => bail!(
                "the key in {} is not the one of the certificate in {}: name two files that were \
                 made together, and in the latter put the server's own certificate first",
                key.display(),
                certificate.display()
            ),
            Err(error) => Err(error).with_context(|| {
                format!(
                    "the certificate in {} and the key in {} can't be used for TLS",
                    certificate.display(),
                    key.display()
                )
            }),
        }
    }
}

/// The certificates in a file.
pub(crate) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let found =
        CertificateDer::pem_slice_iter(&text(path)?).collect::<Result<Vec<_>, pem::Error>>();
    let found = found.map_err(|error| flawed(path, &error))?;
    ensure!(
        !found.is_empty(),
        "{} holds no certificate: it must have one in PEM, between the lines \
         -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----",
        path.display()
    );
    Ok(found)
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>> {
    let text = text(path)?;
    match PrivateKeyDer::from_pem_slice(&text) {
        Ok(key) => Ok(key),
        Err(pem::Error::NoItemsFound) => {
            let is_locked = text.windows(9).any(|part| part == b"ENCRYPTED");
            let path = path.display();
            ensure!(
                !is_locked,
                "the key in {path} is locked with a passphrase: unlock it with `openssl pkey -in \
                 {path} -out FILE`, and let nobody else read that file"
            );
            bail!(
                "{path} holds no private key: it must have one in PEM, after a line \
                 -----BEGIN PRIVATE KEY-----"
            )
        }
        Err(error) => Err(flawed(path, &error)),
    }
}

fn flawed(path: &Path, error: &pem::Error) -> anyhow::Error {
    match error {
        pem::Error::MissingSectionEnd { .. } => anyhow!(
            "{} is cut off: what begins with -----BEGIN has no line -----END",
            path.display()
        ),
        error => anyhow!("{} is damaged: {error}", path.display()),
    }
}

fn text(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("could not read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Why two files can't be used.
    fn why(certificate: &str, key: &str) -> String {
        let directory = tempfile::tempdir().unwrap();
        let paths = ["cert.pem", "key.pem"].map(|name| directory.path().join(name));
        std::fs::write(&paths[0], certificate).unwrap();
        std::fs::write(&paths[1], key).unwrap();
        let [certificate, key] = paths.map(|path| path.display().to_string());
        let error = Certificate::read(&certificate, &key).unwrap_err();
        format!("{error:#}").replace(&format!("{}/", directory.path().display()), "")
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        let block = |name: &str| format!("-----BEGIN {name}-----\nAAAA\n-----END {name}-----\n");
        let said = [
            why("", ""),
            why("-----BEGIN CERTIFICATE-----\nAA", ""),
            why(&block("CERTIFICATE"), ""),
            why(&block("CERTIFICATE"), &block("ENCRYPTED PRIVATE KEY")),
            why(&block("CERTIFICATE"), &block("PRIVATE KEY")),
        ];
        let said = said.join("\n\n").replace(": ", ":\n  ").replace(", ", ",\n  ");
        insta::assert_snapshot!(said, @"
        could not use listen.tls_certificate:
          cert.pem holds no certificate:
          it must have one in PEM,
          between the lines -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----

        could not use listen.tls_certificate:
          cert.pem is cut off:
          what begins with -----BEGIN has no line -----END

        could not use listen.tls_key:
          key.pem holds no private key:
          it must have one in PEM,
          after a line -----BEGIN PRIVATE KEY-----

        could not use listen.tls_key:
          the key in key.pem is locked with a passphrase:
          unlock it with `openssl pkey -in key.pem -out FILE`,
          and let nobody else read that file

        the certificate in cert.pem and the key in key.pem can't be used for TLS:
          unexpected error:
          failed to parse private key as RSA,
          ECDSA,
          or EdDSA
        ");
    }

    #[test]
    fn one_file_without_the_other_is_refused_and_none_is_no_tls() {
        assert!(Certificate::read("", "").unwrap().is_none());
        let error = Certificate::read("a.pem", "").unwrap_err();
        assert!(error.to_string().contains("go together"), "{error}");
        let error = Certificate::read("no/such.pem", "no/key.pem").unwrap_err();
        assert!(format!("{error:#}").contains("could not read no/such.pem"), "{error:#}");
    }
}
