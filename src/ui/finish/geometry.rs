//! Part and shape: crop with aspects, turns, straightening, and the size of the result.

use egui::{ComboBox, DragValue, Ui};

use crate::app::finish::edit::FinishEdit;
use crate::app::finish::state::FinishWork;
use crate::finish;
use crate::recipe::{FinishSettings, ranges};
use crate::ui::finish::panel::FinishPanel;
use crate::ui::panel::Panel;
use crate::ui::widgets::slider::Slider;

/// An aspect for the crop.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) enum Aspect {
    /// Any.
    #[default]
    Free,
    /// The picture's own.
    Own,
    /// Width by height.
    Of(f32, f32),
}

/// What can be chosen.
const ASPECTS: [Aspect; 12] = [
    Aspect::Free,
    Aspect::Own,
    Aspect::Of(1.0, 1.0),
    Aspect::Of(3.0, 2.0),
    Aspect::Of(2.0, 3.0),
    Aspect::Of(4.0, 3.0),
    Aspect::Of(3.0, 4.0),
    Aspect::Of(5.0, 4.0),
    Aspect::Of(4.0, 5.0),
    Aspect::Of(16.0, 9.0),
    Aspect::Of(9.0, 16.0),
    Aspect::Of(21.0, 9.0),
];

impl Aspect {
    fn name(self) -> String {
        match self {
            Self::Free => "Free".to_owned(),
            Self::Own => "As the picture".to_owned(),
            Self::Of(w, h) => format!("{w}:{h}"),
        }
    }

    /// Width by height in pixels, none when free.
    pub(super) fn ratio(self, work: &FinishWork) -> Option<f64> {
        match self {
            Self::Free => None,
            Self::Own => {
                let [w, h] = finish::frame(work.full, &work.settings);
                Some(w / h)
            }
            Self::Of(w, h) => Some(f64::from(w / h)),
        }
    }
}

/// Crop, turns and straightening.
pub(super) fn shape(ui: &mut Ui, p: &mut Panel<'_>, work: &FinishWork, panel: &mut FinishPanel) {
    let settings = &work.settings;
    ui.horizontal_wrapped(|ui| {
        let text = if work.cropping {
            "Done cropping"
        } else {
            "Crop…"
        };
        let button = egui::Button::new(text).selected(work.cropping);
        let tip =
            "Drag sides and corners on the picture; arrow keys move the one that has the keyboard";
        if ui.add(button).on_hover_text(tip).clicked() {
            p.actions.finish(FinishEdit::Cropping(!work.cropping));
        }
        let label = ui.label("Aspect");
        let combo = ComboBox::from_id_salt("finish aspect")
            .width(76.0)
            .selected_text(panel.aspect.name())
            .show_ui(ui, |ui| {
                for aspect in ASPECTS {
                    let chosen = ui.selectable_value(&mut panel.aspect, aspect, aspect.name());
                    if chosen.clicked() {
                        take_aspect(p, work, panel, aspect);
                    }
                }
            });
        combo.response.labelled_by(label.id);
        if settings.crop.is_some() {
            let whole = ui.button("Whole").accessible_name("Whole picture");
            if whole.on_hover_text("No crop any more").clicked() {
                let crop = None;
                panel.send(
                    p,
                    work,
                    FinishSettings {
                        crop,
                        ..settings.clone()
                    },
                );
            }
        }
    });
    turns(ui, p, work, panel);
    let moved = Slider::new(
        "Straighten",
        settings.straighten,
        ranges::STRAIGHTEN.ends(),
        0.0,
    )
    .decimals(1)
    .step(0.1)
    .suffix("°")
    .tooltip("Turn by degrees; the largest part without empty corners stays")
    .show(ui, &p.theme.clone());
    if let Some(straighten) = moved.changed {
        panel.send(
            p,
            work,
            FinishSettings {
                straighten,
                ..settings.clone()
            },
        );
    }
}

/// A chosen aspect crops at once, to the largest part that has it.
fn take_aspect(p: &mut Panel<'_>, work: &FinishWork, panel: &FinishPanel, aspect: Aspect) {
    let Some(ratio) = aspect.ratio(work) else {
        return;
    };
    let crop = finish::largest_part(work.full, &work.settings, ratio);
    let settings = FinishSettings {
        crop: Some(crop),
        ..work.settings.clone()
    };
    panel.send(p, work, settings);
}

