//! What a person sees of an HTML part, and nothing else: each answer is what a
//! browser shows for the same markup.

use upgrade_desk::desk::mail::IdentityFault;

use super::read;

/// The text of a mail that has only this HTML.
fn seen(markup: &str) -> (String, Vec<String>) {
    let raw = format!("From: dana@acme-tel.example\nContent-Type: text/html; charset=utf-8\n\n{markup}\n");
    let mail = read(raw.as_bytes());
    (mail.text, mail.limits)
}

#[track_caller]
fn check(markup: &str, expected: &str) {
    assert_eq!((expected.to_owned(), Vec::new()), (seen(markup).0.trim_end().to_owned(), seen(markup).1), "{markup}");
}

#[test]
fn blocks_stand_on_lines_of_their_own() {
    check("a<br>b<br/>c", "a\nb\nc");
    check("a<div>b</div>c", "a\nb\nc");
    check("<p>a<p>b", "a\n\nb");
    check("<div>a\n   b</div>\n<div>c</div>", "a b\nc");
    check("<ul><li>a<li>b</ul>c", "a\nb\nc");
    check("<dl><dt>a<dd>b<dt>c</dl>", "a\nb\nc");
    check("<h1>a<h2>b</h1>c", "a\nb\nc");
    check("<pre>\na\n  b</pre>", "a\n  b");
    check("<blockquote>a<blockquote>b</blockquote></blockquote>c", "> a\n> > b\nc");
    check("a</p>b", "a\n\nb");
    check("a</br>b", "a\nb");
}

#[test]
fn rows_of_a_table_become_lines() {
    check("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>e", "a\tb\nc\td\ne");
    check("<table><td>a<td>b<tr><th>c<td>d</table>", "a\tb\nc\td");
    check("<table><tbody><tr><td><b>a</b></td><td><p>b</p></td></tr></table>", "a\tb");
    check("<table><tr><td>a</td><td><table><tr><td>b</td><td>c</td></tr></table></td></tr></table>", "a\nb\tc");
    // One cell in a table of its own is that cell.
    check("<table><tr><td>a</td><td><table><tr><td>b</td></tr></table></td></tr></table>c", "a\tb\nc");
    check(
        "<table><tr><td>a</td><td><table><tr><td>b</td></tr><tr><td>c</td></tr></table></td></tr></table>",
        "a\tb\nc",
    );
    check("<table><tr><td>a</div></td><td>b</span></td></tr></table>", "a\tb");
    check("<td>a<td>b", "ab");
}

#[test]
fn entities_are_decoded_once() {
    check("a&amp;lt;b &lt;c&gt; &#65;&#x42; &auml; &copy &euro; &unknown; &", "a&lt;b <c> AB ä © € &unknown; &");
    check("<b title='&lt;'>x</b>", "x");
    check("a&nbsp;b&#160;c", "a b c");
    // A blank that does not break is seen each time.
    check("a&nbsp; b &nbsp;c&nbsp;&nbsp;d<br>&nbsp; e", "a  b  c  d\ne");
}

#[test]
fn hidden_parts_are_not_seen() {
    check("<html><head><title>x</title><style>y{}</style></head><body>a", "a");
    check("a<script>if (1 < 2) { '</b>' }</script>b", "ab");
    check("a<!-- b --> c <!--[if mso]>d<![endif]--><![if !mso]>e<![endif]>", "a c e");
    check("a<template>b<div>c</div></template>d", "ad");
    check("a<noscript>b</noscript><iframe>c</iframe><object>d</object><svg><text>e</text></svg>f", "af");
    for hidden in [
        "hidden",
        "style='display:none'",
        "style='color:red; DISPLAY : none !important'",
        "style=visibility:hidden",
        "style='font-size:0px'",
        "style='max-height:0'",
        "style='mso-hide:all'",
        "STYLE=\"opacity:0\"",
    ] {
        check(&format!("a<div {hidden}>b<p>c</p></div>d"), "ad");
        check(&format!("a<span {hidden}>b<b>c</b></span>d"), "ad");
    }
    check("a<span style='font-size:0.9em;height:0.5px'>b</span>", "ab");
    check("a<span style='color:red' style='display:none'>b</span>", "ab");
    check("a<span style='' style='display:none'>b</span>", "ab");
    check("a<br hidden>b", "ab");
    check("<body style='display:none'>a", "");
}

#[test]
fn what_is_hidden_ends_where_a_browser_ends_it() {
    check("<p hidden>a<p>b", "b");
    check("<ul><li hidden>a<li>b</ul>", "b");
    check("<table><tr><td hidden>a<td>b</table>", "b");
    check("<table><tr hidden><td>a<tr><td>b</table>", "b");
    check("<div><span hidden>a</div>b", "b");
    check("<span hidden><div>a</span>b</div></span>c", "c");
    // An end tag does not reach out of a cell.
    check("<div hidden><table><tr><td></div>a</table></div>b", "b");
    // Formatting goes on behind its block, until its own end tag.
    check("<p><b hidden>a</p>b</b>c", "c");
    check("<p><b hidden>a</p><p>b</p>c", "");
    check("<b hidden><p>a</b>b</p>c", "b\n\nc");
    check("<p><b hidden>a</p><table><tr><td>b</td></tr></table></b>c", "b\nc");
    check("<table><tr><td><p><i hidden>a</p></td><td>b</td></tr></table>", "\tb");
    // A block ends a drawing that was left open.
    check("<svg><path>a<p>b", "b");
    check("<svg><style/></svg>a", "a");
    check("<svg><foreignobject><p>a</p></foreignobject></svg>b", "b");
    check("<title>a</div>b", "");
}

#[test]
fn html_that_is_nested_too_deep_is_read_without_its_structure() {
    let (text, limits) = seen(&format!("{}<b>a</b> c", "<div>".repeat(500)));
    assert_eq!(("a c", vec!["html_depth_max".to_owned()]), (text.as_str(), limits));
    let (text, limits) = seen(&format!("{}<b>a</b> c", "<div>".repeat(499)));
    assert_eq!(("a c\n", Vec::<String>::new()), (text.as_str(), limits));
    // Such text may have been hidden: nobody acts on it.
    let author = |kind: &str| {
        let html = format!("Content-Type: text/html\n\n{}x", "<div>".repeat(501));
        read(format!("From: dana@acme-tel.example\n{}\n", kind.replace("HTML", &html)).as_bytes()).identity
    };
    assert_eq!(Err(IdentityFault::OverLimit), author("HTML"));
    let beside =
        "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nx\n--b\nHTML\n--b--";
    assert!(author(beside).is_ok());
    // Paragraphs, cells and items that end by themselves are not nested.
    let (_, limits) = seen(&"<p>a<li>b<td>c<br>".repeat(2_000));
    assert!(limits.is_empty(), "{limits:?}");
}
