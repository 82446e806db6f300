//! The picture on the wall: a plain one with somebody or a sofa for scale, or a photo of the client's.

use egui::epaint::Shadow;
use egui::{Color32, Key, Pos2, Rect, Sense, Stroke, Ui, Vec2, pos2, vec2};

use crate::app::spaces::edit::SpacesEdit;
use crate::app::spaces::looks::ForScale;
use crate::app::spaces::making;
use crate::app::view::{Compare, Workspace};
use crate::engine::surface_job::Hanging;
use crate::ui::canvas::canvas_error;
use crate::ui::canvas::picture_view;
use crate::ui::canvas::picture_view::{CanvasFrame, CanvasInput};
use crate::ui::panel::Panel;
use crate::ui::spaces::figure::{self, SOFA};
use crate::ui::spaces::homography::Homography;
use crate::ui::spaces::hung::{self, Hung};
use crate::ui::spaces::wall_light::WallLight;

/// The picture's middle above the floor, centimetres: eye level of those who stand.
const EYE: f32 = 150.0;
/// How much of the floor is seen, centimetres.
const FLOOR: f32 = 38.0;
/// Wall above the picture or the ceiling's height, whichever is more, centimetres.
const ABOVE: f32 = 40.0;
/// Room beside the picture, for somebody who stands there, centimetres.
const BESIDE: f32 = 95.0;
/// Height that is seen at least, centimetres.
const HEIGHT: f32 = 230.0;
/// Names of the corners on a photo.
const CORNERS: [&str; 4] = [
    "Upper left corner",
    "Upper right corner",
    "Lower right corner",
    "Lower left corner",
];
/// Radius of a corner's handle, points.
const HANDLE: f32 = 7.0;

/// Draws it.
pub(super) fn ui(ui: &mut Ui, p: &mut Panel<'_>) {
    let Some(photo) = making::photo(p.state) else {
        return;
    };
    let hanging = p.state.doc.spaces.wall.hanging(photo.size);
    match &p.state.doc.spaces.wall.room {
        None => plain(ui, p, hanging),
        Some(source) => match (making::room(p.state), p.state.photos.failure(source)) {
            (Some(_), _) => room(ui, p, hanging),
            (None, Some(why)) => {
                canvas_error::instead(ui, p, "The photo of the wall can't be read", why)
            }
            (None, None) => picture_view::empty(ui, p, "Reading the photo of the wall…", ""),
        },
    }
}

/// Where things are on a plain wall.
struct Stage {
    rect: Rect,
    /// Points a centimetre.
    scale: f32,
    /// Of the picture's middle above the floor.
    eye: f32,
}

impl Stage {
    fn of(rect: Rect, [width, height]: [f32; 2]) -> Self {
        let eye = EYE.max(height / 2.0 + 20.0);
        let high = (eye + height / 2.0 + ABOVE).max(HEIGHT) + FLOOR;
        let wide = (width + 2.0 * BESIDE).max(SOFA + 60.0);
        let scale = (rect.height() / high).min(rect.width() / wide);
        Self { rect, scale, eye }
    }

    /// From centimetres to the right of the middle and above the floor to the screen.
    fn at(&self, [x, y]: [f32; 2]) -> Pos2 {
        let floor = self.rect.bottom() - FLOOR * self.scale;
        pos2(
            self.rect.center().x + x * self.scale,
            floor - y * self.scale,
        )
    }
}

fn plain(ui: &mut Ui, p: &mut Panel<'_>, hanging: Hanging) {
    let Some(photo) = making::photo(p.state) else {
        return;
    };
    let rect = ui.available_rect_before_wrap();
    let response = ui.allocate_rect(rect, Sense::hover());
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, "Picture on the wall"));
    let [r, g, b] = p.state.doc.spaces.wall.wall_color;
    let wall = Color32::from_rgb(r, g, b);
    let outer = hanging.outer();
    let stage = Stage::of(rect, outer);
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    backdrop(&painter, &stage, wall);
    let half = outer.map(|cm| cm / 2.0);
    let whole = Rect::from_two_pos(
        stage.at([-half[0], stage.eye + half[1]]),
        stage.at([half[0], stage.eye - half[1]]),
    );
    shadow(&painter, whole, stage.scale, depth(&hanging));
    let texture = p.textures.of(ui.ctx(), &photo.picture);
    hung::paint(
        &painter,
        &Hung {
            hanging,
            texture,
            place: &|[x, y]| Some(stage.at([x * 100.0, stage.eye + y * 100.0])),
            light: &|_| [1.0; 3],
        },
    );
    let dark = mixed(wall, Color32::from_rgb(28, 28, 32), 0.72);
    match p.state.view.spaces.scale {
        ForScale::Nothing => {}
        ForScale::Person => {
            let x = half[0] + 55.0;
            figure::person(&painter, &|[dx, y]| stage.at([x + dx, y - 8.0]), dark);
        }
        ForScale::Sofa => {
            let sofa = mixed(wall, Color32::from_rgb(70, 74, 86), 0.75);
            figure::sofa(&painter, &|[x, y]| stage.at([x, y - 10.0]), sofa, dark);
        }
    }
    let words = size_in_words(&hanging);
    let at = rect.left_top() + vec2(16.0, 16.0);
    picture_view::tag(ui, p, at, egui::Align2::LEFT_TOP, &words);
}

