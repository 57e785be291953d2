//! The reply address of a letter, `upgrade+417.<32 hex digits>@vendor.example`:
//! the letter's number and the tag of its Message-ID. A phone that drops
//! In-Reply-To still answers to it (security 6.4), and its bearer has seen the letter.

use crate::desk::mail::{Mail, ReplyTag};
use crate::desk::rules::Desk;
use crate::desk::seal;

/// Hexadecimal digits of a tag: 128 bits.
const TAG_CHARS: usize = 32;

/// RFC 5321 4.5.3.1.1.
const LOCAL_PART_BYTES_MAX: usize = 64;

/// What stands where a tag stood, wherever a mail is shown or kept.
const BLANK: &str = "(token)";

/// The longest local part of our mailbox that leaves room for the number of a
/// letter (10 digits), its tag and their marks.
pub const MAILBOX_BYTES_MAX: usize = LOCAL_PART_BYTES_MAX - TAG_CHARS - 12;

/// Where an answer to the letter with this Message-ID goes. `None`: the mail
/// host takes no plus addresses, or the address would be too long for RFC 5321.
pub fn of(desk: &Desk, letter: u64, message_id: &str) -> Option<String> {
    let (local, domain) = desk.address.rsplit_once('@').filter(|_| desk.plus_addressing)?;
    let tagged = format!("{local}+{letter}.{}", tag(message_id)?);
    (tagged.len() <= LOCAL_PART_BYTES_MAX).then(|| format!("{tagged}@{domain}"))
}

/// The tag of a Message-ID that we gave: the last part before the `@`.
pub fn tag(message_id: &str) -> Option<&str> {
    let (local, _) = message_id.rsplit_once('@')?;
    let (_, tag) = local.rsplit_once('.')?;
    is_tag(tag).then_some(tag)
}

/// Whether a mail came to the reply address of the letter with this Message-ID.
/// Compares in constant time.
pub fn is_of(written: &ReplyTag, message_id: &str) -> bool {
    let Some(tag) = tag(message_id).filter(|tag| tag.len() == written.tag.len()) else { return false };
    let differences = tag.bytes().zip(written.tag.bytes()).fold(0, |sum, (one, other)| sum | (one ^ other));
    std::hint::black_box(differences) == 0
}

/// Takes the reply addresses of ours out of a mail's recipients, and every tag
/// out of all that will be shown or kept of it: who reads a ticket must not be
/// able to answer in another's name.
pub fn take(mail: &mut Mail, desk: &Desk) -> Vec<ReplyTag> {
    let recipients = mail.to.iter().chain(&mail.cc).chain(&mail.delivered_to);
    let mut tags: Vec<ReplyTag> = recipients.filter_map(|address| read(address, desk)).collect();
    tags.sort();
    tags.dedup();
    let addresses = [&mut mail.to, &mut mail.cc, &mut mail.delivered_to, &mut mail.reply_to];
    addresses.into_iter().flatten().for_each(blank);
    seal::texts(mail).into_iter().for_each(blank);
    tags
}

fn blank(text: &mut String) {
    if let Some(blanked) = blanked(text) {
        *text = blanked;
    }
}

/// Whether this is our mailbox, with or without something behind a `+`.
pub fn is_ours(address: &str, desk: &Desk) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else { return false };
    let mailbox = local.split_once('+').map_or(local, |(mailbox, _)| mailbox);
    format!("{mailbox}@{domain}").eq_ignore_ascii_case(&desk.address)
}

/// `upgrade+417.<tag>@vendor.example`, in any case of letters.
fn read(address: &str, desk: &Desk) -> Option<ReplyTag> {
    if !is_ours(address, desk) {
        return None;
    }
    let (local, _) = address.rsplit_once('@')?;
    let (letter, tag) = local.split_once('+')?.1.split_once('.')?;
    let letter = letter.parse().ok()?;
    is_tag(tag).then(|| ReplyTag { letter, tag: tag.to_ascii_lowercase() })
}

