//! Stars: drawn, because fonts may lack them, and clickable.

use egui::{Color32, Painter, Pos2, Response, Role, Sense, Shape, Stroke, Ui, WidgetInfo, vec2};

/// Colour of a star that counts.
pub const GOLD: Color32 = Color32::from_rgb(0xf2, 0xb9, 0x3b);

/// Paints a five-pointed star; two triangle fans, because the outline is concave.
pub fn paint(painter: &Painter, center: Pos2, radius: f32, color: Color32, filled: bool) {
    let point = |n: usize| {
        let r = if n.is_multiple_of(2) {
            radius
        } else {
            radius * 0.42
        };
        let angle = std::f32::consts::PI * (n as f32 / 5.0 - 0.5);
        center + r * vec2(angle.cos(), angle.sin())
    };
    let outline: Vec<Pos2> = (0..10).map(point).collect();
    if filled {
        let mut mesh = egui::Mesh::default();
        mesh.colored_vertex(center, color);
        for p in &outline {
            mesh.colored_vertex(*p, color);
        }
        for n in 0..10u32 {
            mesh.add_triangle(0, n + 1, (n + 1) % 10 + 1);
        }
        painter.add(Shape::mesh(mesh));
    }
    painter.add(Shape::closed_line(outline, Stroke::new(1.0, color)));
}

/// Five stars to click; a click on the last given star takes all away. Returns
/// the new number when it changed.
pub fn rating(ui: &mut Ui, stars: u8) -> Option<u8> {
    let mut set = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for n in 1..=5u8 {
            let response = star_button(ui, n, n <= stars);
            if response.clicked() {
                set = Some(if n == stars { 0 } else { n });
            }
        }
    });
    set.filter(|&n| n != stars)
}

fn star_button(ui: &mut Ui, n: u8, on: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(22.0, 22.0), Sense::click());
    let name = if n == 1 {
        "1 star".to_owned()
    } else {
        format!("{n} stars")
    };
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, &name));
    let color = if on {
        GOLD
    } else if response.hovered() || response.has_focus() {
        ui.visuals().text_color()
    } else {
        ui.visuals().weak_text_color()
    };
    paint(ui.painter(), rect.center(), 8.0, color, on);
    if response.has_focus() {
        ui.painter().rect_stroke(
            rect,
            3.0,
            ui.visuals().selection.stroke,
            egui::StrokeKind::Inside,
        );
    }
    response.on_hover_text(format!("{name} (key {n}; 0 takes stars away)"))
}
