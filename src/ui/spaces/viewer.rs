//! Looking around in a panorama: a ball around the eye in triangles, each vertex with its place in
//! the picture, drawn by the window's own renderer whatever that is.

use crossbeam_channel::{Receiver, bounded};
use egui::{
    Color32, ColorImage, EventFilter, Key, Mesh, Modifiers, Pos2, Rect, Sense, TextureHandle,
    TextureOptions, Ui, pos2,
};

use crate::app::action::ViewEdit;
use crate::app::at_hand;
use crate::app::command::Command;
use crate::app::spaces::document::Origin;
use crate::app::spaces::looks::Gaze;
use crate::app::spaces::making;
use crate::app::thumbs;
use crate::app::view::{Compare, Dialog, Workspace};
use crate::engine::protocol::{SpacesShow, Work};
use crate::picture::Picture;
use crate::recipe::GrowTask;
use crate::ui::canvas::picture_view;
use crate::ui::canvas::picture_view::CanvasInput;
use crate::ui::canvas::textures::image;
use crate::ui::panel::Panel;

/// Columns and rows of the ball.
const AROUND: usize = 192;
const STACKS: usize = 96;
/// How far ahead a vertex must be to be projected; what is nearer is far beside the view.
const NEAR: f32 = 0.04;
/// Radians that an arrow key turns, and how much a step of the wheel zooms.
const KEY_TURN: f32 = 0.08;
/// Pixels up to which a picture is made ready for the card at once.
const SMALL: usize = 1 << 20;

/// The picture on the graphics card.
#[derive(Default)]
pub(super) struct Viewer {
    held: Option<(usize, Picture, TextureHandle)>,
    coming: Option<(usize, Picture, Receiver<ColorImage>)>,
}

/// The whole of what is grown, or the newest look, if it is of a panorama, and whether it is the one
/// asked for.
fn newest<'a>(p: &Panel<'a>) -> Option<(&'a Picture, bool)> {
    let panorama = &p.state.doc.spaces.panorama;
    let grown = panorama.origin == Origin::Picture && panorama.strip.on;
    if grown && let Some(whole) = at_hand::picture(Workspace::Spaces, p.state) {
        return Some((whole, true));
    }
    let shown = p.state.spaces.shown.as_ref()?;
    let fits = match (&shown.work, panorama.origin) {
        (Work::Explore(params), Origin::Waves) => params.domain.is_sphere(),
        (Work::Grow(params), Origin::Picture) => {
            let own = p.state.doc.spaces.source.as_ref();
            let full = matches!(params.task, GrowTask::FullTurn(_));
            grown && full && own.is_some_and(|own| own.sha256 == params.source.sha256)
        }
        (Work::Spaces(look), Origin::Picture) => {
            let own = p.state.doc.spaces.source.as_ref();
            !grown
                && look.show == SpacesShow::Picture
                && own.is_some_and(|own| own.sha256 == look.source.sha256)
        }
        _ => false,
    };
    let current = making::look(p.state).as_ref() == Some(&shown.work);
    fits.then_some((&shown.picture, current))
}

/// Draws the panorama, from within or flat.
pub(super) fn ui(ui: &mut Ui, p: &mut Panel<'_>, viewer: &mut Viewer) {
    if p.state.doc.spaces.panorama.origin == Origin::Picture && !making::can_surround(p.state) {
        let title = "This picture is no panorama";
        let hint = "Panoramas are twice as wide as high, with everything around the viewer in them. A strip photo can be extended to one on the right; or open another picture, or choose Waves.";
        return picture_view::empty(ui, p, title, hint);
    }
    if p.state.view.spaces.flat {
        return flat(ui, p);
    }
    let rect = ui.available_rect_before_wrap();
    let response = ui.allocate_rect(rect, Sense::click_and_drag());
    response
        .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, ui.is_enabled(), "Panorama"));
    let gaze = moved(ui, p, rect, &response);
    let Some((picture, current)) = newest(p) else {
        picture_view::busy(ui, p, "Panorama", rect, true);
        return;
    };
    if let Some(texture) = viewer.texture(ui, picture) {
        let mut mesh = ball(rect, gaze);
        mesh.texture_id = texture;
        ui.painter()
            .with_clip_rect(rect.intersect(ui.clip_rect()))
            .add(mesh);
    }
    crate::ui::widgets::focus::ring(ui, &p.theme, &response, rect.shrink(2.0), 2.0);
    picture_view::busy(ui, p, "Panorama", rect, !current);
}

