//! Model cards on the screen.
//!
//! `pulldown-cmark` reads them, this draws them. `egui_commonmark` 0.26 would do both, and
//! was left out: it sets each cell of a table in a line of its own that doesn't wrap (in a
//! box that scrolls sideways; cards that ship have cells of 69 characters), makes each piece
//! between two marks a widget of its own, so that a screen reader gets sentences in
//! fragments, takes its colours and sizes from egui's style and not from the theme, and
//! brings seven crates where the parser is two.

use egui::text::{LayoutJob, TextFormat};
use egui::{FontId, Label, RichText, Ui};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::ui::theme::{Theme, space};

/// A piece of a card.
#[derive(Debug, PartialEq, Eq)]
enum Block {
    Heading(String),
    Text(Vec<Run>),
    Item(Item),
    Quote(Vec<Run>),
    Code(String),
    /// Rows of cells, the head first.
    Table(Vec<Vec<Vec<Run>>>),
    Rule,
}

/// A paragraph of a list.
#[derive(Debug, PartialEq, Eq)]
struct Item {
    /// Lists around its own.
    depth: usize,
    /// A bullet or a number; nothing for a further paragraph of the same item.
    mark: String,
    text: Vec<Run>,
}

/// A piece of a line that looks the same throughout.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    look: Look,
    text: String,
}

/// How a piece of a line is written.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Look {
    bold: bool,
    slanted: bool,
    code: bool,
}

/// Draws a card. A first block between `---` lines is left out, and so is a first
/// heading that says `title` again.
pub fn show(ui: &mut Ui, theme: &Theme, title: &str, text: &str) {
    for (i, block) in blocks(text).iter().enumerate() {
        match block {
            Block::Heading(heading) if i == 0 && heading == title => {}
            Block::Heading(heading) => {
                ui.add_space(space::S);
                let heading = RichText::new(heading).color(*theme.text_strong).size(14.0);
                ui.label(heading);
            }
            Block::Text(text) => paragraph(ui, theme, text),
            Block::Item(item) => {
                ui.horizontal_top(|ui| {
                    ui.add_space(space::M * item.depth as f32);
                    ui.label(&item.mark);
                    paragraph(ui, theme, &item.text);
                });
            }
            Block::Quote(text) => {
                ui.indent("quote", |ui| paragraph(ui, theme, text));
            }
            Block::Code(text) => {
                ui.add(Label::new(RichText::new(text).monospace()).wrap());
            }
            Block::Table(rows) => table(ui, theme, i, rows),
            Block::Rule => {
                ui.separator();
            }
        }
    }
}

fn paragraph(ui: &mut Ui, theme: &Theme, text: &[Run]) {
    let font = egui::TextStyle::Body.resolve(ui.style());
    ui.add(Label::new(inline(text, theme, &font)).wrap());
}

/// Columns share the width, so that long cells break into lines.
fn table(ui: &mut Ui, theme: &Theme, id: usize, rows: &[Vec<Vec<Run>>]) {
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
                    let cell = row.get(c).map_or(&[][..], Vec::as_slice);
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
fn widths(rows: &[Vec<Vec<Run>>], columns: usize, whole: f32) -> Vec<f32> {
    let longest = |c: usize| {
        let cells = rows.iter().filter_map(|row| row.get(c));
        cells
            .map(|cell| {
                cell.iter()
                    .map(|run| run.text.chars().count())
                    .sum::<usize>()
            })
            .max()
            .unwrap_or(0)
            .clamp(6, 60) as f32
    };
    let all: f32 = (0..columns).map(longest).sum();
    (0..columns)
        .map(|c| (whole * longest(c) / all).max(whole * 0.1))
        .collect()
}

fn inline(text: &[Run], theme: &Theme, font: &FontId) -> LayoutJob {
    let mut job = LayoutJob::default();
    for Run { look, text } in text {
        let mut format = TextFormat::simple(font.clone(), *theme.text);
        if look.bold {
            format.color = *theme.text_strong;
        }
        if look.code {
            format.font_id = FontId::monospace(font.size * 0.95);
        }
        format.italics = look.slanted;
        job.append(text, 0.0, format);
    }
    job
}

fn blocks(text: &str) -> Vec<Block> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut card = Card::default();
    for event in Parser::new_ext(text, options) {
        card.take(event);
    }
    card.finish_paragraph();
    card.blocks
}

