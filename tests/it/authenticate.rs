//! Our own look at signatures and policies, against a real DNS server on
//! loopback with our own zones and keys.

mod helpers;
mod names_gone;
mod own;
mod schedule;
mod twins;
