//! The pages in a browser's hands: the first key, signing in and out, and what no other site can.

use std::path::Path;
use std::process::Stdio;

use reqwest::header::{LOCATION, RETRY_AFTER, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::json;

use crate::access::{Key, assert_refused, create, directory, run_as};
use crate::harness::{Server, data_dir};

/// As much of a browser as there is to it: what it accepts, and one cookie.
struct Browser {
    client: Client,
    url: String,
    cookie: Option<String>,
}

impl Browser {
    fn at(server: &Server) -> Self {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { client, url: server.http.clone(), cookie: None }
    }

    async fn send(&mut self, request: RequestBuilder) -> Response {
        let request = request.header("accept", "text/html,*/*;q=0.8");
        let request = match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        };
        let answer = request.send().await.unwrap();
        if let Some(cookie) = answer.headers().get(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.ends_with("; HttpOnly; SameSite=Strict"), "{cookie}");
            let forgets = cookie.contains("Max-Age=0;");
            self.cookie = (!forgets).then(|| cookie.split(';').next().unwrap().to_owned());
        }
        answer
    }

    async fn get(&mut self, path: &str) -> Response {
        let request = self.client.get(format!("{}{path}", self.url));
        self.send(request).await
    }

    async fn post(&mut self, path: &str, form: &str) -> Response {
        self.post_from(path, form, &[("sec-fetch-site", "same-origin")]).await
    }

    /// Sends a form, with what a browser says of where it stood.
    async fn post_from(&mut self, path: &str, form: &str, from: &[(&str, &str)]) -> Response {
        let request = self.client.post(format!("{}{path}", self.url)).body(form.to_owned());
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let request =
            from.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.send(request).await
    }

    async fn sign_in(&mut self, token: &str) -> Response {
        self.post("/sign-in", &format!("token={token}")).await
    }

    /// What the form on a page carries.
    async fn mark(&mut self) -> String {
        let page = self.get("/you").await.text().await.unwrap();
        between(&page, "name=\"mark\" value=\"", "\"").to_owned()
    }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split_once(after).unwrap().0
}

/// Where an answer leads.
fn leads_to(answer: &Response) -> &str {
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    answer.headers()[LOCATION].to_str().unwrap()
}

/// Starts with its log in a file beside the data.
fn start(data: &Path) -> (Server, std::path::PathBuf) {
    let log = data.with_extension("log");
    let file = std::fs::File::create(&log).unwrap();
    (Server::start_at("127.0.0.1:0", data, &[], Stdio::from(file)), log)
}

/// The path of the first link, once the server has told it.
fn first_link(server: &Server, log: &Path) -> String {
    for _ in 0..100_000 {
        let told = std::fs::read_to_string(log).unwrap();
        if let Some((_, link)) = told.split_once(&format!("{}/sign-in/first", server.http))
            && let Some((query, _)) = link.split_once('\n')
        {
            return format!("/sign-in/first{query}");
        }
    }
    panic!("the server never told a link");
}

