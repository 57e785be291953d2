//! HTML to the text that a person sees: hidden parts are left out, a table row
//! becomes one line with TABs between its cells.
//!
//! There is no tree: building one as browsers do takes time that grows with the
//! square of the markup (400 open `<font>` before 1 MB of `<p>`: the formatting
//! is made anew in each). Tags go by once, and only what is open is known.

mod element;
mod open;
mod quoted;
mod style;
mod writer;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, State, Tokenizer};

use crate::desk::limits::Limits;
use crate::desk::mail::html::open::Page;

/// The visible text of `markup`, in one pass. Markup nested deeper than
/// `html_depth_max`, or so tangled that its end tags cannot be told apart in
/// reasonable time, is read by its text alone, and the mail says so.
pub(super) fn text(markup: &str, limits: &Limits, exceeded: &mut Vec<String>) -> String {
    let mut page = Page::new(limits.html_depth_max, markup.len());
    let mut tag: Option<StartTag> = None;
    let emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| -> Option<State> {
        step(event, &mut tag, &mut page)
    });
    let mut tokenizer = Tokenizer::new_with_emitter(markup, emitter);
    // Whether a tag begins raw text depends on where it stands, which the
    // tokenizer does not know: it asks after each such tag.
    while let Some(Ok(state)) = tokenizer.next() {
        tokenizer.set_state(state);
    }
    drop(tokenizer);
    page.finish().unwrap_or_else(|| {
        exceeded.push("html_depth_max".to_owned());
        without_tags(markup)
    })
}

/// A start tag that is being read; of an attribute that stands twice the first
/// counts (HTML 13.2.5.33).
#[derive(Default)]
struct StartTag {
    name: String,
    attribute: Attribute,
    style: Option<String>,
    class: Option<String>,
    id: Option<String>,
    hidden: bool,
}

impl StartTag {
    /// Where the value of the attribute goes that is being read.
    fn value(&mut self) -> Option<&mut Option<String>> {
        match self.attribute {
            Attribute::Style => Some(&mut self.style),
            Attribute::Class => Some(&mut self.class),
            Attribute::Id => Some(&mut self.id),
            Attribute::Other => None,
        }
    }
}

/// The attribute whose value comes next.
#[derive(Default, PartialEq, Eq)]
enum Attribute {
    Style,
    Class,
    Id,
    #[default]
    Other,
}

/// What the tokenizer saw; the state that it must go on in, if another one.
fn step(event: CallbackEvent<'_>, tag: &mut Option<StartTag>, page: &mut Page) -> Option<State> {
    match event {
        CallbackEvent::OpenStartTag { name } => *tag = Some(StartTag { name: string(name), ..StartTag::default() }),
        CallbackEvent::AttributeName { name } => {
            if let Some(tag) = tag {
                tag.hidden |= name == b"hidden";
                tag.attribute = match name {
                    b"style" if tag.style.is_none() => Attribute::Style,
                    b"class" if tag.class.is_none() => Attribute::Class,
                    b"id" if tag.id.is_none() => Attribute::Id,
                    _ => Attribute::Other,
                };
                if let Some(place) = tag.value() {
                    *place = Some(String::new());
                }
            }
        }
        CallbackEvent::AttributeValue { value } => {
            if let Some(place) = tag.as_mut().and_then(StartTag::value) {
                *place = Some(string(value));
            }
        }
        CallbackEvent::CloseStartTag { self_closing } => {
            let tag = tag.take()?;
            let hidden = tag.hidden || tag.style.is_some_and(|style| style::hides(&style));
            let quoted = quoted::of(tag.class.as_deref().unwrap_or(""), tag.id.as_deref().unwrap_or(""));
            let state = page.start(&tag.name, hidden, self_closing);
            page.quote(&tag.name, quoted);
            return state;
        }
        CallbackEvent::EndTag { name } => {
            *tag = None;
            page.end(&string(name));
        }
        CallbackEvent::String { value } => page.text(&string(value)),
        CallbackEvent::Comment { .. } | CallbackEvent::Doctype { .. } | CallbackEvent::Error(_) => {}
    }
    None
}

fn string(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The text between the tags, for markup whose structure is not read.
fn without_tags(markup: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in markup.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}
