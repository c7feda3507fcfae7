//! The shell in a real browser, without a server: two shells in one page are two
//! tabs to IndexedDB, Web Locks and BroadcastChannel.

use super::Shell;
use crate::browser;
use js_sys::{Function, Promise, Reflect};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

const MEETING: &str = "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e";

struct Tab {
    shell: Shell,
    events: Rc<RefCell<Vec<Value>>>,
    _callback: Closure<dyn FnMut(JsValue)>,
}

fn namespace() -> String {
    format!("test-{:x}", browser::random())
}

impl Tab {
    /// A tab of one person; offline, since it is never told to connect.
    async fn open(namespace: Option<&str>) -> Self {
        let events = Rc::new(RefCell::new(Vec::new()));
        let into = Rc::clone(&events);
        let callback = Closure::<dyn FnMut(JsValue)>::new(move |event| {
            into.borrow_mut().push(serde_wasm_bindgen::from_value(event).unwrap());
        });
        let token = Function::new_no_args("return { token: 'x' }");
        let function = callback.as_ref().unchecked_ref::<Function>().clone();
        let shell = Shell::new("http://127.0.0.1:9".into(), token, function);
        let opened = shell.open_storage(namespace.map(str::to_owned));
        JsFuture::from(opened).await.unwrap();
        Self { shell, events, _callback: callback }
    }

    async fn note(&self) -> u32 {
        let opened = self.shell.open_note(MEETING.into(), "Ada".into(), "#123456".into());
        JsFuture::from(opened).await.unwrap().as_f64().unwrap() as u32
    }

    fn edit(&self, note: u32, operation: Value) -> Result<(), Value> {
        let edited = self.shell.edit_note(note, super::to_js(&operation));
        edited.map_err(|problem| serde_wasm_bindgen::from_value(problem).unwrap())
    }

    fn status(&self, note: u32) -> Value {
        serde_wasm_bindgen::from_value(self.shell.note_status(note)).unwrap()
    }

    async fn saved(&self, note: u32) {
        until(|| self.status(note)["saved"] == true).await;
    }

    fn deltas(&self) -> Vec<Value> {
        let events = self.events.borrow();
        events.iter().filter(|event| event["type"] == "delta").cloned().collect()
    }
}

/// Lets the browser work until `done` says so.
async fn until(done: impl Fn() -> bool) {
    let turn = Function::new_no_args("return new Promise((go) => setTimeout(go))");
    while !done() {
        let turned: Promise = turn.call0(&JsValue::NULL).unwrap().unchecked_into();
        JsFuture::from(turned).await.unwrap();
    }
}

#[wasm_bindgen_test]
async fn edits_survive_a_reload_offline() {
    let name = namespace();
    let before = Tab::open(Some(&name)).await;
    let note = before.note().await;
    before.edit(note, json!([{ "insert": "hello 😀" }])).unwrap();
    before.edit(note, json!([{ "retain": 5 }, { "insert": "," }])).unwrap();
    before.saved(note).await;
    before.shell.close();
    drop(before);

    let after = Tab::open(Some(&name)).await;
    let note = after.note().await;
    until(|| after.shell.note_text(note) == "hello, 😀").await;
    let status = after.status(note);
    assert_eq!((&status["unsent"], &status["saved"]), (&json!(2), &json!(true)));
}

#[wasm_bindgen_test]
async fn the_outbox_of_a_living_tab_is_left_alone_and_taken_when_it_closes() {
    let name = namespace();
    let first = Tab::open(Some(&name)).await;
    let first_note = first.note().await;
    first.edit(first_note, json!([{ "insert": "from the first" }])).unwrap();
    first.saved(first_note).await;

    let second = Tab::open(Some(&name)).await;
    let second_note = second.note().await;
    assert_eq!(second.shell.note_text(second_note), "");
    first.shell.close_note(first_note);
    until(|| second.shell.note_text(second_note) == "from the first").await;
    assert_eq!(second.deltas()[0]["operation"], json!([{ "insert": "from the first" }]));
}

