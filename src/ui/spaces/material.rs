//! The panel of a material: its numbers, how it is looked at, whose files are written.

use egui::Ui;

use crate::app::action::{Action, ViewEdit};
use crate::app::command::Command;
use crate::app::spaces::edit::SpacesEdit;
use crate::app::spaces::export_choice::SpacesExport;
use crate::app::spaces::looks::{LAMP, SpacesView, TILES};
use crate::app::spaces::making;
use crate::engine::surface_job::{
    Body, Convention, Map, MaterialSettings, SEAMLESS, Shape, material_memory,
};
use crate::ui::gallery::recipe::bytes;
use crate::ui::panel::Panel;
use crate::ui::widgets::button::{self, choice};
use crate::ui::widgets::section::{line, section};
use crate::ui::widgets::slider::Slider;

/// A number of a material.
struct Number {
    name: &'static str,
    tip: &'static str,
    range: [f32; 2],
    of: fn(&mut MaterialSettings) -> &mut f32,
}

const LIGHT: [Number; 2] = [
    Number {
        name: "Even light",
        tip: "How far light and shade that lie over the picture are taken out of the base colour",
        range: [0.0, 1.0],
        of: |s| &mut s.even,
    },
    Number {
        name: "Light scale",
        tip: "From what size on light and dark are light, not relief: share of the shorter side",
        range: [0.02, 0.5],
        of: |s| &mut s.light_scale,
    },
];

const RELIEF: [Number; 3] = [
    Number {
        name: "Height",
        tip: "Strength of the relief: 1 raises the highest point by a fortieth of the shorter side",
        range: [0.0, 4.0],
        of: |s| &mut s.height_strength,
    },
    Number {
        name: "Detail",
        tip: "How much fine detail the relief has",
        range: [0.0, 1.0],
        of: |s| &mut s.detail,
    },
    Number {
        name: "Occlusion",
        tip: "How dark hollows are where little of the sky is seen",
        range: [0.0, 2.0],
        of: |s| &mut s.occlusion,
    },
];

const SURFACE: [Number; 3] = [
    Number {
        name: "Roughness",
        tip: "Of what is smooth: 0 mirrors, 1 is matte",
        range: [0.0, 1.0],
        of: |s| &mut s.roughness,
    },
    Number {
        name: "Variation",
        tip: "How much rougher rugged places are",
        range: [0.0, 1.0],
        of: |s| &mut s.variation,
    },
    Number {
        name: "Metalness",
        tip: "0 is stone, wood or cloth, 1 is bare metal",
        range: [0.0, 1.0],
        of: |s| &mut s.metalness,
    },
];

const BODIES: [(Body, &str, &str); 4] = [
    (Body::Sphere, "Sphere", "On a sphere"),
    (Body::Cube, "Cube", "On a cube"),
    (Body::Plane, "Plane", "On a plane"),
    (Body::Cloth, "Cloth", "On a cloth that hangs in folds"),
];

const MAPS: [[(Option<Map>, &str, &str); 2]; 3] = [
    [
        (None, "Lit", "On a body, in the light"),
        (
            Some(Map::Base),
            "Base colour",
            "The base colour, its light evened out",
        ),
    ],
    [
        (Some(Map::Height), "Height map", "The height: light is high"),
        (
            Some(Map::Normal),
            "Normal map",
            "The normals, as OpenGL has them",
        ),
    ],
    [
        (
            Some(Map::Roughness),
            "Roughness map",
            "The roughness: light is rough",
        ),
        (
            Some(Map::Occlusion),
            "Occlusion map",
            "The ambient occlusion: dark is hidden from the sky",
        ),
    ],
];

