//! Looks through a text for everything that has a print.

use std::borrow::Cow;
use std::ops::Range;

use zeroize::Zeroizing;

use crate::desk::form::lines::unquote;
use crate::desk::seal::prints::{Digest, PrintKey, Reach, Shape, Table, Use, Whose, Writer, WriterKind};

/// Digests of places that are no beginning of a word, in one text. Once they are
/// used up, only what begins a word is looked at (TE4).
const DIGESTS_MAX: usize = 100_000;

/// What looks through the texts of one mail.
pub struct Looking<'a> {
    key: &'a PrintKey,
    tables: [&'a Table; 2],
    author: Option<Digest>,
    proven: bool,
    kind: WriterKind,
    /// The longest first: a value goes before its parts.
    shapes: Vec<Shape>,
}

/// One character and where it stands.
#[derive(Clone, Copy)]
struct Letter {
    at: usize,
    /// As all of its kind are written.
    as_one: char,
    is_word: bool,
    is_blank: bool,
}

/// A line without its quote marks.
struct Line {
    letters: Vec<Letter>,
    end: usize,
}

impl<'a> Looking<'a> {
    pub(super) fn new(
        key: &'a PrintKey,
        tables: [&'a Table; 2],
        author: Option<Digest>,
        writer: Writer<'_>,
    ) -> Looking<'a> {
        let mut shapes: Vec<Shape> = tables.iter().flat_map(|table| table.shapes.keys().copied()).collect();
        shapes.sort_by_key(|shape| std::cmp::Reverse(*shape));
        shapes.dedup();
        Looking { key, tables, author, proven: writer.proven, kind: writer.kind, shapes }
    }

    /// The byte ranges of everything that was sealed before, in order. `labelled`
    /// tells whether a text ends where the value of a password field begins.
    pub fn find(&self, text: &str, labelled: &dyn Fn(&str) -> bool) -> Vec<Range<usize>> {
        let mut spans: Vec<Range<usize>> = Vec::new();
        let mut left = DIGESTS_MAX;
        let mut offset = 0;
        let mut above: Option<Line> = None;
        for whole in text.split_inclusive('\n') {
            let bare = whole.trim_end_matches(['\n', '\r']);
            let (_, body) = unquote(bare);
            let start = offset + bare.len() - body.len();
            let line = Line { letters: letters(body, start), end: start + body.len() };
            offset += whole.len();
            if let Some(above) = above.take() {
                self.over_the_break(&above, &line, &mut left, &mut spans);
            }
            let alone = |from: usize, to: usize| {
                let outside = |at: usize| at < from || at >= to;
                line.letters.iter().enumerate().all(|(at, letter)| !letter.is_word || !outside(at))
            };
            let behind_label = |from: usize| {
                let at = line.letters.get(from).map_or(0, |letter| letter.at);
                text.get(start..at).is_some_and(labelled)
            };
            for (from, to) in self.scan(&line.letters, 0, &mut left, |from, to, reach| {
                reach != Reach::Line || alone(from, to) || behind_label(from)
            }) {
                spans.extend(range(&line, from, to));
            }
            above = Some(line);
        }
        spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
        spans
    }

    /// A value with blanks that a mail program has broken at one of them.
    fn over_the_break(&self, above: &Line, below: &Line, left: &mut usize, spans: &mut Vec<Range<usize>>) {
        let Some(longest) = self.shapes.iter().filter(|shape| shape.blanks > 0).map(|shape| shape.chars).max() else {
            return;
        };
        let from = above.letters.len().saturating_sub(longest);
        let blank = Letter { at: above.end, as_one: ' ', is_word: false, is_blank: true };
        let head = above.letters.get(from..).unwrap_or_default();
        let tail = below.letters.get(..longest.min(below.letters.len())).unwrap_or_default();
        if head.is_empty() || tail.is_empty() {
            return;
        }
        let seam = head.len();
        let joined: Vec<Letter> = head.iter().copied().chain([blank]).chain(tail.iter().copied()).collect();
        let crosses = |from: usize, to: usize, reach: Reach| from < seam && to > seam + 1 && reach != Reach::Line;
        for (start, end) in self.scan(&joined, 1, left, crosses) {
            spans.extend(range(above, from + start, above.letters.len()));
            spans.extend(range(below, 0, end - seam - 1));
        }
    }

