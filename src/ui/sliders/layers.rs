//! Which layers of a network a slider, or a second seed, acts on.

use egui::Ui;

use crate::recipe::LayerRange;
use crate::ui::theme::Theme;
use crate::ui::widgets::button::choice;
use crate::ui::widgets::slider::Slider;

/// Coarse, middle and fine layers of a network.
pub fn zones(num_ws: usize) -> [(&'static str, LayerRange, &'static str); 3] {
    let coarse = (num_ws / 3).clamp(1, 4);
    let middle = (num_ws * 2 / 3).max(coarse + 1).min(num_ws);
    let range = |start, end| LayerRange { start, end };
    [
        ("Coarse", range(0, coarse), "Shape and place"),
        ("Middle", range(coarse, middle), "Parts and form"),
        (
            "Fine",
            range(middle, num_ws.max(middle)),
            "Colour and surface",
        ),
    ]
}

/// Coarse, middle, fine, or any range of layers.
pub fn layer_choice(
    ui: &mut Ui,
    theme: &Theme,
    now: LayerRange,
    num_ws: usize,
) -> Option<LayerRange> {
    let zones = zones(num_ws);
    let options: Vec<(LayerRange, &str, &str)> =
        zones.iter().map(|(t, r, tip)| (*r, *t, *tip)).collect();
    let mut chosen = choice(ui, theme, now, &options);
    let last = num_ws as f32;
    let from = Slider::new("From layer", now.start as f32 + 1.0, 1.0..=last, 1.0)
        .decimals(0)
        .step(1.0)
        .tooltip("First layer of the range: low layers make shapes, high ones surfaces")
        .show(ui, theme);
    if let Some(v) = from.changed {
        let start = (v as usize).saturating_sub(1).min(num_ws - 1);
        chosen = Some(LayerRange {
            start,
            end: now.end.max(start + 1),
        });
    }
    let to = Slider::new("To layer", now.end as f32, 1.0..=last, last)
        .decimals(0)
        .step(1.0)
        .tooltip("Last layer of the range")
        .show(ui, theme);
    if let Some(v) = to.changed {
        let end = (v as usize).clamp(1, num_ws);
        chosen = Some(LayerRange {
            start: now.start.min(end - 1),
            end,
        });
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_cover_all_layers_once() {
        for n in 2..=18 {
            let z = zones(n);
            assert_eq!(z[0].1.start, 0);
            assert_eq!(z[0].1.end, z[1].1.start);
            assert_eq!(z[1].1.end, z[2].1.start);
            assert_eq!(z[2].1.end, n);
        }
    }
}
