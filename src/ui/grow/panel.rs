//! The panel of Grow: the picture, what is to become of it, and how.

use egui::{ScrollArea, Ui};

use crate::app::action::Destination;
use crate::app::command::Command;
use crate::app::grow::document::{CHANCE, COHERENCE, GrowDoc, GrowWay};
use crate::app::grow::edit::GrowEdit;
use crate::recipe::ranges;
use crate::ui::canvas::picture_actions;
use crate::ui::grow::parts::Parts;
use crate::ui::grow::{extend, fill, others, progress, remix, size};
use crate::ui::mask::target::MaskTarget;
use crate::ui::mask::tools::MaskTools;
use crate::ui::panel::Panel;
use crate::ui::photo::gallery_pick::GalleryPick;
use crate::ui::photo::slot;
use crate::ui::photo::slot::PhotoEvent;
use crate::ui::theme::space;
use crate::ui::widgets::button::{IconButton, choice};
use crate::ui::widgets::icon::Icon;
use crate::ui::widgets::section::section;
use crate::ui::widgets::seed_row::{SeedEdit, seed_row};
use crate::ui::widgets::slider::Slider;

/// What can become of a picture, with what it is for.
const WAYS: [(GrowWay, &str, &str); 5] = [
    (
        GrowWay::Vary,
        "Vary",
        "The same again, differently; at any size and shape, seamless if you like",
    ),
    (
        GrowWay::Extend,
        "Extend",
        "Let the picture go on beyond its edges",
    ),
    (
        GrowWay::Fill,
        "Fill",
        "Paint over what is to go; it is filled with what is around",
    ),
    (
        GrowWay::Remix,
        "Remix",
        "The arrangement of a second picture in the material of this one",
    ),
    (
        GrowWay::Edit,
        "Parts",
        "Move, copy, recolour or remove parts, or paint on: the picture makes itself whole again",
    ),
];

/// What the panel remembers between frames; not part of the document.
#[derive(Default)]
pub struct GrowPanel {
    /// The mask that is being painted.
    pub mask: MaskTools,
    /// Parts that are moved and recoloured.
    pub(super) parts: Parts,
    pick: Option<GalleryPick>,
}

impl GrowPanel {
    /// Opens the chooser of the gallery's pictures.
    pub fn choose(&mut self, to: Destination) {
        self.pick = Some(GalleryPick::new(to));
    }

    /// Draws the chooser while it is open.
    pub fn pick(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        if let Some(pick) = &mut self.pick
            && !pick.show(ui, p)
        {
            self.pick = None;
        }
    }

    /// Draws the panel: what to do with the picture at the bottom, the rest scrolls.
    pub fn ui(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        egui::Panel::bottom("grow actions")
            .frame(egui::Frame::new().inner_margin(egui::Margin::symmetric(0, 8)))
            .show_separator_line(false)
            .show(ui, |ui| {
                progress::ui(ui, p);
                if p.state.doc.grow.params().is_some() {
                    picture_actions::ui(ui, p);
                }
            });
        ScrollArea::vertical()
            .auto_shrink([false, false])
            .show(ui, |ui| {
                ui.add_space(space::XS);
                self.sections(ui, p);
                ui.add_space(space::L);
            });
    }

    fn sections(&mut self, ui: &mut Ui, p: &mut Panel<'_>) {
        let theme = p.theme.clone();
        section(
            ui,
            &theme,
            "Source",
            true,
            |_| {},
            |ui| {
                let slot = slot::of_grow(p.state);
                if let Some(PhotoEvent::FromGallery) = slot::photo(ui, p, slot) {
                    self.choose(Destination::GrowSource);
                }
            },
        );
        let doc = p.state.doc.grow.clone();
        if doc.source.is_none() {
            return;
        }
        ui.add_space(space::S);
        if let Some(way) = choice(ui, &theme, doc.way, &WAYS) {
            p.actions.grow(GrowEdit::Way(way));
            // The next thing to do.
            let paint = way == GrowWay::Fill && doc.mask.is_none() && doc.mask_file.is_none();
            self.mask.edit(paint.then_some(MaskTarget::Grow));
            self.parts.sketch.turn(false);
        }
        ui.add_space(space::XS);
        self.way(ui, p, &doc);
        section(ui, &theme, "How", true, |_| {}, |ui| how(ui, p, &doc));
        if matches!(doc.way, GrowWay::Vary | GrowWay::Remix) {
            section(ui, &theme, "Size", true, |_| {}, |ui| size::ui(ui, p, &doc));
        }
        if !doc.keeps() && others::ui(ui, p, &doc, &mut self.mask) {
            self.choose(Destination::GrowOther);
        }
    }

    /// What only the chosen way has.
    fn way(&mut self, ui: &mut Ui, p: &mut Panel<'_>, doc: &GrowDoc) {
        match doc.way {
            GrowWay::Vary => {}
            GrowWay::Edit => self.parts.ui(ui, p, doc),
            GrowWay::Extend => extend::ui(ui, p, doc),
            GrowWay::Fill => fill::ui(ui, p, doc, &mut self.mask),
            GrowWay::Remix => {
                if remix::ui(ui, p, doc) {
                    self.choose(Destination::GrowStructure);
                }
            }
        }
    }
}

/// Seed, chance, coherence.
fn how(ui: &mut Ui, p: &mut Panel<'_>, doc: &GrowDoc) {
    if doc.keeps() {
        ui.weak("Nothing is left to chance where the picture is kept.");
        return;
    }
    let theme = p.theme.clone();
    let tip = Command::NewSeed.tooltip_with_keys(ui.ctx());
    let edit = seed_row(ui, &theme, "Seed", doc.seed, |ui| {
        IconButton::new(Icon::Dice, "New seed")
            .tooltip(&tip)
            .show(ui, &theme)
            .clicked()
            .then_some(())
    });
    match edit {
        SeedEdit::None => {}
        SeedEdit::To(seed) => p.actions.grow(GrowEdit::Seed(seed)),
        SeedEdit::Dice => p.actions.command(Command::NewSeed),
    }
    let free = matches!(doc.way, GrowWay::Vary | GrowWay::Remix);
    if let Some(breed) = doc.breed.as_ref().filter(|_| free) {
        ui.weak(format!("A child of seeds {} and {}", doc.seed, breed.seed))
            .on_hover_text("Another seed is a picture of its own again");
    }
    // A structure leaves nothing to chance.
    if doc.way != GrowWay::Remix {
        let moved = Slider::new("Chance", doc.chance, ranges::CHANCE.ends(), CHANCE)
            .step(0.05)
            .tooltip("How far from the picture: 1 leaves its whole arrangement to chance, less only smaller parts, 0 nothing, to fit it to another size")
            .show(ui, &theme);
        if let Some(chance) = moved.changed {
            p.actions.grow(GrowEdit::Chance(chance));
        }
    }
    let moved = Slider::new(
        "Coherence",
        doc.coherence,
        ranges::COHERENCE.ends(),
        COHERENCE,
    )
    .step(0.05)
    .tooltip("How much stays together as it is in the picture; more takes longer")
    .show(ui, &theme);
    if let Some(coherence) = moved.changed {
        p.actions.grow(GrowEdit::Coherence(coherence));
    }
}
