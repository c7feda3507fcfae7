//! Placeholder until the note engine lands.
fn main() {}
