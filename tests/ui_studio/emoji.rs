//! Emoji in titles and tags are drawn with a font of the system that has them, in its colours.

use std::sync::Arc;

use egui::epaint::text::{FallbackRequest, FontProvider as _, Glyph};
use egui_system_font_provider::SystemFontProvider;
use limner::app::action::Action;
use limner::app::command::Command;
use limner::gallery::protocol::GalleryRequest;

use crate::SIZE;
use crate::glyphs::glyphs;
use crate::skip::{Lack, skip};
use crate::ui_doors::{Studio, studio};

/// How a character is painted wherever it is, first in small text.
fn drawn(s: &Studio<'_>, letter: char) -> Vec<Glyph> {
    let all = glyphs(s).into_iter().flatten();
    all.filter(|glyph| glyph.chr == letter).collect()
}

#[test]
fn emoji_in_titles_and_tags_have_their_own_colours() {
    let provider = SystemFontProvider::new();
    let request = FallbackRequest {
        cluster: "🍎",
        family: &egui::FontFamily::Proportional,
    };
    if provider.font_for(&request).is_none() {
        return skip(Lack::EmojiFont);
    }
    // Chosen, so that its tags are shown.
    let mut s = studio(SIZE, egui::Theme::Dark);
    s.window.ctx.add_font_provider(Arc::new(provider));
    s.command(Command::GoGallery);
    s.keep(&["🍎 Apples", "سلام 🍇"]);
    let ids: Vec<_> = s
        .window
        .state()
        .state
        .gallery
        .entries
        .iter()
        .map(|e| e.id)
        .collect();
    s.window
        .state_mut()
        .act(Action::Gallery(GalleryRequest::AddTag(
            ids,
            "🌻 summer".into(),
        )));
    s.settle();
    s.click("🍎 Apples");
    for emoji in ['🍎', '🍇', '🌻'] {
        let found = drawn(&s, emoji);
        assert!(!found.is_empty(), "{emoji} is painted");
        for glyph in found {
            assert!(glyph.is_color, "{emoji} has the font's colours");
            assert!(glyph.uv_rect.size.x > 4.0, "{emoji} isn't empty");
        }
    }
    // A letter stays one: tinted as the text.
    assert!(drawn(&s, 'A').iter().all(|glyph| !glyph.is_color));
}