fn is_tag(text: &str) -> bool {
    text.len() == TAG_CHARS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The text without tags: 32 hexadecimal digits between a dot and an `@`, also
/// as a link writes them. `None`: there is none.
pub fn blanked(text: &str) -> Option<String> {
    let mut blanked = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('.') {
        blanked.push_str(before);
        blanked.push('.');
        let digits = behind.bytes().take_while(u8::is_ascii_hexdigit).count();
        let (tag, tail) = behind.split_at_checked(digits).unwrap_or(("", behind));
        let at = tail.starts_with('@') || tail.starts_with("%40");
        blanked.push_str(if is_tag(tag) && at { BLANK } else { tag });
        rest = tail;
    }
    blanked.push_str(rest);
    (blanked != text).then_some(blanked)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAG: &str = "0123456789abcdef0123456789abcdef";

    fn desk(address: &str) -> Desk {
        Desk { address: address.to_owned(), plus_addressing: true, ..Desk::default() }
    }

    #[test]
    fn there_and_back() {
        let desk = desk("upgrade@vendor.example");
        let id = format!("UP-2026-00417.t12.1765000000.{TAG}@upgrade-desk.vendor.example");
        let address = of(&desk, 12, &id).unwrap_or_default();
        assert_eq!(address, format!("upgrade+12.{TAG}@vendor.example"));
        for written in [address.clone(), address.to_uppercase()] {
            let tag = read(&written, &desk);
            assert!(tag.as_ref().is_some_and(|tag| tag.letter == 12 && is_of(tag, &id)), "{written}");
        }
        let other = format!("UP-2026-00417.l12.{}@upgrade-desk.vendor.example", TAG.replace('0', "1"));
        assert!(!read(&address, &desk).is_some_and(|tag| is_of(&tag, &other)), "another letter's tag");
        assert_eq!(of(&Desk { plus_addressing: false, ..desk }, 12, &id), None);
    }

    #[test]
    fn what_is_no_reply_address_of_ours() {
        let desk = desk("upgrade@vendor.example");
        for address in [
            "upgrade@vendor.example",
            "upgrade+12@vendor.example",
            "upgrade+12.0123@vendor.example",
            &format!("upgrade+12.{TAG}0@vendor.example"),
            &format!("upgrade+x.{TAG}@vendor.example"),
            &format!("upgrade+12.{TAG}@vendor.example.attacker.example"),
            &format!("other+12.{TAG}@vendor.example"),
        ] {
            assert_eq!(read(address, &desk), None, "{address}");
        }
    }

    #[test]
    fn the_local_part_stays_within_rfc_5321() {
        let id = format!("desk.l4294967295.{TAG}@upgrade-desk.vendor.example");
        let longest = "x".repeat(MAILBOX_BYTES_MAX);
        let address = of(&desk(&format!("{longest}@vendor.example")), u64::from(u32::MAX), &id).unwrap_or_default();
        assert_eq!(address.find('@'), Some(LOCAL_PART_BYTES_MAX));
        assert_eq!(of(&desk(&format!("{longest}y@vendor.example")), u64::from(u32::MAX), &id), None);
    }

    #[test]
    fn tags_are_blanked_wherever_they_stand() {
        let cases = [
            (format!("Reply-To: upgrade+12.{TAG}@vendor.example"), "Reply-To: upgrade+12.(token)@vendor.example"),
            (format!("<mailto:upgrade%2B12.{TAG}%40vendor.example>"), "<mailto:upgrade%2B12.(token)%40vendor.example>"),
            (
                format!("UP-1.t12.17.{}@x and 1.2.{TAG}@y", TAG.to_uppercase()),
                "UP-1.t12.17.(token)@x and 1.2.(token)@y",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(blanked(&text).as_deref(), Some(expected));
        }
        for text in ["", "203.0.113.10", ".@", &format!("md5 {TAG}"), &format!("file.{TAG}.bin"), "ü.é@ö"] {
            assert_eq!(blanked(text), None, "{text}");
        }
    }
}
