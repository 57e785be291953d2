//! The grammar of `Authentication-Results` (RFC 8601 2.2), strictly: what does
//! not follow it says nothing, so that no text inside can pose as a verdict (TB3).

use std::collections::BTreeMap;

/// What one field is to us.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// Written in another name than our mail host's.
    NotOurs,
    /// In our host's name, but not by the grammar: it hides what stands below it.
    Broken,
    Results(Vec<Verdict>),
}

/// One `method=verdict` with its properties, such as `header.d`; names in
/// lower case, values as written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub method: String,
    pub verdict: String,
    pub properties: BTreeMap<String, String>,
    /// What the host remarks about it.
    comments: Vec<String>,
}

impl Verdict {
    /// The policy of a DMARC verdict is `none`: as a property (RFC 7489 11.2), or
    /// in a comment as Google, OpenDMARC and rspamd write it. Microsoft's `action`
    /// says what was done, not what the domain asks for.
    pub fn asks_for_nothing(&self) -> bool {
        let is_none = |value: &str| value.eq_ignore_ascii_case("none");
        self.property("policy.dmarc").map_or_else(|| self.comments.iter().any(|comment| says_none(comment)), is_none)
    }

    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties.get(name).map(String::as_str)
    }
}

/// `p=NONE sp=NONE dis=NONE`, `policy=none`. What the host did (`dis`) counts
/// before the policy for subdomains, which may be meant.
fn says_none(comment: &str) -> bool {
    let words: BTreeMap<String, String> = comment
        .split_whitespace()
        .filter_map(|word| word.split_once('='))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_ascii_lowercase()))
        .collect();
    let is_none = |name: &str| words.get(name).map(|value| value == "none");
    let policy = is_none("p").or_else(|| is_none("policy")) == Some(true);
    policy && is_none("dis").or_else(|| is_none("sp")).unwrap_or(true)
}

/// Reads an unfolded field. It is ours if its authserv-id is exactly `id`, but
/// for capitals; not with a dot more (TB1).
pub(super) fn read(field: &str, id: &str) -> Claim {
    let (tokens, is_whole) = tokens(field);
    let mut clauses = tokens.split(|token| token.kind == Kind::Semicolon);
    let head = spoken(clauses.next().unwrap_or_default());
    let names_us = head.first().is_some_and(|token| token.is_text() && token.text.eq_ignore_ascii_case(id));
    if !names_us {
        return Claim::NotOurs;
    }
    let version_fits = match head.as_slice() {
        [_] => true,
        [_, version] => version.kind == Kind::Word && version.text == "1",
        _ => false,
    };
    if !is_whole || !version_fits {
        return Claim::Broken;
    }
    verdicts(clauses)
}

/// Reads the unfolded field of a host that writes no authserv-id.
pub(super) fn read_nameless(field: &str) -> Claim {
    let (tokens, is_whole) = tokens(field);
    if !is_whole {
        return Claim::Broken;
    }
    verdicts(tokens.split(|token| token.kind == Kind::Semicolon))
}

fn verdicts<'t>(clauses: impl Iterator<Item = &'t [Token]>) -> Claim {
    let mut clauses: Vec<&[Token]> = clauses.collect();
    // A semicolon at the end is common and says nothing.
    clauses.pop_if(|last| spoken(last).is_empty());
    match clauses.as_slice() {
        [one] if matches!(spoken(one).as_slice(), [word] if word.text.eq_ignore_ascii_case("none")) => {
            Claim::Results(Vec::new())
        }
        clauses => match clauses.iter().map(|clause| verdict(clause)).collect() {
            Some(verdicts) => Claim::Results(verdicts),
            None => Claim::Broken,
        },
    }
}

/// In whose name the field is written.
pub(super) fn name(field: &str) -> Option<String> {
    let (tokens, _) = tokens(field);
    // Without a name the first word belongs to a result: `spf=pass`.
    match spoken(&tokens).as_slice() {
        [_, equals, ..] if equals.kind == Kind::Equals => None,
        [name, ..] if name.is_text() => Some(name.text.clone()),
        _ => None,
    }
}