/// The picture's sides, and the whole with frame and mat.
pub(super) fn size_in_words(hanging: &Hanging) -> String {
    let [w, h] = hanging.size;
    let [x, y] = hanging.outer();
    let own = format!("{w:.0} × {h:.0} cm");
    match (x - w).abs() < 0.05 {
        true => own,
        false => format!("{own}, with frame {x:.0} × {y:.0} cm"),
    }
}

/// How far it stands from the wall, centimetres.
fn depth(hanging: &Hanging) -> f32 {
    match (hanging.canvas, hanging.frame) {
        (canvas, _) if canvas > 0.0 => canvas,
        (_, Some(_)) => 2.5,
        (_, None) => 0.4,
    }
}

fn mixed(a: Color32, b: Color32, t: f32) -> Color32 {
    a.lerp_to_gamma(b, t)
}

/// Wall, skirting board and floor, lighter above.
fn backdrop(painter: &egui::Painter, stage: &Stage, wall: Color32) {
    let rect = stage.rect;
    let floor = stage.at([0.0, 0.0]).y;
    let band = |from: f32, to: f32| Rect::from_x_y_ranges(rect.x_range(), from..=to);
    let shaded = |rect: Rect, above: Color32, below: Color32| {
        let mut mesh = egui::Mesh::default();
        for (at, color) in [
            (rect.left_top(), above),
            (rect.right_top(), above),
            (rect.right_bottom(), below),
            (rect.left_bottom(), below),
        ] {
            mesh.colored_vertex(at, color);
        }
        mesh.add_triangle(0, 1, 2);
        mesh.add_triangle(0, 2, 3);
        painter.add(mesh);
    };
    shaded(
        band(rect.top(), floor),
        mixed(wall, Color32::WHITE, 0.06),
        mixed(wall, Color32::BLACK, 0.1),
    );
    let wood = mixed(wall, Color32::from_rgb(92, 70, 50), 0.7);
    shaded(
        band(floor, rect.bottom()),
        mixed(wood, Color32::BLACK, 0.18),
        wood,
    );
    let board = band(stage.at([0.0, 8.0]).y, floor);
    painter.rect_filled(board, 0.0, mixed(wall, Color32::WHITE, 0.45));
    let line = Stroke::new(1.0, mixed(wall, Color32::BLACK, 0.25));
    painter.hline(rect.x_range(), board.top(), line);
    painter.hline(
        rect.x_range(),
        floor,
        Stroke::new(2.0, Color32::from_black_alpha(70)),
    );
}

/// Light from above on the left: a narrow shadow at the edge, a wide one below.
fn shadow(painter: &egui::Painter, at: Rect, scale: f32, depth: f32) {
    let far = (depth * scale).max(1.0);
    for (offset, blur, alpha) in [(0.35, 0.8, 90), (1.3, 3.2, 60)] {
        let by = |k: f32| (far * k).clamp(1.0, 120.0);
        let shadow = Shadow {
            offset: [by(offset * 0.5) as i8, by(offset) as i8],
            blur: by(blur) as u8,
            spread: 0,
            color: Color32::from_black_alpha(alpha),
        };
        painter.add(shadow.as_shape(at, 0.0));
    }
}

/// On a photo, between four corners.
fn room(ui: &mut Ui, p: &mut Panel<'_>, hanging: Hanging) {
    let (Some(room), Some(photo)) = (making::room(p.state), making::photo(p.state)) else {
        return;
    };
    let input = CanvasInput {
        workspace: Workspace::Spaces,
        name: "Photo of the wall",
        picture: Some(&room.picture),
        before: None,
        logical_size: room.size,
        compare: Compare::Off,
        tool: false,
        busy: false,
        subject: None,
    };
    picture_view::show(ui, p, input, |ui, frame, p| {
        let all = frame.picture_rect;
        let wall = &p.state.doc.spaces.wall;
        let corners = wall.corners.map(|[x, y]| all.min + all.size() * vec2(x, y));
        if let Some(map) = Homography::to(corners) {
            let texture = p.textures.of(ui.ctx(), &photo.picture);
            let outer = hanging.outer().map(|cm| cm / 100.0);
            let square = |[x, y]: [f32; 2]| [x / outer[0] + 0.5, 0.5 - y / outer[1]];
            let on_photo = |uv: [f32; 2]| {
                let at = map.at(uv).unwrap_or(all.min) - all.min;
                [at.x / all.width(), at.y / all.height()]
            };
            let measured = WallLight::measure(&room.picture, on_photo);
            let light = |at: [f32; 2]| {
                measured
                    .at(square(at))
                    .map(|c| 1.0 + (c - 1.0) * wall.light)
            };
            cast(ui, &map);
            hung::paint(
                ui.painter(),
                &Hung {
                    hanging,
                    texture,
                    place: &|at| map.at(square(at)),
                    light: &light,
                },
            );
        }
        handles(ui, frame, p, corners);
    });
}

