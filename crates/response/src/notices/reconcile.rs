//! What follows from notices: judged by what is in use, linked, ticketed, escalated. A reconciler:
//! no input, idempotent; it can stop anywhere and goes on where the facts stand.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use model::alert::LinkedToIncident;
use model::notice::{NoticeJudged, TicketEscalated, TicketOpened, TicketRedated};
use model::{Fact, IncidentId, TicketId};

use super::error::NoticeError;
use super::fold::{NoticeState, Notices};
use super::judge::{Case, Concern, Verdict, concern, going, judge};
use super::nth;
use crate::channels::{Channel, Stop};
use crate::incidents::Act;
use crate::inventory::Inventory;
use crate::open::Mayday;
use crate::tickets::fold::TicketState;
use crate::tickets::ladder::{PAGES_FROM, due_rung};

/// Longest pause between two looks.
const PAUSE: Duration = Duration::from_secs(10);

/// Days that a ticket gets where a notice names no date: the shortest notice that is usual.
const UNDATED: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Who owns what no channel brought and no channel of its provider is there for.
const NOBODY: &str = "nobody";

/// Longest time between a thing of the provider's and an incident that it may be behind.
const RELATED_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// What is known when something is decided.
struct Desk<'a> {
    mayday: &'a Mayday,
    notices: &'a Notices,
    inventory: &'a Inventory,
    /// Open incidents with the feature and the time they began.
    incidents: Vec<Open>,
    random: u64,
    now: Timestamp,
    facts: Vec<Fact>,
    /// Threads that were given a ticket in this look, so that none gets two.
    ticketed: BTreeSet<(String, String)>,
    /// Threads that page in this look.
    paged: BTreeSet<(String, String)>,
}

/// An incident that still needs something.
struct Open {
    id: IncidentId,
    feature: Option<String>,
    began: Timestamp,
}

impl Mayday {
    /// Does what follows from notices, for every tenant. Blocking.
    pub fn keep_notices(&self, now: Timestamp, random: u64) -> Result<(), NoticeError> {
        for (place, room) in self.house.rooms().into_iter().enumerate() {
            let random = nth(random, 1_000 * place as u64);
            self.of_room(&room).keep_my_notices(now, random)?;
        }
        Ok(())
    }

    /// Waits until a notice came, or for a moment.
    pub async fn wait_for_notice(&self) {
        _ = tokio::time::timeout(PAUSE, self.house.desk.came.notified()).await;
    }

    fn keep_my_notices(&self, now: Timestamp, random: u64) -> Result<(), NoticeError> {
        let inventory = self.inventory(now);
        let act = Act::by_itself(now, random);
        self.test_channels_in_turn(act)?;
        let incidents = self.open_incidents();
        let _turn = self.house.desk.turn();
        let facts = {
            let notices = self.house.notices();
            let (facts, ticketed, paged) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
            let mut desk = Desk {
                mayday: self,
                notices: &notices,
                inventory: &inventory,
                incidents,
                random,
                now,
                facts,
                ticketed,
                paged,
            };
            desk.look_through();
            desk.facts.extend(self.silences(&notices, now));
            desk.facts
        };
        Ok(self.state_notices(&facts, act)?)
    }

    fn open_incidents(&self) -> Vec<Open> {
        let notices = self.house.notices();
        let open = self.list_incidents().into_iter().filter(|one| !notices.is_closed(&one.id));
        let began = |one: &model::Incident| {
            one.report.onset.as_ref().map_or(one.declared_at, |onset| onset.at.min(one.declared_at))
        };
        open.map(|one| Open { began: began(&one), id: one.id, feature: one.feature }).collect()
    }

