//! The door between `connvo-core` and JavaScript. No rule lives here, and no IO
//! either: core's session is sans IO, so all that crosses is inputs, with the time,
//! and effects, in order. The TypeScript around it (`npm/src`) owns the WebSocket,
//! IndexedDB, Web Locks and timers; those are a fifth of the size there.
//!
//! [`Shell`] is the session; `effect` and `stored` convert; `rules` are core's rules
//! as plain functions.

mod effect;
mod js;
mod rules;
mod shell;
mod stored;

pub use rules::{diff_texts, lacking, refusal};
pub use shell::Shell;

use connvo_core::error::{ErrorCode, Problem};
use connvo_core::json::text;
use wasm_bindgen::prelude::*;

/// Memory from a smaller and quicker allocator than the standard library's.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// A problem as what is thrown: its JSON, which the wrappers make an error of.
pub(crate) fn thrown(problem: &Problem) -> JsValue {
    JsValue::from_str(&text(&problem.to_json()))
}

/// What was given is not valid.
pub(crate) fn invalid(detail: &str) -> JsValue {
    thrown(&Problem::new(ErrorCode::ValidationError, detail))
}
