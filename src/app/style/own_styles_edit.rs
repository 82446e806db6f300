//! What panels may ask for about styles of the user's own.

use std::path::PathBuf;

use crate::engine::protocol::{JobId, StyleTask};
use crate::recipe::SourceRef;

/// A wish about styles of the user's own.
#[derive(Debug, Clone)]
pub enum OwnStyleEdit {
    /// Show the form for learning a style, with a picture.
    Form(Option<SourceRef>),
    /// One picture more in the form.
    AddPicture(SourceRef),
    /// One picture less.
    RemovePicture(usize),
    /// What the style will be called.
    Title(String),
    /// Whose pictures they are.
    Artist(String),
    /// Under what licence.
    Licence(String),
    /// About how long it may take.
    Minutes(f64),
    /// Put the form away.
    Close,
    /// Learn what the form says.
    Learn,
    /// End learning with what has been learnt.
    Finish(JobId),
    /// Go on with learning that was interrupted, by its file.
    GoOn(PathBuf),
    /// Put one of the styles onto the photo, named as its files are.
    Use(String),
    /// Something to do with the styles that are there.
    Task(StyleTask),
}
