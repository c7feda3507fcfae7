//! The flags that there are from the start: one a capability, on for everybody.

use super::Flag;
use serde_json::Value;

/// Every capability and what its flag switches.
pub const CAPABILITIES: [(&str, &str); 7] = [
    ("precall", "Ideas before a meeting"),
    ("incall", "Prompts during a meeting"),
    ("insights", "Insights after a meeting"),
    ("matching", "Being matched with somebody"),
    ("stream", "Video through a streaming service"),
    ("transcription", "Taking transcript"),
    ("migration.reads", "Reads from where data moves to"),
];

/// The flags of a fresh store.
#[must_use]
pub fn seeds() -> Vec<Flag> {
    let flag = |(key, description): (&str, &str)| Flag {
        key: key.to_owned(),
        value: Value::Bool(true),
        environment: None,
        rollout: 100,
        rules: Vec::new(),
        description: description.to_owned(),
        tags: vec!["capability".to_owned()],
        active: key != "migration.reads",
    };
    CAPABILITIES.into_iter().map(flag).collect()
}
