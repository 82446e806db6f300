//! What styles are called in the window, and what they look like.

use crate::app::state::AppState;
use crate::engine::protocol::StyleInfo;
use crate::picture::Picture;
use crate::recipe::StyleSource;

/// A style of the library, by its source.
pub fn info<'a>(state: &'a AppState, source: &StyleSource) -> Option<&'a StyleInfo> {
    let styles = &state.engine.library.styles;
    styles.iter().find(|s| same(&s.source, source))
}

/// Shown name of a style.
pub fn name(state: &AppState, source: &StyleSource) -> String {
    if let Some(info) = info(state, source) {
        return info.name.clone();
    }
    match source {
        StyleSource::Builtin(id) => id.replace(['-', '_'], " "),
        StyleSource::File(file) if file.name.is_empty() => "A picture".to_owned(),
        StyleSource::File(file) => file.name.clone(),
    }
}

/// A small picture of a style: its swatch, or the picture itself once read.
pub fn swatch<'a>(state: &'a AppState, source: &StyleSource) -> Option<&'a Picture> {
    match source {
        StyleSource::Builtin(_) => info(state, source)?.swatch.as_ref(),
        StyleSource::File(file) => {
            let read = state.photos.of(file).map(|photo| &photo.picture);
            read.or_else(|| info(state, source)?.swatch.as_ref())
        }
    }
}

/// Whether the document uses a style.
pub fn position(state: &AppState, source: &StyleSource) -> Option<usize> {
    state
        .doc
        .style
        .styles
        .iter()
        .position(|layer| same(&layer.style, source))
}

/// The same style, whatever is written about its artist.
fn same(a: &StyleSource, b: &StyleSource) -> bool {
    match (a, b) {
        (StyleSource::File(a), StyleSource::File(b)) => a.sha256 == b.sha256,
        _ => a == b,
    }
}
