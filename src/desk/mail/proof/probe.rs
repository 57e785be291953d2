//! What a mail of our own, with fields forged in our host's name, tells about
//! that host when it arrives (TB2; RFC 8601 5 asks it to take them out).

use crate::desk::limits::Limits;
use crate::desk::mail::MailHost;
use crate::desk::mail::proof::results::{self, Claim};
use crate::desk::mail::proof::{Probe, place};
use crate::desk::mail::{header, trace};

/// `forged` stands in every field that we forged, and nowhere else.
pub fn probe(raw: &[u8], limits: &Limits, id: &str, host: MailHost, forged: &str) -> Probe {
    let (header, _) = header::split(raw, limits);
    let all: Vec<String> = header.all("authentication-results").map(header::Field::unfolded).collect();
    let is_ours = |field: &str| results::read(field, id) != Claim::NotOurs;
    if all.iter().any(|field| field.contains(forged) && is_ours(field)) {
        return Probe::Survived;
    }
    let trace = trace::read(&header);
    let there: Vec<&str> = place::fields(&trace, host).into_iter().filter(|field| !field.contains(forged)).collect();
    if there.iter().any(|field| is_ours(field)) {
        return Probe::Good;
    }
    if all.iter().any(|field| !field.contains(forged) && is_ours(field)) {
        return Probe::Elsewhere;
    }
    there.iter().find_map(|field| results::name(field)).map_or(Probe::Missing, Probe::OtherName)
}
