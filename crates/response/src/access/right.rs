//! Rights: what somebody may ask to do, and the one table of who has which.
//!
//! The table has a row for each [`Right`]. A person has it from some role on, an agent from some
//! role on or in none, a sender or not. **What decides is for people**: no role gives an agent
//! [`Right::Acknowledge`], [`Right::Approve`] or [`Right::Administer`].

use model::{PrincipalKind, PrincipalRole};

/// What somebody asks to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// To send what was recorded.
    Send,
    /// To say how a run ended.
    Label,
    /// To tell what happened elsewhere: changes, alerts, what a provider said.
    Hook,
    /// To look at what was recorded and decided.
    Look,
    /// To read the server's own figures.
    Figures,
    /// To declare, answer, note, propose, and contain what does harm.
    Respond,
    /// To take out what was recorded, all of it at once.
    Export,
    /// To say that one knows, so that nobody else is called, and to close what is verified.
    Acknowledge,
    /// To close what is not verified, lower a severity, turn on again, confirm what was proposed.
    Approve,
    /// To manage keys, channels and settings, to erase, and to make copies.
    Administer,
}

/// Who has a right: people and agents from a role on, if at all; senders or not.
struct Row {
    person: Option<PrincipalRole>,
    agent: Option<PrincipalRole>,
    ingest: bool,
}

impl Right {
    /// Every right.
    pub const ALL: [Self; 10] = [
        Self::Send,
        Self::Label,
        Self::Hook,
        Self::Look,
        Self::Figures,
        Self::Respond,
        Self::Export,
        Self::Acknowledge,
        Self::Approve,
        Self::Administer,
    ];

    /// Whether a principal of this kind has it in this role.
    pub fn is_of(self, kind: PrincipalKind, role: PrincipalRole) -> bool {
        let Row { person, agent, ingest } = self.row();
        let least = match kind {
            PrincipalKind::Person => person,
            PrincipalKind::Agent => agent,
            PrincipalKind::Ingest => return ingest,
        };
        least.is_some_and(|least| role >= least)
    }

    /// The least role in which a principal of this kind has it; none if in no role.
    pub fn least_role(self, kind: PrincipalKind) -> Option<PrincipalRole> {
        PrincipalRole::ALL.into_iter().find(|role| self.is_of(kind, *role))
    }

    fn row(self) -> Row {
        use PrincipalRole::{Admin, Approver, Responder, Viewer};
        let row = |person, agent, ingest| Row { person, agent, ingest };
        match self {
            //                       a person         an agent         a sender
            Right::Send => row(None, None, true),
            Right::Label => row(Some(Responder), Some(Responder), true),
            Right::Hook => row(Some(Responder), Some(Responder), true),
            Right::Look => row(Some(Viewer), Some(Viewer), false),
            Right::Figures => row(Some(Viewer), Some(Viewer), false),
            Right::Respond => row(Some(Responder), Some(Responder), false),
            Right::Export => row(Some(Responder), None, false),
            Right::Acknowledge => row(Some(Responder), None, false),
            Right::Approve => row(Some(Approver), None, false),
            Right::Administer => row(Some(Admin), None, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who has a right, a letter for each role in which: `vrpa` is every one.
    fn holders(right: Right, kind: PrincipalKind) -> String {
        let letters = [
            (PrincipalRole::Viewer, 'v'),
            (PrincipalRole::Responder, 'r'),
            (PrincipalRole::Approver, 'p'),
            (PrincipalRole::Admin, 'a'),
        ];
        let held = letters.into_iter().map(|(role, letter)| match right.is_of(kind, role) {
            true => letter,
            false => '-',
        });
        held.collect()
    }

    #[test]
    fn the_whole_table_is_as_it_is_told() {
        use PrincipalKind::{Agent, Ingest, Person};
        let rows = Right::ALL.map(|right| {
            let [person, agent, ingest] = [Person, Agent, Ingest].map(|kind| holders(right, kind));
            format!("{:<12}{person} {agent} {ingest}", format!("{right:?}"))
        });
        insta::assert_snapshot!(rows.join("\n"), @"
        Send        ---- ---- vrpa
        Label       -rpa -rpa vrpa
        Hook        -rpa -rpa vrpa
        Look        vrpa vrpa ----
        Figures     vrpa vrpa ----
        Respond     -rpa -rpa ----
        Export      -rpa ---- ----
        Acknowledge -rpa ---- ----
        Approve     --pa ---- ----
        Administer  ---a ---- ----
        ");
    }

    #[test]
    fn no_role_lets_an_agent_or_a_sender_decide() {
        for right in [Right::Acknowledge, Right::Approve, Right::Administer, Right::Export] {
            for kind in [PrincipalKind::Agent, PrincipalKind::Ingest] {
                assert_eq!(right.least_role(kind), None, "{right:?} {kind}");
            }
        }
    }

    #[test]
    fn a_higher_role_never_may_less() {
        for (right, kind) in Right::ALL
            .iter()
            .flat_map(|right| PrincipalKind::ALL.iter().map(move |kind| (*right, *kind)))
        {
            assert!(
                PrincipalRole::ALL.is_sorted_by_key(|role| right.is_of(kind, *role)),
                "{right:?} {kind}"
            );
        }
    }
}
