//! What was counted of whom, so that no header of a mail need be believed.

use jiff::{SignedDuration, Timestamp};

use crate::desk::form::compact;
use crate::desk::known::{Ask, Known, Tallies, Tally};
use crate::desk::register::Unit;
use crate::shell::store::apply::tally;
use crate::shell::store::state::{StateError, Tree, key};
use crate::shell::store::view::View;

const A_DAY: SignedDuration = SignedDuration::from_hours(24);
const AN_HOUR: SignedDuration = SignedDuration::from_hours(1);

impl View<'_> {
    /// What was counted of everybody and everything met.
    pub(super) fn tallies(&self, ask: &Ask, known: &Known, now: Timestamp) -> Result<Tallies, StateError> {
        let mut tallies = Tallies::default();
        let mut add = |what: Tally, of: &str, within: SignedDuration| {
            let of = of.to_ascii_lowercase();
            let count = tally::count(self.state, what, &of, now, within)?;
            if count > 0 {
                tallies.0.insert((what, of), count);
            }
            Ok::<(), StateError>(())
        };
        let people = known.representatives.iter().map(|row| row.address.as_str());
        for address in people.chain(ask.address.as_deref()) {
            for what in [Tally::Letter, Tally::Warning, Tally::Notice, Tally::Capped, Tally::Stop] {
                add(what, address, A_DAY)?;
            }
        }
        for company in known.companies.keys() {
            add(Tally::DataTry, company, A_DAY)?;
        }
        for serial in known.units.keys() {
            add(Tally::UnitTry, serial, A_DAY)?;
        }
        // As many looks for what is not there (TD2).
        let serial = |unit: Option<&Unit>| unit.map_or_else(|| "-".to_owned(), |unit| compact(&unit.serial));
        let by_mac = ask.macs.iter().map(|mac| serial(known.units_by_mac.get(mac)));
        let by_ip = ask.ips.iter().map(|ip| serial(known.units_by_ip.get(ip)));
        for serial in known.units.keys().cloned().chain(by_mac).chain(by_ip) {
            add(Tally::StrangerAlarm, &serial, AN_HOUR)?;
        }
        Ok(tallies)
    }

    pub(super) fn stranger_alarms(&self, now: Timestamp) -> Result<u32, StateError> {
        let raised = self.since_yesterday(&key(&[b"stranger", b""]), now)?;
        let called = tally::count(self.state, Tally::StrangerAlarm, "", now, A_DAY)?;
        Ok(raised.saturating_add(called))
    }

    pub(super) fn likenesses(&self, now: Timestamp) -> Result<u32, StateError> {
        self.since_yesterday(&key(&[b"likeness", b""]), now)
    }

    /// How many of the moments under `prefix` lie in the last 24 hours.
    pub(super) fn since_yesterday(&self, prefix: &[u8], now: Timestamp) -> Result<u32, StateError> {
        let times: Vec<Timestamp> = self.state.values(Tree::Index, prefix)?;
        let since = now.checked_sub(A_DAY).unwrap_or(Timestamp::MIN);
        Ok(u32::try_from(times.iter().filter(|at| **at > since).count()).unwrap_or(u32::MAX))
    }

    pub(super) fn neutral_notes(&self, address: Option<&str>, now: Timestamp) -> Result<u32, StateError> {
        let Some(address) = address else { return Ok(0) };
        let address = address.to_ascii_lowercase();
        self.since_yesterday(&key(&[b"neutral", address.as_bytes(), b""]), now)
    }
}
