//! Postmortems, checked beside what the record knows of people.

use model::{PrincipalKind, PrincipalName, Token};
use response::access::KeyWanted;
use response::{Act, Mayday, Settings, Who};

use crate::samples::START;

#[test]
fn a_name_counts_as_a_persons_where_somebody_of_the_tenant_holds_a_key_by_it() {
    let mayday = Mayday::in_memory(Settings::default(), START).unwrap();
    let blamed = || {
        let text = "{\"causes\": [{\"text\": \"Quillan edited it\"}]}";
        let linted = mayday.lint_document(text, Vec::new(), &Who::Local, START).unwrap();
        linted.found.iter().any(|found| found.rule == "blame-person")
    };
    let issue = |number: u8, tenant: &str| {
        let name: PrincipalName = "Quillan".parse().unwrap();
        let tenant = tenant.parse().unwrap();
        let kind = PrincipalKind::Person;
        let wanted = KeyWanted { name, kind, tenant, role: None, expires: None };
        let act = Act { by: "ana", who: &Who::Local, at: START, random: u64::from(number) };
        mayday.issue_key(wanted, &Token::from_random([number; 32]), act).unwrap();
    };
    assert!(!blamed());
    issue(1, "elsewhere");
    assert!(!blamed(), "who holds a key of another tenant is not known here");
    issue(2, "default");
    assert!(blamed());
}