#[wasm_bindgen_test]
async fn a_tab_that_came_later_is_taken_over_too() {
    let name = namespace();
    let first = Tab::open(Some(&name)).await;
    let first_note = first.note().await;
    let later = Tab::open(Some(&name)).await;
    let later_note = later.note().await;
    later.edit(later_note, json!([{ "insert": "late" }])).unwrap();
    later.saved(later_note).await;
    later.shell.close();
    until(|| first.shell.note_text(first_note) == "late").await;
}

#[wasm_bindgen_test]
async fn without_storage_it_works_and_says_that_nothing_is_saved() {
    let tab = Tab::open(None).await;
    let note = tab.note().await;
    tab.edit(note, json!([{ "insert": "x" }])).unwrap();
    until(|| tab.status(note)["unsent"] == 1).await;
    assert_eq!(tab.status(note)["saved"], false);
    // Closed and opened again in the same page, it is still there.
    tab.shell.close_note(note);
    let note = tab.note().await;
    assert_eq!(tab.shell.note_text(note), "x");
}

#[wasm_bindgen_test]
async fn an_edit_that_does_not_fit_is_refused_and_changes_nothing() {
    let tab = Tab::open(None).await;
    let note = tab.note().await;
    tab.edit(note, json!([{ "insert": "a😀" }])).unwrap();
    for bad in [
        json!([{ "retain": 9 }, { "insert": "x" }]),
        json!([{ "retain": 2 }, { "insert": "x" }]),
        json!([{ "insert": "x".repeat(262_144) }]),
        json!([{ "format": 1 }]),
        json!("x"),
    ] {
        let problem = tab.edit(note, bad).unwrap_err();
        assert_eq!(problem["code"], "VALIDATION_ERROR", "{problem}");
    }
    assert_eq!(tab.shell.note_text(note), "a😀");
}

#[wasm_bindgen_test]
async fn undo_and_redo_come_as_deltas() {
    let tab = Tab::open(None).await;
    let note = tab.note().await;
    tab.edit(note, json!([{ "insert": "abc" }])).unwrap();
    assert!(tab.deltas().is_empty(), "the editor knows of its own edit");
    assert!(tab.shell.undo_note(note).unwrap());
    assert!(tab.shell.redo_note(note).unwrap());
    assert!(!tab.shell.redo_note(note).unwrap());
    let origins: Vec<_> = tab.deltas().iter().map(|d| d["origin"].clone()).collect();
    assert_eq!(origins, [json!("undo"), json!("redo")]);
    assert_eq!(tab.shell.note_text(note), "abc");
}

#[wasm_bindgen_test]
async fn a_bad_meeting_id_and_a_bad_command_are_named() {
    let tab = Tab::open(None).await;
    let opened = tab.shell.open_note("../x".into(), "Ada".into(), "red".into());
    let problem = JsFuture::from(opened).await.unwrap_err();
    assert_eq!(Reflect::get(&problem, &"code".into()).unwrap(), "VALIDATION_ERROR");
    assert!(tab.shell.call(super::to_js(&json!({ "type": "no" }))).is_err());
    let command = json!({ "type": "restoreNote", "meetingId": MEETING, "version": 3 });
    assert_eq!(tab.shell.call(super::to_js(&command)).unwrap(), 1.0);
}

#[wasm_bindgen_test]
async fn a_server_that_is_not_there_is_tried_again_later() {
    let tab = Tab::open(None).await;
    tab.shell.connect();
    until(|| {
        let state: Value = serde_wasm_bindgen::from_value(tab.shell.connection()).unwrap();
        state["status"] == "offline" && state["retryAt"].is_number()
    })
    .await;
    tab.shell.close();
    let heard = tab.events.borrow().len();
    tab.shell.connect();
    assert_eq!(tab.events.borrow().len(), heard, "a closed shell tells nothing");
}
