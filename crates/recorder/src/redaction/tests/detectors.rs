//! Each detector: what it finds, and what only looks like it.

use super::*;

/// In each text `«…»` stands around what is found by the rule, and by no other.
fn finds(rule: &str, texts: &[&str]) {
    for marked in texts {
        let text = marked.replace(['«', '»'], "");
        let mut wanted = String::new();
        for (place, part) in marked.split(['«', '»']).enumerate() {
            let found = format!("[redacted:{rule}]");
            wanted.push_str(if place % 2 == 1 { &found } else { part });
        }
        assert_eq!(redacted(&text), wanted, "{text}");
    }
}

/// Nothing is found in any of the texts.
fn leaves(texts: &[&str]) {
    for text in texts {
        assert_eq!(DEFAULTS.redact(text), None, "{text}");
    }
}

#[test]
fn an_email_address_is_found() {
    finds(
        "email",
        &[
            "«bob@example.com»",
            "write to «bob.smith+tag@mail.example.co.uk», please.",
            "<«bob@example.com»>,«a@b.de»;«c_d%e@f-g.org».",
            "https://x.test/?to=«bob%40example.com»&cc=«eve@example.com»",
            "mailto:«bob@example.com»?subject=x",
            "“«bob@example.com»” '«o'brien@example.ie»'",
            "«jürgen.groß@müller-söhne.de» 邮箱«li@163.com»。",
            "ends «bob@example.com». Then «x@xn--bcher-kva.example»",
            "«bob@example.com»@twice.test",
            "{'email': '«bob@example.com»'}",
            "«BOB@EXAMPLE.COM»\n«bob@example.com»-",
        ],
    );
}

#[test]
fn what_looks_like_an_email_address_is_left() {
    leaves(&[
        "@app.route and @angular/core@17.0.1",
        "lodash@4.17.21 left-pad@1.3.0.tgz",
        "icon@2x.png logo@3x.svg backup@daily.timer",
        "git@github.com:acme/shop.git",
        "root@localhost, bob@, @bob, @, a@b, a@b.c, a@.com, a@-b.com, .@.de",
        "y = q@k.transpose(-2, -1)",
        "100%40 of 25%4 @ 3 EUR",
        "user@192.168.0.1",
    ]);
}

#[test]
fn a_card_number_is_found() {
    finds(
        "card",
        &[
            "«4111111111111111»",
            "Visa «4111 1111 1111 1111», «4111-1111-1111-1111»; expires 12/27",
            "«4012888888881881» 123",
            "«5555555555554444» «5105105105105100» «2223003122003222»",
            "amex «378282246310005», «3782 822463 10005»",
            "«30569309025904» «3056 930902 5904» «38520000023237»",
            "«6011111111111117»|«3530111333300000»|«6200000000000005»",
            "[«4111111111111111»,«4242424242424242»]x",
            "卡号«4111111111111111»。 pay=«4242424242424242»&y=1",
            "«4000 0000 0000 0000 006» of 19 digits",
        ],
    );
}

#[test]
fn what_looks_like_a_card_number_is_left() {
    leaves(&[
        "4111111111111112 fails Luhn; 9111111111111111 is no network's",
        "order 1234567890123456, 0000000000000000",
        "1732406624123 1732406624123456 1732406624123456789 in ms, us and ns",
        "0.4111111111111111 4111111111111111.5 -1.4242424242424242e3",
        "a4111111111111111 4111111111111111b 4111111111111111_2 id_4111111111111111",
        "550e8400-e29b-41d4-a716-446655440000 4111111111111111-4111-4111",
        "12345678-1234-4111-1111-111111111111 r-4111111111111111",
        "d41d8cd98f00b204e9800998ecf8427e 0x4111111111111111",
        "ISBN 978-3-16-148410-0, 9783161484100; EAN 4006381333931, 4000417025005",
        "41111111111111111 411111111111111 41111111111111111111",
        "4111 1111-1111 1111, 411 1111 1111 1111, 4111  1111 1111 1111",
        "table 2019 4111 1111 1111 1111",
        "IMEI 490154203237518 353918051234567",
        "404-1234567-1234567; trace 4000000000000000006",
    ]);
}

