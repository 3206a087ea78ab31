//! How often somebody may be wrong when they sign in: so often from one address, so often in all.
//!
//! Nobody guesses 256 bits, at any speed. What this bounds is the work that guessing makes, and
//! the noise that it leaves. Each attempt counts before it is looked at, so that many at once get
//! no further than one after the other; what was right is forgiven.
//!
//! A limit is one moment: the one at which everything that was used is free again. Memory is
//! bounded: addresses beyond the most that are told apart share one limit.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// From where somebody tries to sign in: an address, or the network of a house in IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Caller(u128);

/// How often who may be wrong.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    used: Mutex<Used>,
}

/// When what was used is free again.
#[derive(Debug, Default)]
struct Used {
    by: HashMap<Caller, Timestamp>,
    others: Option<Timestamp>,
    all: Option<Timestamp>,
}

/// So many attempts at once, and one more each time that this long has passed.
#[derive(Debug, Clone, Copy)]
struct Limit {
    burst: i32,
    each: SignedDuration,
}

const OF_ONE: Limit = Limit { burst: 10, each: SignedDuration::from_secs(6) };

const OF_ALL: Limit = Limit { burst: 200, each: SignedDuration::from_millis(200) };

/// Most addresses that are told apart.
const MOST: usize = 4_096;

impl Caller {
    /// Whoever sends from an address. In IPv6 one has 2⁶⁴ of them, so the first half counts.
    pub fn at(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(u128::from(u32::from(address))),
            IpAddr::V6(address) => Self(u128::from(address) >> 64 << 64),
        }
    }
}

impl Limit {
    /// When everything is free again after one more attempt; or how long to wait for that one.
    fn take(self, free: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, SignedDuration> {
        let all = self.each * self.burst;
        let used = free.map_or(SignedDuration::ZERO, |free| free.duration_since(now));
        // More than can be used: the clock was set back, and what was counted means nothing now.
        let used = if used > all { SignedDuration::ZERO } else { used.max(SignedDuration::ZERO) };
        let Ok(after) = now.checked_add(used + self.each) else { return Err(self.each) };
        let over = used + self.each - all;
        if over > SignedDuration::ZERO { Err(over) } else { Ok(after) }
    }
}

impl Throttle {
    fn used(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an attempt, or says how long to wait for it.
    pub(crate) fn attempt(&self, from: Caller, now: Timestamp) -> Result<(), SignedDuration> {
        let mut used = self.used();
        if !used.by.contains_key(&from) && used.by.len() >= MOST {
            used.by.retain(|_, free| *free > now);
        }
        let is_told_apart = used.by.contains_key(&from) || used.by.len() < MOST;
        let before = if is_told_apart { used.by.get(&from).copied() } else { used.others };
        let of_one = OF_ONE.take(before, now)?;
        used.all = Some(OF_ALL.take(used.all, now)?);
        match is_told_apart {
            true => _ = used.by.insert(from, of_one),
            false => used.others = Some(of_one),
        }
        Ok(())
    }

    /// Forgets what somebody used who turned out to be right.
    pub(crate) fn forgive(&self, from: Caller, now: Timestamp) {
        let mut used = self.used();
        used.by.remove(&from);
        used.all =
            used.all.and_then(|free| free.checked_sub(OF_ALL.each).ok()).filter(|f| *f > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_795_315_620_000 + millis).unwrap()
    }

    fn caller(text: &str) -> Caller {
        Caller::at(text.parse().unwrap())
    }

    #[test]
    fn one_address_is_wrong_ten_times_and_then_every_six_seconds() {
        let throttle = Throttle::default();
        let ana = caller("192.0.2.1");
        for _ in 0..10 {
            assert_eq!(throttle.attempt(ana, at(0)), Ok(()));
        }
        assert_eq!(throttle.attempt(ana, at(0)), Err(SignedDuration::from_secs(6)));
        assert_eq!(throttle.attempt(ana, at(5_999)), Err(SignedDuration::from_millis(1)));
        assert_eq!(throttle.attempt(ana, at(6_000)), Ok(()));
        assert!(throttle.attempt(ana, at(6_000)).is_err());
        assert_eq!(throttle.attempt(caller("192.0.2.2"), at(6_000)), Ok(()));
    }

    #[test]
    fn a_clock_set_back_keeps_nobody_out() {
        let throttle = Throttle::default();
        let ana = caller("192.0.2.1");
        for _ in 0..10 {
            assert_eq!(throttle.attempt(ana, at(3_600_000)), Ok(()));
        }
        assert_eq!(throttle.attempt(ana, at(0)), Ok(()));
    }

    #[test]
    fn who_was_right_is_forgiven() {
        let throttle = Throttle::default();
        let ana = caller("192.0.2.1");
        for _ in 0..1_000 {
            assert_eq!(throttle.attempt(ana, at(0)), Ok(()));
            throttle.forgive(ana, at(0));
        }
    }

    #[test]
    fn all_together_are_wrong_so_often_and_no_more() {
        let throttle = Throttle::default();
        let caller = |n: u32| Caller::at(IpAddr::V4(n.into()));
        let let_through =
            (0..1_000).filter(|n| throttle.attempt(caller(*n), at(0)).is_ok()).count();
        assert_eq!(let_through, 200);
        let wait = throttle.attempt(caller(2_000), at(0)).unwrap_err();
        assert_eq!(wait, SignedDuration::from_millis(200));
        assert_eq!(throttle.attempt(caller(2_000), at(200)), Ok(()));
    }

    #[test]
    fn addresses_beyond_the_most_share_a_limit_and_memory_stays_bounded() {
        let throttle = Throttle::default();
        let caller = |n: u32| Caller::at(IpAddr::V4(n.into()));
        for n in 0..20_000 {
            // As fast as all together may be: each is wrong once, and takes six seconds.
            _ = throttle.attempt(caller(n), at(0));
            throttle.used().all = None;
        }
        assert_eq!(throttle.used().by.len(), MOST);
        assert!(throttle.attempt(caller(30_000), at(0)).is_err(), "the others' share is used up");
        assert_eq!(throttle.attempt(caller(30_000), at(6_001)), Ok(()), "the first are forgotten");
        assert_eq!(throttle.used().by.len(), 1);
    }

    #[test]
    fn addresses_of_one_house_are_one_caller() {
        assert_eq!(caller("2001:db8:1:2::1"), caller("2001:db8:1:2:ffff::9"));
        assert_ne!(caller("2001:db8:1:2::1"), caller("2001:db8:1:3::1"));
        assert_eq!(caller("::ffff:192.0.2.1"), caller("192.0.2.1"));
        assert_ne!(caller("::1"), caller("127.0.0.1"));
    }
}
