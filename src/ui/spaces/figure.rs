//! Somebody, or a sofa, as a quiet shape: for scale.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2};

/// Sofa: width, centimetres.
pub(super) const SOFA: f32 = 200.0;

/// From centimetres to the right of somewhere and above the floor to the screen.
pub(super) type Place<'a> = dyn Fn([f32; 2]) -> Pos2 + 'a;

/// Somebody of 1.70 m who stands and looks at the wall, their middle at 0.
pub(super) fn person(painter: &Painter, place: &Place<'_>, color: Color32) {
    let scale = (place([0.0, 1.0]) - place([0.0, 0.0])).length();
    // Each as points from the middle outwards and up, mirrored.
    let halves: [&[[f32; 2]]; 2] = [
        // Legs and trunk.
        &[
            [0.0, 142.0],
            [6.0, 146.0],
            [19.0, 141.0],
            [22.0, 134.0],
            [17.0, 118.0],
            [15.0, 102.0],
            [17.0, 90.0],
            [16.0, 60.0],
            [13.0, 30.0],
            [11.0, 6.0],
            [13.0, 0.0],
            [3.0, 0.0],
            [2.0, 40.0],
            [0.0, 78.0],
        ],
        // An arm.
        &[
            [19.0, 141.0],
            [24.0, 134.0],
            [27.0, 112.0],
            [26.0, 92.0],
            [25.0, 78.0],
            [21.0, 78.0],
            [20.5, 92.0],
            [19.0, 118.0],
            [16.0, 134.0],
        ],
    ];
    for half in halves {
        for side in [-1.0, 1.0] {
            fan(
                painter,
                half.iter().map(|[x, y]| place([x * side, *y])).collect(),
                color,
            );
        }
    }
    painter.circle_filled(place([0.0, 158.5]), 11.5 * scale, color);
    let neck = Rect::from_two_pos(place([-4.5, 150.0]), place([4.5, 140.0]));
    painter.rect_filled(neck, 0.0, color);
}

/// A sofa of two metres from the front, its middle at 0.
pub(super) fn sofa(painter: &Painter, place: &Place<'_>, color: Color32, seam: Color32) {
    let scale = (place([0.0, 1.0]) - place([0.0, 0.0])).length();
    let block = |x: [f32; 2], y: [f32; 2], round: f32| {
        let rect = Rect::from_two_pos(place([x[0], y[1]]), place([x[1], y[0]]));
        painter.rect_filled(rect, round * scale, color);
        let line = Stroke::new((0.6 * scale).clamp(0.5, 2.0), seam);
        painter.rect_stroke(rect, round * scale, line, egui::StrokeKind::Inside);
    };
    for x in [-88.0, 84.0] {
        block([x, x + 4.0], [0.0, 12.0], 0.5);
    }
    block([-90.0, 90.0], [30.0, 82.0], 9.0);
    block([-84.0, 0.0], [26.0, 46.0], 5.0);
    block([0.0, 84.0], [26.0, 46.0], 5.0);
    block([-86.0, 86.0], [12.0, 28.0], 3.0);
    block([-SOFA / 2.0, -80.0], [10.0, 62.0], 7.0);
    block([80.0, SOFA / 2.0], [10.0, 62.0], 7.0);
}

/// A shape that may have dents, from its ears.
fn fan(painter: &Painter, outline: Vec<Pos2>, color: Color32) {
    let mut mesh = egui::Mesh::default();
    for point in &outline {
        mesh.colored_vertex(*point, color);
    }
    for [a, b, c] in ears(&outline) {
        mesh.add_triangle(a, b, c);
    }
    painter.add(Shape::mesh(mesh));
    // Softens the edge.
    painter.add(Shape::closed_line(outline, Stroke::new(1.0, color)));
}

/// Triangles of a simple outline, by cutting ears (Meisters 1975).
fn ears(outline: &[Pos2]) -> Vec<[u32; 3]> {
    let cross = |a: Pos2, b: Pos2, c: Pos2| (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    let area: f32 = (0..outline.len())
        .map(|i| cross(pos2(0.0, 0.0), outline[i], outline[(i + 1) % outline.len()]))
        .sum();
    let mut left: Vec<usize> = (0..outline.len()).collect();
    let mut all = Vec::new();
    while left.len() > 2 {
        let n = left.len();
        let ear = (0..n).find(|i| {
            let [a, b, c] = [0, 1, 2].map(|k| left[(i + k) % n]);
            let turn = |a: usize, b: usize, c: usize| {
                cross(outline[a], outline[b], outline[c]) * area.signum()
            };
            let within =
                |p: usize| turn(a, b, p) >= 0.0 && turn(b, c, p) >= 0.0 && turn(c, a, p) >= 0.0;
            let others = left.iter().filter(|p| ![a, b, c].contains(p));
            turn(a, b, c) > 0.0 && !others.into_iter().any(|p| within(*p))
        });
        // What is left has no area.
        let Some(i) = ear else { break };
        all.push([0, 1, 2].map(|k| left[(i + k) % n] as u32));
        left.remove((i + 1) % n);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ears_fill_an_outline_with_a_dent_once() {
        let outline = [
            pos2(0.0, 0.0),
            pos2(10.0, 0.0),
            pos2(10.0, 10.0),
            pos2(5.0, 4.0),
            pos2(0.0, 10.0),
        ];
        let all = ears(&outline);
        assert_eq!(all.len(), 3);
        let area: f32 = all
            .iter()
            .map(|t| {
                let [a, b, c] = t.map(|i| outline[i as usize]);
                ((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)).abs() / 2.0
            })
            .sum();
        assert!((area - 70.0).abs() < 1e-3, "{area}");
    }
}
