//! Lines become entries: a label, its value as written, and where it stood.

use crate::desk::form::FieldKey;
use crate::desk::form::label::{Ending, Found, Label, Labels};
use crate::desk::form::lines::Line;
use crate::desk::form::origin::{Origin, Place, Rule};
use crate::desk::form::value::{Kinds, is_asap, is_nothing};
use crate::desk::mail::Quotes;

/// More lines that are no field than this are prose, not a form.
const REST_MAX: usize = 50;

/// Fields of one mail that are read: a hundred units of ten. Each unit gets all
/// that units share, so more would cost the square of their number (TE4).
const ENTRIES_MAX: usize = 1000;

const PASSWORD: Label = Label::Field(FieldKey::ManagerPassword);

/// One label with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub label: Label,
    pub written: String,
    /// What stood in brackets behind the label.
    pub note: String,
    pub own: bool,
    /// The number of the unit under whose head it stood.
    pub unit: Option<u32>,
    pub origin: Origin,
}

/// All that was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Gathered {
    /// With a value.
    pub entries: Vec<Entry>,
    /// Every label met, with or without a value.
    pub labels: Vec<Label>,
    /// Those that a unit's own lines leave empty.
    pub empty: Vec<Label>,
    /// Lines that look like fields but are none of ours (F-16).
    pub rest: Vec<String>,
}

impl Gathered {
    /// A password in the subject is of the form below it that names none.
    pub(super) fn password_of(&mut self, subject: &str) {
        if let (Some((start, mark)), false) = (mark(subject), self.entries.iter().any(|entry| entry.label == PASSWORD))
        {
            let (written, note) = (mark.to_owned(), String::new());
            let origin = Origin::new(Place::SUBJECT, subject, start, mark, Rule::Sentence);
            self.entries.push(Entry { label: PASSWORD, written, note, own: true, unit: None, origin });
        }
    }

    pub(super) fn different_labels(&self) -> usize {
        self.labels.iter().collect::<std::collections::BTreeSet<_>>().len()
    }
}

/// The first mark of a sealed password in a text, and where it begins.
pub(super) fn mark(text: &str) -> Option<(usize, &str)> {
    let start = text.find("[sealed")?;
    let behind = text.get(start..)?;
    let end = behind.find(']').map_or(behind.len(), |end| end + 1);
    Some((start, behind.get(..end)?))
}

/// Reads all lines. `reply`: a line that says ASAP and nothing else is an answer.
pub(super) fn gather(lines: &[Line<'_>], kinds: &Kinds<'_>, reply: bool) -> Gathered {
    let mut gatherer = Gatherer {
        lines,
        labels: &kinds.spec.made.labels,
        kinds,
        at: 0,
        unit: None,
        found: Gathered::default(),
        notes: Notes::default(),
    };
    while let Some(line) = lines.get(gatherer.at).filter(|_| gatherer.found.entries.len() < ENTRIES_MAX) {
        if reply && line.own && is_asap(line.text, kinds.spec) {
            let origin = Origin::new(line.place, line.text, 0, line.text, Rule::Alone);
            gatherer.push(Label::Field(FieldKey::Asap), "yes".to_owned(), String::new(), line.own, origin);
            gatherer.at += 1;
        } else if is_header(lines, gatherer.at, &kinds.spec.quotes) {
            gatherer.at += 1;
        } else {
            gatherer.line(line);
        }
    }
    gatherer.found.rest = gatherer.notes.taken;
    gatherer.found
}

struct Gatherer<'a> {
    lines: &'a [Line<'a>],
    labels: &'a Labels,
    kinds: &'a Kinds<'a>,
    at: usize,
    unit: Option<u32>,
    found: Gathered,
    notes: Notes,
}

