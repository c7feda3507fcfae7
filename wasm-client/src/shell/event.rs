//! Values on their way to and from JavaScript.

use crate::storage::StorageKind;
use connvo_core::client::ConnectionState;
use connvo_core::client::note::Origin;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::note::Operation;
use connvo_core::protocol::CommandReply;
use connvo_core::transcript::ChunkDraft;
use connvo_core::transcript::view::Splice;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

/// What the wrappers hear; `ShellEvent` of `npm/src/shell.ts`.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub(super) enum ShellEvent<'a> {
    Connection {
        state: &'a ConnectionState,
    },
    Storage {
        kind: StorageKind,
    },
    Reply {
        id: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        ok: Option<&'a CommandReply>,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<&'a Problem>,
    },
    Delta {
        sub: u32,
        operation: &'a Operation,
        origin: Origin,
    },
    Status {
        sub: u32,
    },
    Peers {
        sub: u32,
    },
    Chunks {
        sub: u32,
        reset: bool,
        splices: &'a [Splice],
    },
    Interim {
        sub: u32,
        interim: &'a [ChunkDraft],
    },
    Ended {
        sub: u32,
        problem: &'a Problem,
    },
}

/// As JSON would be: plain objects, numbers, null for nothing.
pub(crate) fn to_js<T: Serialize + ?Sized>(value: &T) -> JsValue {
    // Fails for numbers from 2⁵³ and for maps with odd keys: none of ours.
    value
        .serialize(&Serializer::json_compatible())
        .unwrap_or(JsValue::NULL)
}

/// What JavaScript gave, or a problem that says what is wrong with it.
pub(super) fn given<T: DeserializeOwned>(value: JsValue) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value)
        .map_err(|error| to_js(&Problem::new(ErrorCode::ValidationError, error.to_string())))
}
