//! The HTTP surface over SQLite, asked as a client would. The files mirror the URL
//! tree.
#![allow(missing_docs, unreachable_pub)]

#[path = "api/all.rs"]
mod all;

pub(crate) use all::{client, line, stage};

/// Which database the server of [`client`] has.
const POSTGRES: bool = false;
/// Whether there is a pooler between.
const POOLED: bool = false;