impl<'a> Gatherer<'a> {
    fn line(&mut self, line: &Line<'_>) {
        self.at += 1;
        let mut text = line.text;
        if let Some((number, start)) = self.labels.unit_head(text) {
            self.unit = Some(number);
            text = text.get(start..).unwrap_or("");
            if text.trim().is_empty() {
                return;
            }
        }
        let fields = self.labels.fields(text);
        let mut any = false;
        let (count, mut from) = (fields.len(), 0);
        for (place, field) in fields.iter().enumerate() {
            let origin = labelled(line, text, from, field);
            any |= self.field(field, text, line, place + 1 == count, origin);
            from = field.value.end;
        }
        // A secret may stand in prose, where no label of the form leads to it.
        if let Some((place, mark)) = mark(text)
            && !fields.iter().any(|field| field.label == PASSWORD && field.value.contains(&place))
        {
            let start = line.text.len() - text.len() + place;
            let origin = Origin::new(line.place, line.text, start, mark, Rule::Sentence);
            self.push(PASSWORD, text.get(place..).unwrap_or("").to_owned(), String::new(), line.own, origin);
            any = true;
        }
        if any {
            self.notes.field();
        } else {
            self.notes.line(text);
        }
    }

    /// Takes one field of a line. `last`: it may go on in the next line.
    fn field(&mut self, field: &Found, text: &str, line: &Line<'_>, last: bool, mut origin: Origin) -> bool {
        let value = text.get(field.value.clone()).unwrap_or("");
        if field.ending == Ending::Blank {
            // Without a sign behind it, only a value of the right shape makes it a label.
            let Label::Field(key) = field.label else { return false };
            if !Kinds::is_shaped(key) || self.kinds.read(key, value).is_err() {
                return false;
            }
        }
        let mut own = line.own;
        let mut written = value.to_owned();
        if let (true, Label::Field(key)) = (last, field.label)
            && !is_nothing(value)
            && let Some(joined) = self.wrapped(key, value)
        {
            written = joined;
            self.at += 1;
        }
        if is_nothing(value)
            && let Some(ticked) = field.tick
        {
            written = if ticked { "yes" } else { "no" }.to_owned();
        } else if is_nothing(value) && last {
            match self.below(field, line.asked) {
                Some((place, answer)) => {
                    self.at = place + 1;
                    own = answer.own;
                    written = answer.text.to_owned();
                    origin = Origin::new(answer.place, answer.text, 0, answer.text, origin.rule);
                }
                // A word alone on a line is no label of an empty field.
                None if field.ending == Ending::Line => return false,
                None => {}
            }
        }
        self.found.labels.push(field.label);
        if !is_nothing(&written) {
            self.push(field.label, written, field.note.clone(), own, origin);
        } else if self.unit.is_some() {
            self.found.empty.push(field.label);
        }
        true
    }

    fn push(&mut self, label: Label, written: String, note: String, own: bool, origin: Origin) {
        if !self.found.labels.contains(&label) {
            self.found.labels.push(label);
        }
        self.found.entries.push(Entry { label, written, note, own, unit: self.unit, origin });
    }

    /// The value below its label: directly, or in our own form past blank
    /// lines; elsewhere past one blank line only when it has the right shape.
    fn below(&self, field: &Found, asked: bool) -> Option<(usize, Line<'a>)> {
        let ahead = self.lines.iter().enumerate().skip(self.at);
        let (place, line) = ahead.take(if asked { 6 } else { 2 }).find(|(_, line)| !line.text.trim().is_empty())?;
        let value = line.text;
        let valid = match field.label {
            Label::Field(key) => Kinds::is_shaped(key) && self.kinds.read(key, value).is_ok(),
            Label::Part(_) => false,
        };
        if valid {
            return Some((place, *line));
        }
        if !self.labels.fields(value).iter().all(|field| field.ending == Ending::Blank)
            || self.labels.unit_head(value).is_some()
            || unknown(value).is_some()
            || is_nothing(value)
        {
            return None;
        }
        let direct = place == self.at;
        let fits = match field.label {
            Label::Field(key) if Kinds::is_shaped(key) => {
                asked || (direct && value.chars().any(|c| c.is_ascii_digit()))
            }
            // A word alone on a line that could be a heading needs more.
            Label::Field(FieldKey::AdminName | FieldKey::CompanyName) => {
                (direct && field.ending != Ending::Line) || asked
            }
            Label::Field(FieldKey::UpgradeTime | FieldKey::AdminPhone | FieldKey::UnitVersion) | Label::Part(_) => {
                asked || (direct && value.chars().any(|c| c.is_ascii_digit()))
            }
            Label::Field(key @ (FieldKey::PasswordTested | FieldKey::Asap | FieldKey::Subscribe)) => {
                self.kinds.read(key, value).is_ok()
            }
            Label::Field(FieldKey::ManagerPassword | FieldKey::TimeZone) => direct || asked,
            Label::Field(_) => direct,
        };
        fits.then_some((place, *line))
    }

