//! Mail, against a mail server of a few lines.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::{at, hostile, letter, secret, target};
use crate::{Letter, Mail, MailSecurity, Post, Refused, Sent, Way};

/// A mail server that keeps what it is told, and answers to the data as it is told to.
struct MailServer {
    port: u16,
    lines: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    async fn answering(end: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&lines);
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            talk(stream, end, &keep).await;
        });
        Self { port, lines }
    }

    fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }
}

async fn talk(stream: TcpStream, end: &str, keep: &Mutex<Vec<String>>) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 stand-in\r\n").await.unwrap();
    let mut in_data = false;
    while let Ok(Some(line)) = lines.next_line().await {
        keep.lock().unwrap().push(line.clone());
        let answer = match (&*line, in_data) {
            (".", true) => {
                in_data = false;
                end
            }
            (_, true) => continue,
            ("DATA", false) => {
                in_data = true;
                "354 go on"
            }
            ("QUIT", false) => "221 bye",
            (line, false) if line.starts_with("EHLO") => "250-stand-in\r\n250 AUTH PLAIN",
            (line, false) if line.starts_with("AUTH") => "235 welcome",
            _ => "250 yes",
        };
        _ = write.write_all(format!("{answer}\r\n").as_bytes()).await;
    }
}

async fn mailed(end: &'static str, letter: &Letter) -> (Result<Sent, Refused>, Vec<String>) {
    let server = MailServer::answering(end).await;
    let at_server = ("127.0.0.1", server.port, MailSecurity::None);
    let login = Some(("mayday".to_owned(), secret("hush")));
    let to = ["Ana <ana@house.example>".to_owned(), "ben@house.example".to_owned()];
    let mail = Mail::new(at_server, login, "Mayday <mayday@house.example>", &to).unwrap();
    assert!(!format!("{mail:?}").contains("ana@"));
    let target = target(Way::Email(mail));
    let post = Post::new(&[]).unwrap();
    (post.send(&target, letter, at()).await, server.lines())
}

#[tokio::test]
async fn a_mail_is_handed_over_with_an_id_that_stays() {
    let (sent, lines) = mailed("250 kept", &letter()).await;
    assert_eq!(sent.unwrap().because, "its mail server answered 250");
    let text = lines.iter().skip_while(|line| *line != "DATA").skip(1);
    let text: Vec<&str> = text.take_while(|line| *line != ".").map(|line| &**line).collect();
    insta::assert_snapshot!(text.join("\n"), @r"
    From: Mayday <mayday@house.example>
    Subject: SEV2: bad answers of support-agent: 3.1 =?utf-8?b?4oaS?= 11.8 %
    Date: Mon, 23 Nov 2026 02:47:00 +0000
    Message-ID: <dlv_70000000@house.example>
    In-Reply-To: <inc_night@house.example>
    References: <inc_night@house.example>
    To: Ana <ana@house.example>, ben@house.example
    Content-Type: text/plain; charset=utf-8
    Content-Transfer-Encoding: quoted-printable
    Auto-Submitted: auto-generated

    SEV2: bad answers of support-agent: 3.1 =E2=86=92 11.8 %
    Feature: support-agent.
    Measured: bad 3.1 =E2=86=92 11.8 %.

    incident.declared =C2=B7 inc_night =C2=B7 severity SEV2
    https://mayday.example/incidents/inc_night
    ");
    let envelope = lines.iter().take_while(|line| *line != "DATA").skip(1).map(|line| &**line);
    let envelope: Vec<&str> = envelope.collect();
    assert_eq!(
        envelope,
        [
            "AUTH PLAIN AG1heWRheQBodXNo",
            "MAIL FROM:<mayday@house.example>",
            "RCPT TO:<ana@house.example>",
            "RCPT TO:<ben@house.example>",
        ]
    );
}

#[tokio::test]
async fn hostile_words_make_no_header_and_no_second_mail() {
    let (sent, lines) = mailed("250 kept", &hostile()).await;
    sent.unwrap();
    let headers = lines.iter().skip_while(|line| *line != "DATA").skip(1);
    let headers: Vec<&String> = headers.take_while(|line| !line.is_empty()).collect();
    assert!(!headers.iter().any(|line| line.to_lowercase().starts_with("bcc")), "{headers:?}");
    let rcpt = lines.iter().filter(|line| line.starts_with("RCPT"));
    assert_eq!(rcpt.count(), 2);
    let dotted = Letter { text: "one\r\n.\r\nMAIL FROM:<eve@evil.example>".to_owned(), ..letter() };
    let (sent, lines) = mailed("250 kept", &dotted).await;
    sent.unwrap();
    assert_eq!(lines.iter().filter(|line| line.starts_with("MAIL FROM:<mayday@")).count(), 1);
    assert_eq!(lines.iter().filter(|line| *line == ".").count(), 1);
}

#[tokio::test]
async fn what_a_mail_server_refuses_is_told_by_its_code_alone() {
    let (sent, _) = mailed("550 ana@house.example is unknown here", &letter()).await;
    let refused = sent.unwrap_err();
    assert_eq!(refused, Refused::ForGood("its mail server answered 550".to_owned()));
    let (sent, _) = mailed("451 later, please", &letter()).await;
    assert!(matches!(sent.unwrap_err(), Refused::ForNow { .. }));
}
