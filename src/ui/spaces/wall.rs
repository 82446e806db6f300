//! The panel of a picture on a wall: size, frame, mat, canvas; the wall; the files.

use egui::Ui;

use crate::app::action::{Action, FileRole, Pick, ViewEdit};
use crate::app::spaces::edit::SpacesEdit;
use crate::app::spaces::export_choice::SpacesExport;
use crate::app::spaces::looks::ForScale;
use crate::app::spaces::making;
use crate::app::spaces::wall::{FRAME_WIDTH, WIDTH, WallDoc};
use crate::engine::surface_job::Frame;
use crate::ui::panel::Panel;
use crate::ui::spaces::wall_canvas;
use crate::ui::widgets::button::{self, choice};
use crate::ui::widgets::section::{line, section};
use crate::ui::widgets::slider::Slider;

const PLAIN: [(Option<Frame>, &str, &str); 4] = [
    (None, "None", "No frame"),
    (Some(Frame::Black), "Black", "Black paint"),
    (Some(Frame::White), "White", "White paint"),
    (Some(Frame::Aluminium), "Metal", "Brushed aluminium"),
];

const WOOD: [(Option<Frame>, &str, &str); 3] = [
    (Some(Frame::Oak), "Oak", "Light wood"),
    (Some(Frame::Walnut), "Walnut", "Dark wood"),
    (Some(Frame::Gold), "Gold", "Gilding"),
];

const SCALES: [(ForScale, &str, &str); 3] = [
    (ForScale::Person, "Person", "Somebody of 1.70 m"),
    (ForScale::Sofa, "Sofa", "A sofa of 2 m"),
    (ForScale::Nothing, "Nothing", "Only the picture"),
];

/// Walls to choose from.
const WALLS: [([u8; 3], &str); 6] = [
    ([0xf3, 0xf1, 0xec], "White wall"),
    ([0xd9, 0xd4, 0xca], "Warm grey wall"),
    ([0x9a, 0xa3, 0xa6], "Cool grey wall"),
    ([0x7d, 0x8c, 0x78], "Sage wall"),
    ([0x32, 0x45, 0x5a], "Dark blue wall"),
    ([0x7c, 0x3f, 0x36], "Brick red wall"),
];

/// A length.
struct Length {
    name: &'static str,
    tip: &'static str,
    range: [f32; 2],
    fresh: f32,
    of: fn(&mut WallDoc) -> &mut f32,
}

const SIZE: Length = Length {
    name: "Width",
    tip: "Width of the picture itself; its height follows, mat and frame come on top",
    range: [10.0, 300.0],
    fresh: WIDTH,
    of: |wall| &mut wall.width,
};
const MOULDING: Length = Length {
    name: "Frame width",
    tip: "How wide the frame's moulding is",
    range: [0.5, 15.0],
    fresh: FRAME_WIDTH,
    of: |wall| &mut wall.frame_width,
};
const MAT: Length = Length {
    name: "Mat",
    tip: "Paper between picture and frame",
    range: [0.0, 20.0],
    fresh: 0.0,
    of: |wall| &mut wall.mat,
};
const CANVAS: Length = Length {
    name: "Canvas edge",
    tip: "Stretched over a frame so deep, the picture goes on around the edge; 0 is a sheet. Canvas has no mat.",
    range: [0.0, 8.0],
    fresh: 0.0,
    of: |wall| &mut wall.canvas,
};

/// Draws the sections. Whether a photo of the wall is to be chosen from the gallery.
pub(super) fn ui(ui: &mut Ui, p: &mut Panel<'_>) -> bool {
    let theme = p.theme.clone();
    section(
        ui,
        &theme,
        "Size",
        true,
        |_| {},
        |ui| {
            length(ui, p, &SIZE);
            if let Some(photo) = making::photo(p.state) {
                let hanging = p.state.doc.spaces.wall.hanging(photo.size);
                ui.weak(wall_canvas::size_in_words(&hanging));
            }
        },
    );
    section(ui, &theme, "Frame", true, |_| {}, |ui| frame(ui, p));
    let asked = section(ui, &theme, "Room", true, |_| {}, |ui| wall(ui, p));
    asked.unwrap_or(false)
}

fn change(p: &mut Panel<'_>, label: &'static str, to: impl FnOnce(&mut WallDoc)) {
    let mut wall = p.state.doc.spaces.wall.clone();
    to(&mut wall);
    p.actions.spaces(SpacesEdit::Wall(wall.into(), label));
}

fn length(ui: &mut Ui, p: &mut Panel<'_>, length: &Length) {
    let theme = p.theme.clone();
    let mut wall = p.state.doc.spaces.wall.clone();
    let value = (length.of)(&mut wall);
    let [least, most] = length.range;
    let mut slider = Slider::new(length.name, *value, least..=most, length.fresh)
        .decimals(1)
        .step(0.5)
        .suffix(" cm")
        .tooltip(length.tip);
    if least > 5.0 {
        slider = slider.logarithmic().decimals(0).step(1.0);
    }
    if let Some(to) = slider.show(ui, &theme).changed {
        *value = to;
        p.actions.spaces(SpacesEdit::Wall(wall.into(), length.name));
    }
}