/// The picture as it is in its file.
fn flat(ui: &mut Ui, p: &mut Panel<'_>) {
    let state = p.state;
    let size = match state.doc.spaces.panorama.origin {
        Origin::Waves => state.doc.spaces.panorama.waves.size,
        Origin::Picture => making::photo(state).map(|photo| photo.size),
    };
    let shown = newest(p);
    let grown = making::grown_params(state).is_some();
    // What grows is as large as it is.
    let size = match shown {
        Some((picture, _)) if grown => Some(picture.size()),
        _ => size.filter(|_| !grown),
    };
    let input = CanvasInput {
        workspace: Workspace::Spaces,
        name: "Flat panorama",
        picture: shown.map(|(picture, _)| picture),
        before: None,
        logical_size: size.unwrap_or([2, 1]),
        compare: Compare::Off,
        tool: false,
        busy: shown.is_none_or(|(_, current)| !current),
        subject: None,
    };
    picture_view::show(ui, p, input, |_, _, _| {});
}

/// Where one looks after dragging, wheel and keys.
fn moved(ui: &Ui, p: &mut Panel<'_>, rect: Rect, response: &egui::Response) -> Gaze {
    let view = p.state.view.spaces;
    let mut gaze = view.gaze;
    // What is under the pointer stays there, near the middle.
    let per_point = gaze.height / rect.height().max(1.0);
    if response.dragged() {
        let by = response.drag_delta() * per_point;
        gaze.yaw -= by.x / gaze.pitch.cos().max(0.3);
        gaze.pitch += by.y;
    }
    if response.clicked() || response.drag_started() {
        response.request_focus();
    }
    if response.hovered() {
        let (wheel, pinch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
        gaze.height /= pinch * (wheel / 300.0).exp();
    }
    if response.double_clicked() {
        gaze = Gaze::default();
    }
    if response.has_focus() {
        keys(ui, response, &mut gaze);
    }
    leave_full_screen(ui, p);
    let gaze = gaze.confined();
    if gaze != view.gaze {
        let mut view = view;
        view.gaze = gaze;
        p.actions.view(ViewEdit::Spaces(view));
    }
    gaze
}

fn keys(ui: &Ui, response: &egui::Response, gaze: &mut Gaze) {
    ui.memory_mut(|m| {
        let filter = EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            ..EventFilter::default()
        };
        m.set_focus_lock_filter(response.id, filter);
    });
    ui.input(|i| {
        let steps = |more, less| i.num_presses(more) as f32 - i.num_presses(less) as f32;
        let turn = KEY_TURN * gaze.height;
        gaze.yaw += turn * steps(Key::ArrowRight, Key::ArrowLeft);
        gaze.pitch += turn * steps(Key::ArrowUp, Key::ArrowDown);
        gaze.height *= 0.9_f32.powf(steps(Key::PageUp, Key::PageDown));
        if i.key_pressed(Key::Home) {
            *gaze = Gaze::default();
        }
    });
}

/// Escape brings window and panels back.
fn leave_full_screen(ui: &Ui, p: &mut Panel<'_>) {
    let full = ui.input(|i| i.viewport().fullscreen.unwrap_or(false));
    let alone = full && p.state.view.panels_away && p.state.view.dialog == Dialog::None;
    if alone && ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape)) {
        p.actions.command(Command::FullScreen);
        p.actions.command(Command::HidePanels);
    }
}

impl Viewer {
    /// The texture of the picture, or of the one before as long as that isn't ready.
    fn texture(&mut self, ui: &Ui, picture: &Picture) -> Option<egui::TextureId> {
        let key = picture.rgba().as_ptr() as usize;
        let most = ui.input(|i| i.max_texture_side) as u32;
        let ready = self.held.as_ref().is_some_and(|(of, ..)| *of == key);
        if !ready {
            let pixels = picture.rgba().len() / 4;
            if pixels <= SMALL {
                self.put(ui, picture.clone(), image(&thumbs::smaller(picture, most)));
            } else if let Some((.., receiver)) = self.coming.take_if(|(of, ..)| *of == key) {
                match receiver.try_recv() {
                    Ok(image) => self.put(ui, picture.clone(), image),
                    Err(_) => self.coming = Some((key, picture.clone(), receiver)),
                }
            } else {
                self.coming = Some((key, picture.clone(), prepare(ui, picture.clone(), most)));
            }
        }
        self.held.as_ref().map(|(.., texture)| texture.id())
    }

