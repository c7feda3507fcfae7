//! The laws of operations on notes, held by random texts and by hand-written cases.

#![allow(missing_docs, clippy::unwrap_used)]

mod cases;
mod cursors;
mod diffs;
mod histories;
mod json;
mod laws;
mod singles;
mod support;
mod texts;
mod undoing;