#[test]
fn an_account_number_is_found() {
    finds(
        "iban",
        &[
            "«DE89370400440532013000»",
            "«DE89 3704 0044 0532 0130 00» is mine, «de89370400440532013000» too",
            "«GB29 NWBK 6016 1331 9268 19», «GB29NWBK60161331926819».",
            "«FR1420041010050500013M02606» «NO9386011117947» «CH9300762011623852957»",
            "«MT84MALT011000012345MTLCAST001S» «LC55HEMM000100010012001200023015»",
            "iban:«NL91ABNA0417164300»;«BE68539007547034»",
            "«SC18SSCB11010000000000001497USD» «AT61-1904-3002-3457-3201»",
        ],
    );
}

#[test]
fn what_looks_like_an_account_number_is_left() {
    leaves(&[
        "DE88370400440532013000 has another remainder",
        "DE8937040044053201300 DE893704004405320130001 XX89370400440532013000",
        "DE89 37040044 0532013000, DE89 3704-0044 0532 0130 00",
        "aDE89370400440532013000 De89370400440532013000 DE89370400440532013000x",
        "be68a39007547034 GB29123460161331926819",
    ]);
}

#[test]
fn a_phone_number_is_found() {
    finds(
        "phone",
        &[
            "«+4915123456789», «+49 151 23456789», «+49 (0)30 901820-0».",
            "call «+1 415 555 2671» or «+1 (415) 555-2671» or «+14155552671» 2 times",
            "tel:«+44-20-7946-0958» «+33 6 12 34 56 78» «+352 27 12 34»",
            "(«+41 44 668 18 00») 电话«+8613812345678»。",
            "«0049 151 23456789», «0044-20-7946-0958»",
            "«(415) 555-2671» «(415)555-2671» «415-555-2671» «415.555.2671» «1-415-555-2671»",
            "tel «555-123-4567», fax: «(0151) 2345 6789»",
            "«0151/23456789» «030/901820-12» «(030) 901820» «0171 2345678» 20 Uhr",
            "«06 12 34 56 78», «01.23.45.67.89»,«020 7946 0958» «07700 900123»",
            "«03-1234-5678» «090-1234-5678» «0412 345 678»",
        ],
    );
}

#[test]
fn what_looks_like_a_phone_number_is_left() {
    leaves(&[
        "2026-11-24T00:03:44+01:00 2026-11-24 10:22:33.123456 24.11.2026 11/24/2026",
        "01-02-2026 01.02.2026 08:15-09:45 0930 1030 1130 20261124100203",
        "order 1234567890, 4915123456789, 0123456789, #0171-2345678, no. 123-456-7890",
        "550e8400-e29b-41d4-a716-446655440000 12345678-1234-1234-1234-123456789012",
        "+3.14159265358979 +7.3890560989 x+1234567890 2+4915123456789 +0000 +1700000000",
        "v1.0.0+20241124123456 +99912345678901 ++4915123456789 +49151234567890123",
        "192.168.100.200 10.0.0.1 3.141592653589793 0.123 0.456 0.789",
        "ISBN 0-306-40615-2, 978-0-306-40615-7; SSN 123-45-6789",
        "415 555 2671, 415-555-26711, 415-555-2671-1, a415-555-2671, 115-555-2671",
        "f(415) f(415, 555-2671) (2019) 555-2671 [1] (415) and 555",
        "-rw-r--r-- 0644 1000 1000 4096; 01 02 03 04; 0x12345678",
        "12,345,678.90 EUR; 1 000 000 000; 100-200-300; 5-4-3-2-1",
        "1732406624 1732406624123 0000-0002-1825-0097 0044 0323 0307 +0123456789",
        "<Buffer 01 02 03 04 05 06 07 08> 08 07 06 05 04",
    ]);
}

#[test]
fn an_api_key_is_found() {
    let long = "aB3dE5gH7jK9mN1pQ3rS5tU7vW9xY1zA3bC5dE7fG9hJ1kL3mN5pQ7rS9tU1vW3xY5";
    let marked = |start: &str, count: usize| format!("key: «{start}{}».", &long[..count]);
    let hex = "0123456789abcdef0123456789abcdef";
    let texts = [
        "«AKIAIOSFODNN7EXAMPLE», aws_key=«ASIAIOSFODNN7EXAMPLE»".to_owned(),
        marked("ghp_", 36),
        marked("github_pat_", 60),
        marked("glpat-", 20),
        marked("xoxb-123456789012-", 24),
        marked("sk-", 48),
        marked("sk-proj-", 60),
        marked("sk-ant-api03-", 60),
        format!("LANGFUSE=«sk-lf-{hex}»"),
        marked("sk_live_", 24),
        marked("AIza", 35),
        marked("hf_", 34),
        marked("npm_", 36),
        format!("shopify «shpat_{hex}» databricks «dapi{hex}»"),
        marked("gsk_", 52),
        format!("SG.{0}.{1}", &long[..22], &long[..43]).replace("SG.", "«SG.") + "»",
        format!("Authorization: Bearer «{}»", &long[..40]),
        format!("AccountName=a;AccountKey=«{long}{}==»;Suffix=b", &long[..20]),
    ];
    finds("api_key", &texts.each_ref().map(String::as_str));
}

