//! Updates byte by byte, lawful or not.

/// An update under construction (V1).
#[derive(Default)]
pub struct Forge(Vec<u8>);

impl Forge {
    /// Starts with the number of authors.
    pub fn authors(count: u64) -> Self {
        Self::default().var(count)
    }

    /// One author's head: how many structs, who, from which clock.
    pub fn author(self, structs: u64, client: u64, clock: u64) -> Self {
        self.var(structs).var(client).var(clock)
    }

    /// A lib0 variable-length number.
    pub fn var(mut self, mut value: u64) -> Self {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
        self
    }

    /// Bytes as they are.
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// Bytes with their length before them.
    pub fn bytes(self, bytes: &[u8]) -> Self {
        self.var(bytes.len() as u64).raw(bytes)
    }

    /// The first struct of a root: no origins.
    pub fn root_text(self, root: &str, text: &str) -> Self {
        self.raw(&[4, 1])
            .bytes(root.as_bytes())
            .bytes(text.as_bytes())
    }

    /// Text after the item `left` and before the item `right`.
    pub fn text(self, left: Option<(u64, u64)>, right: Option<(u64, u64)>, text: &str) -> Self {
        self.item(4, left, right).bytes(text.as_bytes())
    }

    /// A deleted run.
    pub fn deleted(self, left: Option<(u64, u64)>, right: Option<(u64, u64)>, len: u64) -> Self {
        self.item(1, left, right).var(len)
    }

    fn item(self, kind: u8, left: Option<(u64, u64)>, right: Option<(u64, u64)>) -> Self {
        let flags = u8::from(left.is_some()) << 7 | u8::from(right.is_some()) << 6;
        let mut forge = self.raw(&[kind | flags]);
        for (client, clock) in [left, right].into_iter().flatten() {
            forge = forge.var(client).var(clock);
        }
        forge
    }

    /// Ends with a delete set: (client, from, length) ranges of one author each.
    pub fn deletes(self, ranges: &[(u64, u64, u64)]) -> Vec<u8> {
        let mut forge = self.var(ranges.len() as u64);
        for (client, from, len) in ranges {
            forge = forge.var(*client).var(1).var(*from).var(*len);
        }
        forge.0
    }

    /// Ends with an empty delete set.
    pub fn done(self) -> Vec<u8> {
        self.deletes(&[])
    }
}

impl Forge {
    /// The bytes so far.
    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}
