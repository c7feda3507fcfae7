//! What several of these tests share.
#![allow(dead_code, unreachable_pub)]

pub mod forge;
pub mod honest;
pub mod trace;
pub mod yjs;
