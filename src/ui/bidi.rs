//! Right-to-left text in labels. egui shapes words of such scripts (joined letters), but sets
//! the words one after the other from the left. Before a frame is handed on, every such text in
//! it is laid out once more in the order of the Unicode Bidirectional Algorithm (UAX #9), line
//! by line. What a screen reader hears stays as it was written. The field that is being typed
//! into is left as egui has it, since its cursor goes by egui's order.

use std::collections::HashMap;
use std::sync::Arc;

use egui::epaint::text::{ByteIndex, LayoutJob, LayoutSection, TextWrapping};
use egui::epaint::{ClippedShape, TextShape};
use egui::layers::ShapeIdx;
use egui::{Align, Galley, Rect, Shape, Ui};
use unicode_bidi::{BidiClass, BidiInfo, Level, bidi_class};
use unicode_bidi_mirroring::get_mirrored;

/// What stands for the rest of a text that was cut.
const REST: char = '…';

/// Part of a line in the order in which it is seen, for the shaper to draw in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    text: String,
    /// Which format of the text it has.
    section: usize,
}

/// Whether there may be anything to put in order; quick.
fn may_be_mixed(text: &str) -> bool {
    // The first bytes of Hebrew to Arabic Extended, of what follows up to U+08FF, of the
    // presentation forms and of the scripts beyond U+10000.
    let lead = |b: &u8| matches!(b, 0xD6..=0xDF | 0xE0 | 0xE2 | 0xEF | 0xF0);
    text.as_bytes().iter().any(lead) && text.chars().any(|c| is_rtl(bidi_class(c)))
}

fn is_rtl(class: BidiClass) -> bool {
    use BidiClass as B;
    matches!(class, B::R | B::AL | B::AN | B::RLE | B::RLO | B::RLI)
}

/// Whether the shaper draws a piece that begins with this letter from the right.
fn shaped_from_the_right(c: char) -> bool {
    matches!(bidi_class(c), BidiClass::R | BidiClass::AL)
        // Persian digits belong to the Arabic script, but are read from the left.
        || matches!(c, '\u{6F0}'..='\u{6F9}')
}

/// Stays with the letter before it.
fn goes_along(c: char) -> bool {
    matches!(bidi_class(c), BidiClass::NSM | BidiClass::BN)
}

/// One line in visual order. `chars` are its letters with their formats, `base` the direction of
/// its paragraph.
fn visual(chars: &[(char, usize)], base: Level) -> Vec<Piece> {
    let text: String = chars.iter().map(|(c, _)| *c).collect();
    let info = BidiInfo::new(&text, Some(base));
    let mut pieces = Vec::new();
    for paragraph in &info.paragraphs {
        let (levels, runs) = info.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            let first = text[..run.start].chars().count();
            let count = text[run.clone()].chars().count();
            let letters = &chars[first..first + count];
            put_run(letters, levels[run.start].is_rtl(), &mut pieces);
        }
    }
    pieces
}

/// The pieces of letters that all go one way.
fn put_run(letters: &[(char, usize)], rtl: bool, out: &mut Vec<Piece>) {
    // (shaped from the right, format, letters)
    let mut parts: Vec<(bool, usize, Vec<char>)> = Vec::new();
    for &(c, section) in letters {
        let last = parts.last_mut();
        let along = goes_along(c) && last.is_some();
        let from_right = shaped_from_the_right(c);
        match last {
            Some((right, of, part)) if *of == section && (along || *right == from_right) => {
                part.push(c);
            }
            _ => parts.push((from_right, section, vec![c])),
        }
    }
    if rtl {
        parts.reverse();
    }
    for (from_right, section, mut part) in parts {
        match (rtl, from_right) {
            // The shaper turns it around.
            (true, true) | (false, false) => {}
            (true, false) => {
                part.reverse();
                for c in &mut part {
                    *c = get_mirrored(*c).unwrap_or(*c);
                }
            }
            (false, true) => part.reverse(),
        }
        let text = part.into_iter().collect();
        out.push(Piece { text, section });
    }
}

