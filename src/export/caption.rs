//! A line of text as pixels: captions on contact sheets. Latin comes from the face that the
//! window uses, so that it is the same everywhere; other scripts and emoji from the system's
//! fonts, in their own direction, with joined letters.

use std::sync::Arc;

use parley::fontique::Blob;
use parley::{
    FontContext, FontFamily, FontFamilyName, GenericFamily, Layout, LayoutContext,
    PositionedLayoutItem, StyleProperty,
};
use vello_cpu::peniko::color::AlphaColor;
use vello_cpu::{Glyph, Pixmap, RenderContext, Resources};

use super::ExportError;
use crate::picture::Picture;

/// What stands for the rest of a text that is too long.
const REST: &str = "…";

/// Draws lines of text; holds what is known of the fonts.
pub struct CaptionWriter {
    fonts: FontContext,
    scratch: LayoutContext<()>,
    glyphs: Resources,
    /// The face that ships.
    own: String,
}

impl Default for CaptionWriter {
    fn default() -> Self {
        let mut fonts = FontContext::new();
        let face = Blob::new(Arc::new(epaint_default_fonts::UBUNTU_LIGHT));
        let added = fonts.collection.register_fonts(face, None);
        let family = added.first().map(|(family, _)| *family);
        let name = family.and_then(|id| fonts.collection.family_name(id));
        let own = name.unwrap_or_default().to_owned();
        Self {
            fonts,
            scratch: LayoutContext::new(),
            glyphs: Resources::new(),
            own,
        }
    }
}

impl CaptionWriter {
    /// One line in letters of `size` pixels, at most `width` pixels wide, in the middle of a
    /// picture of just that width; its height follows from the size. What doesn't fit is left
    /// out, with `…` in its place. The picture is clear but for the letters.
    ///
    /// # Errors
    /// [`ExportError::Format`] for a size that no picture has (0, or above 65,535).
    pub fn line(
        &mut self,
        text: &str,
        width: u32,
        size: f32,
        colour: [u8; 3],
    ) -> Result<Picture, ExportError> {
        let height = line_height(size);
        let side = |n: u32| {
            u16::try_from(n)
                .ok()
                .filter(|n| *n > 0)
                .ok_or_else(|| ExportError::Format(format!("a caption can't be {n} pixels wide")))
        };
        let [w, h] = [side(width)?, side(height)?];
        let layout = self.fitted(text, width as f32, size);
        let mut scene = RenderContext::new(w, h);
        let [r, g, b] = colour;
        scene.set_paint(AlphaColor::from_rgba8(r, g, b, 255));
        let dx = ((width as f32 - layout.width()) / 2.0).max(0.0);
        let dy = (height as f32 - layout.height()) / 2.0;
        for item in layout.lines().flat_map(|line| line.items()) {
            let PositionedLayoutItem::GlyphRun(run) = item else {
                continue;
            };
            let glyphs = run.positioned_glyphs().map(|glyph| Glyph {
                id: glyph.id,
                x: glyph.x + dx,
                y: glyph.y + dy,
            });
            let face = run.run();
            scene
                .glyph_run(&mut self.glyphs, face.font())
                .font_size(face.font_size())
                .normalized_coords(face.normalized_coords())
                .fill_glyphs(glyphs);
        }
        scene.flush();
        let mut pixels = Pixmap::new(w, h);
        scene.render(&mut pixels, &mut self.glyphs);
        let rgba = pixels.take_unpremultiplied();
        let rgba = rgba.into_iter().flat_map(|p| [p.r, p.g, p.b, p.a]);
        Picture::from_rgba(width, height, rgba.collect())
            .map_err(|e| ExportError::Format(e.to_string()))
    }

    /// As much of a text as fits.
    fn fitted(&mut self, text: &str, width: f32, size: f32) -> Layout<()> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut layout = self.layout(&text, size);
        let mut kept: Vec<char> = text.chars().collect();
        while layout.width() > width && !kept.is_empty() {
            // Nearly there at once, then letter by letter.
            let guess = (kept.len() as f32 * width / layout.width()).floor() as usize;
            kept.truncate(guess.clamp(kept.len() / 2, kept.len() - 1));
            let start: String = kept.iter().collect();
            layout = self.layout(&format!("{}{REST}", start.trim_end()), size);
        }
        layout
    }

    fn layout(&mut self, text: &str, size: f32) -> Layout<()> {
        let families = [
            FontFamilyName::named(&self.own),
            FontFamilyName::Generic(GenericFamily::SansSerif),
            FontFamilyName::Generic(GenericFamily::Emoji),
        ];
        let mut builder = self
            .scratch
            .ranged_builder(&mut self.fonts, text, 1.0, false);
        builder.push_default(StyleProperty::FontSize(size));
        let families = FontFamily::List(families.as_slice().into());
        builder.push_default(StyleProperty::FontFamily(families));
        let mut layout = builder.build(text);
        layout.break_all_lines(None);
        layout
    }
}

/// Height of a line, pixels, of letters of this size.
pub fn line_height(size: f32) -> u32 {
    (size * 1.5).ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pixels that are written on, column by column.
    fn columns(p: &Picture) -> Vec<usize> {
        let [w, h] = p.size();
        let on = |x: u32, y: u32| p.rgba()[((y * w + x) * 4 + 3) as usize] > 127;
        (0..w)
            .map(|x| (0..h).filter(|y| on(x, *y)).count())
            .collect()
    }

    fn ink(p: &Picture) -> usize {
        columns(p).iter().sum()
    }

    #[test]
    fn a_line_is_as_wide_as_asked_and_what_is_too_long_ends_in_dots() {
        let mut writer = CaptionWriter::default();
        let short = writer.line("Pear", 160, 20.0, [255; 3]).unwrap();
        assert_eq!(short.size(), [160, 30]);
        let columns_of = columns(&short);
        let first = columns_of.iter().position(|n| *n > 0).unwrap();
        let last = columns_of.iter().rposition(|n| *n > 0).unwrap();
        assert!(
            (first as i32 - (159 - last as i32)).abs() <= 4,
            "in the middle"
        );
        assert!((30..70).contains(&(last - first)), "{first}..{last}");
        let long = "A pear that was painted in a long, long summer";
        let cut = writer.line(long, 160, 20.0, [255; 3]).unwrap();
        assert!(columns(&cut)[..4].iter().all(|n| *n < 20));
        assert!(ink(&cut) > ink(&short));
        let all = writer.line(long, 900, 20.0, [255; 3]).unwrap();
        assert!(ink(&cut) < ink(&all) / 2);
    }

    #[test]
    fn the_colour_is_the_one_that_was_asked_for() {
        let mut writer = CaptionWriter::default();
        let line = writer.line("█▌lll", 120, 20.0, [200, 30, 10]).unwrap();
        let solid = line.rgba().chunks(4).find(|p| p[3] == 255).unwrap();
        assert_eq!(solid, [200, 30, 10, 255]);
        assert!(writer.line("x", 0, 20.0, [0; 3]).is_err());
    }
}