/// A card as far as it is read.
#[derive(Default)]
struct Card {
    blocks: Vec<Block>,
    /// Of the paragraph, heading or cell that is being read.
    runs: Vec<Run>,
    look: Look,
    /// The next number of each list around; nothing for bullets.
    lists: Vec<Option<u64>>,
    /// Of the item that has begun and has no text yet.
    mark: String,
    quotes: usize,
    /// Addresses of the links around, and where their texts begin.
    links: Vec<(String, usize)>,
    rows: Vec<Vec<Vec<Run>>>,
    /// Within what is not shown.
    hidden: bool,
}

impl Card {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if !self.hidden => self.push(self.look, &text),
            Event::Code(text) => {
                let code = true;
                self.push(Look { code, ..self.look }, &text);
            }
            Event::SoftBreak => self.push(self.look, " "),
            Event::HardBreak => self.push(self.look, "\n"),
            Event::Rule => {
                self.finish_paragraph();
                self.blocks.push(Block::Rule);
            }
            // HTML draws nothing here; other events are of extensions that are off.
            _ => {}
        }
    }

    fn push(&mut self, look: Look, text: &str) {
        // Never into a run that began before the link around.
        let from = self.links.last().map_or(0, |(_, from)| *from);
        let own = self.runs.len() > from;
        match self.runs.last_mut() {
            Some(last) if own && last.look == look => last.text.push_str(text),
            _ => self.runs.push(Run {
                look,
                text: text.to_owned(),
            }),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Strong => self.look.bold = true,
            Tag::Emphasis => self.look.slanted = true,
            Tag::Link { dest_url, .. } => {
                self.links.push((dest_url.into_string(), self.runs.len()));
            }
            // A picture is its words: nothing is fetched.
            Tag::Image { .. } | Tag::TableCell => {}
            Tag::TableHead | Tag::TableRow => self.rows.push(Vec::new()),
            block => {
                self.finish_paragraph();
                self.start_block(block);
            }
        }
    }

    fn start_block(&mut self, block: Tag<'_>) {
        match block {
            Tag::BlockQuote(_) => self.quotes += 1,
            Tag::List(first) => self.lists.push(first),
            Tag::Item => {
                self.mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}.", *number - 1)
                    }
                    _ => "•".to_owned(),
                };
            }
            Tag::MetadataBlock(_) => self.hidden = true,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.look.bold = false,
            TagEnd::Emphasis => self.look.slanted = false,
            TagEnd::Link => self.end_link(),
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.runs);
                if let Some(row) = self.rows.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::Image | TagEnd::TableHead | TagEnd::TableRow => {}
            TagEnd::Table => {
                let rows = std::mem::take(&mut self.rows);
                self.blocks.push(Block::Table(rows));
            }
            TagEnd::Heading(_) => {
                let heading = self.words();
                self.blocks.push(Block::Heading(heading));
            }
            TagEnd::CodeBlock => {
                let code = self.words().trim_end().to_owned();
                self.blocks.push(Block::Code(code));
            }
            block => {
                self.finish_paragraph();
                match block {
                    TagEnd::BlockQuote(_) => self.quotes = self.quotes.saturating_sub(1),
                    TagEnd::List(_) => {
                        self.lists.pop();
                    }
                    TagEnd::MetadataBlock(_) => self.hidden = false,
                    _ => {}
                }
            }
        }
    }

    /// Says the address of a link, unless its text does.
    fn end_link(&mut self) {
        let Some((address, from)) = self.links.pop() else {
            return;
        };
        let said: String = self.runs[from.min(self.runs.len())..]
            .iter()
            .map(|run| run.text.as_str())
            .collect();
        if !address.is_empty() && said != address {
            self.push(self.look, &format!(" ({address})"));
        }
    }

    /// What was read since the last block, without looks.
    fn words(&mut self) -> String {
        self.runs.drain(..).map(|run| run.text).collect()
    }

    fn finish_paragraph(&mut self) {
        if self.runs.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.runs);
        self.blocks.push(match self.lists.len() {
            0 if self.quotes > 0 => Block::Quote(text),
            0 => Block::Text(text),
            lists => Block::Item(Item {
                depth: lists - 1,
                mark: std::mem::take(&mut self.mark),
                text,
            }),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Run {
        looking(Look::default(), text)
    }

    fn looking(look: Look, text: &str) -> Run {
        let text = text.to_owned();
        Run { look, text }
    }

    fn item(depth: usize, mark: &str, text: &str) -> Block {
        let (mark, text) = (mark.to_owned(), vec![plain(text)]);
        Block::Item(Item { depth, mark, text })
    }

    #[test]
    fn wrapped_lines_lists_quotes_and_tables() {
        let text = "# Fruit\nA network\nfor fruit.\n\n- one\n- two\n  more\n\n> said\n> so\n\n\
                    | a | b |\n|---|---|\n| 1 | 2 x 3 |\n\n    at 512: 0.6\n    at 256: 0.7\nend";
        let row = |a: &str, b: &str| vec![vec![plain(a)], vec![plain(b)]];
        assert_eq!(
            blocks(text),
            [
                Block::Heading("Fruit".into()),
                Block::Text(vec![plain("A network for fruit.")]),
                item(0, "•", "one"),
                item(0, "•", "two more"),
                Block::Quote(vec![plain("said so")]),
                Block::Table(vec![row("a", "b"), row("1", "2 x 3")]),
                Block::Code("at 512: 0.6\nat 256: 0.7".into()),
                Block::Text(vec![plain("end")]),
            ]
        );
    }

    #[test]
    fn marks_become_looks_and_lonely_ones_stay() {
        let bold = Look {
            bold: true,
            ..Look::default()
        };
        let slanted = Look {
            slanted: true,
            ..Look::default()
        };
        let code = Look {
            code: true,
            ..Look::default()
        };
        assert_eq!(
            blocks("a **b** *w* `c` 2 * 3 * 4 ä*"),
            [Block::Text(vec![
                plain("a "),
                looking(bold, "b"),
                plain(" "),
                looking(slanted, "w"),
                plain(" "),
                looking(code, "c"),
                plain(" 2 * 3 * 4 ä*"),
            ])]
        );
    }

    #[test]
    fn cards_of_strangers_are_read_as_they_were_meant() {
        let text = "---\nlicense: mit\n---\n# A [net](https://a.org)\n1. first\n   - inner\n2. second\n\n\
                    ```python\nx = 1\n\ny = 2\n```\n<p align=\"center\">\n\n<https://b.org> ![a cat](cat.png)\n\n***";
        assert_eq!(
            blocks(text),
            [
                Block::Heading("A net (https://a.org)".into()),
                item(0, "1.", "first"),
                item(1, "•", "inner"),
                item(0, "2.", "second"),
                Block::Code("x = 1\n\ny = 2".into()),
                Block::Text(vec![plain("https://b.org a cat")]),
                Block::Rule,
            ]
        );
    }

    /// Every card that ships is read whole: no mark is left as text.
    #[test]
    fn cards_that_ship_have_no_marks_left() {
        let models = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
        let mut tables = 0;
        for entry in std::fs::read_dir(models).unwrap() {
            let Ok(card) = std::fs::read_to_string(entry.unwrap().path().join("card.md")) else {
                continue;
            };
            for block in blocks(&card) {
                let runs = match block {
                    Block::Text(text) | Block::Item(Item { text, .. }) => text,
                    Block::Table(rows) => {
                        tables += 1;
                        rows.into_iter().flatten().flatten().collect()
                    }
                    _ => continue,
                };
                for run in runs {
                    let left = run.text.starts_with('|') || run.text.contains("**");
                    assert!(!left, "{}", run.text);
                }
            }
        }
        assert!(tables >= 4, "{tables}");
    }
}