const PROGRAMS: [(Convention, &str, &str); 5] = [
    (
        Convention::Plain,
        "All maps",
        "Every map by itself, with both kinds of normals",
    ),
    (
        Convention::Blender,
        "Blender",
        "Names that Node Wrangler's Principled Texture Setup knows",
    ),
    (
        Convention::Unreal,
        "Unreal",
        "T_… names, DirectX normals, ORM packed",
    ),
    (Convention::Unity, "Unity", "A mask map for URP and HDRP"),
    (Convention::Godot, "Godot", "An ORM map"),
];

/// What the panel remembers between frames.
#[derive(Default)]
pub(super) struct MaterialPanel {
    convention: Convention,
    replace: bool,
}

impl MaterialPanel {
    /// Draws the sections.
    pub(super) fn ui(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let theme = p.theme.clone();
        section(ui, &theme, "Show", true, |_| {}, |ui| shown(ui, p));
        section(
            ui,
            &theme,
            "Relief",
            true,
            |_| {},
            |ui| {
                numbers(ui, p, &RELIEF);
                invert(ui, p);
            },
        );
        section(
            ui,
            &theme,
            "Surface",
            true,
            |_| {},
            |ui| numbers(ui, p, &SURFACE),
        );
        section(
            ui,
            &theme,
            "Colour",
            true,
            |_| {},
            |ui| numbers(ui, p, &LIGHT),
        );
        section(ui, &theme, "Edges", true, |_| {}, |ui| edges(ui, p));
    }

    /// Draws what can be written.
    pub(super) fn export(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let theme = p.theme.clone();
        let Some(photo) = making::photo(p.state) else {
            return;
        };
        let [w, h] = photo.size;
        line(ui, &theme);
        ui.add_space(2.0);
        ui.weak(format!(
            "Maps of {w} × {h}, about {} of memory",
            bytes(material_memory([w, h]))
        ));
        let now = PROGRAMS.iter().find(|(of, ..)| *of == self.convention);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            ui.label("For");
            let chooser = egui::ComboBox::from_id_salt("material program")
                .selected_text(now.map_or("", |(_, name, _)| name))
                .width(110.0)
                .show_ui(ui, |ui| {
                    for (of, name, tip) in PROGRAMS {
                        ui.selectable_value(&mut self.convention, of, name)
                            .on_hover_text(tip);
                    }
                });
            chooser.response.accessible_name("Program");
            let maps = button::primary(ui, &theme, "Export maps…")
                .on_hover_text("Write the maps and their settings into a folder");
            if maps.clicked() {
                let what = SpacesExport::Maps {
                    convention: self.convention,
                    replace: self.replace,
                };
                p.actions.push(Action::SpacesExport(what));
            }
        });
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            for (shape, text) in [
                (Shape::Sphere, "Sphere .glb…"),
                (Shape::Cube, "Cube .glb…"),
                (Shape::Plane, "Plane .glb…"),
            ] {
                let tip = "The maps, and one file with the material on this shape";
                if ui.button(text).on_hover_text(tip).clicked() {
                    let what = SpacesExport::Shape {
                        shape,
                        convention: self.convention,
                        replace: self.replace,
                    };
                    p.actions.push(Action::SpacesExport(what));
                }
            }
        });
        let keep = ui.button("Save to gallery").on_hover_text(
            "The base colour, with the whole material in its recipe: it opens here again",
        );
        if keep.clicked() {
            p.actions.command(Command::Keep);
        }
        ui.checkbox(&mut self.replace, "Replace files that are there")
            .on_hover_text("Otherwise nothing is written where a file of that name is");
    }
}

fn numbers(ui: &mut Ui, p: &mut Panel<'_>, all: &[Number]) {
    let theme = p.theme.clone();
    let mut fresh = MaterialSettings::default();
    for number in all {
        let mut settings = p.state.doc.spaces.material.clone();
        let value = (number.of)(&mut settings);
        let [least, most] = number.range;
        let moved = Slider::new(number.name, *value, least..=most, *(number.of)(&mut fresh))
            .tooltip(number.tip)
            .show(ui, &theme);
        if let Some(to) = moved.changed {
            *value = to;
            let edit = SpacesEdit::Material(settings.into(), number.name);
            p.actions.spaces(edit);
        }
    }
}

