//! What tiles and panoramas of *Waves* have in common.

use egui::Ui;

use crate::app::command::Command;
use crate::app::spaces::document::WAVES;
use crate::recipe::{ExploreParams, LatentOrigin, ranges};
use crate::ui::panel::Panel;
use crate::ui::theme::Theme;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::icon::Icon;
use crate::ui::widgets::seed_row::{SeedEdit, seed_row};
use crate::ui::widgets::slider::Slider;

/// Truncation until the user says otherwise.
const TRUNCATION: f32 = 0.7;

/// Seed and truncation; what they became, and the name of what was changed.
pub(super) fn ui(
    ui: &mut Ui,
    p: &mut Panel<'_>,
    now: &ExploreParams,
) -> Option<(ExploreParams, &'static str)> {
    let theme = p.theme.clone();
    let mut changed = None;
    match now.origin {
        LatentOrigin::Seed(seed) => {
            match seed_row(ui, &theme, "Seed", seed, |ui| dice(ui, &theme)) {
                SeedEdit::None => {}
                SeedEdit::To(seed) => {
                    let origin = LatentOrigin::Seed(seed);
                    changed = Some((
                        ExploreParams {
                            origin,
                            ..now.clone()
                        },
                        "Seed",
                    ));
                }
                SeedEdit::Dice => p.actions.command(Command::NewSeed),
            }
        }
        _ => {
            ui.weak("From a point of Explore");
        }
    }
    let moved = Slider::new(
        "Truncation",
        now.truncation_psi,
        ranges::PSI.ends(),
        TRUNCATION,
    )
    .tooltip("How far from the average picture: 0 is the average, 1 the full variety")
    .show(ui, &theme);
    if let Some(truncation_psi) = moved.changed {
        let params = ExploreParams {
            truncation_psi,
            ..now.clone()
        };
        changed = Some((params, "Truncation"));
    }
    changed
}

/// The button for another seed.
pub(super) fn dice(ui: &mut Ui, theme: &Theme) -> Option<()> {
    let tip = Command::NewSeed.tooltip_with_keys(ui.ctx());
    IconButton::new(Icon::Dice, "New seed")
        .tooltip(&tip)
        .show(ui, theme)
        .clicked()
        .then_some(())
}

/// *Waves* as Explore shows it, with size and domain of what is here; none where Explore shows
/// another network.
pub(super) fn explored(p: &Panel<'_>, here: &ExploreParams) -> Option<ExploreParams> {
    let explore = p.state.doc.explore.current()?;
    (explore.model == WAVES).then(|| ExploreParams {
        size: here.size,
        domain: here.domain,
        transform: here.transform,
        ..explore.clone()
    })
}
