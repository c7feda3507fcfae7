//! Browser shell over `connvo-core`: a WebSocket, IndexedDB, Web Locks, timers and
//! the browser's signals around core's session. No rule lives here: what is valid,
//! sent, kept or shown is core's word, and the wrappers in TypeScript (`npm/src`)
//! only give it the shape of the npm package.
//!
//! [`Shell`] is what JavaScript sees. Inside, `pump` feeds the session and carries
//! out its effects; `note` opens and adopts; `storage` keeps; `lock` says which tab
//! answers for which ClientID.

mod browser;
mod lock;
mod rules;
mod shell;
mod socket;
mod storage;

pub use rules::{diff_texts, refusal};
pub use shell::Shell;

#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
