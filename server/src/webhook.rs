//! What other services tell by HTTP: signed, each event with its effect once.

pub mod billing;
pub mod signature;
