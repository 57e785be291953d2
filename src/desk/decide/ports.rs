//! The desk asks the ports of a unit itself (T5b, decisions 18): when that is due,
//! what may be asked, and what follows from what was found.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};

use crate::desk::access::{Actor, Recipient};
use crate::desk::decide::draft::{Draft, NotNow};
use crate::desk::decide::due::{after_test, tell};
use crate::desk::decide::{Decision, World, ready};
use crate::desk::known::{FoundTicket, UnitKnown};
use crate::desk::letter::Letter;
use crate::desk::letter::times::point;
use crate::desk::ports::{Ended, Found, Reachable, Wish};
use crate::desk::record::{OutcomeWord, Why};
use crate::desk::register::Unit;
use crate::desk::rules::{Precheck, Rules};
use crate::desk::ticket::{Event, PortsTest, Status, Ticket};
use crate::desk::timers::{self, TimerName, grace_ends};

/// Between two tests of one unit (TD3).
pub const EVERY: SignedDuration = SignedDuration::from_mins(1);
/// A test during which the desk ended so often is not begun once more.
const BROKEN_OFF_MAX: u32 = 3;
/// After so long the customer is reminded of ports that are still closed.
const TOLD_AGAIN: SignedDuration = SignedDuration::from_hours(6);
/// A test that takes longer holds nothing else up.
const TAKES_MAX: SignedDuration = SignedDuration::from_mins(2);

/// Why no test was wished for.
pub enum NotAsked {
    NotNow(NotNow),
    /// There was one a moment ago, or is one now.
    Lately(String),
    /// It never will be, as things stand.
    Cannot(String),
}

impl From<NotNow> for NotAsked {
    fn from(refused: NotNow) -> NotAsked {
        NotAsked::NotNow(refused)
    }
}

/// Wishes for a test. It is made once that is committed.
pub fn ask(draft: &mut Draft, world: &World<'_>, by: Option<String>) -> Result<IpAddr, NotAsked> {
    if draft.ticket.work.ports_wish.is_some() {
        return Err(NotAsked::Lately("the ports of this unit are being tested now".to_owned()));
    }
    let of_unit = world.known.same_unit.iter().filter(|other| other.serial() == draft.ticket.serial());
    let asked = of_unit.chain([&draft.ticket]).filter_map(|ticket| ticket.work.ports_asked_at).max();
    if asked.is_some_and(|asked| world.now.duration_since(asked) < EVERY) {
        let text = "the ports of this unit were tested less than a minute ago: once a minute is enough";
        return Err(NotAsked::Lately(text.to_owned()));
    }
    wish(draft, world, by, 0)
}

fn wish(draft: &mut Draft, world: &World<'_>, by: Option<String>, again: u32) -> Result<IpAddr, NotAsked> {
    let (unit, address) = target(&draft.ticket, world).map_err(NotAsked::Cannot)?;
    let (address, row) = (address.ip(), unit.row);
    draft.happen(Event::PortsAsked { address, row, by, again })?;
    Ok(address)
}

/// The register's address of the unit, never the mail's (TD3): of several the one
/// that the request named and that agreed.
fn target<'a>(ticket: &Ticket, world: &World<'a>) -> Result<(&'a Unit, Reachable), String> {
    let unit = match world.known.units.get(ticket.serial()) {
        Some(UnitKnown::Of(unit)) if !unit.retired && Some(&unit.company) == ticket.company.as_ref() => unit,
        _ => return Err("the register has no such unit of this company any more".to_owned()),
    };
    if ticket.consent().is_none() || !ticket.denials.is_empty() {
        return Err("not all gates are green: the ports are tested once the upgrade is agreed".to_owned());
    }
    let named = ticket.form.ip().map(|ip| ip.to_canonical());
    let named = unit.ips.iter().find(|ip| Some(ip.to_canonical()) == named);
    let Some(registered) = named.or(unit.ips.first()).copied() else {
        return Err("the register has no address of the unit".to_owned());
    };
    match Reachable::new(registered, &world.rules.desk.unit_networks) {
        Ok(address) => Ok((unit, address)),
        Err(why) => Err(format!("{registered}, the unit's address in the register, is {why}")),
    }
}

