//! What customers write: requests as they come to mind, and answers to letters.

use jiff::{SignedDuration, Timestamp};
use upgrade_desk::desk::moment::time_zone;
use upgrade_desk::desk::register::Unit;
use upgrade_desk::desk::ticket::Ticket;

use crate::month::desk::Arrived;
use crate::month::world::{Customer, Person};
use crate::month::write::{Mail, Voucher};
use crate::support::random::Random;

pub const DESK_ZONE: &str = "America/Los_Angeles";

/// A mail after so many minutes.
pub type Later = (i64, Mail);

/// A request, as good as this customer's are.
pub fn request(customer: &Customer, random: &mut Random, now: Timestamp) -> Mail {
    let person = if random.once_in(6) { random.below(customer.people.len()) } else { 0 };
    let person = &customer.people[person];
    let unit = &customer.units[random.below(customer.units.len())];
    let voucher = match random.below(100) {
        0..6 => Voucher::Nobody,
        6..9 => Voucher::Forged,
        _ => Voucher::Signed,
    };
    let mut lines = form(customer, person, unit, random);
    lines.extend(wish(random, now));
    match random.below(100) {
        // Something is missing, or differs from the register.
        0..12 => {
            lines.remove(4 + random.below(5));
        }
        12..18 => lines[6] = "Unit MAC Address: 00:00:5E:00:53:FE".to_owned(),
        _ => {}
    }
    let body = if random.once_in(30) {
        format!("Hello,\n\nplease upgrade our unit {}, some time next week.\n\nThanks\n{}", unit.serial, person.name)
    } else {
        lines.join("\n")
    };
    mail(person, "Upgrade request", None, body, voucher, now)
}

fn form(customer: &Customer, person: &Person, unit: &Unit, random: &mut Random) -> Vec<String> {
    vec![
        format!("Admin Name: {}", person.name),
        format!("Company Name: {}", customer.name),
        format!("Admin Email: {}", person.address),
        format!("Admin Phone: {}", person.phone),
        format!("Unit Serial Number: {}", unit.serial),
        format!("Unit Version: {}", unit.version),
        format!("Unit MAC Address: {}", unit.mac),
        format!("Unit IP Address: {}", unit.ips[0]),
        format!("Manager Password: {}", password(random)),
        "Password tested: yes".to_owned(),
    ]
}

/// Never the same twice, and nothing else looks like one.
fn password(random: &mut Random) -> String {
    format!("Zq{:012x}!", random.next() & 0xffff_ffff_ffff)
}

fn wish(random: &mut Random, now: Timestamp) -> Vec<String> {
    let days = match random.below(100) {
        0..14 => return vec!["ASAP: yes".to_owned()],
        14..20 => 0,
        _ => 1 + random.below(7),
    };
    let hour = if random.once_in(12) { 19 } else { 9 + random.below(6) };
    let minute = if random.once_in(2) { 0 } else { 30 };
    let now = now.to_zoned(time_zone(DESK_ZONE).unwrap());
    let day = now.date().checked_add(jiff::Span::new().days(days as i64)).unwrap();
    vec![format!("Upgrade Time: {day} {hour:02}:{minute:02}"), format!("Time Zone: {DESK_ZONE}")]
}

fn mail(
    person: &Person,
    subject: &str,
    answers: Option<&Arrived>,
    body: String,
    voucher: Voucher,
    date: Timestamp,
) -> Mail {
    let subject = answers.map_or_else(|| subject.to_owned(), |letter| format!("Re: {}", letter.row.subject));
    let answers = answers.map(|letter| letter.row.message_id.clone());
    Mail { name: person.name.clone(), from: person.address.clone(), subject, answers, body, voucher, date }
}

/// What a person does about a letter.
pub fn answers(
    customer: &Customer,
    person: &Person,
    letter: &Arrived,
    ticket: Option<&Ticket>,
    random: &mut Random,
) -> Vec<Later> {
    let Some(body) = answer(customer, person, letter, ticket, random) else { return Vec::new() };
    let at_most = if random.once_in(4) { 3000 } else { 400 };
    let minutes = 5 + random.below(at_most) as i64;
    let voucher = if random.once_in(60) { Voucher::Nobody } else { Voucher::Signed };
    let date = letter.at.checked_add(SignedDuration::from_mins(minutes)).unwrap();
    let mut later = vec![(minutes, mail(person, "", Some(letter), body, voucher, date))];
    if random.once_in(30) {
        let away = "I am out of the office until Monday and will answer then.".to_owned();
        later.push((1, mail(person, "", Some(letter), away, Voucher::Absent, letter.at)));
    }
    later
}