fn frame(ui: &mut Ui, p: &mut Panel<'_>) {
    let theme = p.theme.clone();
    let now = p.state.doc.spaces.wall.frame;
    let mut chosen = choice(ui, &theme, now, &PLAIN);
    ui.add_space(2.0);
    chosen = choice(ui, &theme, now, &WOOD).or(chosen);
    if let Some(frame) = chosen {
        change(p, "Frame", |wall| wall.frame = frame);
    }
    if now.is_some() {
        length(ui, p, &MOULDING);
    }
    length(ui, p, &CANVAS);
    let wall = p.state.doc.spaces.wall.clone();
    if wall.canvas > 0.0 {
        return;
    }
    length(ui, p, &MAT);
    if wall.mat > 0.0
        && let Some(color) = color(ui, "Colour of the mat", wall.mat_color)
    {
        change(p, "Colour of the mat", |wall| wall.mat_color = color);
    }
}

/// A colour with its name.
fn color(ui: &mut Ui, name: &'static str, now: [u8; 3]) -> Option<[u8; 3]> {
    let mut color = now;
    ui.horizontal(|ui| {
        let button = ui.color_edit_button_srgb(&mut color);
        button.accessible_name(name);
        ui.label(name);
    });
    (color != now).then_some(color)
}

fn wall(ui: &mut Ui, p: &mut Panel<'_>) -> bool {
    let theme = p.theme.clone();
    let now = p.state.doc.spaces.wall.clone();
    if now.room.is_none() {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            for (of, name) in WALLS {
                if swatch(ui, p, of, name, of == now.wall_color) {
                    change(p, "Wall colour", |wall| wall.wall_color = of);
                }
            }
        });
        if let Some(color) = color(ui, "Colour of the wall", now.wall_color) {
            change(p, "Wall colour", |wall| wall.wall_color = color);
        }
        ui.add_space(2.0);
        let view = p.state.view.spaces;
        if let Some(scale) = choice(ui, &theme, view.scale, &SCALES) {
            let mut view = view;
            view.scale = scale;
            p.actions.view(ViewEdit::Spaces(view));
        }
    }
    ui.add_space(4.0);
    photo_of_wall(ui, p, &now)
}

/// A photo of the client's wall; whether one of the gallery is to be chosen.
fn photo_of_wall(ui: &mut Ui, p: &mut Panel<'_>, now: &WallDoc) -> bool {
    let theme = p.theme.clone();
    if let Some(room) = &now.room {
        ui.weak("Drag the four corners to where the picture hangs");
        let moved = Slider::new("Match light", now.light, 0.0..=1.0, 1.0)
            .tooltip(
                "How far the picture takes the light of the wall around it; less for dark walls",
            )
            .show(ui, &theme);
        if let Some(light) = moved.changed {
            change(p, "Match light", |wall| wall.light = light);
        }
        ui.add(egui::Label::new(&room.name).truncate());
    }
    let mut asked = false;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let open = ui
            .button("Photo of a wall…")
            .on_hover_text("Hang the picture on a photo of the client's own wall");
        if open.clicked() {
            p.actions
                .push(Action::Pick(Pick::Open(FileRole::SpacesRoom)));
        }
        let gallery = ui
            .button("From gallery…")
            .on_hover_text("A photo of a wall from your gallery");
        asked = gallery.clicked();
        if now.room.is_some() {
            let plain = ui
                .button("Plain wall")
                .on_hover_text("Back to a wall of one colour");
            if plain.clicked() {
                change(p, "Plain wall", |wall| wall.room = None);
            }
        }
    });
    asked
}

fn swatch(ui: &mut Ui, p: &Panel<'_>, [r, g, b]: [u8; 3], name: &str, on: bool) -> bool {
    let (rect, response) = ui.allocate_exact_size(egui::vec2(26.0, 22.0), egui::Sense::click());
    response.widget_info(|| {
        let mut info = egui::WidgetInfo::labeled(egui::Role::Button, true, name);
        info.selected = on.then_some(true);
        info
    });
    let line = match on {
        true => egui::Stroke::new(2.0, *p.theme.accent),
        false => egui::Stroke::new(1.0, *p.theme.line_strong),
    };
    let fill = egui::Color32::from_rgb(r, g, b);
    ui.painter()
        .rect(rect, 4.0, fill, line, egui::StrokeKind::Inside);
    crate::ui::widgets::focus::ring(ui, &p.theme, &response, rect, 4.0);
    response.on_hover_text(name).clicked()
}

/// Draws what can be written.
pub(super) fn export(ui: &mut Ui, p: &mut Panel<'_>) {
    if making::photo(p.state).is_none() {
        return;
    }
    let theme = p.theme.clone();
    line(ui, &theme);
    ui.add_space(2.0);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let page = button::primary(ui, &theme, "Page…").on_hover_text(
            "One file that shows the picture in a room, in any browser and in a headset's, without a network",
        );
        if page.clicked() {
            p.actions.push(Action::SpacesExport(SpacesExport::WallPage));
        }
        for (what, text, tip) in [
            (
                SpacesExport::WallUsdz,
                "For iPhone .usdz…",
                "An object true to scale, which an iPhone or iPad puts onto the wall",
            ),
            (
                SpacesExport::WallGlb,
                "3D .glb…",
                "An object true to scale for Android, Blender and browsers",
            ),
        ] {
            if ui.button(text).on_hover_text(tip).clicked() {
                p.actions.push(Action::SpacesExport(what));
            }
        }
    });
}
