//! The HTTP surface over PostgreSQL, asked as a client would. The files mirror the URL
//! tree.
#![allow(missing_docs, unreachable_pub)]

#[path = "api/all.rs"]
mod all;
#[path = "api/z_plans.rs"]
mod z_plans;

pub(crate) use all::{client, line, stage};

/// Which database the server of [`client`] has.
const POSTGRES: bool = true;
/// In transaction mode: what works so works without.
const POOLED: bool = true;