/// A day and an hour before the window.
pub(super) fn due(draft: &mut Draft, world: &World<'_>) -> Result<Vec<Letter>, NotNow> {
    match ask(draft, world, None) {
        Ok(_) | Err(NotAsked::Lately(_)) => Ok(Vec::new()),
        Err(NotAsked::Cannot(why)) => untested(draft, world, &why, None),
        Err(NotAsked::NotNow(refused)) => Err(refused),
    }
}

/// A test for this ticket is being made, or comes due at this moment: what it
/// finds decides.
pub(super) fn is_being_tested(ticket: &Ticket, rules: &Rules, now: Timestamp) -> bool {
    let recent = |wish: &Wish| now.duration_since(wish.asked) < TAKES_MAX;
    let is_due = || timers::of(ticket, rules).iter().any(|timer| timer.name == TimerName::Ports && timer.at <= now);
    rules.desk.precheck == Precheck::ByDesk && (ticket.work.ports_wish.as_ref().is_some_and(recent) || is_due())
}

/// Staff alone are told: nothing of it is the customer's to cure.
fn untested(draft: &mut Draft, world: &World<'_>, why: &str, by: Option<&str>) -> Result<Vec<Letter>, NotNow> {
    draft.happen(Event::PortsUntested { why: why.to_owned() })?;
    // An agent's own word may stand.
    if by.is_none() && draft.ticket.precheck_ok == Some(true) {
        return Ok(Vec::new());
    }
    let headline = format!("The ports were NOT tested: {why}. By hand: #precheck ok, or #precheck fail 8081");
    Ok(vec![to_asker(tell(draft, &headline, world), by, world)])
}

/// The notice to whoever asked for the test; without one as it is.
fn to_asker(letter: Letter, by: Option<&str>, world: &World<'_>) -> Letter {
    let staff = by.and_then(|by| world.rules.access.staff_by_id(by));
    Letter { to: staff.map_or_else(|| letter.to.clone(), Recipient::staff), ..letter }
}

/// What follows from a test. One that the ticket does not wait for changes nothing:
/// the window was moved, it was cancelled, or there was a later one.
pub(super) fn ended(test: &PortsTest, world: &World<'_>) -> Decision {
    let (FoundTicket::ByReference(ticket) | FoundTicket::ByTag(ticket)) = &world.known.ticket else {
        return no_longer();
    };
    let wish = ticket.work.ports_wish.as_ref().filter(|wish| wish.asked == test.asked);
    let Some(wish) = wish else { return no_longer() };
    follow(test, wish, ticket, world).unwrap_or_else(|_refused| no_longer())
}

fn no_longer() -> Decision {
    let mut decision = Decision::new(OutcomeWord::NoLongerDue, Actor::System);
    decision.why.push(Why::new("T5b", "the ticket does not wait for this test of the ports any more"));
    decision
}

fn follow(test: &PortsTest, wish: &Wish, ticket: &Ticket, world: &World<'_>) -> Result<Decision, NotNow> {
    let mut draft = Draft::of(ticket, world.now);
    let by = wish.by.as_deref();
    // A register that was imported meanwhile may have given the address to another.
    let is_registered = target(ticket, world).is_ok_and(|(_, address)| address.ip() == wish.address);
    let (fact, mut letters) = match &test.ended {
        Ended::Found(found) if is_registered => (said(wish, found, world), judged(&mut draft, wish, found, world)?),
        Ended::Found(_) => {
            let why = "the register has another address of the unit by now (#precheck tests that)";
            (why.to_owned(), untested(&mut draft, world, why, by)?)
        }
        Ended::Failed(why) => (why.clone(), untested(&mut draft, world, why, by)?),
        Ended::Lost => broken_off(&mut draft, wish, world)?,
    };
    letters.extend(after_test(&mut draft, world)?);
    let mut decision = Decision::new(OutcomeWord::PortsTested, Actor::System);
    decision.why.push(Why::new("T5b", fact));
    decision.letters = letters;
    decision.changes.push(draft.into_change());
    Ok(decision)
}