fn invert(ui: &mut Ui, p: &mut Panel<'_>) {
    let mut settings = p.state.doc.spaces.material.clone();
    let dark = ui
        .checkbox(&mut settings.invert, "Dark is high")
        .on_hover_text("Dark places rise, light ones are hollows");
    if dark.changed() {
        p.actions
            .spaces(SpacesEdit::Material(settings.into(), "Dark is high"));
    }
}

/// Whether the maps go on at the opposite sides.
fn edges(ui: &mut Ui, p: &mut Panel<'_>) {
    let theme = p.theme.clone();
    const EDGES: [(Option<[bool; 2]>, &str, &str); 5] = [
        (
            None,
            "As found",
            "The maps go on at the sides where the picture does",
        ),
        (Some([false; 2]), "Off", "At no side"),
        (Some([true, false]), "Across", "Left and right"),
        (Some([false, true]), "Down", "Above and below"),
        (Some([true; 2]), "Both", "At all sides"),
    ];
    let mut settings = p.state.doc.spaces.material.clone();
    if let Some(to) = choice(ui, &theme, settings.seamless, &EDGES) {
        settings.seamless = to;
        p.actions
            .spaces(SpacesEdit::Material(settings.into(), "Edges"));
    }
    let photo = making::photo(p.state);
    let seam = photo.and_then(|photo| p.state.spaces.seam_before(&photo.source.sha256));
    if let Some([x, y]) = seam {
        let seamless = x.max(y) <= SEAMLESS;
        ui.weak(match seamless {
            true => format!("The picture is seamless: {x:.2} across, {y:.2} down"),
            false => format!("Seam {x:.2} across, {y:.2} down; 1 is seamless"),
        })
        .on_hover_text(
            "How much stronger the picture changes across its border than inside. Seamless makes one without a seam.",
        );
    }
}

/// What is shown of the material, and in what light.
fn shown(ui: &mut Ui, p: &mut Panel<'_>) {
    let theme = p.theme.clone();
    let view = p.state.view.spaces;
    let mut next = view;
    for row in &MAPS {
        if let Some(map) = choice(ui, &theme, view.map, row) {
            next.map = map;
        }
        ui.add_space(2.0);
    }
    if view.map.is_none() {
        if let Some(body) = choice(ui, &theme, view.body, &BODIES) {
            next.body = body;
        }
        lamp(ui, p, &mut next);
    }
    if next != view {
        p.actions.view(ViewEdit::Spaces(next));
    }
}

fn lamp(ui: &mut Ui, p: &Panel<'_>, view: &mut SpacesView) {
    let theme = p.theme.clone();
    let mut moved = |name, value, range, fresh, tip: &'static str| {
        Slider::new(name, value, range, fresh)
            .decimals(0)
            .step(5.0)
            .suffix("°")
            .tooltip(tip)
            .show(ui, &theme)
            .changed
    };
    let [turn, rise] = view.lamp;
    let tip = "Where the lamp is, from left to right; dragging on the canvas moves it, too";
    if let Some(turn) = moved("Lamp side", turn, -90.0..=90.0, LAMP[0], tip) {
        view.lamp[0] = turn;
    }
    let tip = "How high the lamp is; dragging on the canvas moves it, too";
    if let Some(rise) = moved("Lamp height", rise, -90.0..=90.0, LAMP[1], tip) {
        view.lamp[1] = rise;
    }
    let tiles = Slider::new("Tiling", view.tiles, 0.5..=8.0, TILES)
        .decimals(1)
        .step(0.5)
        .tooltip("How often the picture is repeated on the body; only for looking")
        .show(ui, &theme);
    if let Some(tiles) = tiles.changed {
        view.tiles = tiles;
    }
}
