//! Planted bugs: the simulation must fail with each of them switched in. Without
//! the `planted-bugs` feature the switch is a constant `false` and costs nothing.

/// A bug that once shipped somewhere, kept to prove that the simulation sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// A change is acknowledged when it is staged, before its commit.
    AckBeforeCommit,
    /// A dirty mark is cleared after the save, losing what came meanwhile.
    DirtyClearedAfterSave,
    /// A resent change is applied a second time.
    ResendAppliedTwice,
    /// A delivery window drops an event.
    WindowDropsEvent,
    /// The guard no longer refuses updates with clock gaps.
    GuardStepRemoved,
}

#[cfg(feature = "planted-bugs")]
mod switch {
    use super::Bug;
    use std::cell::Cell;

    thread_local! {
        static ACTIVE: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// Switches one bug in (or all out) for this thread.
    pub fn plant(bug: Option<Bug>) {
        ACTIVE.set(bug);
    }

    /// Whether `bug` is switched in on this thread.
    #[must_use]
    pub fn is_on(bug: Bug) -> bool {
        ACTIVE.get() == Some(bug)
    }
}

#[cfg(feature = "planted-bugs")]
pub use switch::{is_on, plant};

/// Whether `bug` is switched in: never, in a build without planted bugs.
#[cfg(not(feature = "planted-bugs"))]
#[must_use]
pub const fn is_on(_bug: Bug) -> bool {
    false
}
