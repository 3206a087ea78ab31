//! What settings for targets may say, and how it is told where they say something else.

use crate::config::Config;

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";

fn read(targets: &str) -> Result<response::Out, String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), targets).unwrap();
    let settings = Config::read(Some(file.path())).and_then(|config| config.settings());
    settings.map(|settings| settings.out).map_err(|error| format!("{error:#}"))
}

/// A file with a secret, and how settings name it.
fn secret(text: &str) -> (tempfile::NamedTempFile, String) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{text}\n")).unwrap();
    let named = format!("file:{}", file.path().display());
    (file, named)
}

#[test]
fn each_kind_reads_from_settings_and_shows_no_secret() {
    let (_key, key) = secret(KEY);
    let (_word, word) = secret("r0utingkeyr0utingkeyr0utingkey00");
    let (_url, url) = secret("https://hooks.example/services/s3cretpath");
    let settings = format!(
        r#"
        [out]
        site = "https://mayday.example/"
        retry_after = ["1s", "1m"]
        [[out.target]]
        name = "chat"
        kind = "slack"
        url = "{url}"
        min_severity = "sev2"
        [[out.target]]
        name = "cards"
        kind = "teams"
        url = "http://127.0.0.1:9/s3cretpath"
        [[out.target]]
        name = "page"
        kind = "pagerduty"
        secret = "{word}"
        topics = ["incident.*", "ticket.escalated"]
        [[out.target]]
        name = "hook"
        kind = "webhook"
        url = "https://receiver.example/s3cretpath"
        secret = ["{key}", "{key}"]
        [[out.target]]
        name = "mail"
        kind = "email"
        server = "mail.example"
        user = "mayday"
        secret = "{word}"
        from = "Mayday <mayday@house.example>"
        to = ["ana@house.example"]
        [[out.target]]
        name = "issues"
        kind = "github"
        repository = "house/app"
        secret = "{word}"
        [[out.target]]
        name = "board"
        kind = "jira"
        url = "https://house.example"
        project = "OPS"
        user = "ana@house.example"
        secret = "{word}"
        "#
    );
    let out = read(&settings).unwrap();
    let kinds: Vec<_> = out.targets.iter().map(|it| (it.kind(), it.pages)).collect();
    let pages = |kind| (kind, kind == "pagerduty");
    let all = ["slack", "teams", "pagerduty", "webhook", "email", "github", "jira"];
    assert_eq!(kinds, all.map(pages));
    assert_eq!(out.site.as_deref(), Some("https://mayday.example"));
    let shown = format!("{out:?}");
    for hidden in ["s3cretpath", "r0uting", "MfKQ", "ana@"] {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
}

#[test]
fn a_target_that_makes_no_sense_is_told_with_its_name_and_how_to_mend_it() {
    let (_key, key) = secret(KEY);
    let (_bad, bad) = secret("hush");
    for (keys, says) in [
        ("kind = \"pigeon\"", "no kind `pigeon`: slack, teams"),
        ("kind = \"slack\"", "missing field `url`"),
        (
            "kind = \"slack\"\nurl = \"https://hooks.example/hush\"",
            "write `env:NAME` or `file:PATH`",
        ),
        ("kind = \"slack\"\nurl = \"http://hooks.example/hush\"", "http is for this machine alone"),
        ("kind = \"slack\"\nurl = \"env:NO_SUCH_VARIABLE\"", "NO_SUCH_VARIABLE is not set"),
        (
            "kind = \"slack\"\nurl = \"http://127.0.0.1/\"\ncolour = \"red\"",
            "unknown field `colour`",
        ),
        ("kind = \"pagerduty\"\nsecret = \"hush\"", "write `env:NAME` or `file:PATH`"),
        ("kind = \"pagerduty\"\nsecret = \"BAD\"", "its secret is no routing key"),
        ("kind = \"webhook\"\nurl = \"https://a\"\nsecret = \"BAD\"", "`whsec_` and base64"),
        (
            "kind = \"webhook\"\nurl = \"https://me:hush@a\"\nsecret = \"KEY\"",
            "credentials do not go",
        ),
        ("kind = \"webhook\"\nurl = \"https://169.254.169.254/\"\nsecret = \"KEY\"", "no receiver"),
        ("kind = \"webhook\"\nurl = \"gopher://a\"\nsecret = \"KEY\"", "write one like https://"),
        ("kind = \"webhook\"\nurl = \"https://a\"\nsecret = []", "it has 0"),
        (
            "kind = \"webhook\"\nurl = \"https://a\"\nsecret = \"KEY\"\ntopics = [\"insident.*\"]",
            "fits none",
        ),
        (
            "kind = \"email\"\nserver = \"m.a\"\ntls = \"none\"\nfrom = \"a@b\"\nto = [\"c@d\"]",
            "starttls or implicit",
        ),
        (
            "kind = \"email\"\nserver = \"m.example\"\nfrom = \"a@b.example\"\nto = [\"nobody\"]",
            "no e-mail address",
        ),
        (
            "kind = \"email\"\nserver = \"m.example\"\nfrom = \"a@b.example\"\nto = []",
            "nobody in `to`",
        ),
        (
            "kind = \"email\"\nserver = \"m\"\nuser = \"u\"\nfrom = \"a@b\"\nto = []",
            "give both or neither",
        ),
        ("kind = \"github\"\nrepository = \"../x\"\nsecret = \"BAD\"", "write owner/name"),
        (
            "kind = \"jira\"\nurl = \"https://a\"\nproject = \"a\"\nuser = \"u\"\nsecret = \"BAD\"",
            "no project key",
        ),
    ] {
        let keys = keys.replace("BAD", &bad).replace("KEY", &key);
        let told = read(&format!("[[out.target]]\nname = \"ops\"\n{keys}")).unwrap_err();
        assert!(told.contains(says), "{keys}: {told}");
        assert!(told.contains("`ops`") && !told.contains("hush"), "{keys}: {told}");
    }
    let twice = "[[out.target]]\nname = \"a\"\nkind = \"slack\"\nurl = \"http://127.0.0.1/\"\n";
    assert!(read(&twice.repeat(2)).unwrap_err().contains("two targets are called `a`"));
}