#[test]
fn what_looks_like_an_api_key_is_left() {
    leaves(&[
        "task-force-one-hundred-and-twenty risk-based-approach-2024-v2-final",
        "class=\"sk-estimator-doc-link fitted\" sk-toggleable__content sk-fading-circle",
        "ghp_short AKIATOOSHORT AKIAIOSFODNN7EXAMPLELONGER xAKIAIOSFODNN7EXAMPLE",
        "convert_hf_checkpoint_to_safetensors_and_upload_it",
        "Bearer of good news that is long enough for everyone; bearer token",
        "sk-… sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx sk-YOUR-API-KEY-GOES-HERE",
        "d41d8cd98f00b204e9800998ecf8427e",
    ]);
}

#[test]
fn a_token_with_claims_is_found() {
    finds(
        "jwt",
        &[
            "«eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P»",
            "Bearer «eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.» and more",
            "t=«eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0» cut",
            "«eyJhbGciOiJSU0EifQ.OKOawDo13gRp2ojaHV7.48V1_ALb6US04U3b.5eym8TW_c8SuK0.XFBoMYUZo»",
        ],
    );
    leaves(&[
        "eyJhbGciOiJIUzI1NiJ9 eyJhbGci.x.y base64 of eyJ0eXBlIjoidGV4dCJ9 .eyJ. xeyJh.eyJzd.w",
    ]);
}

#[test]
fn a_private_key_is_found() {
    let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n";
    let pem = |label: &str| format!("a «-----BEGIN {label}-----\n{body}-----END {label}-----» b");
    let texts = [
        pem("PRIVATE KEY"),
        pem("RSA PRIVATE KEY"),
        pem("OPENSSH PRIVATE KEY"),
        pem("PGP PRIVATE KEY BLOCK"),
        format!("«-----BEGIN PRIVATE KEY-----\n{}»", body.trim_end()),
        format!("«-----BEGIN EC PRIVATE KEY-----\n{}»\n… cut", body.trim_end()),
    ];
    finds("private_key", &texts.each_ref().map(String::as_str));
    leaves(&[
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOC\n-----END PUBLIC KEY-----",
        "It starts with -----BEGIN PRIVATE KEY----- and ends with -----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----",
    ]);
}

#[test]
fn a_password_in_an_address_is_found() {
    finds(
        "url_password",
        &[
            "postgres://app:«s3cret»@db.example.com:5432/orders",
            "redis://:«p%40ss»@cache/0 and amqp://u:«p»@h1,h2",
            "\"https://bob:«hunter2»@host/path?a=b@c\"",
        ],
    );
    leaves(&[
        "https://example.com:8080/a postgres://app@db/orders https://x.test/@user:name",
        "postgres://app:$PASSWORD@db postgres://app:***@db postgres://app:<password>@db",
    ]);
}

#[test]
fn addresses_of_machines_are_found_only_when_asked_for() {
    let text = "from 203.0.113.7, [2001:db8::17] and fe80::1; 12:30:45 a::b 1.2.3 300.1.1.1";
    leaves(&[text]);
    let (v4, v6) = (own("detector = \"ipv4\""), own("detector = \"ipv6\""));
    assert_eq!(under(&v4, text), text.replace("203.0.113.7", "[redacted:own]"));
    let without = text.replace("2001:db8::17", "[redacted:own]");
    assert_eq!(under(&v6, text), without.replace("fe80::1", "[redacted:own]"));
}

#[test]
fn what_was_found_is_counted_by_rule() {
    let found = DEFAULTS.redact("a@b.de c@d.de 4111111111111111").unwrap().found;
    assert_eq!(found, [("email".to_owned(), 2), ("card".to_owned(), 1)]);
}
