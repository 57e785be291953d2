//! Every test that needs files, sockets or servers, in one binary.

mod alarm;
mod attack;
mod authenticate;
mod authors;
mod carrier;
mod cli;
mod config;
mod corpus;
mod crash;
mod espoofer;
mod flood;
mod form;
mod injection;
mod mail;
mod mime;
mod outbox;
mod register;
mod urgency;
mod vault;
mod sample_rules;
mod servers;
mod stories;
mod socket;
mod source;
mod store;
mod support;