fn answer(
    customer: &Customer,
    person: &Person,
    letter: &Arrived,
    ticket: Option<&Ticket>,
    random: &mut Random,
) -> Option<String> {
    let unit = ticket.and_then(|ticket| customer.units.iter().find(|unit| unit.serial == ticket.serial()));
    let unit = unit.unwrap_or(&customer.units[0]);
    let words = |texts: &[&str], random: &mut Random| Some(random.one_of(texts).to_owned());
    let chance = random.below(100);
    match letter.row.template.as_str() {
        "M-02" | "M-03" => match chance {
            0..70 => {
                let mut lines = form(customer, person, unit, random);
                lines.extend(wish(random, letter.at));
                Some(lines.join("\n"))
            }
            70..80 => words(&["I am not sure what you mean.", "Can you call me?"], random),
            _ => None,
        },
        "M-04" => match chance {
            0..60 => Some(form(customer, person, unit, random)[4..8].join("\n")),
            60..70 => words(&["Our board was replaced last month.", "This cannot be."], random),
            _ => None,
        },
        "M-05" | "M-11" => match chance {
            0..10 => words(&["CANCEL", "please cancel", "STOP"], random),
            10..20 => Some(wish(random, letter.at).join("\n")),
            20..26 => words(
                &[
                    "I can't make it that day. Thursday same time?",
                    "Could we move it to 10:00 instead?",
                    "Not on that day, please.",
                ],
                random,
            ),
            _ => None,
        },
        "M-07" => (chance < 50).then(|| wish(random, letter.at).join("\n")),
        "M-09" => match chance {
            0..4 => Some("CANCEL".to_owned()),
            4..8 => words(&["Please hold, we are not ready.", "hold"], random),
            _ => None,
        },
        "M-10" => match chance {
            0..40 => words(&["The ports are open now.", "Port 8081 is open again, please test."], random),
            40..60 => Some(format!("Manager Password: {}\nPassword tested: yes", password(random))),
            _ => None,
        },
        "M-13" | "M-14" => (chance < 3).then(|| "STOP".to_owned()),
        "M-15" => match chance {
            0..70 => Some("YES".to_owned()),
            70..85 => Some("NO".to_owned()),
            _ => None,
        },
        "M-22" => match chance {
            0..45 => Some("1".to_owned()),
            45..60 => Some("YES".to_owned()),
            60..70 => words(&["yes, but not on Friday", "1 or 2", "yes if it is short"], random),
            70..80 => Some("NO".to_owned()),
            _ => None,
        },
        "M-16" | "M-17" | "M-18" | "M-19" => match chance {
            0..25 => words(&["Thanks!", "Thank you, all is well.", "Great work, thanks."], random),
            25..40 => problem(unit, random),
            _ => None,
        },
        "M-20" => (chance < 50).then(|| "done".to_owned()),
        "M-21" | "M-24" => match chance {
            0..10 => words(&["Any news?", "Still waiting.", "It is still down."], random),
            10..14 => words(&["escalate", "Please escalate this."], random),
            _ => None,
        },
        "M-25" => (chance < 70).then(|| "At 06:12, to +1 312 555 0150, from extension 204.".to_owned()),
        "M-26" => match chance {
            0..50 => words(&["Works now, thanks.", "It works again."], random),
            50..70 => words(&["Still not working.", "It is down again."], random),
            _ => None,
        },
        _ => None,
    }
}

fn problem(unit: &Unit, random: &mut Random) -> Option<String> {
    let serial = &unit.serial;
    let texts = [
        format!("URGENT: since the upgrade of {serial} no calls at all, everything is down!"),
        format!("Thanks, but since the upgrade one-way audio on some calls at {serial}."),
        format!("The voicemail lamp of one phone at {serial} does not go out."),
        format!("Question: where do I find the new report on {serial}?"),
    ];
    Some(texts[random.below(texts.len())].clone())
}

/// A problem out of the blue.
pub fn report(customer: &Customer, random: &mut Random, now: Timestamp) -> Mail {
    let person = &customer.people[random.below(customer.people.len())];
    let unit = &customer.units[random.below(customer.units.len())];
    let body = problem(unit, random).unwrap_or_default();
    mail(person, "Trouble", None, body, Voucher::Signed, now)
}