    fn put(&mut self, ui: &Ui, picture: Picture, image: ColorImage) {
        // Left and right are the same meridian.
        let options = TextureOptions::LINEAR_REPEAT;
        let texture = ui.ctx().load_texture("panorama", image, options);
        self.held = Some((picture.rgba().as_ptr() as usize, picture, texture));
    }
}

/// Makes a large picture ready for the card beside the window's own thread.
fn prepare(ui: &Ui, picture: Picture, most: u32) -> Receiver<ColorImage> {
    let (sender, receiver) = bounded(1);
    let ctx = ui.ctx().clone();
    let work = move || {
        // Nobody may wait any more.
        sender.send(image(&thumbs::smaller(&picture, most))).ok();
        ctx.request_repaint();
    };
    let thread = std::thread::Builder::new().name("limner-panorama".to_owned());
    if let Err(error) = thread.spawn(work) {
        log::error!("no thread for a panorama: {error}");
    }
    receiver
}

/// The ball around the eye, as much of it as lies in the view. Its texture's left edge is behind.
pub(super) fn ball(rect: Rect, gaze: Gaze) -> Mesh {
    use std::f32::consts::{PI, TAU};
    let focal = rect.height() / 2.0 / (gaze.height / 2.0).tan();
    let ((sy, cy), (sp, cp)) = (gaze.yaw.sin_cos(), gaze.pitch.sin_cos());
    let columns: Vec<(f32, f32)> = (0..=AROUND)
        .map(|i| (TAU * i as f32 / AROUND as f32 - PI).sin_cos())
        .collect();
    let project = |stack: usize, column: usize| -> Option<Pos2> {
        let (up, ring) = (PI / 2.0 - PI * stack as f32 / STACKS as f32).sin_cos();
        let (sin, cos) = columns[column];
        let [x, y, z] = [ring * sin, up, ring * cos];
        let [x, z] = [x * cy - z * sy, x * sy + z * cy];
        let [y, z] = [y * cp - z * sp, y * sp + z * cp];
        (z > NEAR).then(|| rect.center() + egui::vec2(x, -y) * (focal / z))
    };
    let row = |stack: usize| -> Vec<Option<Pos2>> {
        (0..=AROUND).map(|column| project(stack, column)).collect()
    };
    let mut mesh = Mesh::default();
    let mut above = row(0);
    for stack in 0..STACKS {
        let below = row(stack + 1);
        for column in 0..AROUND {
            let corners = [
                above[column],
                above[column + 1],
                below[column + 1],
                below[column],
            ];
            let [Some(a), Some(b), Some(c), Some(d)] = corners else {
                continue;
            };
            if Rect::from_points(&[a, b, c, d]).intersects(rect) {
                quad(&mut mesh, [a, b, c, d], [column, stack]);
            }
        }
        above = below;
    }
    mesh
}