/// The shadow on the photo's wall, in its perspective.
fn cast(ui: &Ui, map: &Homography) {
    for step in 1..=6 {
        let far = 0.006 * step as f32;
        let around = [[-0.3, 0.2], [1.0, 0.2], [1.0, 1.2], [-0.3, 1.2]];
        let ends = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
        let shape: Option<Vec<Pos2>> = ends
            .into_iter()
            .zip(around)
            .map(|([u, v], [x, y])| map.at([u + far * x, v + far * y]))
            .collect();
        if let Some(shape) = shape {
            let color = Color32::from_black_alpha(26);
            ui.painter()
                .add(egui::Shape::convex_polygon(shape, color, Stroke::NONE));
        }
    }
}

/// Four corners and the whole, to be dragged or moved by arrow keys.
fn handles(ui: &mut Ui, frame: &CanvasFrame, p: &mut Panel<'_>, corners: [Pos2; 4]) {
    let all = frame.picture_rect;
    let doc = &p.state.doc.spaces.wall;
    let mut moved = doc.corners;
    let share = |by: Vec2| by / all.size();
    let center = corners.iter().fold(Vec2::ZERO, |sum, c| sum + c.to_vec2()) / 4.0;
    let grip = Rect::from_center_size(center.to_pos2(), Vec2::splat(4.0 * HANDLE));
    let whole = handle(ui, p, grip, "Move the picture on the wall", true);
    let by = share(whole);
    for corner in &mut moved {
        *corner = [corner[0] + by.x, corner[1] + by.y];
    }
    for (i, name) in CORNERS.into_iter().enumerate() {
        let rect = Rect::from_center_size(corners[i], Vec2::splat(3.0 * HANDLE));
        let by = share(handle(ui, p, rect, name, false));
        moved[i] = [moved[i][0] + by.x, moved[i][1] + by.y];
    }
    let moved = moved.map(|corner| corner.map(|c| c.clamp(-0.5, 1.5)));
    if moved != doc.corners {
        let mut wall = doc.clone();
        wall.corners = moved;
        p.actions
            .spaces(SpacesEdit::Wall(wall.into(), "Place on the wall"));
    }
}

/// A handle; how far it is moved in this frame, points.
fn handle(ui: &mut Ui, p: &Panel<'_>, rect: Rect, name: &str, square: bool) -> Vec2 {
    let response = ui.interact(rect, ui.scope_id().with(name), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
    if response.clicked() || response.drag_started() {
        response.request_focus();
    }
    let hot = response.hovered() || response.dragged() || response.has_focus();
    let fill = if hot { *p.theme.accent } else { Color32::WHITE };
    let line = Stroke::new(1.5, Color32::from_black_alpha(160));
    if square {
        let at = Rect::from_center_size(rect.center(), Vec2::splat(1.4 * HANDLE));
        ui.painter()
            .rect(at, 2.0, fill, line, egui::StrokeKind::Middle);
    } else {
        ui.painter().circle(rect.center(), HANDLE, fill, line);
    }
    let mut by = Vec2::ZERO;
    if response.dragged() {
        by = response.drag_delta();
    }
    if response.has_focus() {
        ui.memory_mut(|m| {
            let filter = egui::EventFilter {
                horizontal_arrows: true,
                vertical_arrows: true,
                ..egui::EventFilter::default()
            };
            m.set_focus_lock_filter(response.id, filter);
        });
        by += ui.input(|i| {
            let steps = |more, less| i.num_presses(more) as f32 - i.num_presses(less) as f32;
            let far = if i.modifiers.shift { 10.0 } else { 1.0 };
            far * vec2(
                steps(Key::ArrowRight, Key::ArrowLeft),
                steps(Key::ArrowDown, Key::ArrowUp),
            )
        });
    }
    response.on_hover_text(format!("{name}: drag, or arrow keys"));
    by
}