    /// A value that goes on in the next line, if only so it becomes valid.
    fn wrapped(&self, key: FieldKey, value: &str) -> Option<String> {
        if !Kinds::is_shaped(key) || self.kinds.read(key, value).is_ok() {
            return None;
        }
        let next = self.lines.get(self.at)?.text;
        if next.trim().is_empty() || !self.labels.fields(next).is_empty() {
            return None;
        }
        let joined = format!("{}{}", value.trim_end(), next.trim());
        self.kinds.read(key, &joined).is_ok().then_some(joined)
    }
}

/// Of the value behind a label. `text` is the end of the line, and `from` where in it
/// what stands before ends.
fn labelled(line: &Line<'_>, text: &str, from: usize, field: &Found) -> Origin {
    let label = text.get(from..field.value.start).unwrap_or("");
    let label = label.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '(' | ')')).to_owned();
    let start = line.text.len() - text.len() + field.value.start;
    let value = text.get(field.value.clone()).unwrap_or("");
    Origin::new(line.place, line.text, start, value, Rule::Label { label })
}

/// The head of another mail inside this one: two such lines or more together.
/// Its "Date:" is no upgrade date.
fn is_header(lines: &[Line<'_>], at: usize, quotes: &Quotes) -> bool {
    let is_name = |place: Option<usize>| {
        let line = place.and_then(|place| lines.get(place));
        line.and_then(|line| quotes.label(line.text)).map(|(label, _)| label)
    };
    let beside = [at.checked_sub(1), at.checked_add(1)].map(is_name);
    is_name(Some(at)).is_some_and(|name| beside.iter().flatten().any(|other| *other != name))
}

/// "PO number: 4711": the name of a field we do not know.
fn unknown(line: &str) -> Option<&str> {
    let (name, value) = line.split_once([':', '：', '=', '\t'])?;
    let separator = line.get(name.len()..)?.chars().next()?;
    let name = name.trim_matches(['*', ' ', '-', '•']);
    let words = name.chars().filter(|c| *c == ' ').count() < 5 && name.chars().count() <= 40;
    let plain =
        name.chars().all(|c| c.is_alphanumeric() || " #./()'-_&".contains(c)) && name.starts_with(char::is_alphabetic);
    // "http://…" and "10:30" are values, not fields.
    let apart = separator != ':'
        || value.starts_with([' ', '\t'])
        || (!value.starts_with('/') && name.chars().all(char::is_alphabetic));
    (words && plain && apart && !value.trim().is_empty()).then_some(line)
}

/// What stands between the fields of a form and right behind them.
#[derive(Default)]
struct Notes {
    begun: bool,
    /// Prose came after the last field: what follows may be anything.
    prose: bool,
    /// The last line was a note, which may go on.
    open: bool,
    taken: Vec<String>,
    waiting: Vec<String>,
}

impl Notes {
    fn field(&mut self) {
        self.begun = true;
        self.prose = false;
        self.open = false;
        self.taken.append(&mut self.waiting);
        self.taken.truncate(REST_MAX);
    }

    fn line(&mut self, text: &str) {
        if !self.begun {
            return;
        }
        let list = if self.prose { &mut self.waiting } else { &mut self.taken };
        if text.trim().is_empty() {
            self.open = false;
        } else if unknown(text).is_some() && list.len() < REST_MAX {
            list.push(text.trim().to_owned());
            self.open = true;
        } else if let (true, Some(last)) = (self.open, list.last_mut()) {
            last.push('\n');
            last.push_str(text.trim());
        } else {
            self.prose = true;
            self.open = false;
        }
    }
}
