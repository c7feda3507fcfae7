//! Takes the words of panics out of the module. A panic there writes to a standard error
//! that no browser has, and then traps: what remains is the trap. The places that
//! panics name (paths, lines) go too, which are a seventh of the data.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use walrus::ir::{Call, dfs_in_order, dfs_pre_order_mut};
use walrus::ir::{Instr, InstrSeq, Unreachable, Value, Visitor, VisitorMut};
use walrus::{ConstExpr, DataKind, FunctionId, FunctionKind, LocalFunction, Module};

/// Makes traps of the module's panics.
pub(crate) fn make(module: &mut Module) {
    let loud = loud(module);
    for (_, function) in module.funcs.iter_local_mut() {
        let entry = function.entry_block();
        dfs_pre_order_mut(&mut Traps { loud: &loud }, function, entry);
    }
    let segments: Vec<_> = module.data.iter().map(walrus::Data::id).collect();
    for segment in segments {
        let data = module.data.get_mut(segment);
        if let DataKind::Active { offset, .. } = &data.kind
            && let ConstExpr::Value(Value::I32(start)) = offset
        {
            forget_places(*start as u32, &mut data.value);
        }
    }
    // What the compiler tells bindgen; no browser reads it.
    module.customs.remove_raw("target_features");
    walrus::passes::gc::run(module);
}

/// Functions from which JavaScript may be reached.
fn loud(module: &Module) -> HashSet<FunctionId> {
    let mut callers: HashMap<FunctionId, Vec<FunctionId>> = HashMap::new();
    let mut found = Vec::new();
    for function in module.funcs.iter() {
        match &function.kind {
            FunctionKind::Local(local) => {
                for callee in called(local) {
                    callers.entry(callee).or_default().push(function.id());
                }
            }
            _ => found.push(function.id()),
        }
    }
    let mut loud = HashSet::new();
    while let Some(function) = found.pop() {
        if loud.insert(function) {
            found.extend(callers.remove(&function).unwrap_or_default());
        }
    }
    loud
}

fn called(function: &LocalFunction) -> Vec<FunctionId> {
    struct Calls(Vec<FunctionId>);
    impl Visitor<'_> for Calls {
        fn visit_call(&mut self, call: &Call) {
            self.0.push(call.func);
        }
    }
    let mut calls = Calls(Vec::new());
    dfs_in_order(&mut calls, function, function.entry_block());
    calls.0
}

struct Traps<'a> {
    loud: &'a HashSet<FunctionId>,
}

impl VisitorMut for Traps<'_> {
    /// A call that never comes back (the compiler says so by a trap behind it) and tells
    /// JavaScript nothing is that trap. What was put together for it is not needed:
    /// whatever comes before a trap, the module stays valid.
    fn start_instr_seq_mut(&mut self, seq: &mut InstrSeq) {
        let end = seq.instrs.windows(2).position(|pair| {
            matches!(&pair[0].0, Instr::Call(call) if !self.loud.contains(&call.func))
                && matches!(&pair[1].0, Instr::Unreachable(_))
        });
        let Some(end) = end else { return };
        let before = &seq.instrs[..end];
        let kept = before.iter().rposition(|(instr, _)| !is_preparation(instr));
        let place = seq.instrs[end].1;
        seq.instrs.truncate(kept.map_or(0, |last| last + 1));
        seq.instrs.push((Unreachable {}.into(), place));
    }
}

/// Whether the instruction only moves values about: a panic's way to its trap. Where it
/// traps the module is at an end: nothing may be read of it afterwards.
fn is_preparation(instr: &Instr) -> bool {
    matches!(
        instr,
        Instr::Const(_)
            | Instr::LocalGet(_)
            | Instr::LocalSet(_)
            | Instr::LocalTee(_)
            | Instr::GlobalGet(_)
            | Instr::GlobalSet(_)
            | Instr::Binop(_)
            | Instr::Unop(_)
            | Instr::Load(_)
            | Instr::Store(_)
    )
}

/// Overwrites what has the form of `core::panic::Location` (address and length of a path
/// of Rust, line, column), and those paths.
fn forget_places(start: u32, data: &mut [u8]) {
    let mut spans: Vec<Range<usize>> = Vec::new();
    let aligned = (4 - start as usize % 4) % 4;
    for at in (aligned..data.len().saturating_sub(15)).step_by(4) {
        let word = |index: usize| {
            let bytes = data[at + 4 * index..][..4].try_into();
            bytes.map_or(0, u32::from_le_bytes) as usize
        };
        let Some(from) = word(0).checked_sub(start as usize) else {
            continue;
        };
        let path = from..from.saturating_add(word(1));
        let is_path = data
            .get(path.clone())
            .is_some_and(|path| path.ends_with(b".rs"));
        let is_place = (1..1 << 20).contains(&word(2)) && (1..1 << 12).contains(&word(3));
        if is_path && is_place {
            spans.extend([path, at..at + 16]);
        }
    }
    for span in spans {
        data[span].fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::{FunctionBuilder, ValType};

    /// A function that calls `callee` with a 7, which never comes back.
    fn calling(module: &mut Module, callee: FunctionId) -> FunctionId {
        let mut builder = FunctionBuilder::new(&mut module.types, &[], &[]);
        builder.func_body().i32_const(7).call(callee).unreachable();
        builder.finish(Vec::new(), &mut module.funcs)
    }

    fn calls(module: &Module, function: FunctionId) -> Vec<FunctionId> {
        called(module.funcs.get(function).kind.unwrap_local())
    }

    #[test]
    fn a_call_that_never_comes_back_is_a_trap_unless_it_tells_javascript() {
        let mut module = Module::default();
        let ty = module.types.add(&[ValType::I32], &[]);
        let (throw, _) = module.add_import_func("js", "throw", ty);
        let mut builder = FunctionBuilder::new(&mut module.types, &[ValType::I32], &[]);
        builder.func_body().unreachable();
        let argument = module.locals.add(ValType::I32);
        let panic = builder.finish(vec![argument], &mut module.funcs);
        let silent = calling(&mut module, panic);
        let loud = calling(&mut module, throw);
        for (name, function) in [("silent", silent), ("loud", loud)] {
            module.exports.add(name, function);
        }
        make(&mut module);
        assert_eq!(calls(&module, loud), [throw]);
        assert_eq!(calls(&module, silent), []);
        let trap = module.funcs.get(silent).kind.unwrap_local();
        assert_eq!(trap.block(trap.entry_block()).instrs.len(), 1);
        let names = module.funcs.iter().count();
        assert_eq!(names, 3, "what panics called is gone");
    }

    #[test]
    fn places_are_forgotten_and_all_else_stays() {
        let words = |words: [u32; 4]| words.map(u32::to_le_bytes).concat();
        let start = 1_048_577;
        let path = *b"-src/lib.rs-kept";
        let at = start + 3;
        let place = words([at + 1, 10, 20, 5]);
        let others = [words([at + 1, 11, 20, 5]), words([at + 1, 10, 0, 5])];
        let mut data = [&b"abc"[..], &path, &place, &others.concat()].concat();
        forget_places(start, &mut data);
        let blank = [&b"abc-"[..], &[0; 10], b"-kept", &[0; 16], &others.concat()];
        assert_eq!(data, blank.concat());
    }
}