/// A letter and its format.
type Letter = (char, usize);

/// The letters of a text with their formats.
fn letters(job: &LayoutJob) -> Vec<Letter> {
    let section = |at: usize| {
        let inside = |s: &LayoutSection| (s.byte_range.start.0..s.byte_range.end.0).contains(&at);
        job.sections.iter().position(inside).unwrap_or(0)
    };
    job.text
        .char_indices()
        .map(|(at, c)| (c, section(at)))
        .collect()
}

/// The lines of a text in the order of memory, broken to its width: egui's own rows hold other
/// numbers of glyphs than of letters where words go from the right. `width` measures a line.
fn broken(galley: &Galley, width: &dyn Fn(&[Letter], Level) -> f32) -> Vec<(Vec<Letter>, Level)> {
    let all = letters(&galley.job);
    let most = galley.job.wrap.max_width + 0.5;
    let mut lines = Vec::new();
    for paragraph in all.split(|(c, _)| *c == '\n') {
        let text: String = paragraph.iter().map(|(c, _)| *c).collect();
        let base = base_of(&text);
        let mut line: Vec<Letter> = Vec::new();
        for word in paragraph.split_inclusive(|(c, _)| *c == ' ') {
            let mut longer = line.clone();
            longer.extend(word);
            if !line.is_empty() && galley.rows.len() > 1 && width(&longer, base) > most {
                lines.push((std::mem::take(&mut line), base));
                longer = word.to_vec();
            }
            line = longer;
        }
        lines.push((line, base));
    }
    if galley.elided {
        cut(&mut lines, galley.rows.len(), &|line, base| {
            width(line, base) <= most
        });
    }
    lines
}

/// As many lines as there are to be, the last one as long as it fits with `…` at its end.
fn cut(
    lines: &mut Vec<(Vec<Letter>, Level)>,
    rows: usize,
    fits: &dyn Fn(&[Letter], Level) -> bool,
) {
    let rest: Vec<Letter> = lines
        .drain(rows.min(lines.len())..)
        .flat_map(|(line, _)| line)
        .collect();
    let Some((last, base)) = lines.last_mut() else {
        return;
    };
    last.extend(rest);
    let (mut least, mut most) = (0, last.len());
    let shortened = |n: usize| {
        let mut line = last[..n].to_vec();
        line.push((REST, line.last().map_or(0, |(_, section)| *section)));
        line
    };
    while least < most {
        let middle = (least + most).div_ceil(2);
        match fits(&shortened(middle), *base) {
            true => least = middle,
            false => most = middle - 1,
        }
    }
    *last = shortened(least);
}

/// The direction of a paragraph: that of its first letter that has one.
fn base_of(text: &str) -> Level {
    let info = BidiInfo::new(text, None);
    info.paragraphs.first().map_or(Level::ltr(), |p| p.level)
}

/// Lines in visual order as a text for the shaper: each piece is a section of its own, so that
/// the shaper sees nothing else.
fn job(lines: &[(Vec<Letter>, Level)], like: &LayoutJob) -> LayoutJob {
    let mut job = LayoutJob {
        wrap: TextWrapping::no_max_width(),
        break_on_newline: true,
        halign: Align::LEFT,
        keep_trailing_whitespace: true,
        ..LayoutJob::default()
    };
    let mut put = |text: &str, section: usize| {
        let Some(as_there) = like.sections.get(section) else {
            return;
        };
        let start = job.text.len();
        job.text += text;
        job.sections.push(LayoutSection {
            leading_space: 0.0,
            byte_range: ByteIndex(start)..ByteIndex(job.text.len()),
            format: as_there.format.clone(),
        });
    };
    for (n, (line, base)) in lines.iter().enumerate() {
        if n > 0 {
            put("\n", line.first().map_or(0, |(_, section)| *section));
        }
        for piece in visual(line, *base) {
            put(&piece.text, piece.section);
        }
    }
    job
}

