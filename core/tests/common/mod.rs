//! What several of these tests share.
#![allow(dead_code, unreachable_pub)]

pub mod trace;
