//! What crosses between JavaScript and the session, in a real browser.

use super::Shell;
use js_sys::{Array, Uint8Array};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

const MEETING: &str = "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e";
const NOW: f64 = 1_700_000_000_000.0;

fn read(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

/// The effects as arrays.
fn effects(shell: &mut Shell) -> Vec<Array> {
    shell
        .take_effects()
        .unchecked_into::<Array>()
        .iter()
        .map(Array::from_js)
        .collect()
}

trait FromJs {
    fn from_js(value: JsValue) -> Self;
}

impl FromJs for Array {
    fn from_js(value: JsValue) -> Self {
        value.dyn_into().unwrap()
    }
}

fn names(effects: &[Array]) -> Vec<String> {
    effects
        .iter()
        .map(|effect| effect.get(0).as_string().unwrap())
        .collect()
}

fn events(effects: &[Array], kind: &str) -> Vec<Value> {
    effects
        .iter()
        .filter(|effect| effect.get(0) == "event")
        .map(|effect| read(&effect.get(1).as_string().unwrap()))
        .filter(|event| event["type"] == kind)
        .collect()
}

fn opened(shell: &mut Shell) -> u32 {
    shell
        .open_note(MEETING.into(), None, 7.0, "Ada".into(), "#123456".into())
        .unwrap()
}

fn edit(shell: &mut Shell, note: u32, operation: &Value) -> Result<(), Value> {
    let edited = shell.edit_note(note, &operation.to_string(), NOW);
    edited.map_err(|problem| read(&problem.as_string().unwrap()))
}

#[wasm_bindgen_test]
fn a_connection_asks_for_a_token_a_socket_and_a_welcome() {
    let mut shell = Shell::new(1.0);
    shell.connect(NOW);
    assert_eq!(names(&effects(&mut shell)), ["event", "token"]);
    shell.token(Some("t".into()), Some(NOW + 3_600_000.0), NOW);
    assert_eq!(names(&effects(&mut shell)), ["connect"]);
    shell.opened(NOW);
    let hello = effects(&mut shell);
    assert_eq!(names(&hello), ["text"]);
    assert_eq!(read(&hello[0].get(1).as_string().unwrap())["token"], "t");
    let limits = json!({"note": {"textUtf16": 9, "updateBytes": 9999, "stateBytes": 9999}});
    let welcome = json!({
        "type": "welcome", "session": MEETING, "userId": MEETING,
        "serverTime": NOW as u64 + 5, "storeEpoch": "1", "limits": limits
    });
    shell.receive_text(&welcome.to_string(), NOW);
    let live = events(&effects(&mut shell), "connection");
    assert_eq!(
        (
            &live[0]["state"]["status"],
            &live[0]["state"]["clockOffsetMs"]
        ),
        (&json!("live"), &json!(5))
    );
    assert!(shell.deadline().is_some_and(|at| at > NOW));
    assert_eq!(read(&shell.connection()), live[0]["state"]);
}

#[wasm_bindgen_test]
fn a_row_goes_out_and_comes_back_as_it_was() {
    let mut shell = Shell::new(1.0);
    let note = opened(&mut shell);
    edit(&mut shell, note, &json!([{ "insert": "a😀" }])).unwrap();
    let stores = effects(&mut shell);
    let store = stores
        .iter()
        .find(|effect| effect.get(0) == "store")
        .unwrap();
    assert_eq!(store.get(1), MEETING);
    let op = Array::from_js(store.get(2));
    assert_eq!(op.get(0), "outbox");
    let row = Array::from_js(op.get(1));
    assert_eq!(
        (row.get(0).as_f64(), row.get(1).as_f64()),
        (Some(7.0), Some(1.0))
    );
    assert!(row.get(3).is_instance_of::<Uint8Array>());
    assert_eq!(read(&shell.note_status(note))["saved"], false);
    shell.note_stored(note, row.unchecked_ref(), NOW);
    assert_eq!(read(&shell.note_status(note))["saved"], true);

    // Another life opens it from storage; another tab adopts it.
    let rows = Array::of1(&row);
    let stored = Array::of5(&0.into(), &0.into(), &JsValue::NULL, &Array::new(), &rows);
    let mut next = Shell::new(2.0);
    let restored = next.open_note(
        MEETING.into(),
        Some(stored.unchecked_into()),
        8.0,
        "Ada".into(),
        "red".into(),
    );
    assert_eq!(next.note_text(restored.unwrap()), "a😀");
    let mut tab = Shell::new(3.0);
    let other = opened(&mut tab);
    assert!(tab.adopt_outbox(other, rows.unchecked_ref(), NOW));
    assert_eq!(tab.note_text(other), "a😀");
    assert_eq!(
        events(&effects(&mut tab), "delta")[0]["operation"],
        json!([{ "insert": "a😀" }])
    );
}

#[wasm_bindgen_test]
fn an_edit_that_does_not_fit_is_refused_and_changes_nothing() {
    let mut shell = Shell::new(1.0);
    let note = opened(&mut shell);
    edit(&mut shell, note, &json!([{ "insert": "a😀" }])).unwrap();
    for bad in [
        json!([{ "retain": 9 }, { "insert": "x" }]),
        json!([{ "retain": 2 }, { "insert": "x" }]),
        json!([{ "insert": "x".repeat(262_144) }]),
        json!([{ "format": 1 }]),
        json!("x"),
    ] {
        let problem = edit(&mut shell, note, &bad).unwrap_err();
        assert_eq!(problem["code"], "VALIDATION_ERROR", "{problem}");
    }
    assert_eq!(shell.note_text(note), "a😀");
    assert_eq!(
        edit(&mut shell, 99, &json!([])).unwrap_err()["code"],
        "NOT_FOUND"
    );
}

#[wasm_bindgen_test]
fn undo_and_redo_come_as_deltas() {
    let mut shell = Shell::new(1.0);
    let note = opened(&mut shell);
    edit(&mut shell, note, &json!([{ "insert": "abc" }])).unwrap();
    assert!(shell.undo_note(note, NOW).unwrap());
    assert!(shell.redo_note(note, NOW).unwrap());
    assert!(!shell.redo_note(note, NOW).unwrap());
    let deltas = events(&effects(&mut shell), "delta");
    let origins: Vec<&Value> = deltas.iter().map(|delta| &delta["origin"]).collect();
    assert_eq!(
        origins,
        [&json!("undo"), &json!("redo")],
        "the editor knows of its own edit"
    );
    assert_eq!(shell.note_text(note), "abc");
}

#[wasm_bindgen_test]
fn bad_ids_and_bad_json_are_named() {
    let mut shell = Shell::new(1.0);
    let problem = shell.open_transcript("../x".into()).unwrap_err();
    assert_eq!(
        read(&problem.as_string().unwrap())["errors"][0]["pointer"],
        "/meetingId"
    );
    assert!(shell.call("k".into(), "no JSON", NOW).is_err());
    assert_eq!(shell.call("k".into(), "{}", NOW).unwrap(), 1.0);
}
