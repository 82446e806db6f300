//! The networks in memory: as many as a budget allows, those longest unused go first.

use std::collections::BTreeMap;

/// A network and what is known of it.
struct Kept<T> {
    network: T,
    /// Hash of the file that it was read from.
    sha256: String,
    bytes: u64,
    /// When it was last asked for.
    used: u64,
}

/// Networks by name, or name and part.
pub(super) struct InMemory<T> {
    kept: BTreeMap<String, Kept<T>>,
    budget: u64,
    /// Rises with each use.
    clock: u64,
}

impl<T: Clone> InMemory<T> {
    /// None yet; together they may take `budget` bytes.
    pub(super) fn new(budget: u64) -> Self {
        Self {
            kept: BTreeMap::new(),
            budget,
            clock: 0,
        }
    }

    /// A network that is here.
    pub(super) fn get(&mut self, key: &str) -> Option<T> {
        self.clock += 1;
        let kept = self.kept.get_mut(key)?;
        kept.used = self.clock;
        Some(kept.network.clone())
    }

    /// Adds a network that takes `bytes`. Whatever was unused for longest is dropped;
    /// the new one stays even if it alone is too large.
    pub(super) fn put(&mut self, key: String, sha256: String, bytes: u64, network: T) {
        self.clock += 1;
        let kept = Kept {
            network,
            sha256,
            bytes,
            used: self.clock,
        };
        self.kept.insert(key, kept);
        self.make_room();
    }

    /// Changes what they may take together.
    pub(super) fn set_budget(&mut self, budget: u64) {
        self.budget = budget;
        self.make_room();
    }

    fn make_room(&mut self) {
        while self.kept.len() > 1 && self.bytes() > self.budget {
            let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.used);
            let Some(key) = oldest.map(|(key, _)| key.clone()) else {
                return;
            };
            log::debug!("{key} leaves the memory");
            self.kept.remove(&key);
        }
    }

    /// What they take together.
    pub(super) fn bytes(&self) -> u64 {
        self.kept.values().map(|kept| kept.bytes).sum()
    }

    /// Frees those for which `keep(key, sha256)` is false.
    pub(super) fn retain(&mut self, keep: impl Fn(&str, &str) -> bool) {
        self.kept.retain(|key, kept| keep(key, &kept.sha256));
    }

    /// Frees all.
    pub(super) fn clear(&mut self) {
        self.kept.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Weak};

    use super::*;

    #[test]
    fn the_longest_unused_go_first_and_are_really_freed() {
        let mut memory = InMemory::new(100);
        let mut weak: Vec<Weak<u32>> = Vec::new();
        for n in 0..3u32 {
            let network = Arc::new(n);
            weak.push(Arc::downgrade(&network));
            memory.put(format!("net{n}"), "sha".into(), 40, network);
            // The first stays in use.
            assert!(memory.get("net0").is_some());
        }
        assert!(weak[1].upgrade().is_none(), "freed");
        assert!(memory.get("net1").is_none());
        assert!(memory.get("net0").is_some() && memory.get("net2").is_some());
        assert_eq!(memory.bytes(), 80);
        // One that is in use elsewhere lives on there.
        let held = memory.get("net0").unwrap();
        memory.put("large".into(), "sha".into(), 500, Arc::new(9));
        assert!(memory.get("large").is_some() && memory.get("net0").is_none());
        assert_eq!(*held, 0);
        memory.set_budget(10);
        assert!(memory.get("large").is_some());
        memory.retain(|_, sha256| sha256 != "sha");
        assert_eq!(memory.bytes(), 0);
    }
}
