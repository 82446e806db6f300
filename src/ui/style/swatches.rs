//! The styles to choose from: those that ship, then the user's own.

use egui::{
    Align2, Color32, CornerRadius, FontId, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui,
    Vec2, WidgetInfo, pos2, vec2,
};

use crate::app::action::{Action, FileRole, Pick};
use crate::app::queue::Actions;
use crate::app::style::edit::StyleEdit;
use crate::app::style::own_styles_edit::OwnStyleEdit;
use crate::engine::protocol::{Painter, StyleInfo};
use crate::recipe::StyleSource;
use crate::ui::panel::Panel;
use crate::ui::style::own_styles::Renaming;
use crate::ui::style::tryouts::Tryouts;
use crate::ui::style::{learning, names, own_styles};
use crate::ui::widgets::icon::{self, Icon};

/// Least side of a swatch; it grows until the row is full.
const SIDE: f32 = 78.0;
/// Two lines for the name.
const CAPTION: f32 = 32.0;
/// One more for the artist.
const ARTIST: f32 = 14.0;
const GAP: f32 = 8.0;
/// Diameter of a button over a swatch.
const CORNER: f32 = 20.0;

/// What the grid of styles asks its panel for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SwatchEvent {
    /// Choose a picture of the gallery as a style.
    FromGallery,
}

/// Where no more styles than these are, nobody has to search.
const SEARCHED: usize = 12;

/// The grid of styles: what is tried out, what is searched for.
#[derive(Default)]
pub struct StyleGrid {
    /// Every style on the photo in hand.
    pub tryouts: Tryouts,
    /// Letters of names, artists or groups.
    search: String,
    /// A style of the user's own that gets another name.
    renaming: Option<Renaming>,
}

/// Draws the grid. Click takes a style instead of the others; Ctrl/Cmd-click and
/// Shift-click add it to them, or take it away again.
pub fn swatches(ui: &mut Ui, p: &mut Panel<'_>, grid: &mut StyleGrid) -> Option<SwatchEvent> {
    grid.tryouts.ask(ui, p);
    learning::ui(ui, p);
    let library = std::sync::Arc::clone(&p.state.engine.library);
    let styles = &library.styles;
    if styles.is_empty() {
        ui.weak(if p.state.engine.library_known {
            "No styles ship with this network. Add a picture of your own below."
        } else {
            "Looking for styles…"
        });
    }
    let columns = ((ui.available_width() + GAP) / (SIDE + GAP))
        .floor()
        .max(1.0) as usize;
    let side = swatch_side(ui.available_width(), columns);
    if styles.len() > SEARCHED {
        let field = egui::TextEdit::singleline(&mut grid.search)
            .hint_text("Find a style or an artist")
            .desired_width(f32::INFINITY);
        ui.add(field).accessible_name("Find a style");
    }
    own_styles::form(ui, p, &mut grid.renaming);
    own_styles::bring_back(ui, p);
    let found = grouped(styles, &grid.search);
    if found.is_empty() && !styles.is_empty() {
        ui.weak("No style is called so. Search for other letters.");
    }
    let several = found.len() > 1;
    for (group, styles) in found {
        if several || !group.is_empty() {
            let heading = if group.is_empty() { "Others" } else { group };
            ui.add_space(4.0);
            ui.weak(heading);
        }
        for row in styles.chunks(columns) {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = GAP;
                let artists = row.iter().any(|style| !style.artist.is_empty());
                let caption = if artists { CAPTION + ARTIST } else { CAPTION };
                for style in row {
                    cell(ui, p, grid, style, vec2(side, side + caption));
                }
            });
        }
    }
    add_buttons(ui, p.actions)
}