    /// Places by the numbers of their letters, the longest first, none inside another.
    fn scan(
        &self,
        letters: &[Letter],
        blanks_min: usize,
        left: &mut usize,
        counts: impl Fn(usize, usize, Reach) -> bool,
    ) -> Vec<(usize, usize)> {
        let sums = Sums::of(letters);
        // What a place would have to be to have a print follows from where it ends:
        // of a thousand prints only those are looked at that end with a word here.
        let ends = ends(letters);
        let longest = self.shapes.first().map_or(0, |shape| shape.chars);
        let mut found = Vec::new();
        let mut from = 0;
        while from < letters.len() {
            if !begins(letters, from) {
                from += 1;
                continue;
            }
            let last = ends.partition_point(|end| *end <= from + longest);
            let here = ends.get(..last).unwrap_or_default().iter().rev().take_while(|end| **end > from);
            let fitting = here.filter_map(|to| sums.shape(from, *to)).filter(|shape| shape.blanks >= blanks_min);
            let hit = fitting.filter(|shape| self.is_known(shape)).find(|shape| {
                let to = from + shape.chars;
                let inside = !begins_word(letters, from);
                if inside && *left == 0 {
                    return false;
                }
                *left = left.saturating_sub(usize::from(inside));
                self.uses(shape, letters.get(from..to).unwrap_or_default()).any(|reach| counts(from, to, reach))
            });
            match hit {
                Some(shape) => {
                    found.push((from, from + shape.chars));
                    from += shape.chars;
                }
                None => from += 1,
            }
        }
        found
    }

    fn is_known(&self, shape: &Shape) -> bool {
        self.tables.iter().any(|table| table.shapes.contains_key(shape))
    }

    /// How far each print of these letters reaches in this mail.
    fn uses(&self, shape: &Shape, letters: &[Letter]) -> impl Iterator<Item = Reach> {
        let text = Zeroizing::new(letters.iter().map(|letter| letter.as_one).collect::<String>());
        let digest = self.key.of_text(&text);
        let known = self.tables.iter().filter_map(move |table| table.shapes.get(shape)?.get(&digest));
        known.flatten().filter_map(|used| self.reach(used))
    }

    fn reach(&self, used: &Use) -> Option<Reach> {
        match used.whose {
            _ if self.kind == WriterKind::Machine => Some(used.reach),
            Whose::Everybody if self.kind == WriterKind::Staff => Some(used.reach),
            Whose::Everybody if used.reach == Reach::Anywhere => Some(Reach::Anywhere),
            // What others may write by chance counts for them only on a line of its own.
            Whose::Everybody => Some(Reach::Line),
            Whose::Author { author, proven } => {
                let same = author.is_some() && author == self.author;
                (same && (proven || !self.proven)).then_some(used.reach)
            }
        }
    }
}

/// Sums up to each letter, so that a place costs nothing to look at.
struct Sums {
    blanks: Vec<usize>,
    bytes: Vec<usize>,
}

impl Sums {
    fn of(letters: &[Letter]) -> Sums {
        let sums = |of: fn(&Letter) -> usize| {
            let running = letters.iter().scan(0, move |sum, letter| {
                *sum += of(letter);
                Some(*sum)
            });
            std::iter::once(0).chain(running).collect()
        };
        Sums { blanks: sums(|letter| usize::from(letter.is_blank)), bytes: sums(|letter| letter.as_one.len_utf8()) }
    }

    fn shape(&self, from: usize, to: usize) -> Option<Shape> {
        let between = |sums: &[usize]| Some(sums.get(to)? - sums.get(from)?);
        Some(Shape { chars: to - from, bytes: between(&self.bytes)?, blanks: between(&self.blanks)? })
    }
}

/// Behind which letters a value could end, in order: no word goes on there.
fn ends(letters: &[Letter]) -> Vec<usize> {
    let goes_on = |end: usize| letters.get(end).is_some_and(|letter| letter.is_word);
    let letters = letters.iter().zip(1..);
    letters.filter(|(last, end)| !last.is_blank && !goes_on(*end)).map(|(_, end)| end).collect()
}

/// Whether a value could begin here.
fn begins(letters: &[Letter], from: usize) -> bool {
    let before = from.checked_sub(1).and_then(|before| letters.get(before));
    before.is_none_or(|letter| !letter.is_word) && letters.get(from).is_some_and(|letter| !letter.is_blank)
}

fn begins_word(letters: &[Letter], from: usize) -> bool {
    from.checked_sub(1).and_then(|before| letters.get(before)).is_none_or(|letter| letter.is_blank)
}

fn letters(body: &str, start: usize) -> Vec<Letter> {
    let letter = |(at, c): (usize, char)| Letter {
        at: start + at,
        as_one: as_one(c),
        is_word: c.is_alphanumeric(),
        is_blank: c.is_whitespace(),
    };
    body.char_indices().map(letter).collect()
}

fn range(line: &Line, from: usize, to: usize) -> Option<Range<usize>> {
    let start = line.letters.get(from)?.at;
    Some(start..line.letters.get(to).map_or(line.end, |letter| letter.at))
}

/// Mail programs turn blanks and quotes into others of their kind.
fn as_one(c: char) -> char {
    match c {
        '‘' | '’' => '\'',
        '“' | '”' | '„' => '"',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

/// A text as it is compared.
pub(super) fn canonical(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| as_one(c) == c) { text.into() } else { text.chars().map(as_one).collect::<String>().into() }
}
