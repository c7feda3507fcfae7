//! A map of a few things by number, in the order of their numbers: a sorted list,
//! which is a tenth of a tree in the browser's module.

/// Values by key.
#[derive(Debug)]
pub(in crate::client) struct Table<K, V>(Vec<(K, V)>);

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K, V> Table<K, V> {
    /// Empty.
    pub(in crate::client) const fn new() -> Self {
        Self(Vec::new())
    }
}

impl<K: Copy + Ord, V> Table<K, V> {
    fn place(&self, key: K) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.cmp(&key))
    }

    pub(in crate::client) fn insert(&mut self, key: K, value: V) {
        match self.place(key) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (key, value)),
        }
    }

    pub(in crate::client) fn remove(&mut self, key: &K) -> Option<V> {
        let at = self.place(*key).ok()?;
        Some(self.0.remove(at).1)
    }

    pub(in crate::client) fn get(&self, key: &K) -> Option<&V> {
        let at = self.place(*key).ok()?;
        Some(&self.0[at].1)
    }

    pub(in crate::client) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let at = self.place(*key).ok()?;
        Some(&mut self.0[at].1)
    }

    pub(in crate::client) fn contains_key(&self, key: &K) -> bool {
        self.place(*key).is_ok()
    }

    pub(in crate::client) fn len(&self) -> usize {
        self.0.len()
    }

    pub(in crate::client) fn clear(&mut self) {
        self.0.clear();
    }

    pub(in crate::client) fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }

    pub(in crate::client) fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    pub(in crate::client) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    pub(in crate::client) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    pub(in crate::client) fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.0.iter_mut().map(|(key, value)| (&*key, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_key_and_seen_in_order() {
        let mut table = Table::default();
        for (key, value) in [(3_u32, 'c'), (1, 'a'), (2, 'x'), (2, 'b')] {
            table.insert(key, value);
        }
        assert!(table.keys().eq(&[1, 2, 3]));
        assert!(table.values().eq(&['a', 'b', 'c']));
        assert_eq!(
            (table.get(&2), table.get(&4), table.len()),
            (Some(&'b'), None, 3)
        );
        assert_eq!((table.remove(&2), table.remove(&2)), (Some('b'), None));
        assert!(!table.contains_key(&2));
        table.values_mut().for_each(|value| *value = 'z');
        assert!(table.iter().eq([(&1, &'z'), (&3, &'z')]));
        table.clear();
        assert_eq!(table.len(), 0);
    }
}
