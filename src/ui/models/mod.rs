//! The *Models* dialog: what is installed, what the hub has, what is on its way.

pub mod card_text;
pub mod chooser;
pub mod more;
pub mod panel;
pub mod tasks;
