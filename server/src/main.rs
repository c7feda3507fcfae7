//! The `connvo` command.
fn main() {}
