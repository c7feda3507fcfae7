//! Undo of one's own edits among those of others.

use connvo_core::note::{Operation, Text, UndoStack};
use proptest::prelude::*;

use crate::support::{Step, any_script, any_text, follow};

/// One person at a text.
#[derive(Default)]
struct Desk {
    text: Text,
    stack: UndoStack,
    now_ms: u64,
}

impl Desk {
    fn of(text: &str) -> Self {
        Self {
            text: Text::from(text),
            ..Self::default()
        }
    }

    fn edit(&mut self, operation: &Operation) {
        let inverse = operation.invert(&self.text).unwrap();
        self.text.apply(operation).unwrap();
        self.stack.record(operation, inverse, self.now_ms);
    }

    fn type_at(&mut self, at: u32, text: &str) {
        self.now_ms += 100;
        self.edit(&Operation::replace(at, 0, text));
    }

    fn pause(&mut self) {
        self.now_ms += 1_000;
    }

    fn remote(&mut self, operation: &Operation) {
        self.text.apply(operation).unwrap();
        self.stack.remote(operation);
    }

    fn undo(&mut self) -> bool {
        let step = self.stack.undo(&self.text);
        step.inspect(|step| self.text.apply(step).unwrap())
            .is_some()
    }

    fn redo(&mut self) -> bool {
        let step = self.stack.redo(&self.text);
        step.inspect(|step| self.text.apply(step).unwrap())
            .is_some()
    }
}

#[test]
fn typing_without_a_pause_is_one_step() {
    let mut desk = Desk::of("");
    for (at, letter) in ["h", "e", "y"].iter().enumerate() {
        desk.type_at(at as u32, letter);
    }
    desk.edit(&Operation::replace(2, 1, ""));
    desk.pause();
    desk.type_at(2, "llo");
    assert!(desk.text == "hello");
    assert!(desk.undo() && desk.text == "he");
    assert!(desk.undo() && desk.text.is_empty());
    assert!(!desk.undo() && !desk.stack.can_undo());
    assert!(desk.redo() && desk.redo() && desk.text == "hello");
    assert!(!desk.redo() && !desk.stack.can_redo());
}

#[test]
fn typing_in_another_place_is_another_step() {
    let mut desk = Desk::of("ab");
    desk.type_at(1, "x");
    desk.type_at(0, "y");
    assert!(desk.undo() && desk.text == "axb");
    assert!(desk.undo() && desk.text == "ab");
}

#[test]
fn a_step_can_be_ended_by_hand() {
    let mut desk = Desk::of("");
    desk.type_at(0, "a");
    desk.stack.end_step();
    desk.type_at(1, "b");
    assert!(desk.undo() && desk.text == "a");
}

#[test]
fn somebody_elses_typing_does_not_end_a_step() {
    let mut desk = Desk::of("");
    desk.type_at(0, "a");
    desk.remote(&Operation::replace(0, 0, ">> "));
    desk.type_at(4, "b");
    assert!(desk.text == ">> ab");
    assert!(desk.undo() && desk.text == ">> ");
    assert!(desk.redo() && desk.text == ">> ab");
}

#[test]
fn text_that_others_wrote_into_ones_own_stays() {
    let mut desk = Desk::of("");
    desk.type_at(0, "hello");
    desk.remote(&Operation::replace(2, 0, "😀"));
    assert!(desk.undo() && desk.text == "😀");
    assert!(desk.redo() && desk.text == "he😀llo");
}

#[test]
fn a_step_of_which_nothing_is_left_is_skipped() {
    let mut desk = Desk::of("");
    desk.type_at(0, "first");
    desk.pause();
    desk.type_at(5, "second");
    desk.remote(&Operation::replace(5, 6, ""));
    assert!(desk.undo() && desk.text.is_empty());
    assert!(!desk.undo());
}

#[test]
fn typing_goes_on_after_all_of_it_was_erased() {
    let mut desk = Desk::of("");
    desk.type_at(0, "first");
    desk.pause();
    desk.type_at(5, "x");
    desk.edit(&Operation::replace(5, 1, ""));
    desk.type_at(5, "y");
    assert!(desk.undo() && desk.text == "first");
}

#[test]
fn deleted_text_comes_back_where_its_place_is_now() {
    let mut desk = Desk::of("abc");
    desk.edit(&Operation::replace(1, 1, ""));
    desk.remote(&Operation::replace(0, 0, "😀"));
    assert!(desk.undo() && desk.text == "😀abc");
}

