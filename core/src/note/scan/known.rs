//! How far each author is known: the document's state vector, kept beside it.

use std::collections::HashMap;

/// The next expected clock of every author.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    clocks: HashMap<u64, u32>,
}

impl Known {
    /// The next expected clock of `client`; 0 when nothing of it is known.
    #[must_use]
    pub fn clock(&self, client: u64) -> u32 {
        self.clocks.get(&client).copied().unwrap_or(0)
    }

    /// Sets the next expected clock of `client`; 0 forgets it.
    pub fn set(&mut self, client: u64, clock: u32) {
        if clock == 0 {
            self.clocks.remove(&client);
        } else {
            self.clocks.insert(client, clock);
        }
    }

    /// Every author with its next expected clock, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u32)> + '_ {
        self.clocks.iter().map(|(client, clock)| (*client, *clock))
    }
}

impl FromIterator<(u64, u32)> for Known {
    fn from_iter<I: IntoIterator<Item = (u64, u32)>>(clocks: I) -> Self {
        Self {
            clocks: clocks.into_iter().collect(),
        }
    }
}
