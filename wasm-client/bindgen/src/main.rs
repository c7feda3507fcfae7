//! Placeholder until the bindgen tool lands.
fn main() {}