/// `dkim=pass reason="…" header.d=…`, comments anywhere.
fn verdict(clause: &[Token]) -> Option<Verdict> {
    let comments = clause.iter().filter(|token| token.kind == Kind::Comment).map(|token| token.text.clone()).collect();
    let clause = spoken(clause);
    let (method, verdict, rest) = pair(&clause)?;
    let method = match method.split_once('/') {
        Some((method, "1")) => method,
        Some(_) => return None,
        None => method,
    };
    if !is_keyword(method) || !is_keyword(&verdict) {
        return None;
    }
    let mut properties = BTreeMap::new();
    let mut rest = rest;
    while !rest.is_empty() {
        let (name, value, after) = pair(rest)?;
        let name = name.to_ascii_lowercase();
        // `action` is no property of the grammar, but one large host writes it.
        let known = matches!(name.as_str(), "reason" | "action")
            || name.split_once('.').is_some_and(|(kind, property)| is_keyword(kind) && is_keyword(property));
        // The same property twice says two things.
        if !known || properties.insert(name, value).is_some() {
            return None;
        }
        rest = after;
    }
    Some(Verdict { method: method.to_ascii_lowercase(), verdict: verdict.to_ascii_lowercase(), properties, comments })
}

/// What is said, without remarks.
fn spoken(clause: &[Token]) -> Vec<&Token> {
    clause.iter().filter(|token| token.kind != Kind::Comment).collect()
}

/// `name = value`, and what follows. A bare value may hold `=`, as base64 does.
fn pair<'a, 't>(tokens: &'a [&'t Token]) -> Option<(&'t str, String, &'a [&'t Token])> {
    let [name, equals, value, rest @ ..] = tokens else { return None };
    if name.kind != Kind::Word || equals.kind != Kind::Equals || !value.is_text() {
        return None;
    }
    let mut text = value.text.clone();
    let mut rest = rest;
    while let [next, after @ ..] = rest {
        if next.gap_before {
            break;
        }
        // Glued to the value: only more of a bare one.
        if value.kind == Kind::Quoted || next.kind == Kind::Quoted {
            return None;
        }
        text.push_str(&next.text);
        rest = after;
    }
    Some((&name.text, text, rest))
}

fn is_keyword(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Quoted,
    Comment,
    Equals,
    Semicolon,
}

#[derive(Debug)]
struct Token {
    kind: Kind,
    text: String,
    /// White space or a comment stands before it.
    gap_before: bool,
}

impl Token {
    fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Word | Kind::Quoted)
    }
}

/// The tokens, and whether the field could be cut to its end. A comment parts
/// tokens like a blank: `legit(x).example` is no domain.
fn tokens(field: &str) -> (Vec<Token>, bool) {
    let mut tokens: Vec<Token> = Vec::new();
    let mut chars = field.chars();
    let mut gap = true;
    while let Some(c) = chars.next() {
        let (kind, text) = match c {
            ' ' | '\t' => {
                gap = true;
                continue;
            }
            '(' => {
                let Some(text) = comment(&mut chars) else { return (tokens, false) };
                tokens.push(Token { kind: Kind::Comment, text, gap_before: true });
                gap = true;
                continue;
            }
            '"' => match quoted(&mut chars) {
                Some(text) => (Kind::Quoted, text),
                None => return (tokens, false),
            },
            '=' => (Kind::Equals, c.to_string()),
            ';' => (Kind::Semicolon, c.to_string()),
            c if c.is_ascii_graphic() && c != ')' && c != '\\' => (Kind::Word, c.to_string()),
            _ => return (tokens, false),
        };
        match tokens.last_mut() {
            Some(last) if kind == Kind::Word && last.kind == Kind::Word && !gap => last.text.push_str(&text),
            _ => tokens.push(Token { kind, text, gap_before: gap }),
        }
        gap = false;
    }
    (tokens, true)
}

/// After `(`: what stands in it; comments nest.
fn comment(chars: &mut std::str::Chars<'_>) -> Option<String> {
    let mut depth = 1_usize;
    let mut text = String::new();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.push(chars.next()?),
            ')' if depth == 1 => return Some(text),
            c => {
                depth = match c {
                    '(' => depth + 1,
                    ')' => depth - 1,
                    _ => depth,
                };
                text.push(c);
            }
        }
    }
    None
}

/// After `"`: the text with its escapes undone.
fn quoted(chars: &mut std::str::Chars<'_>) -> Option<String> {
    let mut text = String::new();
    while let Some(c) = chars.next() {
        match c {
            '"' => return Some(text),
            '\\' => text.push(chars.next()?),
            c => text.push(c),
        }
    }
    None
}
