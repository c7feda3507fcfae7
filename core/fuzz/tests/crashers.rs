//! Everything that ever crashed, and a short run of every target.
#![allow(missing_docs)]

use connvo_fuzz::{TARGETS, input};
use std::path::Path;

#[test]
fn what_crashed_once_crashes_no_more() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crashers");
    for file in std::fs::read_dir(folder).expect("the folder") {
        let path = file.expect("a file").path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let target = TARGETS.iter().find(|target| name.starts_with(target.name));
        if let Some(target) = target {
            (target.run)(&std::fs::read(&path).expect("bytes"));
        }
    }
}

#[test]
fn a_short_run_of_every_target_finds_nothing() {
    for target in &TARGETS {
        for case in 0..150 {
            (target.run)(&input(target, case));
        }
    }
}