/// The text once more, in visual order.
fn in_order(galley: &Galley, ui: &Ui) -> Arc<Galley> {
    let lay = |lines: &[(Vec<Letter>, Level)]| {
        let job = job(lines, &galley.job);
        ui.ctx().fonts_mut(|fonts| fonts.layout_job(job))
    };
    let width = |line: &[Letter], base: Level| lay(&[(line.to_vec(), base)]).rect.width();
    let mut new = lay(&broken(galley, &width));
    let placed = Arc::make_mut(&mut new);
    for (n, row) in placed.rows.iter_mut().enumerate() {
        let spare = match galley.rows.get(n) {
            Some(old) => {
                row.pos = old.pos;
                old.row.size.x - row.row.size.x
            }
            None => 0.0,
        };
        row.pos.x += match galley.job.halign {
            Align::Min => 0.0,
            Align::Center => spare / 2.0,
            Align::Max => spare,
        };
    }
    placed.rect = galley.rect;
    placed.mesh_bounds = placed.mesh_bounds.union(galley.mesh_bounds);
    new
}

/// What was put in order, as long as it is seen.
#[derive(Default)]
pub struct TextOrder {
    /// By the place of the text in memory; both are held, so that no other takes the place.
    known: HashMap<usize, Known>,
}

struct Known {
    text: Arc<Galley>,
    ordered: Arc<Galley>,
    seen: bool,
}

impl TextOrder {
    fn shape(&mut self, shape: &mut Shape, typed: Option<Rect>, ui: &Ui) {
        match shape {
            Shape::Vec(shapes) => {
                for shape in shapes {
                    self.shape(shape, typed, ui);
                }
            }
            Shape::Text(text) if !typed.is_some_and(|field| field.contains(text.pos)) => {
                self.text(text, ui);
            }
            _ => {}
        }
    }

    fn text(&mut self, shape: &mut TextShape, ui: &Ui) {
        if !may_be_mixed(&shape.galley.job.text) {
            return;
        }
        let key = Arc::as_ptr(&shape.galley) as usize;
        let known = self.known.entry(key).or_insert_with(|| Known {
            text: Arc::clone(&shape.galley),
            ordered: in_order(&shape.galley, ui),
            seen: true,
        });
        known.seen = true;
        shape.galley = Arc::clone(&known.ordered);
    }
}

impl egui::Plugin for TextOrder {
    fn debug_name(&self) -> &'static str {
        "order of right-to-left text"
    }

    fn on_end_pass(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let typed = ctx
            .memory(|m| m.focused())
            .filter(|_| ctx.text_edit_focused());
        let typed = typed.and_then(|id| ctx.read_response(id)).map(|r| r.rect);
        let layers: Vec<_> = ctx.memory(|m| m.layer_ids().collect());
        for layer in layers {
            let wanted: Vec<usize> = ctx.graphics(|graphics| {
                let all = graphics.get(layer).map(|list| list.all_entries());
                let all = all.into_iter().flatten().enumerate();
                all.filter(|(_, shape)| has_text(shape))
                    .map(|(n, _)| n)
                    .collect()
            });
            for n in wanted {
                let taken = ctx.graphics_mut(|graphics| {
                    let mut shape = Shape::Noop;
                    if let Some(list) = graphics.get_mut(layer) {
                        list.mutate_shape(ShapeIdx(n), |s| {
                            std::mem::swap(&mut s.shape, &mut shape)
                        });
                    }
                    shape
                });
                let mut shape = taken;
                self.shape(&mut shape, typed, ui);
                ctx.graphics_mut(|graphics| {
                    if let Some(list) = graphics.get_mut(layer) {
                        list.mutate_shape(ShapeIdx(n), |s| s.shape = shape);
                    }
                });
            }
        }
        self.known.retain(|_, known| {
            let held = Arc::strong_count(&known.text) > 1;
            std::mem::take(&mut known.seen) || held
        });
    }
}

