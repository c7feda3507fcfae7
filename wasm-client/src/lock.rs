//! Web Locks: a tab holds the lock of the ClientID that it writes a note with. A
//! lock that is free means that the tab is gone and its outbox has no owner.

use crate::browser;
use js_sys::{Function, Promise, Reflect};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// A held or awaited lock; dropping it releases it, or stops waiting.
pub(crate) struct Lock {
    state: Rc<RefCell<State>>,
    /// Resolves when a lock that was to be taken was, or was not.
    answered: Promise,
}

#[derive(Default)]
struct State {
    dropped: bool,
    release: Option<Function>,
    abort: Option<JsValue>,
}

impl Lock {
    /// Takes the lock `name` if it is free. Where the page has no Web Locks it always
    /// is: adopting the outbox of a living tab is harmless, since resends are
    /// recognised.
    pub(crate) async fn take(name: &str) -> Option<Self> {
        let taken = Rc::new(Cell::new(false));
        let told = Rc::clone(&taken);
        let lock = Self::ask(name, true, move || told.set(true));
        // Granted or refused, the browser says so before the promise goes on.
        JsFuture::from(lock.answered.clone()).await.ok()?;
        taken.get().then_some(lock)
    }

    /// A lock of nothing, for where there is nobody to share with.
    pub(crate) fn free() -> Self {
        let answered = Promise::resolve(&JsValue::UNDEFINED);
        Self {
            state: Rc::default(),
            answered,
        }
    }

    /// Asks for the lock `name` and waits as long as it takes; `granted` runs once
    /// it is held.
    pub(crate) fn wait(name: &str, granted: impl FnOnce() + 'static) -> Self {
        Self::ask(name, false, granted)
    }

    fn ask(name: &str, if_free: bool, granted: impl FnOnce() + 'static) -> Self {
        let state = Rc::new(RefCell::new(State::default()));
        let Some(locks) = browser::locks() else {
            granted();
            let answered = Promise::resolve(&JsValue::UNDEFINED);
            return Self { state, answered };
        };

        let mut answer = None;
        let answered = Promise::new(&mut |resolve, _| answer = Some(resolve));
        let unanswered = answer.clone();
        let held = Rc::clone(&state);
        let mut granted = Some(granted);
        let callback = Closure::<dyn FnMut(JsValue) -> JsValue>::new(move |lock: JsValue| {
            let mut until = JsValue::UNDEFINED;
            if !held.borrow().dropped
                && !lock.is_null()
                && let Some(granted) = granted.take()
            {
                // The lock is held until this promise settles.
                let promise = Promise::new(&mut |resolve, _| {
                    held.borrow_mut().release = Some(resolve);
                });
                until = promise.into();
                granted();
            }
            if let Some(answer) = &answer {
                call(answer, &JsValue::NULL);
            }
            until
        });

        let options = js_sys::Object::new();
        let set = |name: &str, value: &JsValue| {
            // Writing to an object made here cannot fail.
            let _ = Reflect::set(&options, &name.into(), value);
        };
        // The browser takes one of the two, not both.
        if if_free {
            set("ifAvailable", &JsValue::TRUE);
        } else if let Some(abort) = abort_controller()
            && let Some(signal) = browser::property(&abort, "signal")
        {
            set("signal", &signal);
            state.borrow_mut().abort = Some(abort);
        }
        let request = locks.request(name, &options, callback.as_ref().unchecked_ref());
        spawn_local(async move {
            // Rejects when the wait is aborted, or the page may hold no locks: then
            // nothing is held, which is all that there is to say.
            let _ = JsFuture::from(request).await;
            if let Some(answer) = &unanswered {
                call(answer, &JsValue::NULL);
            }
            // Only now can the browser no longer call it.
            drop(callback);
        });
        Self { state, answered }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let mut state = self.state.borrow_mut();
        state.dropped = true;
        if let Some(release) = state.release.take() {
            call(&release, &JsValue::NULL);
        } else if let Some(abort) = state.abort.take()
            && let Some(function) = browser::property(&abort, "abort")
        {
            call(&function.unchecked_into(), &abort);
        }
    }
}

/// Calls a function of the browser's own that cannot throw: a promise's resolver,
/// an abort.
fn call(function: &Function, this: &JsValue) {
    let _ = function.call0(this);
}

fn abort_controller() -> Option<JsValue> {
    let class = browser::property(&js_sys::global(), "AbortController")?;
    let class: Function = class.dyn_into().ok()?;
    Reflect::construct(&class, &js_sys::Array::new()).ok()
}