fn quad(mesh: &mut Mesh, corners: [Pos2; 4], [column, stack]: [usize; 2]) {
    let first = mesh.vertices.len() as u32;
    let places = [[0, 0], [1, 0], [1, 1], [0, 1]];
    for (pos, [right, down]) in corners.into_iter().zip(places) {
        let uv = pos2(
            (column + right) as f32 / AROUND as f32,
            (stack + down) as f32 / STACKS as f32,
        );
        mesh.vertices.push(egui::epaint::Vertex {
            pos,
            uv,
            color: Color32::WHITE,
        });
    }
    mesh.add_triangle(first, first + 1, first + 2);
    mesh.add_triangle(first, first + 2, first + 3);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> Rect {
        Rect::from_min_size(pos2(100.0, 50.0), egui::vec2(900.0, 600.0))
    }

    /// The place of the picture that is drawn at a point.
    fn seen(mesh: &Mesh, at: Pos2) -> Option<Pos2> {
        mesh.indices.chunks_exact(3).find_map(|t| {
            let [a, b, c] = [0, 1, 2].map(|i| mesh.vertices[t[i] as usize]);
            let (u, v, w) = (b.pos - a.pos, c.pos - a.pos, at - a.pos);
            let area = u.x * v.y - u.y * v.x;
            let (s, t) = (
                (w.x * v.y - w.y * v.x) / area,
                (u.x * w.y - u.y * w.x) / area,
            );
            let inside = area.abs() > 1e-6 && s >= -1e-4 && t >= -1e-4 && s + t <= 1.0002;
            inside.then(|| a.uv + s * (b.uv - a.uv) + t * (c.uv - a.uv))
        })
    }

    /// The place of the picture that a pinhole camera sees at a point.
    fn exact(rect: Rect, gaze: Gaze, at: Pos2) -> Pos2 {
        use std::f32::consts::{PI, TAU};
        let focal = rect.height() / 2.0 / (gaze.height / 2.0).tan();
        let v = (at - rect.center()) / focal;
        let (x, y, z) = (v.x, -v.y, 1.0);
        let (sp, cp) = gaze.pitch.sin_cos();
        let (y, z) = (y * cp + z * sp, z * cp - y * sp);
        let (sy, cy) = gaze.yaw.sin_cos();
        let (x, z) = (x * cy + z * sy, z * cy - x * sy);
        let up = (y / (x * x + y * y + z * z).sqrt()).asin();
        pos2(x.atan2(z) / TAU + 0.5, 0.5 - up / PI)
    }

    /// A frame at 60 a second has 16 ms, of which this is a small part; a slow, busy machine is given
    /// more.
    #[test]
    fn the_balls_triangles_cost_less_than_a_frame() {
        let rect = Rect::from_min_size(pos2(0.0, 0.0), egui::vec2(2560.0, 1440.0));
        let gaze = Gaze::default();
        let took = (0..15).map(|n| {
            let start = std::time::Instant::now();
            let yaw = n as f32 * 0.3;
            let mesh = ball(rect, Gaze { yaw, ..gaze });
            assert!(!mesh.vertices.is_empty());
            start.elapsed()
        });
        let least = took.min().unwrap();
        eprintln!("mesh of the ball: {least:?}");
        assert!(least.as_millis() < 16, "{least:?}");
    }

    #[test]
    fn every_point_of_the_view_shows_what_a_camera_sees_there() {
        let rect = view();
        for gaze in [
            Gaze::default(),
            Gaze {
                yaw: 3.0,
                pitch: 0.4,
                height: 1.0,
            },
            Gaze {
                yaw: -1.0,
                pitch: 1.5,
                height: 1.5,
            },
            Gaze {
                yaw: 0.3,
                pitch: -1.2,
                height: 0.4,
            },
            Gaze {
                yaw: 0.0,
                pitch: 0.0,
                height: 1.9,
            },
        ] {
            let mesh = ball(rect, gaze);
            for (i, j) in [(1, 1), (5, 5), (9, 2), (3, 8), (9, 9), (5, 1)] {
                let at = rect.min + rect.size() * egui::vec2(i as f32, j as f32) / 10.0;
                let shown = seen(&mesh, at).unwrap_or_else(|| panic!("a hole at {at:?}: {gaze:?}"));
                let wanted = exact(rect, gaze, at);
                let across = (shown.x - wanted.x).rem_euclid(1.0);
                let across = across.min(1.0 - across) * (PI_2 * (0.5 - wanted.y)).cos();
                let off = across.hypot((shown.y - wanted.y) / 2.0);
                // In turns: a pixel of a 4096 pixel wide panorama.
                assert!(
                    off < 1.0 / 4096.0,
                    "{gaze:?} {at:?}: {shown:?}, not {wanted:?}"
                );
            }
        }
    }

    const PI_2: f32 = std::f32::consts::PI;

    #[test]
    fn a_frame_is_a_small_part_of_its_time() {
        let begin = std::time::Instant::now();
        let frames = 20;
        for i in 0..frames {
            let gaze = Gaze {
                yaw: i as f32 * 0.3,
                ..Gaze::default()
            };
            assert!(!ball(view(), gaze).is_empty());
        }
        let each = begin.elapsed() / frames;
        println!("triangles of a view take {each:?}");
        assert!(each.as_millis() < 16, "{each:?}");
    }
}
