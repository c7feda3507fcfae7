//! Chaos: real nodes over one PostgreSQL and a bus, clients at all doors through a load
//! balancer without stickiness, and faults by a seeded schedule. Afterwards the book that
//! was kept of it all is held against what is promised.
//!
//! - [`schedule`]: which faults, when.
//! - [`cluster`], [`node`]: what they befall.
//! - [`world`], [`crew`]: who takes part: [`writers`] over HTTP ([`http`]), [`watcher`]s,
//!   our own client ([`ours`] in a [`shell`]), and a [`stock`] one.
//! - [`history`], [`marker`]: the book; [`finale`]: what is there in the end.
//! - [`check`]: what is promised.
//! - [`run`]: one seed.
//! - [`disk`]: no room for SQLite.
//! - [`storm`]: thousands of clients of a node that is killed.

#![expect(clippy::print_stdout, reason = "a command that tells how it goes")]

pub mod check;
pub mod cluster;
pub mod crew;
pub mod disk;
pub mod finale;
pub mod history;
pub mod http;
pub mod marker;
pub mod node;
pub mod ours;
pub mod run;
pub mod schedule;
pub mod shell;
pub mod stock;
pub mod storm;
pub mod watcher;
pub mod world;
pub mod writers;
