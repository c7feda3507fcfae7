//! Updates as stock Yjs 13 makes them (`tests/data/yjs`).

use serde_json::Value;

/// All of them, by name.
pub struct Fixtures(Value);

/// Reads the file.
pub fn fixtures() -> Fixtures {
    let text = include_str!("../../../tests/data/yjs/updates.json");
    Fixtures(serde_json::from_str(text).expect("fixtures"))
}

impl Fixtures {
    /// A text.
    pub fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_else(|| panic!("no {name}"))
    }

    /// An update.
    pub fn update(&self, name: &str) -> Vec<u8> {
        unhex(self.text(name))
    }

    /// A list of updates.
    pub fn updates(&self, name: &str) -> Vec<Vec<u8>> {
        let list = self.0[name].as_array().expect("a list");
        list.iter()
            .map(|hex| unhex(hex.as_str().expect("hex")))
            .collect()
    }

    /// Every update whose name begins so.
    pub fn starting(&self, prefix: &str) -> Vec<(String, Vec<u8>)> {
        let all = self.0.as_object().expect("an object");
        all.iter()
            .filter(|(name, _)| name.starts_with(prefix))
            .map(|(name, hex)| (name.clone(), unhex(hex.as_str().expect("hex"))))
            .collect()
    }
}

fn unhex(hex: &str) -> Vec<u8> {
    let nibble = |byte: u8| (byte as char).to_digit(16).expect("hex") as u8;
    hex.as_bytes()
        .chunks(2)
        .map(|two| nibble(two[0]) << 4 | nibble(two[1]))
        .collect()
}
