//! What the mutations begin with: honest headers, tricks, and the attack mails.

use std::path::{Path, PathBuf};

/// A mail's header in logical lines: a field with its folded lines, or what
/// else stands there, without the line end.
pub type Lines = Vec<Vec<u8>>;

/// Longer headers cost as much as many short ones.
const LONGEST: usize = 6000;
pub const REPRESENTATIVE: &str = "dana@acme-tel.example";
pub const ATTACKER: &str = "x@attacker.example";

const HONEST: [&str; 12] = [
    "Dana Ruiz <dana@acme-tel.example>",
    "dana@acme-tel.example",
    "<dana@acme-tel.example>",
    "dana@acme-tel.example (Dana Ruiz)",
    "\"Ruiz, Dana\" <dana@acme-tel.example>",
    "\"Dana \\\"D\\\" Ruiz (Acme)\" <Dana@Acme-Tel.example>",
    "=?utf-8?Q?D=C3=A1na_Ru=C3=ADz?= <dana@acme-tel.example>",
    "=?iso-2022-jp?B?GyRCOzNFRBsoQg==?=\r\n =?utf-8?B?4oCi?= <dana@acme-tel.example>",
    "A very long name of somebody who writes\r\n\tto us from far away <dana@acme-tel.example>",
    "\"dana@acme-tel.example\" <x@attacker.example>",
    "D. R. Ruiz <dana+upgrades@eu.acme-tel.example>",
    "\"'dana@acme-tel.example' via Desk\" <x@attacker.example>",
];

/// From fields of TA1 to TA7, one or several lines each.
const TRICKS: [&str; 23] = [
    "From: <x@attacker.example>\r\nFrom: <dana@acme-tel.example>",
    "From: <x@attacker.example>\r\nFrom : <dana@acme-tel.example>",
    "fRoM: <dana@acme-tel.example>\r\nFROM\t: <x@attacker.example>",
    "From\r\n : <x@attacker.example>\r\nFrom: <dana@acme-tel.example>",
    "From: <x@attacker.example>\rFrom: <dana@acme-tel.example>",
    "From: <dana@acme-tel.example(.attacker.example>",
    "From: <dana@acme-tel.example>, <x@attacker.example>",
    "From: <x@attacker.example>dana@acme-tel.example",
    "From: <@attacker.example,@b.example:dana@acme-tel.example>",
    "From: <dana@acme-tel.example>\\,<x@attacker.example>",
    "From: dana:dana@acme-tel.example;",
    "From: =?utf-8?Q?=3Cdana=40acme-tel.example=3E?= <x@attacker.example>",
    "From: =?utf-8?B?ZGFuYUBhY21lLXRlbC5leGFtcGxl?=",
    "From: \"dana@acme-tel.example\\\" <x@attacker.example>",
    "From: dana@acme-tel.example <x@attacker.example>",
    "From: <dana@acme-tel.example@attacker.example>",
    "From: \"dana\"@acme-tel.example",
    "From: (<dana@acme-tel.example>) x@attacker.example",
    "From: x@attacker.example (<dana@acme-tel.example>)",
    "Sender: <dana@acme-tel.example>",
    "Resent-From: <dana@acme-tel.example>",
    "\u{feff}From: <x@attacker.example>\r\nFrom: <dana@acme-tel.example>",
    "From x@attacker.example Wed Nov 25 09:00:00 2026\r\nFrom: <dana@acme-tel.example>",
];

const AROUND: [&str; 3] = [
    "Received: from mail.acme-tel.example (mail.acme-tel.example [192.0.2.7])\r\n\t\
     by mx.vendor.example with ESMTPS id a1;\r\n\t\
     Wed, 25 Nov 2026 17:00:01 +0000\r\nFROM\r\nTo: upgrade@vendor.example\r\nSubject: Upgrade\r\n\
     Date: Wed, 25 Nov 2026 09:00:00 -0800\r\nMessage-ID: <a1@acme-tel.example>\r\nMIME-Version: 1.0\r\n\
     Content-Type: text/plain; charset=utf-8",
    "FROM\r\nSubject: Re: [UP-2026-00017]\r\n yes",
    "DKIM-Signature: v=1; a=rsa-sha256; d=attacker.example; s=a;\r\n h=from:to:subject; bh=abc=; b=def=\r\n\
     Subject: a\r\nReply-To: <x@attacker.example>\r\nFROM\r\nSender: x@attacker.example",
];

/// Every header to begin with. Attack mails of the project come with their own.
pub fn all() -> Vec<Lines> {
    let fields = HONEST.iter().map(|value| format!("From: {value}")).chain(TRICKS.map(str::to_owned));
    let mut seeds: Vec<Lines> = Vec::new();
    for field in fields {
        seeds.extend(AROUND.map(|around| lines(around.replace("FROM", &field).as_bytes())));
    }
    for raw in attack_mails() {
        let header = lines(header(raw.as_bytes()));
        if header.iter().map(Vec::len).sum::<usize>() < LONGEST {
            seeds.push(header);
        }
    }
    seeds
}

/// The mails of `fixtures/attack`, each step with what is put into it; what
/// else is left open in them does not matter here.
fn attack_mails() -> Vec<String> {
    let attacks = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/attack");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(&attacks).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    let mut mails = Vec::new();
    for case in cases {
        let Ok(text) = std::fs::read_to_string(case.join("case.toml")) else { continue };
        let text: toml::Table = toml::from_str(&text).unwrap();
        for step in text.get("step").and_then(toml::Value::as_array).into_iter().flatten() {
            let Some(name) = step.get("mail").and_then(toml::Value::as_str) else { continue };
            let files = [case.join(name), attacks.join("parts").join(name)];
            let Some(raw) = files.iter().find_map(|file| std::fs::read(file).ok()) else { continue };
            let mut mail = String::from_utf8_lossy(&raw).into_owned();
            for (what, with) in step.get("put").and_then(toml::Value::as_table).into_iter().flatten() {
                mail = mail.replace(&format!("{{{{put {what}}}}}"), with.as_str().unwrap_or_default());
            }
            mails.push(mail);
        }
    }
    mails
}

fn header(raw: &[u8]) -> &[u8] {
    let end = |pattern: &[u8]| raw.windows(pattern.len()).position(|window| window == pattern);
    let ends = [end(b"\n\n"), end(b"\r\n\r\n")];
    &raw[..ends.into_iter().flatten().min().unwrap_or(raw.len())]
}

pub fn lines(header: &[u8]) -> Lines {
    let mut lines: Lines = Vec::new();
    for line in header.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match lines.last_mut() {
            Some(last) if line.starts_with(b" ") || line.starts_with(b"\t") => {
                last.extend_from_slice(b"\r\n");
                last.extend_from_slice(line);
            }
            _ => lines.push(line.to_vec()),
        }
    }
    lines
}
