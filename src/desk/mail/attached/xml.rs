//! What stands in a piece of XML, one after the other. Entities that a document
//! defines itself are nothing: none is expanded.

use std::borrow::Cow;

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

/// What is met, names without their prefix.
pub(super) enum Met<'a> {
    Open(Element<'a>),
    Close(&'a str),
    Text(Cow<'a, str>),
}

/// The beginning of an element.
pub(super) struct Element<'a>(&'a BytesStart<'a>);

impl Element<'_> {
    pub(super) fn name(&self) -> &str {
        unprefixed(self.0.name().into_inner())
    }

    /// The value of an attribute, empty where there is none.
    pub(super) fn get(&self, name: &str) -> String {
        // Without checks: those for doubled names cost the square of their number.
        let mut attributes = self.0.attributes();
        let found = attributes.with_checks(false).flatten();
        let value = found.filter(|attribute| unprefixed(attribute.key.into_inner()) == name).find_map(|attribute| {
            attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(Cow::into_owned)
        });
        value.unwrap_or_default()
    }

    /// A switch: on where it stands without a value (ECMA-376 17.17.4).
    pub(super) fn is_on(&self) -> bool {
        !matches!(self.get("val").as_str(), "0" | "false" | "off" | "none")
    }
}

/// Tells `see` everything until it has enough (`false`). `None`: this is no XML, or
/// it ends too early.
pub(super) fn walk(xml: &str, mut see: impl FnMut(Met<'_>) -> bool) -> Option<()> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().allow_dangling_amp = true;
    let mut depth = 0_usize;
    loop {
        let goes_on = match reader.read_event().ok()? {
            Event::Start(start) => {
                depth = depth.saturating_add(1);
                see(Met::Open(Element(&start)))
            }
            Event::Empty(start) => {
                see(Met::Open(Element(&start))) && see(Met::Close(unprefixed(start.name().into_inner())))
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                see(Met::Close(unprefixed(end.name().into_inner())))
            }
            Event::Text(text) => see(Met::Text(text.xml10_content())),
            Event::CData(text) => see(Met::Text(text.xml10_content())),
            Event::GeneralRef(name) => match name.resolve_char_ref() {
                Ok(Some(c)) => see(Met::Text(Cow::Owned(c.to_string()))),
                _ => predefined(&name.into_inner()).is_none_or(|text| see(Met::Text(Cow::Borrowed(text)))),
            },
            Event::Eof => return (depth == 0).then_some(()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => true,
        };
        if !goes_on {
            return Some(());
        }
    }
}

fn predefined(name: &str) -> Option<&'static str> {
    match name {
        "amp" => Some("&"),
        "lt" => Some("<"),
        "gt" => Some(">"),
        "quot" => Some("\""),
        "apos" => Some("'"),
        _ => None,
    }
}

fn unprefixed(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, name)| name)
}
