//! The flood, and the honest mails in it.

/// A representative whose domain publishes p=reject, and one whose domain has no
/// DMARC and signs nothing: names that the flood uses.
pub const NAME_WITH_DMARC: &str = "bob@acme-tel.example";
pub const NAME_WITHOUT_DMARC: &str = "jana@nordwind.example";

/// Each from another address: a third of strangers, a third in each of the names.
pub fn forged(number: usize) -> String {
    let sender = format!("attacker{number}@mx{}.attacker.example", number % 700);
    let stranger = format!("stranger{number}@s{}.elsewhere.example", number % 700);
    let (from, results) = match number % 3 {
        0 => (stranger.as_str(), "dkim=none; spf=none; dmarc=none"),
        1 => (NAME_WITH_DMARC, "dkim=none; spf=fail smtp.mailfrom=attacker.example; dmarc=fail (p=reject)"),
        _ => (NAME_WITHOUT_DMARC, "dkim=none; spf=none; dmarc=none"),
    };
    format!(
        "Return-Path: <{sender}>\nAuthentication-Results: mx.vendor.example; {results}\n\
         Received: from mail.attacker.example (mail.attacker.example [192.0.2.66])\n\tby mx.vendor.example \
         (Postfix) with ESMTP id Zk{number};\n\tMon, 7 Dec 2026 09:00:00 -0800\n\
         From: <{from}>\nReply-To: {sender}\nTo: upgrade@vendor.example\nSubject: Upgrade of our unit {number}\n\
         Date: Mon, 7 Dec 2026 09:00:00 -0800\nMessage-ID: <f{number}@attacker.example>\nMIME-Version: 1.0\n\
         Content-Type: text/plain; charset=utf-8\n\n\
         Admin Name: Jana Vogt\nCompany Name: Nordwind Telefonie GmbH\nAdmin Email: {from}\n\
         Admin Phone: +49 30 555 0131\nUnit Serial Number: SM-0501-10B\nUnit Version: 8.{number}.0\n\
         Unit MAC Address: 00:00:5E:00:53:01\nUnit IP Address: 198.51.100.21\nASAP: yes\n"
    )
}

const HONEST: [&str; 5] = [
    "dana@acme-tel.example",
    "jana@nordwind.example",
    "ivo@cobalt.example",
    "luz@tamarind.example",
    "tess@cobalt.example",
];

pub fn honest_id(number: usize) -> String {
    format!("h{number}@honest.example")
}

/// A report of a proven representative; two of them are in names that the flood uses.
pub fn honest(number: usize) -> String {
    let from = HONEST[number % HONEST.len()];
    let domain = from.split('@').nth(1).unwrap();
    format!(
        "Authentication-Results: mx.vendor.example;\n\tdkim=pass header.d={domain} header.b=Zk3Flood;\n\t\
         dmarc=pass header.from={domain}\n\
         DKIM-Signature: v=1; a=rsa-sha256; d={domain}; s=m1; b=Zk3FloodQ2v8yE1kq0;\n\t\
         h=from:to:subject:date:message-id:mime-version:content-type; bh=47DEQpj8\n\
         From: <{from}>\nTo: upgrade@vendor.example\nSubject: Calls drop, report {number}\n\
         Date: Mon, 7 Dec 2026 09:00:00 -0800\nMessage-ID: <{}>\nMIME-Version: 1.0\n\
         Content-Type: text/plain; charset=utf-8\n\n\
         Hello,\n\nsince this morning some calls drop on our unit. This is report {number}.\n\nRegards\n",
        honest_id(number)
    )
}

pub fn is_ours_or_on_file(address: &str) -> bool {
    address.ends_with("@vendor.example") || HONEST.contains(&address) || address == "uwe@nordwind.example"
}