/// A style of the grid.
fn cell(ui: &mut Ui, p: &mut Panel<'_>, grid: &mut StyleGrid, style: &StyleInfo, size: Vec2) {
    let at = names::position(p.state, &style.source);
    let texture = grid
        .tryouts
        .picture(p, &style.source)
        .or(style.swatch.as_ref())
        .map(|s| (p.texture(ui.ctx(), s), size_of(s)));
    let response = swatch(ui, size, style, texture, at.is_some());
    if response.clicked() {
        choose(ui, &style.source, at, p.actions);
    }
    if style.own.is_some() {
        own_menu(ui, p, grid, style, &response);
    }
    mix_button(ui, p, style, at, &response);
    response.on_hover_text(told(style));
}

/// A place for a small button over a swatch.
fn corner(picture: Rect, right: bool) -> Rect {
    let size = Vec2::splat(CORNER);
    let inside = picture.shrink(3.0);
    match right {
        true => Rect::from_min_size(inside.right_top() - vec2(CORNER, 0.0), size),
        false => Rect::from_min_size(inside.left_top(), size),
    }
}

/// A small round button over a swatch, seen on any picture.
fn corner_button(
    ui: &Ui,
    p: &Panel<'_>,
    (id, at): (egui::Id, Rect),
    (icon, name): (Icon, &str),
    on: bool,
) -> Response {
    let response = ui.interact(at, id, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    if ui.is_rect_visible(at) {
        let hot = response.hovered() || response.has_focus();
        let (fill, color) = match (on, hot) {
            (true, _) => (*p.theme.accent, *p.theme.on_accent),
            (false, true) => (Color32::from_black_alpha(220), Color32::WHITE),
            (false, false) => (Color32::from_black_alpha(140), Color32::WHITE),
        };
        ui.painter()
            .circle_filled(at.center(), at.width() / 2.0, fill);
        icon::paint(ui.painter(), icon, at.shrink(CORNER * 0.27), color);
        if response.has_focus() {
            let ring = Stroke::new(1.5, *p.theme.accent);
            let radius = at.width() / 2.0 + 1.0;
            ui.painter().circle_stroke(at.center(), radius, ring);
        }
    }
    response
}

/// Mixes a style with the chosen ones, or takes it out.
fn mix_button(
    ui: &Ui,
    p: &mut Panel<'_>,
    style: &StyleInfo,
    chosen: Option<usize>,
    swatch: &Response,
) {
    let picture = Rect::from_min_size(swatch.rect.min, Vec2::splat(swatch.rect.width()));
    let at = corner(picture, true);
    let (icon, name, help) = match chosen {
        Some(_) => (Icon::Minus, "Take out", "Take it out of the mixture"),
        None => (Icon::Plus, "Mix in", "Mix it with the chosen styles"),
    };
    let name = format!("{name} {}", style.name);
    let button = corner_button(
        ui,
        p,
        (swatch.id.with("mix"), at),
        (icon, &name),
        chosen.is_some(),
    );
    if button.on_hover_text(help).clicked() {
        p.actions.style(match chosen {
            Some(at) => StyleEdit::RemoveStyle(at),
            None => StyleEdit::AddStyle(style.source.clone()),
        });
    }
}

/// What can be done with a style of the user's own.
fn own_menu(
    ui: &Ui,
    p: &mut Panel<'_>,
    grid: &mut StyleGrid,
    style: &StyleInfo,
    swatch: &Response,
) {
    let picture = Rect::from_min_size(swatch.rect.min, Vec2::splat(swatch.rect.width()));
    let name = format!("More about {}", style.name);
    let at = (swatch.id.with("more"), corner(picture, false));
    let more = corner_button(ui, p, at, (Icon::More, &name), false);
    let more = more.on_hover_text("Rename, group, export, delete");
    let renaming = &mut grid.renaming;
    egui::Popup::menu(&more).show(|ui| own_styles::menu(ui, p, style, renaming));
    swatch.context_menu(|ui| own_styles::menu(ui, p, style, renaming));
}

/// All that there is to say of a style.
fn told(style: &StyleInfo) -> String {
    let painter = match style.painter {
        Painter::Shared => None,
        Painter::Learnt => Some("Its own painter: one more pass when mixed."),
        Painter::Own => Some("A network of its own: one more pass when mixed."),
    };
    let lines = [style.credit_line(), style.origin.clone()];
    let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    lines.extend(painter);
    lines.push("+ or Ctrl-click mixes it with the chosen ones.");
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// The styles that are searched for, by groups in the order in which these first come, the user's own
/// first.
fn grouped<'a>(styles: &'a [StyleInfo], search: &str) -> Vec<(&'a str, Vec<&'a StyleInfo>)> {
    let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
    let fits = |style: &StyleInfo| {
        let all = format!(
            "{} {} {} {}",
            style.name, style.artist, style.year, style.group
        );
        let all = all.to_lowercase();
        words.iter().all(|word| all.contains(word))
    };
    let mut groups: Vec<(&str, Vec<&StyleInfo>)> = Vec::new();
    // The user's own come first.
    let own = styles.iter().filter(|style| style.own.is_some());
    let others = styles.iter().filter(|style| style.own.is_none());
    for style in own.chain(others).filter(|style| fits(style)) {
        match groups.iter_mut().find(|(group, _)| *group == style.group) {
            Some((_, inside)) => inside.push(style),
            None => groups.push((&style.group, vec![style])),
        }
    }
    groups
}

/// What a click on a style does, by the keys that are held.
fn choose(ui: &Ui, source: &StyleSource, at: Option<usize>, actions: &mut Actions) {
    let add = ui.input(|i| i.modifiers.command || i.modifiers.shift);
    actions.style(match (add, at) {
        (true, Some(at)) => StyleEdit::RemoveStyle(at),
        (true, None) => StyleEdit::AddStyle(source.clone()),
        (false, _) => StyleEdit::OnlyStyle(source.clone()),
    });
}

fn add_buttons(ui: &mut Ui, actions: &mut Actions) -> Option<SwatchEvent> {
    let mut event = None;
    ui.horizontal_wrapped(|ui| {
        if ui
            .button("Add your picture…")
            .on_hover_text("Use a picture of your own as a style")
            .clicked()
        {
            actions.push(Action::Pick(Pick::Open(FileRole::Style)));
        }
        if ui
            .button("From gallery…")
            .on_hover_text("Use a picture from your gallery as a style")
            .clicked()
        {
            event = Some(SwatchEvent::FromGallery);
        }
        if ui
            .button("Learn a style…")
            .on_hover_text("Make a painter of its own of one picture, or several by one hand")
            .clicked()
        {
            actions.push(Action::OwnStyle(OwnStyleEdit::Form(None)));
        }
        if ui
            .button("Import a style…")
            .on_hover_text("A style's file that was exported from Limner; it may be dropped onto the window, too")
            .clicked()
        {
            actions.push(Action::Pick(Pick::StyleFile));
        }
    });
    event
}

/// Side of a swatch that fills its column, whole points.
fn swatch_side(width: f32, columns: usize) -> f32 {
    let gaps = GAP * (columns as f32 - 1.0);
    ((width - gaps) / columns as f32).floor().max(SIDE)
}

fn swatch(
    ui: &mut Ui,
    size: Vec2,
    style: &StyleInfo,
    texture: Option<(egui::TextureId, Vec2)>,
    chosen: bool,
) -> Response {
    let (side, name) = (size.x, &style.name);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response
        .widget_info(|| WidgetInfo::selected(Role::Button, true, chosen, format!("Style {name}")));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let picture = Rect::from_min_size(rect.min, Vec2::splat(side));
    let visuals = ui.visuals();
    let round = CornerRadius::same(4);
    match texture {
        Some((texture, size)) => {
            egui::Image::new((texture, size))
                .uv(square(size))
                .corner_radius(round)
                .paint_at(ui, picture);
        }
        None => {
            ui.painter()
                .rect_filled(picture, round, visuals.faint_bg_color);
            let initial: String = name.chars().take(2).collect();
            ui.painter().text(
                picture.center(),
                Align2::CENTER_CENTER,
                initial,
                FontId::proportional(22.0),
                visuals.weak_text_color(),
            );
        }
    }
    let edge = if chosen {
        Stroke::new(3.0, visuals.selection.stroke.color)
    } else if response.has_focus() {
        Stroke::new(2.0, visuals.selection.stroke.color)
    } else if response.hovered() {
        Stroke::new(2.0, visuals.widgets.hovered.fg_stroke.color)
    } else {
        Stroke::new(1.0, Color32::from_black_alpha(60))
    };
    ui.painter()
        .rect_stroke(picture, round, edge, StrokeKind::Inside);
    if chosen && response.has_focus() {
        // Inside the frame of what is chosen, so that both are seen.
        let ring = Stroke::new(1.5, visuals.strong_text_color());
        ui.painter()
            .rect_stroke(picture.shrink(3.0), 2.0, ring, StrokeKind::Inside);
    }
    let color = if chosen {
        visuals.strong_text_color()
    } else {
        visuals.text_color()
    };
    caption(
        ui,
        Rect::from_min_max(pos2(rect.left(), picture.bottom()), rect.max),
        (name, color),
        (&style.artist, visuals.weak_text_color()),
    );
    response
}

/// Size of a picture in pixels.
pub fn size_of(picture: &crate::picture::Picture) -> Vec2 {
    vec2(picture.width() as f32, picture.height() as f32)
}

/// The middle square of a picture, as texture coordinates.
pub fn square(size: Vec2) -> Rect {
    let side = size.min_elem().max(1.0);
    let share = vec2(side / size.x.max(1.0), side / size.y.max(1.0));
    Rect::from_center_size(pos2(0.5, 0.5), share)
}

/// A name below its swatch, two lines if it must be, from the top; below it the artist.
fn caption(ui: &Ui, rect: Rect, name: (&str, Color32), artist: (&str, Color32)) {
    let mut top = rect.top() + 3.0;
    for ((text, color), size, rows) in [(name, 11.5, 2), (artist, 10.5, 1)] {
        let font = FontId::proportional(size);
        let mut job = egui::text::LayoutJob::simple(text.to_owned(), font, color, rect.width());
        job.wrap.max_rows = rows;
        // A single line shows as much of a long name as fits.
        job.wrap.break_anywhere = rows == 1;
        job.halign = egui::Align::Center;
        let galley = ui.painter().layout_job(job);
        let height = galley.size().y;
        ui.painter()
            .galley(pos2(rect.center().x, top), galley, color);
        top += height;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(name: &str, artist: &str, group: &str) -> StyleInfo {
        StyleInfo {
            name: name.into(),
            artist: artist.into(),
            group: group.into(),
            ..StyleInfo::default()
        }
    }

    #[test]
    fn styles_are_found_by_name_artist_and_group_in_their_groups() {
        let styles = [
            style("The Great Wave", "Katsushika Hokusai", "Masters"),
            style("Mosaic", "", "Made by code"),
            style("Red Fuji", "Katsushika Hokusai", "Masters"),
        ];
        let names = |search: &str| -> Vec<(String, Vec<String>)> {
            let found = grouped(&styles, search).into_iter();
            found
                .map(|(g, s)| (g.to_owned(), s.iter().map(|s| s.name.clone()).collect()))
                .collect()
        };
        let masters = (
            "Masters".to_owned(),
            vec!["The Great Wave".into(), "Red Fuji".into()],
        );
        let code = ("Made by code".to_owned(), vec!["Mosaic".into()]);
        assert_eq!(names(""), [masters.clone(), code.clone()]);
        assert_eq!(names("hokusai"), [masters]);
        assert_eq!(names("code"), [code]);
        assert_eq!(names("hokusai wave")[0].1, ["The Great Wave"]);
        assert!(names("klimt").is_empty());
        let own = StyleInfo {
            own: Some("sea".into()),
            ..style("Sea", "", "My styles")
        };
        let mut with_own = styles.to_vec();
        with_own.push(own);
        assert_eq!(grouped(&with_own, "")[0].0, "My styles");
    }
}
