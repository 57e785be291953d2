//! Rust text reduced to what the checks look at: comments and the insides of
//! literals become blanks, and so does what is compiled for tests only. Lines
//! and columns stay where they are.

/// `text` without comments and without the insides of strings and characters.
pub fn code_only(text: &str) -> String {
    let from: Vec<char> = text.chars().collect();
    let mut to = String::with_capacity(text.len());
    let mut at = 0;
    while at < from.len() {
        let end = match from[at] {
            '/' if from.get(at + 1) == Some(&'/') => find(&from, at, |c| c == '\n'),
            '/' if from.get(at + 1) == Some(&'*') => end_of_block_comment(&from, at),
            '"' => end_of_string(&from, at),
            'r' if !is_word(&from, at) => end_of_raw_string(&from, at),
            '\'' => end_of_character(&from, at),
            _ => at + 1,
        };
        let literal = matches!(from[at], '"' | '\'' | 'r') && end > at + 1;
        for (offset, c) in from[at..end].iter().enumerate() {
            let edge = literal && (offset == 0 || at + offset + 1 == end);
            to.push(if end == at + 1 || edge || *c == '\n' { *c } else { ' ' });
        }
        at = end;
    }
    to
}

/// [`code_only`] without what follows a `#[cfg(test)]`.
pub fn production(text: &str) -> String {
    let mut code = code_only(text);
    while let Some(start) = code.find("#[cfg(test)]").or_else(|| code.find("#[cfg(all(test")) {
        let end = end_of_item(&code, start);
        let blank: String = code[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        code.replace_range(start..end, &blank);
    }
    code
}

/// Where the item that begins at `start` (attributes included) ends: after its
/// `;` or its closing brace.
pub fn end_of_item(code: &str, start: usize) -> usize {
    let mut braces = 0;
    let mut brackets = 0;
    for (offset, c) in code[start..].char_indices() {
        match c {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets -= 1,
            '{' => braces += 1,
            '}' => braces -= 1,
            _ => {}
        }
        let closed = braces == 0 && brackets == 0 && (c == ';' || c == '}');
        if closed || braces < 0 {
            return start + offset + c.len_utf8();
        }
    }
    code.len()
}

fn find(from: &[char], at: usize, is_end: impl Fn(char) -> bool) -> usize {
    from[at..].iter().position(|c| is_end(*c)).map_or(from.len(), |length| at + length)
}

fn end_of_block_comment(from: &[char], at: usize) -> usize {
    let mut depth = 0;
    let mut here = at;
    while here < from.len() {
        match (from[here], from.get(here + 1)) {
            ('/', Some('*')) => {
                depth += 1;
                here += 2;
            }
            ('*', Some('/')) => {
                depth -= 1;
                here += 2;
            }
            _ => here += 1,
        }
        if depth == 0 {
            return here;
        }
    }
    from.len()
}

fn end_of_string(from: &[char], at: usize) -> usize {
    let mut here = at + 1;
    while here < from.len() {
        match from[here] {
            '\\' => here += 2,
            '"' => return here + 1,
            _ => here += 1,
        }
    }
    from.len()
}

/// `r"…"`, `r#"…"#`; for anything else that starts with an r, the next character.
fn end_of_raw_string(from: &[char], at: usize) -> usize {
    let hashes = from[at + 1..].iter().take_while(|c| **c == '#').count();
    if from.get(at + 1 + hashes) != Some(&'"') {
        return at + 1;
    }
    let mut here = at + 2 + hashes;
    while here < from.len() {
        let closes = from[here] == '"' && from[here + 1..].iter().take_while(|c| **c == '#').count() >= hashes;
        if closes {
            return here + 1 + hashes;
        }
        here += 1;
    }
    from.len()
}

/// `'x'` and `'\n'`; a lifetime is left alone.
fn end_of_character(from: &[char], at: usize) -> usize {
    match (from.get(at + 1), from.get(at + 2)) {
        (Some('\\'), Some(_)) => find(from, at + 3, |c| c == '\'').saturating_add(1).min(from.len()),
        (Some(_), Some('\'')) => at + 3,
        _ => at + 1,
    }
}

/// The character at `at` continues a word (but `br"` is a raw string too).
fn is_word(from: &[char], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).and_then(|index| from.get(index));
    let continues = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric() || *c == '_');
    match before(1) {
        Some('b' | 'c') => continues(before(2)),
        other => continues(other),
    }
}

#[test]
fn comments_and_literals_become_blanks() {
    let check = |text: &str, expected: &str| assert_eq!(code_only(text), expected, "{text}");
    check("a // std::fs\nb", "a           \nb");
    check("a /* x /* y */ */ b", "a                 b");
    check(r#"f("std::fs")"#, r#"f("       ")"#);
    check(r#"f("a\"b") + c"#, r#"f("    ") + c"#);
    check("f(r#\"a\"b\"#)", "f(r      #)");
    check("br\"ab\"", "br   \"");
    check("var\"ab\"", "var\"  \"");
    check("'{' 'a '\\n' &'a str", "' ' 'a '  ' &'a str");
    check("'\\''; x", "'  '; x");
}

#[test]
fn code_for_tests_becomes_blank() {
    let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() { [1]; }\n}\nfn c() {}\n";
    assert_eq!(production(text).split_whitespace().collect::<Vec<_>>().join(" "), "fn a() {} fn c() {}");
    assert_eq!(production(text).lines().count(), text.lines().count());
    assert_eq!(production("#[cfg(test)]\nmod tests;\nfn c() {}").trim(), "fn c() {}");
}
