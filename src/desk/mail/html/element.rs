//! What the names of elements mean for what is seen and for what ends what
//! (HTML 13.1.2 and 13.2.4.2).

use html5gum::State;

/// How far an end tag looks for its start tag: up to the first element at least
/// as strong as its own reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wall {
    /// Words in a line: `span`, `b`, unknown names.
    Phrase,
    /// The blocks that a list item may end inside.
    Soft,
    Block,
    List,
    /// A cell, and what else keeps its content to itself.
    Scope,
    Table,
    Template,
}

pub(super) fn wall(name: &str) -> Wall {
    match name {
        "address" | "div" | "p" => Wall::Soft,
        "article" | "aside" | "blockquote" | "button" | "center" | "colgroup" | "dd" | "details" | "dialog" | "dir"
        | "dl" | "dt" | "fieldset" | "figcaption" | "figure" | "footer" | "form" | "h1" | "h2" | "h3" | "h4" | "h5"
        | "h6" | "header" | "hgroup" | "li" | "listing" | "main" | "menu" | "nav" | "pre" | "search" | "section"
        | "summary" | "tbody" | "tfoot" | "thead" | "tr" | "xmp" => Wall::Block,
        "ol" | "ul" => Wall::List,
        "annotation-xml" | "applet" | "caption" | "desc" | "foreignobject" | "marquee" | "mi" | "mn" | "mo" | "ms"
        | "mtext" | "object" | "select" | "td" | "th" => Wall::Scope,
        "table" => Wall::Table,
        "template" => Wall::Template,
        _ => Wall::Phrase,
    }
}

/// Begins and ends a line.
pub(super) fn is_block(name: &str) -> bool {
    matches!(name, "hr" | "table" | "tr" | "caption") || closes_paragraph(name)
}

/// Ends an open paragraph where it begins.
pub(super) fn closes_paragraph(name: &str) -> bool {
    match name {
        "button" | "colgroup" | "tbody" | "tfoot" | "thead" | "tr" => false,
        "hr" | "table" => true,
        name => matches!(wall(name), Wall::Soft | Wall::Block | Wall::List),
    }
}

pub(super) fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// Has no content and no end tag.
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "basefont"
            | "bgsound"
            | "br"
            | "col"
            | "embed"
            | "frame"
            | "hr"
            | "image"
            | "img"
            | "input"
            | "keygen"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Goes on behind the end of its block until its own end tag comes.
pub(super) fn is_formatting(name: &str) -> bool {
    matches!(
        name,
        "a" | "b" | "big" | "code" | "em" | "font" | "i" | "nobr" | "s" | "small" | "strike" | "strong" | "tt" | "u"
    )
}

/// Its content is seen by nobody.
pub(super) fn is_hidden(name: &str) -> bool {
    matches!(
        name,
        "audio"
            | "canvas"
            | "datalist"
            | "iframe"
            | "math"
            | "noembed"
            | "noframes"
            | "noscript"
            | "object"
            | "script"
            | "select"
            | "style"
            | "svg"
            | "template"
            | "title"
            | "video"
    )
}

/// How the content of an element is read where it is not markup.
pub(super) fn raw_text(name: &str) -> Option<State> {
    match name {
        "textarea" | "title" => Some(State::RcData),
        "iframe" | "noembed" | "noframes" | "noscript" | "style" | "xmp" => Some(State::RawText),
        "script" => Some(State::ScriptData),
        "plaintext" => Some(State::PlainText),
        _ => None,
    }
}

/// Markup of another language begins here.
pub(super) fn is_foreign_root(name: &str) -> bool {
    matches!(name, "math" | "svg")
}

/// HTML may stand again inside these parts of another language.
pub(super) fn holds_html(name: &str) -> bool {
    matches!(name, "annotation-xml" | "desc" | "foreignobject" | "mi" | "mn" | "mo" | "ms" | "mtext" | "title")
}
