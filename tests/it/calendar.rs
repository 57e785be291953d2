//! Calendars: what our letters bring into them, and what they answer (3.2, 3.3).

mod emitted;
mod read;