#[tokio::test]
async fn the_first_link_makes_one_admin_who_is_signed_in_until_they_sign_out() {
    let (_guard, data) = data_dir();
    let (server, log) = start(&data);
    let link = first_link(&server, &log);
    let mut ana = Browser::at(&server);
    assert_eq!(ana.get("/").await.status(), StatusCode::OK, "nobody needs a key yet");
    assert_eq!(ana.get("/sign-in/first?code=00").await.status(), StatusCode::FORBIDDEN);
    for _ in 0..2 {
        // Whoever looks ahead at links does not use it up.
        let page = ana.get(&link).await.text().await.unwrap();
        assert!(page.contains("Make my key"), "{page}");
    }
    let code = link.split_once("code=").unwrap().1;
    let nameless = ana.post("/sign-in/first", &format!("code={code}&name=+")).await;
    assert_eq!(nameless.status(), StatusCode::BAD_REQUEST);
    let form = format!("code={code}&name=Ana");
    let page = ana.post("/sign-in/first", &form).await.text().await.unwrap();
    let token = between(&page, "<code class=\"copy\">", "</code>").to_owned();
    assert_eq!(ana.post("/sign-in/first", &form).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(ana.get(&link).await.status(), StatusCode::FORBIDDEN);

    let (code, keys, _) = run_as(&token, &["key", "list", "--server", &server.http]);
    assert!(code == Some(0) && keys.contains("  person, admin  default  Ana  live"), "{keys}");
    assert!(keys.contains(" by the first link"), "{keys}");
    assert_eq!(ana.get("/").await.status(), StatusCode::OK);
    let you = ana.get("/you").await.text().await.unwrap();
    assert!(you.contains("<bdi>Ana</bdi>") && you.contains("<dd>admin</dd>"), "{you}");

    let mark = ana.mark().await;
    for other in ["", "mark=", &format!("mark={}", "0".repeat(64))] {
        assert_eq!(ana.post("/sign-out", other).await.status(), StatusCode::FORBIDDEN, "{other}");
    }
    let kept = ana.cookie.clone();
    let out = ana.post("/sign-out", &format!("mark={mark}")).await;
    assert_eq!((leads_to(&out), &ana.cookie), ("/sign-in", &None));
    ana.cookie = kept;
    assert_eq!(leads_to(&ana.get("/you").await), "/sign-in?to=%2Fyou", "the session is over");
    server.stop();
    let (_server, log) = start(&data);
    assert_eq!(std::fs::read_to_string(log).unwrap(), "", "there is a key: no link is told");
}

#[tokio::test]
async fn whoever_signs_in_comes_to_where_they_wanted_to_go_and_to_no_other_server() {
    let (_guard, data) = data_dir();
    let key = create(directory(&data), "person", "default");
    let server = Server::start(&data, &[]);
    let mut ana = Browser::at(&server);
    let sent = ana.get("/incidents/inc_1?a=b").await;
    assert_eq!(leads_to(&sent), "/sign-in?to=%2Fincidents%2Finc_1%3Fa%3Db");
    let page = ana.get(leads_to(&sent)).await;
    assert_eq!(page.headers()["cache-control"], "no-store");
    let page = page.text().await.unwrap();
    assert!(page.contains("name=\"to\" value=\"/incidents/inc_1?a=b\""), "{page}");
    for (to, way) in [
        ("%2Fincidents%2Finc_1%3Fa%3Db", "/incidents/inc_1?a=b"),
        ("%2F%2Fevil.example", "/"),
        ("https%3A%2F%2Fevil.example%2F", "/"),
        ("%2F%5Cevil.example", "/"),
    ] {
        let answer = ana.post("/sign-in", &format!("token={}&to={to}", key.token)).await;
        assert_eq!(leads_to(&answer), way);
        assert_eq!(ana.get("/").await.status(), StatusCode::OK);
    }
    assert_eq!(leads_to(&ana.get("/sign-in?to=%2Fyou").await), "/you", "signed in already");
    let program = server.get("/").await;
    assert_eq!(program.status(), StatusCode::UNAUTHORIZED, "who wants no page is sent nowhere");
}

#[tokio::test]
async fn a_link_on_another_site_leads_whoever_is_signed_in_to_the_page() {
    let (_guard, data) = data_dir();
    let key = create(directory(&data), "person", "default");
    let server = Server::start(&data, &[]);
    let mut ana = Browser::at(&server);
    ana.sign_in(&key.token).await;
    let cookie = ana.cookie.take();
    // The browser leaves the cookie at home: it is for our own pages only.
    let from_elsewhere = ana.client.get(format!("{}/you", server.http));
    let from_elsewhere = from_elsewhere.header("sec-fetch-site", "cross-site");
    let page = ana.send(from_elsewhere).await;
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.text().await.unwrap();
    assert!(page.contains("http-equiv=\"refresh\" content=\"0; url=/you\""), "{page}");
    ana.cookie = cookie;
    let from_here = ana.client.get(format!("{}/you", server.http));
    let page = ana.send(from_here.header("sec-fetch-site", "same-origin")).await;
    assert!(page.text().await.unwrap().contains("person of default"));
}

#[tokio::test]
async fn what_another_site_has_a_browser_send_is_refused() {
    let (_guard, data) = data_dir();
    let server = Server::start(&data, &[]);
    let own = server.http.clone();
    let elsewhere: [&[(&str, &str)]; 5] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", &own)],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "http://127.0.0.1:1")],
    ];
    // Before there are keys, whoever reaches this machine may do everything.
    let backup = |headers: &[(&str, &str)]| {
        let post = server.client.post(format!("{own}/api/v1/backups"));
        headers.iter().fold(post, |post, (name, value)| post.header(*name, *value)).send()
    };
    for from in elsewhere {
        let answer = backup(from).await.unwrap();
        assert_refused(answer, StatusCode::FORBIDDEN, "a page of another site").await;
    }
    for from in [&[][..], &[("origin", own.as_str())], &[("sec-fetch-site", "same-origin")]] {
        assert_eq!(backup(from).await.unwrap().status(), StatusCode::OK);
    }
    let key = create(["--server", &own], "person", "default");
    let mut ana = Browser::at(&server);
    ana.sign_in(&key.token).await;
    let form = format!("mark={}", ana.mark().await);
    for from in elsewhere {
        let answer = ana.post_from("/sign-out", &form, from).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{from:?}");
        let form = format!("token={}", key.token);
        let answer = ana.post_from("/sign-in", &form, from).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{from:?}");
    }
    let framed = ana.get("/you").await;
    let policy = framed.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"));
    assert_eq!(framed.status(), StatusCode::OK, "still signed in");
    assert_eq!(leads_to(&ana.post_from("/sign-out", &form, &[("origin", &own)]).await), "/sign-in");
}

