//! A small memory of what was used last.

/// Keeps the values used last, up to a total weight; always at least one.
pub(crate) struct Recent<K, V> {
    entries: Vec<(K, V, usize)>,
    most: usize,
}

impl<K: PartialEq, V: Clone> Recent<K, V> {
    /// `most`: total weight that may be kept.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            entries: Vec::new(),
            most,
        }
    }

    /// A value, which counts as used.
    pub(crate) fn get(&mut self, key: &K) -> Option<V> {
        let at = self.entries.iter().position(|(k, ..)| k == key)?;
        let entry = self.entries.remove(at);
        let value = entry.1.clone();
        self.entries.push(entry);
        Some(value)
    }

    /// Keeps a value and drops those used longest ago.
    pub(crate) fn put(&mut self, key: K, value: V, weight: usize) {
        self.entries.retain(|(k, ..)| *k != key);
        self.entries.push((key, value, weight));
        let mut total: usize = self.entries.iter().map(|e| e.2).sum();
        while total > self.most && self.entries.len() > 1 {
            total -= self.entries.remove(0).2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_unused_goes_first() {
        let mut recent = Recent::new(10);
        recent.put("a", 1, 4);
        recent.put("b", 2, 4);
        assert_eq!(recent.get(&"a"), Some(1));
        recent.put("c", 3, 4);
        assert_eq!(recent.get(&"b"), None);
        assert_eq!(recent.get(&"a"), Some(1));
        recent.put("huge", 4, 99);
        assert_eq!((recent.get(&"huge"), recent.get(&"a")), (Some(4), None));
    }
}