#[test]
fn an_edit_forgets_what_could_be_done_again() {
    let mut desk = Desk::of("");
    desk.type_at(0, "a");
    assert!(desk.undo());
    desk.type_at(0, "b");
    assert!(!desk.redo() && desk.text == "b");
}

#[test]
fn two_hundred_steps_are_kept() {
    let mut desk = Desk::of("");
    for at in 0..300 {
        desk.pause();
        desk.type_at(at, "x");
    }
    let steps = std::iter::from_fn(|| desk.undo().then_some(())).count();
    assert_eq!((steps, desk.text.len_utf16()), (200, 100));
}

#[test]
fn a_stack_that_missed_an_edit_forgets_its_steps_and_does_no_harm() {
    let mut desk = Desk::of("");
    desk.type_at(0, "hello");
    desk.text = Text::from("h");
    assert!(!desk.undo() && !desk.stack.can_undo());
}

#[derive(Debug, Clone)]
enum Act {
    Own(Vec<Step>),
    Remote(Vec<Step>),
    Pause,
    Undo,
    Redo,
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => any_script().prop_map(Act::Own),
        3 => any_script().prop_map(Act::Remote),
        1 => Just(Act::Pause),
        2 => Just(Act::Undo),
        1 => Just(Act::Redo),
    ]
}

fn play(desk: &mut Desk, act: &Act) {
    match act {
        Act::Own(script) => desk.edit(&follow(&desk.text.to_string(), script)),
        Act::Remote(script) => desk.remote(&follow(&desk.text.to_string(), script)),
        Act::Pause => desk.pause(),
        Act::Undo => drop(desk.undo()),
        Act::Redo => drop(desk.redo()),
    }
}

/// The same, with the letters of others in another alphabet and nothing deleted by them.
fn insert_only(script: &[Step]) -> Vec<Step> {
    let step = |step: &Step| match step {
        Step::Keep(count) | Step::Erase(count) => Step::Keep(*count),
        Step::Write(text) => Step::Write("я".repeat(text.chars().count())),
    };
    script.iter().map(step).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn every_step_fits_the_text_it_is_taken_back_in(
        start in any_text(12), acts in prop::collection::vec(any_act(), 0..24),
    ) {
        let mut desk = Desk::of(&start);
        for act in &acts {
            play(&mut desk, act);
        }
        while desk.undo() {}
        let bottom = desk.text.to_string();
        let mut steps = 0;
        while desk.redo() {
            steps += 1;
        }
        for _ in 0..steps {
            prop_assert!(desk.undo());
        }
        prop_assert_eq!(desk.text.to_string(), bottom);
    }

    #[test]
    fn alone_all_can_be_taken_back_and_done_again(
        start in any_text(12), scripts in prop::collection::vec(any_script(), 0..12),
    ) {
        let mut desk = Desk::of(&start);
        for script in &scripts {
            desk.pause();
            play(&mut desk, &Act::Own(script.clone()));
        }
        let end = desk.text.to_string();
        while desk.undo() {}
        prop_assert_eq!(desk.text.to_string(), start);
        while desk.redo() {}
        prop_assert_eq!(desk.text.to_string(), end);
    }

    #[test]
    fn what_others_write_is_there_after_all_is_taken_back(
        start in any_text(12), acts in prop::collection::vec(any_act(), 0..24),
    ) {
        let mut desk = Desk::of(&start);
        let mut written = 0;
        for act in &acts {
            let act = match act {
                // Own edits delete nothing here: deleting others' text is not undo's doing.
                Act::Own(script) => {
                    let keep = |step: &Step| match step {
                        Step::Erase(count) => Step::Keep(*count),
                        step => step.clone(),
                    };
                    Act::Own(script.iter().map(keep).collect())
                }
                Act::Remote(script) => {
                    let script = insert_only(script);
                    written += follow(&desk.text.to_string(), &script).inserted();
                    Act::Remote(script)
                }
                act => act.clone(),
            };
            play(&mut desk, &act);
        }
        while desk.undo() {}
        let left = desk.text.to_string();
        let theirs = left.chars().filter(|char| *char == 'я').count() as u64;
        prop_assert_eq!(theirs, written);
        let rest: String = left.chars().filter(|char| *char != 'я').collect();
        prop_assert_eq!(rest, start);
    }
}
