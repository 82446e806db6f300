//! Messages in the corner, some with a button that helps.

use std::time::{Duration, Instant};

use crate::app::action::Action;
use crate::app::notice::Level;
use crate::app::plain_words::PlainWords;

/// Messages in the corner.
#[derive(Debug, Default)]
pub struct Toasts {
    list: Vec<Toast>,
    next: u64,
}

/// A message.
#[derive(Debug, Clone)]
pub struct Toast {
    /// Number.
    pub id: u64,
    /// How serious.
    pub level: Level,
    /// What.
    pub text: String,
    /// What exactly, for those who want to know; behind a button.
    pub details: Option<String>,
    /// The details are shown; it then stays until it is dismissed.
    pub opened: bool,
    /// Since when.
    pub since: Instant,
    /// A button that helps: its text and what it does.
    pub offer: Option<(String, Box<Action>)>,
}

impl Toast {
    /// How long it stays; errors stay longer.
    pub fn life(&self) -> Duration {
        match self.level {
            Level::Info => Duration::from_secs(5),
            Level::Warning => Duration::from_secs(10),
            Level::Error => Duration::from_secs(20),
        }
    }
}

impl Toasts {
    /// Tells the user something.
    pub fn push(&mut self, level: Level, text: impl Into<String>) {
        self.offer(level, text, None);
    }

    /// Tells the user something, with a button.
    pub fn offer(
        &mut self,
        level: Level,
        text: impl Into<String>,
        offer: Option<(String, Box<Action>)>,
    ) {
        let text = text.into();
        let plain = match level {
            Level::Error => PlainWords::of(&text),
            Level::Info | Level::Warning => PlainWords {
                text,
                details: None,
            },
        };
        self.put(level, plain, offer);
    }

    /// Tells of an error that `what` ended with, its details behind a button.
    pub fn error(&mut self, what: &str, plain: PlainWords) {
        let text = match what {
            "" => plain.text,
            what => format!("{what}: {}", plain.text),
        };
        self.put(Level::Error, PlainWords { text, ..plain }, None);
    }

    /// Shows the details of one, or hides them again.
    pub fn open(&mut self, id: u64) {
        if let Some(toast) = self.list.iter_mut().find(|t| t.id == id) {
            toast.opened = !toast.opened;
            toast.since = Instant::now();
        }
    }

    fn put(&mut self, level: Level, plain: PlainWords, offer: Option<(String, Box<Action>)>) {
        let PlainWords { text, details } = plain;
        if let Some(same) = self.list.iter_mut().find(|t| t.text == text) {
            same.since = Instant::now();
            return;
        }
        self.next += 1;
        self.list.push(Toast {
            id: self.next,
            level,
            text,
            details,
            opened: false,
            since: Instant::now(),
            offer,
        });
        if self.list.len() > 5 {
            self.list.remove(0);
        }
    }

    /// Those to show, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Toast> {
        self.list.iter()
    }

    /// Takes one away.
    pub fn dismiss(&mut self, id: u64) {
        self.list.retain(|t| t.id != id);
    }

    /// Drops those whose time is over. Returns the time until the next one goes.
    pub fn expire(&mut self) -> Option<Duration> {
        self.list
            .retain(|t| t.opened || t.since.elapsed() < t.life());
        self.list
            .iter()
            .filter(|t| !t.opened)
            .map(|t| t.life().saturating_sub(t.since.elapsed()))
            .min()
    }
}
