//! What stands around every workspace: bars, palette, preferences, dialogs, messages.

pub mod about_picture;
pub mod dialogs;
pub mod history;
pub mod keys_page;
pub mod licences;
pub mod palette;
pub mod settings;
pub mod status_bar;
pub mod things;
pub mod toasts;
pub mod top_bar;
