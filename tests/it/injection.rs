//! Whatever a customer writes, and wherever he writes it: no header, command,
//! template or line of ours is made of it (security part F, TD8).

mod letters;
mod logs;
mod mails;
mod names;
mod servers;
