//! The ladder: how a ticket escalates as its date comes nearer. Pure.

use jiff::{SignedDuration, Timestamp};

use super::fold::TicketState;

/// Days before the date at which it is told again, from the first to the last.
pub const RUNGS: [i64; 5] = [60, 30, 14, 7, 1];

/// From this rung on somebody is paged if the work is not done.
pub const PAGES_FROM: i64 = 7;

/// Days from now to a date, part of a day counted as a day before it; negative after it.
pub fn days_left(due: Timestamp, now: Timestamp) -> i64 {
    let seconds = due.duration_since(now).as_secs();
    seconds.div_euclid(86_400) + i64::from(seconds.rem_euclid(86_400) > 0)
}

/// The rung to state now, if one is due.
///
/// Rungs that passed while nobody looked, or before the ticket was there, are stated once, as the
/// nearest to the date. What is done does not escalate.
pub fn due_rung(ticket: &TicketState, now: Timestamp) -> Option<i64> {
    if ticket.done_at.is_some() {
        return None;
    }
    let passed = RUNGS.into_iter().filter(|days| {
        let at = ticket.due.checked_sub(SignedDuration::from_hours(24 * days));
        at.is_ok_and(|at| at <= now)
    });
    let nearest = passed.min()?;
    let stated = ticket.rungs.iter().map(|rung| rung.days).min();
    (stated.is_none_or(|stated| nearest < stated)).then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tickets::fold::Rung;

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + day * 86_400).unwrap()
    }

    /// A ticket for day 100, opened at a day, with rungs stated.
    fn ticket(rungs: &[i64]) -> TicketState {
        let stated = |days: &i64| Rung { days: *days, at: day(0), pages: false };
        TicketState {
            id: model::TicketId::from_random(1),
            tenant: model::TenantName::standard(),
            notice: model::NoticeId::from_random(1),
            dated_by: model::NoticeId::from_random(1),
            concerns: Vec::new(),
            owner: "ai".to_owned(),
            route: Vec::new(),
            due: day(100),
            opened_at: day(0),
            rungs: rungs.iter().map(stated).collect(),
            acts: Vec::new(),
            done_at: None,
        }
    }

    #[test]
    fn each_rung_is_stated_once_on_its_day() {
        let mut stated = Vec::new();
        let mut told = Vec::new();
        for today in 0..=130 {
            if let Some(rung) = due_rung(&ticket(&stated), day(today)) {
                stated.push(rung);
                told.push((today, rung));
            }
        }
        assert_eq!(told, [(40, 60), (70, 30), (86, 14), (93, 7), (99, 1)]);
    }

    #[test]
    fn rungs_that_passed_unseen_are_stated_once_as_the_nearest() {
        assert_eq!(due_rung(&ticket(&[60]), day(94)), Some(7));
        assert_eq!(due_rung(&ticket(&[60, 7]), day(94)), None);
        assert_eq!(due_rung(&ticket(&[]), day(200)), Some(1));
        assert_eq!(due_rung(&ticket(&[]), day(39)), None);
    }

    #[test]
    fn what_is_done_does_not_escalate() {
        let done = TicketState { done_at: Some(day(50)), ..ticket(&[60]) };
        assert_eq!(due_rung(&done, day(99)), None);
    }

    #[test]
    fn part_of_a_day_before_the_date_is_a_day_left() {
        let half = SignedDuration::from_hours(12);
        assert_eq!(days_left(day(1), day(0)), 1);
        assert_eq!(days_left(day(1) - half, day(0)), 1);
        assert_eq!(days_left(day(0), day(0)), 0);
        assert_eq!(days_left(day(0), day(0) + half), 0);
        assert_eq!(days_left(day(0), day(2)), -2);
    }
}