    /// Tests channels whose turn has come.
    fn test_channels_in_turn(&self, act: Act) -> Result<(), NoticeError> {
        let mine = self.house.settings.channels.iter().filter(|one| self.is_of(&one.tenant));
        let mine = mine.filter(|one| one.waived.is_none() && one.secret.is_some());
        for (place, channel) in mine.enumerate() {
            let Some(every) = channel.test_every else { continue };
            let heard = self.house.notices().channel(&channel.tenant, &channel.name);
            let last = heard.checks.get(&model::notice::Check::Test).map(|check| check.at);
            if last.is_none_or(|last| act.at.duration_since(last) >= every) {
                let random = nth(act.random, 500 + place as u64);
                self.test_channel(&channel.name, Act { random, ..act })?;
            }
        }
        Ok(())
    }
}

impl Desk<'_> {
    fn look_through(&mut self) {
        let notices = self.notices;
        let mine = notices.latest_first().filter(|one| self.mayday.is_of(&one.tenant));
        let mut mine: Vec<&NoticeState> = mine.collect();
        // In the order in which they came, so that the first of a thread opens its ticket.
        mine.reverse();
        for notice in mine {
            match notice.goes() {
                true => self.something_goes(notice),
                false => self.something_else(notice),
            }
        }
        let tickets = notices.tickets.all().filter(|one| self.mayday.is_of(&one.tenant));
        for ticket in tickets {
            self.escalate(ticket);
        }
    }

    /// A model or an interface goes: a ticket if it is used, now or when it comes to be used.
    fn something_goes(&mut self, notice: &NoticeState) {
        let concern = concern(notice, self.inventory);
        let says = &notice.says;
        let thread = notices_thread(notice);
        let of_thread = self.notices.thread_of(notice);
        let ticket = of_thread.iter().find_map(|one| self.notices.tickets.of_notice(&one.id));
        let is_used = !concern.told.is_empty();
        let is_new = notice.judged.is_none();
        let came_into_use = is_used
            && ticket.is_none()
            && notice.judged.as_ref().is_some_and(|judged| judged.concerns.is_empty());
        if is_new || came_into_use {
            self.judged(notice, going(&concern, self.inventory, &says.models));
        }
        match ticket {
            Some(ticket) => self.redate(ticket, notice),
            None if is_used && self.ticketed.insert(thread) => self.open_ticket(notice, &concern),
            None => {}
        }
    }

    /// A later notice of a thread may name another date.
    fn redate(&mut self, ticket: &TicketState, notice: &NoticeState) {
        let dated = self.notices.get(&ticket.dated_by);
        let is_later = dated.is_none_or(|dated| dated.heard_at < notice.heard_at);
        let Some(due) = notice.says.effective.filter(|due| is_later && *due != ticket.due) else {
            return;
        };
        let (ticket, notice, tenant) =
            (ticket.id.clone(), notice.id.clone(), notice.tenant.clone());
        self.facts.push(Fact::TicketRedated(TicketRedated { ticket, tenant, notice, due }));
    }

    fn open_ticket(&mut self, notice: &NoticeState, concern: &Concern) {
        let (owner, route) = self.owner_of(notice);
        let undated = || notice.heard_at.checked_add(UNDATED).unwrap_or(Timestamp::MAX);
        let number = self.facts.len() as u64;
        let opened = TicketOpened {
            ticket: TicketId::from_random(nth(self.random, number)),
            tenant: notice.tenant.clone(),
            notice: notice.id.clone(),
            concerns: concern.told.clone(),
            owner,
            route,
            due: notice.says.effective.unwrap_or_else(undated),
        };
        self.facts.push(Fact::TicketOpened(opened));
    }

    fn escalate(&mut self, ticket: &TicketState) {
        let Some(rung) = due_rung(ticket, self.now) else { return };
        let (ticket, tenant) = (ticket.id.clone(), ticket.tenant.clone());
        let pages = rung <= PAGES_FROM;
        self.facts.push(Fact::TicketEscalated(TicketEscalated { ticket, tenant, rung, pages }));
    }

    fn something_else(&mut self, notice: &NoticeState) {
        let thread = self.notices.thread_of(notice);
        let is_latest = thread.last().is_some_and(|last| last.id == notice.id);
        let is_denied = notice.confirmed.as_ref().is_some_and(|confirmed| !confirmed.holds);
        let goes_on = is_latest && notice.is_active() && !is_denied;
        let related = if goes_on { self.related(notice) } else { Vec::new() };
        // What hit nothing in use is judged again if it goes on when something comes to use it.
        let hit_nothing = notice.judged.as_ref().is_some_and(|judged| judged.concerns.is_empty());
        let came_into_use =
            hit_nothing && goes_on && !concern(notice, self.inventory).told.is_empty();
        if notice.judged.is_none() || came_into_use {
            let case = Case {
                notice,
                thread: &thread,
                inventory: self.inventory,
                channel: self.channel_of(notice),
                paging: &self.mayday.house.settings.paging,
                incidents: &related,
                now: self.now,
            };
            // While the provider is still asked, nothing is linked either.
            let Some(mut verdict) = judge(&case) else { return };
            if verdict.pages && !self.paged.insert(notices_thread(notice)) {
                verdict.pages = false;
                verdict.because = "an earlier notice of the same thing pages".to_owned();
            }
            self.judged(notice, verdict);
        }
        for incident in related {
            if thread.iter().any(|one| one.incidents.contains(&incident)) {
                continue;
            }
            let what = notice.id.to_string();
            let because = format!("provider-side likely: {}", notice.says.title);
            self.facts.push(Fact::LinkedToIncident(LinkedToIncident { incident, what, because }));
        }
    }

    /// Open incidents of features that use what a notice concerns, near it in time.
    fn related(&self, notice: &NoticeState) -> Vec<IncidentId> {
        let features = concern(notice, self.inventory).features;
        let began = notice.says.effective.unwrap_or(notice.heard_at).min(notice.heard_at);
        let near = |open: &&Open| {
            began.duration_since(open.began).abs() <= RELATED_WITHIN
                || open.began >= began && open.began <= self.now
        };
        let uses =
            |open: &&Open| open.feature.as_ref().is_none_or(|feature| features.contains(feature));
        if features.is_empty() {
            return Vec::new();
        }
        self.incidents.iter().filter(near).filter(uses).map(|open| open.id.clone()).collect()
    }

    fn judged(&mut self, notice: &NoticeState, verdict: Verdict) {
        let (owner, route) = self.owner_of(notice);
        let Verdict { concerns, pages, because } = verdict;
        let (notice, tenant) = (notice.id.clone(), notice.tenant.clone());
        let judged = NoticeJudged { notice, tenant, concerns, pages, owner, route, because };
        self.facts.push(Fact::NoticeJudged(judged));
    }

    fn channel_of(&self, notice: &NoticeState) -> Option<&Channel> {
        let name = notice.via.as_ref()?;
        self.mayday.house.settings.channels.iter().find(|channel| channel.name == *name)
    }

    /// Who owns the channel that it came by, else one of the same provider.
    fn owner_of(&self, notice: &NoticeState) -> (String, Vec<String>) {
        let channels = &self.mayday.house.settings.channels;
        let of_provider = |channel: &&Channel| {
            channel.provider == notice.says.provider
                && channel.tenant == notice.tenant
                && channel.waived.is_none()
        };
        let channel = self.channel_of(notice).or_else(|| channels.iter().find(of_provider));
        match channel {
            Some(channel) => {
                let route = channel.route.iter().map(Stop::to_string).collect();
                (channel.owner.to_string(), route)
            }
            None => (NOBODY.to_owned(), Vec::new()),
        }
    }
}

/// What two notices about one thing have in common.
fn notices_thread(notice: &NoticeState) -> (String, String) {
    let thread = notice.says.thread.clone().unwrap_or_else(|| notice.id.to_string());
    (notice.says.provider.clone(), thread)
}
