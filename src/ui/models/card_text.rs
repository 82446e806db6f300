//! Model cards on the screen: the little of Markdown that they use.

use egui::text::{LayoutJob, TextFormat};
use egui::{FontId, Label, RichText, Ui};

use crate::ui::theme::{Theme, space};

/// A piece of a card.
#[derive(Debug, PartialEq, Eq)]
enum Block {
    Heading(String),
    Text(String),
    Item(String),
    Quote(String),
    /// Indented by four or more.
    Code(String),
    Table(Vec<Vec<String>>),
}

/// Draws a card. A first block between `---` lines is left out, and so is a first
/// heading that says `title` again.
pub fn show(ui: &mut Ui, theme: &Theme, title: &str, text: &str) {
    let text = text
        .strip_prefix("---")
        .and_then(|t| t.split_once("\n---").map(|(_, rest)| rest))
        .unwrap_or(text);
    for (i, block) in blocks(text).into_iter().enumerate() {
        match block {
            Block::Heading(heading) if i == 0 && heading == title => {}
            Block::Heading(heading) => {
                ui.add_space(space::S);
                let heading = RichText::new(heading).color(*theme.text_strong).size(14.0);
                ui.label(heading);
            }
            Block::Text(text) => paragraph(ui, theme, &text),
            Block::Item(text) => {
                ui.horizontal_top(|ui| {
                    ui.label("•");
                    paragraph(ui, theme, &text);
                });
            }
            Block::Quote(text) => {
                ui.indent("quote", |ui| paragraph(ui, theme, &text));
            }
            Block::Code(text) => {
                ui.add(Label::new(RichText::new(text).monospace()).wrap());
            }
            Block::Table(rows) => table(ui, theme, i, &rows),
        }
    }
}

fn paragraph(ui: &mut Ui, theme: &Theme, text: &str) {
    let font = egui::TextStyle::Body.resolve(ui.style());
    ui.add(Label::new(inline(text, theme, &font)).wrap());
}

/// Columns share the width, so that long cells break into lines.
fn table(ui: &mut Ui, theme: &Theme, id: usize, rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    if columns == 0 {
        return;
    }
    let gap = space::M * (columns - 1) as f32;
    let widths = widths(rows, columns, (ui.available_width() - gap).max(80.0));
    ui.add_space(space::XS);
    egui::Grid::new(("card table", id))
        .num_columns(columns)
        .spacing([space::M, space::XS])
        .show(ui, |ui| {
            for row in rows.iter().filter(|r| r.iter().any(|c| !c.is_empty())) {
                for (c, width) in widths.iter().enumerate() {
                    let cell = row.get(c).map_or("", String::as_str);
                    ui.vertical(|ui| {
                        ui.set_width(*width);
                        paragraph(ui, theme, cell);
                    });
                }
                ui.end_row();
            }
        });
    ui.add_space(space::XS);
}

/// By the longest cell of each column, none narrower than a tenth of the whole.
fn widths(rows: &[Vec<String>], columns: usize, whole: f32) -> Vec<f32> {
    let longest = |c: usize| {
        let cells = rows.iter().filter_map(|row| row.get(c));
        cells
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
            .clamp(6, 60) as f32
    };
    let all: f32 = (0..columns).map(longest).sum();
    (0..columns)
        .map(|c| (whole * longest(c) / all).max(whole * 0.1))
        .collect()
}

/// Bold, slanted and code marks become looks.
fn inline(text: &str, theme: &Theme, font: &FontId) -> LayoutJob {
    let plain = TextFormat::simple(font.clone(), *theme.text);
    let mut job = LayoutJob::default();
    for (mark, piece) in marked(text) {
        let mut format = plain.clone();
        match mark {
            Mark::None => {}
            Mark::Bold => format.color = *theme.text_strong,
            Mark::Slanted => format.italics = true,
            Mark::Code => format.font_id = FontId::monospace(font.size * 0.95),
        }
        job.append(piece, 0.0, format);
    }
    job
}

/// How a piece of a line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    None,
    Bold,
    Slanted,
    Code,
}

/// The pieces of a line by their marks. A mark without its end is text.
fn marked(text: &str) -> Vec<(Mark, &str)> {
    let mut out = Vec::new();
    let mut rest = text;
    let (mut plain, mut at) = (0, 0);
    let marks = [("**", Mark::Bold), ("`", Mark::Code), ("*", Mark::Slanted)];
    while at < rest.len() {
        let here = &rest[at..];
        let found = marks.iter().find_map(|(sign, mark)| {
            let inner = here.strip_prefix(sign)?;
            let end = inner.find(sign).filter(|end| *end > 0)?;
            // `2 * 3 * 4` is no slanted text.
            let inside = &inner[..end];
            let tight = !inside.starts_with(' ') && !inside.ends_with(' ');
            tight.then_some((*mark, inside, 2 * sign.len() + end))
        });
        if let Some((mark, inside, length)) = found {
            if plain < at {
                out.push((Mark::None, &rest[plain..at]));
            }
            out.push((mark, inside));
            rest = &rest[at + length..];
            (plain, at) = (0, 0);
        } else {
            at += here.chars().next().map_or(1, char::len_utf8);
        }
    }
    if plain < rest.len() {
        out.push((Mark::None, &rest[plain..]));
    }
    out
}