fn has_text(shape: &ClippedShape) -> bool {
    fn inside(shape: &Shape) -> bool {
        match shape {
            Shape::Vec(shapes) => shapes.iter().any(inside),
            Shape::Text(text) => may_be_mixed(&text.galley.job.text),
            _ => false,
        }
    }
    inside(&shape.shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As it is seen from left to right: pieces that the shaper turns around are turned.
    fn seen(text: &str) -> String {
        let chars: Vec<(char, usize)> = text.chars().map(|c| (c, 0)).collect();
        let pieces = visual(&chars, base_of(text));
        let turned = |p: &Piece| match p.text.chars().any(shaped_from_the_right) {
            true => p.text.chars().rev().collect(),
            false => p.text.clone(),
        };
        pieces.iter().map(turned).collect()
    }

    #[test]
    fn words_stand_in_the_order_of_their_script() {
        // Written in memory order; Hebrew has no joined letters to confuse the eye.
        for (written, expected) in [
            ("abc def", "abc def"),
            ("אבג דהו", "והד גבא"),
            ("Pear אבג דהו 12", "Pear 12 והד גבא"),
            ("Pear אבג 12 דהו", "Pear והד 12 גבא"),
            ("אבג Pear 2", "Pear 2 גבא"),
            ("אבג (דהו) 42%", "42% (והד) גבא"),
            ("(אבג) [a]", "[a] (גבא)"),
            ("אבג…", "…גבא"),
        ] {
            assert_eq!(seen(written), expected, "{written}");
        }
    }

    #[test]
    fn arabic_words_stay_whole_for_their_joined_letters() {
        let text = "سلام دنیا ۱۲۳ ٤٥٦";
        let chars: Vec<(char, usize)> = text.chars().map(|c| (c, 0)).collect();
        let pieces = visual(&chars, base_of(text));
        let words: Vec<&str> = pieces.iter().map(|p| p.text.as_str()).collect();
        assert_eq!(words.last(), Some(&"سلام"), "first word on the right");
        assert!(words.contains(&"دنیا"));
        // The shaper takes Persian digits for Arabic letters and turns them.
        assert!(words.contains(&"۳۲۱"), "{words:?}");
        assert!(words.iter().any(|w| w.contains("٤٥٦")), "{words:?}");
        // A vowel sign and a joiner stay with their letters.
        assert_eq!(seen("مِ").chars().count(), 2);
        let joined = "می‌خواهم";
        let chars: Vec<(char, usize)> = joined.chars().map(|c| (c, 0)).collect();
        assert_eq!(visual(&chars, base_of(joined)).len(), 1);
    }

    #[test]
    fn formats_stay_with_their_letters() {
        let chars: Vec<(char, usize)> = "אבגדה".chars().zip([0, 0, 1, 1, 1]).collect();
        let pieces = visual(&chars, Level::rtl());
        let parts: Vec<_> = pieces
            .iter()
            .map(|p| (p.text.as_str(), p.section))
            .collect();
        assert_eq!(parts, [("גדה", 1), ("אב", 0)]);
    }

    #[test]
    fn what_is_too_long_loses_its_end_and_keeps_its_beginning() {
        let line = |text: &str| {
            (
                text.chars().map(|c| (c, 0)).collect::<Vec<_>>(),
                Level::rtl(),
            )
        };
        let mut lines = vec![line("אבג דהו "), line("זחט יכל"), line("מנס")];
        cut(&mut lines, 2, &|line, _| line.len() <= 6);
        let text: String = lines[1].0.iter().map(|(c, _)| *c).collect();
        assert_eq!((lines.len(), text.as_str()), (2, "זחט י…"));
        let mut short = vec![line("אב")];
        cut(&mut short, 1, &|line, _| line.len() <= 6);
        assert_eq!(short[0].0.len(), 3, "it said itself that it was cut");
    }

    #[test]
    fn other_texts_are_left_alone() {
        for text in ["", "Pears", "静物 🍐", "Été – naïve", "ℓ ∑ “quoted”"] {
            assert!(!may_be_mixed(text), "{text}");
        }
        assert!(may_be_mixed("Pears שלום") && may_be_mixed("ﻻ"));
    }
}
