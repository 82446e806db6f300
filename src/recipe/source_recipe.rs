//! The recipe of the picture that a larger one was made of, kept inside the larger one's: there is
//! a way back, also where that picture's file is gone.

use super::{Making, Recipe, migrate};

/// Where recipes keep it.
const EXTRA: &str = "source_recipe";

impl Recipe {
    /// How the picture was made that this one was upscaled from, as far as this program knows.
    pub fn source_recipe(&self) -> Option<Self> {
        let value = self.extra.get(EXTRA)?.clone();
        serde_json::from_value(migrate::to_current(value).ok()?).ok()
    }

    /// Notes how the picture was made that this one was upscaled from. One that only came from
    /// elsewhere says nothing of it.
    pub fn set_source_recipe(&mut self, source: &Self) {
        let made = source.making != Making::Imported || source.finish.is_some();
        match serde_json::to_value(source) {
            Ok(value) if made => self.extra.insert(EXTRA.to_owned(), value),
            _ => self.extra.remove(EXTRA),
        };
    }

    /// Changes the recipe that is inside this one. One that can't be read is left out: nobody could
    /// say what is in it.
    pub fn change_source_recipe(&mut self, change: &mut dyn FnMut(&mut Self)) {
        match self.source_recipe() {
            Some(mut source) => {
                change(&mut source);
                self.set_source_recipe(&source);
            }
            None => drop(self.extra.remove(EXTRA)),
        }
    }

    /// Leaves out when it was made.
    pub fn forget_day(&mut self) {
        self.created.clear();
        self.change_source_recipe(&mut Self::forget_day);
    }
}
