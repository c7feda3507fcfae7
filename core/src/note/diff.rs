//! The least change from one text to another, or close to it, in bounded time.
//!
//! The texts are compared by lines, and each run of changed lines by characters
//! (`diff::myers`). Where that would take too long a run is replaced as a whole: the
//! result is right at any budget, only larger.

mod myers;

use std::ops::Range;

use super::Operation;
use super::sort::sort;
use super::text::utf16_len;
use myers::Budget;

/// Steps that a diff may take: some tens of milliseconds.
const STEPS: u64 = 2_000_000;

/// The operation that makes `from` into `to`. It works on whole characters, so it
/// never cuts a surrogate pair.
pub fn diff(from: &str, to: &str) -> Operation {
    let mut budget = Budget::new(STEPS);
    let mut out = Operation::new();
    let (from_lines, to_lines) = (lines(from), lines(to));
    let mut known = [from_lines.as_slice(), to_lines.as_slice()].concat();
    sort(&mut known);
    let a = numbered(&from_lines, &known);
    let b = numbered(&to_lines, &known);
    let mut old = 0;
    for (gone, come) in myers::changes(&a, &b, &mut budget) {
        out.push_kept(&from_lines[old..gone.start]);
        old = gone.end;
        characters(
            &from_lines[gone].concat(),
            &to_lines[come].concat(),
            &mut budget,
            &mut out,
        );
    }
    out.finish()
}

/// The lines with their ends.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// A number for each line, equal for equal lines: its first place among the sorted.
fn numbered(lines: &[&str], sorted: &[&str]) -> Vec<u32> {
    let number = |line: &&str| sorted.partition_point(|known| known < line) as u32;
    lines.iter().map(number).collect()
}

/// Compares two runs of lines by characters.
fn characters(from: &str, to: &str, budget: &mut Budget, out: &mut Operation) {
    let a: Vec<u32> = from.chars().map(u32::from).collect();
    let b: Vec<u32> = to.chars().map(u32::from).collect();
    let units = |range: Range<usize>| -> u64 {
        a[range]
            .iter()
            .map(|&char| 1 + u64::from(char > 0xFFFF))
            .sum()
    };
    let mut old = 0;
    for (gone, come) in myers::changes(&a, &b, budget) {
        out.push_retain(units(old..gone.start));
        old = gone.end;
        let insert: String = b[come].iter().copied().filter_map(char::from_u32).collect();
        out.push_insert(&insert);
        out.push_delete(units(gone));
    }
    out.push_retain(units(old..a.len()));
}

impl Operation {
    fn push_kept(&mut self, lines: &[&str]) {
        for line in lines {
            self.push_retain(utf16_len(line));
        }
    }
}
