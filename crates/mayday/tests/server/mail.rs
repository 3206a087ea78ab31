//! Mail over TLS, to a server whose certificate an authority of this test signed.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_rustls::TlsAcceptor;

use crate::harness::{Server, data_dir, mayday};
use crate::tls::make_certificate;

/// How a mail server wants to be spoken to.
#[derive(Clone, Copy)]
enum Speaks {
    /// TLS from the first byte.
    Implicit,
    /// In the clear, until it is asked for TLS.
    Starttls,
    /// In the clear, whatever it is asked for.
    Clear,
}

/// A mail server on this machine, and the lines that it was told: over TLS with a `+` before them,
/// and [`BROKE_OFF`] where the other side would not go on over TLS.
struct MailServer {
    port: u16,
    told: UnboundedReceiver<String>,
}

const BROKE_OFF: &str = "(broke off)";

impl MailServer {
    async fn start(directory: &Path, speaks: Speaks) -> Self {
        Self::start_at("127.0.0.1:0", directory, speaks).await
    }

    async fn start_at(address: &str, directory: &Path, speaks: Speaks) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tell, told) = unbounded_channel();
        let acceptor = acceptor(directory);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, acceptor.clone(), speaks, tell.clone()));
            }
        });
        Self { port, told }
    }

    /// Everything that was told up to a line.
    async fn told_until(&mut self, last: &str) -> Vec<String> {
        let mut told = Vec::new();
        while told.last().is_none_or(|line| line != last) {
            told.push(self.told.recv().await.unwrap());
        }
        told
    }
}

