//! What the shell takes from the global scope, looked up by name so that a scope
//! without it (a server render, a worker, an insecure page) gives `None`.

use js_sys::{Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{EventTarget, IdbFactory};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, delay_ms: i32) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);

    /// `navigator.locks`. web-sys has it behind an unstable switch.
    #[derive(Clone)]
    pub(crate) type LockManager;
    #[wasm_bindgen(method)]
    pub(crate) fn request(
        this: &LockManager,
        name: &str,
        options: &JsValue,
        granted: &Function,
    ) -> Promise;

    type Crypto;
    #[wasm_bindgen(method, catch, js_name = getRandomValues)]
    fn get_random_values(this: &Crypto, into: &Uint8Array) -> Result<JsValue, JsValue>;
}

/// A property of a value; `None` when absent, null or not readable.
pub(crate) fn property(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &JsValue::from_str(name))
        .ok()
        .filter(|value| !value.is_undefined() && !value.is_null())
}

fn global(name: &str) -> Option<JsValue> {
    property(&js_sys::global(), name)
}

/// Milliseconds since the Unix epoch, by this machine's clock.
pub(crate) fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// 64 random bits.
pub(crate) fn random() -> u64 {
    let bytes = Uint8Array::new_with_length(8);
    let strong = global("crypto")
        .map(JsValue::unchecked_into::<Crypto>)
        .is_some_and(|crypto| crypto.get_random_values(&bytes).is_ok());
    if strong {
        let mut raw = [0; 8];
        bytes.copy_to(&mut raw);
        u64::from_le_bytes(raw)
    } else {
        let half = || (js_sys::Math::random() * 4_294_967_296.0) as u64;
        (half() << 32) | half()
    }
}

/// IndexedDB; absent in some private modes and in server renders.
pub(crate) fn indexed_db() -> Option<IdbFactory> {
    global("indexedDB").map(JsValue::unchecked_into)
}

/// Web Locks; absent on pages that are not secure contexts.
pub(crate) fn locks() -> Option<LockManager> {
    property(&global("navigator")?, "locks").map(JsValue::unchecked_into)
}

/// `false` only where the browser is sure to have no network.
pub(crate) fn is_online() -> bool {
    global("navigator")
        .and_then(|navigator| property(&navigator, "onLine"))
        .and_then(|online| online.as_bool())
        .unwrap_or(true)
}

/// Whether the page is in sight; workers and servers count as seen.
pub(crate) fn is_visible() -> bool {
    global("document")
        .and_then(|document| property(&document, "visibilityState"))
        .is_none_or(|state| state != "hidden")
}

/// The window, as a target of events.
pub(crate) fn window() -> Option<EventTarget> {
    global("window").map(JsValue::unchecked_into)
}

/// The document, as a target of events.
pub(crate) fn document() -> Option<EventTarget> {
    global("document").map(JsValue::unchecked_into)
}

/// One timer: arming it again moves it, dropping it stops it.
pub(crate) struct Timer {
    callback: Closure<dyn FnMut()>,
    armed: Option<JsValue>,
}

impl Timer {
    /// A timer that will run `callback`, not yet armed.
    pub(crate) fn new(callback: impl FnMut() + 'static) -> Self {
        Self {
            callback: Closure::new(callback),
            armed: None,
        }
    }

    /// Runs the callback once, after `delay_ms` (at most 2³¹ − 1).
    pub(crate) fn arm(&mut self, delay_ms: u64) {
        self.stop();
        let delay = i32::try_from(delay_ms).unwrap_or(i32::MAX);
        let callback = self.callback.as_ref().unchecked_ref();
        self.armed = Some(set_timeout(callback, delay));
    }

    /// Does not run the callback after all.
    pub(crate) fn stop(&mut self) {
        if let Some(timer) = self.armed.take() {
            clear_timeout(&timer);
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A listener that leaves when it is dropped.
pub(crate) struct Listener {
    target: EventTarget,
    event: &'static str,
    callback: Closure<dyn FnMut(JsValue)>,
}

impl Listener {
    /// Runs `callback` at every `event` of `target`.
    pub(crate) fn new(
        target: EventTarget,
        event: &'static str,
        callback: impl FnMut(JsValue) + 'static,
    ) -> Option<Self> {
        let callback = Closure::new(callback);
        let function = callback.as_ref().unchecked_ref();
        target
            .add_event_listener_with_callback(event, function)
            .ok()?;
        Some(Self {
            target,
            event,
            callback,
        })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let function = self.callback.as_ref().unchecked_ref();
        // A target that refuses the removal is going away itself.
        let _ = self
            .target
            .remove_event_listener_with_callback(self.event, function);
    }
}