#[tokio::test]
async fn who_guesses_is_made_to_wait_and_is_told_nothing() {
    let (_guard, data) = data_dir();
    let [person, agent, ingest] =
        ["person", "agent", "ingest"].map(|kind| create(directory(&data), kind, "default"));
    let server = Server::start(&data, &[]);
    let mut eve = Browser::at(&server);
    let mut wrong = Vec::new();
    for Key { token, .. } in [&agent, &ingest] {
        wrong.push(token.clone());
    }
    wrong.extend((0..8).map(|n| model::Token::from_random([n; 32]).reveal()));
    let mut pages = Vec::new();
    for token in &wrong {
        let answer = eve.sign_in(token).await;
        assert_eq!((answer.status(), &eve.cookie), (StatusCode::FORBIDDEN, &None));
        pages.push(answer.text().await.unwrap());
    }
    pages.dedup();
    assert_eq!(pages.len(), 1, "an agent's token is answered as one that nobody holds");
    assert!(pages[0].contains("This token lets nobody sign in here"), "{}", pages[0]);
    for token in [&wrong[2], &person.token] {
        let answer = eve.sign_in(token).await;
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        let wait: u64 = answer.headers()[RETRY_AFTER].to_str().unwrap().parse().unwrap();
        assert!((1..=7).contains(&wait), "{wait}");
    }
    assert!(server.metric("mayday_requests_denied_total").await >= 12);
    let you = server.client.get(format!("{}/you", server.http)).bearer_auth(&person.token);
    assert_eq!(you.send().await.unwrap().status(), StatusCode::OK, "keys work as ever");
}

#[tokio::test]
async fn a_session_ends_with_its_key_and_never_speaks_for_the_api() {
    let (_guard, data) = data_dir();
    let [ana, zoe] = ["person", "person"].map(|kind| create(directory(&data), kind, "default"));
    let server = Server::start(&data, &[]);
    let mut browser = Browser::at(&server);
    browser.sign_in(&ana.token).await;
    assert_eq!(browser.get("/").await.status(), StatusCode::OK);
    assert_eq!(browser.get("/api/v1/features").await.status(), StatusCode::UNAUTHORIZED);
    let revoke = ["key", "revoke", &ana.id, "--server", &server.http];
    assert_eq!(run_as(&zoe.token, &revoke).0, Some(0));
    assert_eq!(leads_to(&browser.get("/").await), "/sign-in?to=%2F");
    assert_eq!(browser.sign_in(&ana.token).await.status(), StatusCode::FORBIDDEN);
}