fn acceptor(directory: &Path) -> TlsAcceptor {
    let certificate = CertificateDer::from_pem_file(directory.join("cert.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(directory.join("key.pem")).unwrap();
    let config = ServerConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

async fn serve(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    speaks: Speaks,
    tell: UnboundedSender<String>,
) {
    let mut stream = stream;
    let secure = match speaks {
        Speaks::Implicit => acceptor.accept(stream).await,
        Speaks::Starttls | Speaks::Clear => {
            stream.write_all(b"220 stand-in\r\n").await.unwrap();
            let greets = match speaks {
                Speaks::Starttls => "250-stand-in\r\n250-STARTTLS\r\n250 AUTH PLAIN",
                Speaks::Implicit | Speaks::Clear => PLAIN,
            };
            if !talk(&mut stream, greets, "", &tell).await {
                return tell.send(BROKE_OFF.to_owned()).unwrap();
            }
            acceptor.accept(stream).await
        }
    };
    // Whoever does not trust the certificate breaks off here.
    let Ok(mut secure) = secure else { return tell.send(BROKE_OFF.to_owned()).unwrap() };
    if matches!(speaks, Speaks::Implicit) {
        secure.write_all(b"220 stand-in\r\n").await.unwrap();
    }
    talk(&mut secure, PLAIN, "+ ", &tell).await;
}

/// What a server says that offers no TLS.
const PLAIN: &str = "250-stand-in\r\n250 AUTH PLAIN";

/// Talks until the other side leaves, or asks for TLS where that is offered: then it says so.
async fn talk(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    greets: &str,
    mark: &str,
    tell: &UnboundedSender<String>,
) -> bool {
    let mut stream = BufReader::new(stream);
    let (mut in_data, mut line) = (false, String::new());
    loop {
        line.clear();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return false;
        }
        let said = line.trim_end();
        tell.send(format!("{mark}{said}")).unwrap();
        let answer = match (said, in_data) {
            (".", true) => "250 kept",
            (_, true) => continue,
            ("DATA", false) => "354 go on",
            ("STARTTLS", false) if greets.contains("STARTTLS") => "220 go on",
            (said, false) if said.starts_with("EHLO") => greets,
            ("QUIT", false) => "221 bye",
            _ => "250 yes",
        };
        in_data = said == "DATA";
        stream.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
        if answer == "220 go on" {
            return true;
        }
    }
}

/// Settings with one target for each way of speaking to that server.
fn settings(directory: &Path, port: u16) -> PathBuf {
    let password = directory.join("password");
    std::fs::write(&password, "hush").unwrap();
    let target = |tls: &str, server: &str| {
        format!(
            "[[out.target]]\nname = \"{tls}-{server}\"\nkind = \"email\"\ntls = \"{tls}\"\n\
             server = \"{}\"\nport = {port}\nuser = \"mayday\"\nsecret = \"file:{}\"\n\
             from = \"mayday@house.example\"\nto = [\"ana@house.example\"]\n",
            if server == "named" { "localhost" } else { "127.0.0.2" },
            password.display()
        )
    };
    let pauses = "[out]\nretry_after = []\n".to_owned();
    let targets = [target("implicit", "named"), target("starttls", "named")];
    let text = pauses + &targets.concat() + &target("implicit", "other");
    let path = directory.join("mayday.toml");
    std::fs::write(&path, text).unwrap();
    path
}

/// A server that trusts an authority, with those settings.
fn start(authority: &Path, config: &Path, data: &Path) -> Server {
    let mut command = mayday();
    command.env("SSL_CERT_FILE", authority).env_remove("SSL_CERT_DIR");
    let config = ["--config", config.to_str().unwrap()];
    Server::start_as(command, "127.0.0.1:0", data, &config, Stdio::inherit())
}

fn test(server: &Server, target: &str) -> (bool, String) {
    let mut command = mayday();
    let output = command.args(["out", "test", target, "--server", &server.http]).output();
    let Output { status, stdout, stderr } = output.unwrap();
    let said = [stdout, stderr].map(|it| String::from_utf8_lossy(&it).into_owned()).concat();
    (status.success(), said)
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_goes_over_tls_and_nothing_of_it_in_the_clear() {
    let (guard, data) = data_dir();
    make_certificate(guard.path(), 1);
    for (speaks, target) in
        [(Speaks::Implicit, "implicit-named"), (Speaks::Starttls, "starttls-named")]
    {
        let mut mail = MailServer::start(guard.path(), speaks).await;
        let config = settings(guard.path(), mail.port);
        let server = start(&guard.path().join("ca.pem"), &config, &data);
        let (arrived, said) = test(&server, target);
        assert!(arrived && said.contains("its mail server answered 250"), "{said}");
        server.stop();
        let told = mail.told_until("+ .").await;
        let (secure, clear): (Vec<&String>, Vec<&String>) =
            told.iter().partition(|line| line.starts_with("+ "));
        assert!(secure.iter().any(|line| **line == "+ RCPT TO:<ana@house.example>"), "{told:?}");
        assert!(secure.iter().any(|line| line.starts_with("+ AUTH PLAIN")), "{told:?}");
        assert!(clear.iter().all(|line| line.starts_with("EHLO") || *line == "STARTTLS"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_can_not_prove_who_it_is_is_told_nothing() {
    let (guard, data) = data_dir();
    let (ours, theirs) = (guard.path().join("ours"), guard.path().join("theirs"));
    for directory in [&ours, &theirs] {
        std::fs::create_dir(directory).unwrap();
        make_certificate(directory, 1);
    }
    for (speaks, target) in [
        // An authority that nobody here trusts.
        (Speaks::Implicit, "implicit-named"),
        (Speaks::Starttls, "starttls-named"),
        // Somebody in between who takes the offer of TLS out.
        (Speaks::Clear, "starttls-named"),
    ] {
        let mail = MailServer::start(&theirs, speaks).await;
        let config = settings(guard.path(), mail.port);
        let server = start(&ours.join("ca.pem"), &config, &data);
        is_refused(server, mail, target).await;
    }
    // The right authority, and a certificate for another name.
    let mail = MailServer::start_at("127.0.0.2:0", &ours, Speaks::Implicit).await;
    let server = start(&ours.join("ca.pem"), &settings(guard.path(), mail.port), &data);
    is_refused(server, mail, "implicit-other").await;
}

async fn is_refused(server: Server, mut mail: MailServer, target: &str) {
    let (arrived, said) = test(&server, target);
    let reason = "its mail server could not be reached, or broke off";
    assert!(!arrived && said.contains(reason), "{target}: {said}");
    assert!(!said.contains("hush") && !said.contains("ana@"), "{said}");
    server.stop();
    let told = mail.told_until(BROKE_OFF).await;
    let secret = |line: &&String| ["AUTH", "MAIL", "RCPT"].iter().any(|it| line.contains(it));
    assert_eq!(told.iter().find(secret), None, "{target}: {told:?}");
}