fn turns(ui: &mut Ui, p: &mut Panel<'_>, work: &FinishWork, panel: &FinishPanel) {
    let now = &work.settings;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let buttons: [(&str, &str, &str, FinishSettings); 4] = [
            (
                "Left",
                "Rotate left",
                "By 90° counter-clockwise",
                turned(now, 3),
            ),
            ("Right", "Rotate right", "By 90° clockwise", turned(now, 1)),
            (
                "Mirror",
                "Flip horizontally",
                "Left and right exchanged",
                flipped(now, 0),
            ),
            (
                "Upside down",
                "Flip vertically",
                "Above and below exchanged",
                flipped(now, 1),
            ),
        ];
        for (text, name, tip, settings) in buttons {
            let button = ui.button(text).accessible_name(name);
            if button.on_hover_text(format!("{name}: {tip}")).clicked() {
                panel.send(p, work, settings);
            }
        }
    });
}

/// Turned by so many quarters, as it is seen: the crop turns along.
fn turned(now: &FinishSettings, quarters: u8) -> FinishSettings {
    // Flips come after turns, so that what is seen turns the other way between them.
    let mirrored = now.flip[0] != now.flip[1];
    let by = if mirrored { 4 - quarters } else { quarters };
    let crop = now.crop.map(|[l, t, r, b]| match quarters {
        1 => [1.0 - b, l, 1.0 - t, r],
        _ => [t, 1.0 - r, b, 1.0 - l],
    });
    FinishSettings {
        quarter_turns: (now.quarter_turns + by) % 4,
        crop,
        size: now.size.map(|[w, h]| [h, w]),
        ..now.clone()
    }
}

/// Flipped as it is seen: crop and straightening along.
fn flipped(now: &FinishSettings, axis: usize) -> FinishSettings {
    let mut flip = now.flip;
    flip[axis] = !flip[axis];
    let crop = now.crop.map(|mut crop| {
        (crop[axis], crop[axis + 2]) = (1.0 - crop[axis + 2], 1.0 - crop[axis]);
        crop
    });
    FinishSettings {
        flip,
        crop,
        straighten: -now.straighten,
        ..now.clone()
    }
}

/// Width and height of the result.
pub(super) fn size(ui: &mut Ui, p: &mut Panel<'_>, work: &FinishWork, panel: &mut FinishPanel) {
    let settings = &work.settings;
    let [width, height] = work.size();
    let mut own = settings.size.is_some();
    let box_ = ui.checkbox(&mut own, "Resize");
    if box_
        .on_hover_text("Another size than the pixels that are left")
        .changed()
    {
        let size = own.then_some([width, height]);
        panel.send(
            p,
            work,
            FinishSettings {
                size,
                ..settings.clone()
            },
        );
    }
    let Some(size) = settings.size else {
        ui.weak(format!("{width} × {height} pixels"));
        return;
    };
    ui.horizontal(|ui| {
        let mut new = size;
        for (axis, name) in [(0, "Width"), (1, "Height")] {
            let label = ui.label(name);
            let field = DragValue::new(&mut new[axis])
                .range(ranges::FINISH_SIDE)
                .speed(4)
                .suffix(" px");
            ui.add(field)
                .on_hover_text("Drag, or click and type")
                .labelled_by(label.id);
        }
        let aspect = f64::from(size[0]) / f64::from(size[1]);
        if panel.keep_aspect {
            match (new[0] != size[0], new[1] != size[1]) {
                (true, _) => new[1] = side(f64::from(new[0]) / aspect),
                (_, true) => new[0] = side(f64::from(new[1]) * aspect),
                _ => {}
            }
        }
        if new != size {
            let settings = FinishSettings {
                size: Some(new),
                ..settings.clone()
            };
            panel.send_as_it_is(p, settings);
        }
    });
    let lock = ui.checkbox(&mut panel.keep_aspect, "Keep aspect");
    if lock
        .on_hover_text("Width and height change together; off: free")
        .changed()
        && panel.keep_aspect
    {
        panel.send(p, work, settings.clone());
    }
}

/// The nearest side that is allowed.
pub(super) fn side(pixels: f64) -> u32 {
    let (least, most) = ranges::FINISH_SIDE.into_inner();
    (pixels.round() as u32).clamp(least, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_turns_and_two_flips_are_nothing() {
        let start = FinishSettings {
            crop: Some([0.125, 0.25, 0.5, 1.0]),
            size: Some([30, 60]),
            straighten: 3.0,
            flip: [true, false],
            ..FinishSettings::default()
        };
        let turn = |settings: &FinishSettings| turned(settings, 1);
        assert_eq!(turn(&turn(&turn(&turn(&start)))), start);
        assert_eq!(turned(&turned(&start, 1), 3), start);
        assert_eq!(flipped(&flipped(&start, 1), 1), start);
        assert_eq!(turned(&start, 1).size, Some([60, 30]));
    }
}