/// Joins wrapped lines.
fn blocks(text: &str) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let code =
            line.starts_with("    ") && (!open || matches!(out.last(), Some(Block::Code(_))));
        let trimmed = line.trim();
        if trimmed.is_empty() {
            open = false;
            continue;
        }
        let goes_on = open && !trimmed.starts_with(['#', '|', '>']) && item(trimmed).is_none();
        match out.last_mut() {
            Some(Block::Text(last) | Block::Item(last) | Block::Quote(last)) if goes_on => {
                last.push(' ');
                last.push_str(trimmed);
            }
            Some(Block::Code(last)) if open && code => {
                last.push('\n');
                last.push_str(trimmed);
            }
            Some(Block::Quote(last)) if open && trimmed.starts_with('>') => {
                last.push(' ');
                last.push_str(trimmed.trim_start_matches('>').trim());
            }
            Some(Block::Table(rows)) if open && trimmed.starts_with('|') => {
                rows.extend(cells(trimmed));
            }
            _ => out.push(block(trimmed, code)),
        }
        open = !matches!(out.last(), Some(Block::Heading(_)));
    }
    out
}

fn item(line: &str) -> Option<&str> {
    line.strip_prefix("- ").or_else(|| line.strip_prefix("* "))
}

fn block(line: &str, code: bool) -> Block {
    if code {
        return Block::Code(line.to_owned());
    }
    if let Some(heading) = line.strip_prefix('#') {
        return Block::Heading(heading.trim_start_matches('#').trim().to_owned());
    }
    if let Some(quote) = line.strip_prefix('>') {
        return Block::Quote(quote.trim().to_owned());
    }
    if line.starts_with('|') {
        return Block::Table(cells(line).into_iter().collect());
    }
    match item(line) {
        Some(text) => Block::Item(text.trim().to_owned()),
        None => Block::Text(line.to_owned()),
    }
}

/// A table's row; none for the line under the head.
fn cells(line: &str) -> Option<Vec<String>> {
    let inner = line.trim_matches('|');
    if inner.chars().all(|c| matches!(c, '-' | ':' | '|' | ' ')) && inner.contains('-') {
        return None;
    }
    Some(
        inner
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapped_lines_lists_quotes_and_tables() {
        let text = "# Fruit\nA network\nfor fruit.\n\n- one\n- two\n  more\n\n> said\n> so\n\n\
                    | a | b |\n|---|---|\n| 1 | 2 x 3 |\n\n    at 512: 0.6\n    at 256: 0.7\nend";
        let row = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
        assert_eq!(
            blocks(text),
            [
                Block::Heading("Fruit".into()),
                Block::Text("A network for fruit.".into()),
                Block::Item("one".into()),
                Block::Item("two more".into()),
                Block::Quote("said so".into()),
                Block::Table(vec![row("a", "b"), row("1", "2 x 3")]),
                Block::Code("at 512: 0.6\nat 256: 0.7".into()),
                Block::Text("end".into()),
            ]
        );
    }

    #[test]
    fn marks_become_looks_and_lonely_ones_stay() {
        assert_eq!(
            marked("a **b** *w* `c` 2 * 3 * 4 ä*"),
            [
                (Mark::None, "a "),
                (Mark::Bold, "b"),
                (Mark::None, " "),
                (Mark::Slanted, "w"),
                (Mark::None, " "),
                (Mark::Code, "c"),
                (Mark::None, " 2 * 3 * 4 ä*"),
            ]
        );
    }

    /// Every card that ships is read whole: no table line is left as text.
    #[test]
    fn cards_that_ship_have_no_marks_left() {
        let models = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
        for entry in std::fs::read_dir(models).unwrap() {
            let Ok(card) = std::fs::read_to_string(entry.unwrap().path().join("card.md")) else {
                continue;
            };
            for block in blocks(&card) {
                if let Block::Text(text) | Block::Item(text) = block {
                    assert!(!text.starts_with('|'), "{text}");
                    let left = |(_, piece): &(Mark, &str)| piece.contains("**");
                    assert!(!marked(&text).iter().any(left), "{text}");
                }
            }
        }
    }
}