/// Makes a key of a kind in a role.
fn create_as(data: &Path, kind: &str, role: &str) -> Key {
    let wanted = ["key", "create", "--json", "--name", role, "--kind", kind, "--role", role];
    let (code, out, err) = run_as("", &[&wanted[..], &directory(data)].concat());
    assert_eq!(code, Some(0), "{err}");
    let issued: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(issued["key"]["role"], role);
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    Key { id: text(&issued["key"]["id"]), token: text(&issued["token"]) }
}

#[tokio::test]
async fn each_role_may_what_is_its_own_and_an_agent_nothing_that_is_for_people() {
    let (_guard, data) = data_dir();
    let holders = [
        ("person", "viewer"),
        ("person", "responder"),
        ("person", "approver"),
        ("person", "admin"),
        ("agent", "viewer"),
        ("agent", "responder"),
    ];
    let keys = holders.map(|(kind, role)| create_as(&data, kind, role));
    let server = Server::start(&data, &[]);
    let asked = |path: &'static str, token: String| {
        let client = server.client.clone();
        let url = format!("{}{path}", server.http);
        async move {
            let request = match path {
                "/api/v1/incidents" => client.post(url).json(&json!({})),
                "/api/v1/erasures" => {
                    client.post(url).json(&json!({"subject": "s", "dry_run": true}))
                }
                "/api/v1/backups" => client.post(url),
                _ => client.get(url),
            };
            request.bearer_auth(token).send().await.unwrap()
        }
    };
    let mut rows = Vec::new();
    for path in [
        "/",
        "/metrics",
        "/api/v1/incidents",
        "/api/v1/flights/export",
        "/api/v1/keys",
        "/api/v1/erasures",
        "/api/v1/backups",
    ] {
        let mut row = format!("{path:<23}");
        for key in &keys {
            let answer = asked(path, key.token.clone()).await;
            row.push_str(match answer.status() {
                StatusCode::FORBIDDEN => " no ",
                status if status.is_success() => " yes",
                status => panic!("{path}: {status}"),
            });
        }
        rows.push(row.trim_end().to_owned());
    }
    insta::assert_snapshot!(rows.join("\n"), @"
    /                       yes yes yes yes yes yes
    /metrics                yes yes yes yes yes yes
    /api/v1/incidents       no  yes yes yes no  yes
    /api/v1/flights/export  no  yes yes yes no  no
    /api/v1/keys            no  no  no  yes no  no
    /api/v1/erasures        no  no  no  yes no  no
    /api/v1/backups         no  no  no  yes no  no
    ");
    let agent = &keys[5];
    let answer = asked("/api/v1/flights/export", agent.token.clone()).await;
    assert_refused(answer, StatusCode::FORBIDDEN, "that is for people").await;
}

#[test]
fn a_role_that_does_not_fit_the_kind_is_refused() {
    let (_guard, data) = data_dir();
    let why = |kind: &str, role: &str| {
        let wanted = ["key", "create", "--name", "x", "--kind", kind, "--role", role];
        let (code, out, err) = run_as("", &[&wanted[..], &directory(&data)].concat());
        assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
        err
    };
    assert!(why("agent", "approver").contains("an agent proposes and a person decides"));
    assert!(why("agent", "admin").contains("highest role of a key for agents is responder"));
    assert!(why("ingest", "viewer").contains("an ingest key has no role"));
    assert!(why("person", "owner").contains("viewer, responder, approver or admin"));
}

#[tokio::test]
async fn a_cookie_of_nonsense_is_nobodys() {
    let (_guard, data) = data_dir();
    create(directory(&data), "person", "default");
    let server = Server::start(&data, &[]);
    let mut eve = Browser::at(&server);
    let other = format!("mayday={}", "0".repeat(64));
    for cookie in ["mayday=", "mayday=mdk_1", "mayday", "=", ";;;", &other] {
        eve.cookie = Some(cookie.to_owned());
        assert_eq!(leads_to(&eve.get("/").await), "/sign-in?to=%2F", "{cookie}");
    }
}
