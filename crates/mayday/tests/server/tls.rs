//! TLS by certificate files, on all three listeners, with an authority made for the test.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http2::handshake;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::access::{create, directory, run_as};
use crate::harness::{Server, data_dir, mayday, request, root};

fn openssl(directory: &Path, arguments: &str) {
    let mut command = Command::new("openssl");
    command.args(arguments.split_whitespace()).current_dir(directory);
    let output = command.output().expect("openssl makes the certificates of this test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Makes an authority, and a certificate for this machine that it signed.
pub(crate) fn make_certificate(directory: &Path, serial: u32) {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    if !directory.join("ca.pem").exists() {
        let ca = "-subj /CN=test-authority -days 2 -keyout ca.key -out ca.pem";
        openssl(directory, &format!("req -x509 {key} {ca}"));
    }
    openssl(directory, &format!("req {key} -subj /CN=mayday -keyout key.pem -out request.pem"));
    let names = "subjectAltName=DNS:localhost,IP:127.0.0.1";
    std::fs::write(directory.join("names"), names).unwrap();
    let signed = "-in request.pem -CA ca.pem -CAkey ca.key -days 1 -extfile names -out cert.pem";
    openssl(directory, &format!("x509 -req {signed} -set_serial {serial}"));
}

fn config(directory: &Path) -> String {
    let path = directory.join("mayday.toml");
    let files = ["cert.pem", "key.pem"].map(|name| directory.join(name).display().to_string());
    let [certificate, key] = files;
    let text = format!("[listen]\ntls_certificate = \"{certificate}\"\ntls_key = \"{key}\"\n");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn start(directory: &Path, data: &Path) -> Server {
    Server::start_at("127.0.0.1:0", data, &["--config", &config(directory)], Stdio::inherit())
}

/// A connection to a listener, by somebody who trusts the test's authority.
async fn connect(directory: &Path, url: &str, protocol: &[u8]) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(directory.join("ca.pem")).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let socket = TcpStream::connect(url.strip_prefix("https://").unwrap()).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, socket).await.unwrap()
}

/// Asks over HTTP/2, which the handshake must have agreed on.
async fn ask(directory: &Path, request: Request<Full<Bytes>>) -> Response<Bytes> {
    let url = format!("https://{}", request.uri().authority().unwrap());
    let socket = connect(directory, &url, b"h2").await;
    assert_eq!(socket.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let (mut client, connection) =
        handshake(TokioExecutor::new(), TokioIo::new(socket)).await.unwrap();
    tokio::spawn(connection);
    let (head, body) = client.send_request(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap();
    let mut head = head;
    head.headers.extend(body.trailers().cloned().unwrap_or_default());
    Response::from_parts(head, body.to_bytes())
}

#[tokio::test]
async fn spans_come_in_and_pages_go_out_over_tls_on_every_address() {
    let (guard, data) = data_dir();
    let directory_of_files = guard.path();
    make_certificate(directory_of_files, 1);
    let person = create(directory(&data), "person", "default");
    let server = start(directory_of_files, &data);
    for url in [&server.otlp, &server.http, &server.grpc] {
        assert!(url.starts_with("https://127.0.0.1:"), "{url}");
        let plain = url.replace("https", "http");
        assert!(server.client.get(plain).send().await.is_err(), "nothing is answered in the clear");
    }
    let spans = Request::post(format!("{}/v1/traces", server.otlp))
        .header("content-type", "application/x-protobuf")
        .body(Full::new(request(vec![root(1)]).into()))
        .unwrap();
    assert_eq!(ask(directory_of_files, spans).await.status(), 200);
    let message = request(vec![root(2)]);
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    let method = "opentelemetry.proto.collector.trace.v1.TraceService/Export";
    let call = Request::post(format!("{}/{method}", server.grpc))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Full::new([&[0], &length[..], &message].concat().into()))
        .unwrap();
    assert_eq!(ask(directory_of_files, call).await.headers()["grpc-status"], "0");

    let form = format!("token={}", person.token);
    let sign_in = Request::post(format!("{}/sign-in", server.http))
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", &server.http)
        .body(Full::new(form.into()))
        .unwrap();
    let answer = ask(directory_of_files, sign_in).await;
    let cookie = answer.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-mayday=") && cookie.ends_with("; Secure"), "{cookie}");
    let page = Request::get(format!("{}/you", server.http))
        .header("cookie", cookie.split(';').next().unwrap())
        .body(Full::default())
        .unwrap();
    let page = ask(directory_of_files, page).await;
    assert!(String::from_utf8_lossy(page.body()).contains("person of default"));
}

#[tokio::test]
async fn the_command_line_asks_over_tls_whom_it_trusts() {
    let (guard, data) = data_dir();
    make_certificate(guard.path(), 1);
    let person = create(directory(&data), "person", "default");
    let server = start(guard.path(), &data);
    let ca = guard.path().join("ca.pem").display().to_string();
    let list = ["key", "list", "--server", &server.http];
    let (code, out, err) = run_as(&person.token, &[&list[..], &["--ca", &ca]].concat());
    assert!(code == Some(0) && out.contains("person of default"), "{out}{err}");
    let (code, _, err) = run_as("", &[&list[..], &["--ca", &ca]].concat());
    assert!(code == Some(1) && err.contains("wants a key"), "{err}");
    let by_name = server.http.replace("127.0.0.1", "localhost");
    let mut command = mayday();
    command.args(["key", "list", "--server", &by_name]).env("MAYDAY_CA", &ca);
    let output = command.env("MAYDAY_TOKEN", &person.token).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let own = guard.path().join("cert.pem");
    std::fs::write(guard.path().join("empty.pem"), "").unwrap();
    let empty = guard.path().join("empty.pem");
    for (ca, says) in [(own, "--ca"), (empty, "holds no certificate")] {
        let arguments = [&list[..], &["--ca", ca.to_str().unwrap()]].concat();
        let (code, _, err) = run_as(&person.token, &arguments);
        assert!(code == Some(1) && err.contains(says), "{err}");
    }
    let (code, _, err) = run_as(&person.token, &list);
    assert!(code == Some(1) && err.contains("--ca"), "{err}");
}

/// The certificate that a server shows.
async fn shown(directory: &Path, url: &str) -> CertificateDer<'static> {
    let socket = connect(directory, url, b"http/1.1").await;
    socket.get_ref().1.peer_certificates().unwrap()[0].clone().into_owned()
}

#[tokio::test]
async fn a_certificate_that_changed_is_read_again_and_one_that_is_broken_is_not_taken() {
    let (guard, data) = data_dir();
    let files: PathBuf = guard.path().to_owned();
    make_certificate(&files, 1);
    let server = start(&files, &data);
    let own = || CertificateDer::from_pem_file(files.join("cert.pem")).unwrap();
    let first = own();
    assert_eq!(shown(&files, &server.http).await, first);
    std::fs::write(files.join("key.pem"), "nothing").unwrap();
    server.hang_up();
    assert_eq!(shown(&files, &server.http).await, first);
    make_certificate(&files, 2);
    assert_ne!(own(), first);
    server.hang_up();
    for _ in 0..1_000 {
        if shown(&files, &server.http).await == own() {
            return;
        }
    }
    panic!("the certificate was never read again");
}

#[test]
fn a_server_whose_certificate_can_not_be_used_does_not_start_and_says_why() {
    let (guard, data) = data_dir();
    make_certificate(guard.path(), 1);
    let config = config(guard.path());
    let why = || {
        let serve = ["serve", "--data-dir", data.to_str().unwrap(), "--config", &config];
        let (code, _, err) = run_as("", &serve);
        assert_eq!(code, Some(1), "{err}");
        err
    };
    std::fs::copy(guard.path().join("ca.key"), guard.path().join("key.pem")).unwrap();
    assert!(why().contains("is not the one of the certificate in"), "{}", why());
    std::fs::remove_file(guard.path().join("key.pem")).unwrap();
    assert!(why().contains("could not use listen.tls_key: could not read"), "{}", why());
}
