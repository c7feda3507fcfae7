//! Random texts, and random operations that fit them.

use connvo_core::note::{Operation, Text};
use proptest::collection::vec;
use proptest::prelude::*;

pub(crate) fn text(of: &str) -> Text {
    Text::from(of)
}

pub(crate) fn applied(to: &Text, operation: &Operation) -> Text {
    let mut text = to.clone();
    text.apply(operation).unwrap();
    text
}

/// One and two units a character; few different ones, so that edits meet.
pub(crate) fn any_char() -> impl Strategy<Value = char> {
    prop::sample::select(vec!['a', 'b', ' ', '\n', 'é', '中', '😀', '𝄞'])
}

pub(crate) fn any_text(most: usize) -> impl Strategy<Value = String> {
    vec(any_char(), 0..most).prop_map(|chars| chars.into_iter().collect())
}

/// A step of a walk over a text, in characters.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Keep(usize),
    Write(String),
    Erase(usize),
}

pub(crate) fn any_script() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (1..6_usize).prop_map(Step::Keep),
        any_text(4).prop_map(Step::Write),
        (1..6_usize).prop_map(Step::Erase),
    ];
    vec(step, 0..8)
}

/// The operation that walks over `text` as the script says, as far as the text goes.
pub(crate) fn follow(text: &str, script: &[Step]) -> Operation {
    let mut rest = text.chars();
    let mut units = |count: usize| {
        let taken = rest.by_ref().take(count);
        taken.map(|char| char.len_utf16() as u32).sum()
    };
    let mut operation = Operation::new();
    for step in script {
        operation = match step {
            Step::Keep(count) => operation.retain(units(*count)),
            Step::Write(text) => operation.insert(text),
            Step::Erase(count) => operation.delete(units(*count)),
        };
    }
    operation
}

/// A text and two operations on it.
pub(crate) fn concurrent() -> impl Strategy<Value = (Text, Operation, Operation)> {
    (any_text(20), any_script(), any_script()).prop_map(|(text, one, two)| {
        let (one, two) = (follow(&text, &one), follow(&text, &two));
        (Text::from(text.as_str()), one, two)
    })
}

/// A text and three operations, each on what the one before leaves.
pub(crate) fn successive() -> impl Strategy<Value = (Text, [Operation; 3])> {
    (any_text(20), [any_script(), any_script(), any_script()]).prop_map(|(start, scripts)| {
        let mut now = Text::from(start.as_str());
        let operations = scripts.map(|script| {
            let operation = follow(&now.to_string(), &script);
            now.apply(&operation).unwrap();
            operation
        });
        (Text::from(start.as_str()), operations)
    })
}

/// An operation that heeds no text: any lengths, short or huge.
pub(crate) fn wild() -> impl Strategy<Value = Operation> {
    let length = prop_oneof![8 => 0..6_u32, 1 => Just(u32::MAX), 1 => any::<u32>()];
    let component = (0..3_u8, length, any_text(3));
    vec(component, 0..6).prop_map(|components| {
        components.into_iter().fold(
            Operation::new(),
            |operation, (kind, length, text)| match kind {
                0 => operation.retain(length),
                1 => operation.insert(&text),
                _ => operation.delete(length),
            },
        )
    })
}