/// For staff and the journal.
fn said(wish: &Wish, found: &Found, world: &World<'_>) -> String {
    let from = found.from.map(|from| format!(" from {from}")).unwrap_or_default();
    let at = point(found.tested, &world.rules.hours.zone);
    format!("{}: {}; tested {at}{from}", wish.address, found.said())
}

/// The desk ended during it. It is begun anew: a wish is carried out once at most.
fn broken_off(draft: &mut Draft, wish: &Wish, world: &World<'_>) -> Result<(String, Vec<Letter>), NotNow> {
    let again = wish.again.saturating_add(1);
    let by = wish.by.as_deref();
    if again >= BROKEN_OFF_MAX {
        let why = format!("the desk ended {again} times during the test");
        let letters = untested(draft, world, &why, by)?;
        return Ok((why, letters));
    }
    match self::wish(draft, world, wish.by.clone(), again) {
        Ok(_) => Ok(("the desk ended during the test: it is made once more".to_owned(), Vec::new())),
        Err(NotAsked::NotNow(refused)) => Err(refused),
        Err(NotAsked::Lately(why) | NotAsked::Cannot(why)) => {
            let letters = untested(draft, world, &why, by)?;
            Ok((why, letters))
        }
    }
}

/// Open: what was blocked by it may go on. Closed: M-10, once for a finding, and
/// once more when it is as before after hours.
fn judged(draft: &mut Draft, wish: &Wish, found: &Found, world: &World<'_>) -> Result<Vec<Letter>, NotNow> {
    let row = target(&draft.ticket, world).map_or(0, |(unit, _)| unit.row);
    let (before, closed) = (draft.ticket.clone(), found.closed());
    let told = !closed.is_empty() && is_news(&before, &closed, world);
    draft.happen(Event::PortsFound { address: wish.address, row, found: found.clone(), told })?;
    let by = wish.by.as_deref();
    let notice = |draft: &Draft, headline: &str| to_asker(tell(draft, headline, world), by, world);
    if closed.is_empty() {
        draft.settle(world.rules)?;
        let mut letters = ready::cured(before.status, draft, world);
        if by.is_some() || before.status == Status::Blocked {
            letters.push(notice(draft, &format!("The ports are open: {}", said(wish, found, world))));
        }
        return Ok(letters);
    }
    if matches!(before.status, Status::Scheduled | Status::Ready) {
        let mut letters = ready::block(draft, world)?;
        let asker = by.and_then(|by| world.rules.access.staff_by_id(by));
        if asker.is_some_and(|asker| !letters.iter().any(|letter| letter.to == Recipient::staff(asker))) {
            letters.push(notice(draft, &format!("Closed ports: {}", said(wish, found, world))));
        }
        return Ok(letters);
    }
    let in_the_way = ready::in_the_way(&draft.ticket, world.rules, world.now);
    let mut letters = if told { ready::told(draft, &in_the_way, world) } else { Vec::new() };
    let knows = match (told, before.work.ports_told_at) {
        (true, _) => "is told",
        (false, Some(_)) => "knows it",
        (false, None) => "was NOT told",
    };
    letters.push(notice(draft, &format!("Closed ports, and the customer {knows}: {}", said(wish, found, world))));
    Ok(letters)
}

fn is_news(before: &Ticket, closed: &[u16], world: &World<'_>) -> bool {
    let told = before.work.ports_told_at;
    let is_late = told.is_none_or(|told| world.now.duration_since(told) >= TOLD_AGAIN);
    let in_time = before.window.as_ref().is_none_or(|window| world.now < grace_ends(window, world.rules));
    let somebody = !ready::people(before, world).is_empty();
    (before.work.closed_ports != closed || is_late) && in_time && somebody
}
