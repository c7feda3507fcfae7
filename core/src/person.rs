//! People: what they say of themselves, what interests them, whom they know, and who
//! is hidden from whom.

pub mod check;
pub mod connection;
pub mod interest;
pub mod profile;
pub mod settings;

/// What stands in the place of the name of somebody who deleted their account.
pub const DELETED_NAME: &str = "Deleted user";
