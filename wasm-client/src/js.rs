//! The arrays of JavaScript, as far as they are needed. The crate `js-sys` has them
//! too; but whatever of its closures is in a table stays in the module for good, used
//! or not.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// A list of anything.
    #[wasm_bindgen(typescript_type = "Array<any>")]
    #[derive(Clone, Debug)]
    pub type Array;

    /// An empty list.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Array;

    /// Appends to the list.
    #[wasm_bindgen(method)]
    pub fn push(this: &Array, value: &JsValue) -> u32;

    /// What stands at a place; `undefined` beyond the end.
    #[wasm_bindgen(method, structural, indexing_getter)]
    pub fn get(this: &Array, at: u32) -> JsValue;

    /// How much is in the list.
    #[wasm_bindgen(method, getter, structural)]
    pub fn length(this: &Array) -> u32;

    /// A list of bytes.
    #[derive(Clone, Debug)]
    pub type Uint8Array;

    #[wasm_bindgen(constructor)]
    fn of_slice(bytes: &[u8]) -> Uint8Array;

    #[wasm_bindgen(method, getter, structural, js_name = length)]
    fn size(this: &Uint8Array) -> u32;

    #[wasm_bindgen(js_namespace = ["Uint8Array", "prototype", "set"], js_name = call)]
    fn copy(to: &mut [u8], from: &Uint8Array);
}

impl Uint8Array {
    /// A copy of these bytes.
    #[must_use]
    pub fn from(bytes: &[u8]) -> Self {
        Self::of_slice(bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        let mut bytes = vec![0; self.size() as usize];
        copy(&mut bytes, self);
        bytes
    }
}
