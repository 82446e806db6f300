//! The direction sliders of a network: starred first, then measured ones, then
//! those that were found without names.

use std::sync::Arc;

use egui::{Response, Ui, vec2};

use crate::app::action::{Action, Purpose};
use crate::app::command::Command;
use crate::app::engine_state::JobEntry;
use crate::app::sliders::edit::SliderEdit;
use crate::app::sliders::marks::SliderMark;
use crate::engine::protocol::{Attribute, Channel, DirectionInfo, ModelInfo, TONES, Tier, Work};
use crate::recipe::{DirectionEdit, LayerRange};
use crate::ui::panel::Panel;
use crate::ui::sliders::layers::{layer_choice, zones};
use crate::ui::sliders::target::SliderTarget;
use crate::ui::theme::Theme;
use crate::ui::widgets::button::IconButton;
use crate::ui::widgets::icon;
use crate::ui::widgets::icon::Icon;
use crate::ui::widgets::section::section;
use crate::ui::widgets::slider::Slider;

/// Where more sliders than this were found, only the strongest [`FIRST`] are shown at
/// first; those that were moved always are.
const MANY: usize = 12;
const FIRST: usize = 8;
/// Pixels of a hover thumbnail.
const LOOK_SIDE: u32 = 112;

#[derive(Default)]
struct RenameScratch {
    direction: Option<String>,
    text: String,
}

/// The slider that someone looked for: it gets the keyboard once it is drawn.
#[derive(Debug, Default)]
pub struct WantedSlider(pub Option<String>);

/// Draws the sliders.
pub fn ui(ui: &mut Ui, panel: &mut Panel<'_>, of: SliderTarget, model: &ModelInfo) {
    let theme = panel.theme.clone();
    let directions = of.directions(panel.state).cloned();
    let empty = directions.as_ref().is_none_or(|d| d.is_empty());
    let ctx = ui.ctx().clone();
    let mut chosen = None;
    let buttons = |ui: &mut Ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for (icon, command) in [
            (Icon::Reset, Command::ResetSliders),
            (Icon::Dice, Command::RandomiseSliders),
        ] {
            let tip = command.tooltip_with_keys(&ctx);
            let button = IconButton::new(icon, command.text())
                .tooltip(&tip)
                .enabled(!empty);
            if button.show(ui, &theme).clicked() {
                chosen = Some(command);
            }
        }
    };
    let theme = panel.theme.clone();
    section(
        ui,
        &theme,
        "Sliders",
        true,
        buttons,
        |ui| match &directions {
            Some(all) if !all.is_empty() => rows(ui, panel, of, all, model),
            Some(_) if of == SliderTarget::Lens => {
                ui.weak("No slider of this network was found to do what a name says. Intensity and a second picture still work.");
            }
            Some(_) => {
                ui.weak(
                    "This generator has no sliders of its own. Seed and truncation still work.",
                );
            }
            None => measuring(ui, panel, of),
        },
    );
    if let Some(command) = chosen {
        panel.actions.command(command);
    }
}

/// The sliders are being found out.
fn measuring(ui: &mut Ui, panel: &mut Panel<'_>, of: SliderTarget) {
    let model = of.model(panel.state).to_owned();
    let purpose = Purpose::Directions(model.clone());
    let job = panel.state.engine.job_for(&purpose);
    if job.is_none() {
        ui.weak("The sliders of this network have not been measured yet.");
        let text = "Measure the sliders";
        let tip = "Look at many pictures and find out what each slider does; takes a while, once";
        if ui.button(text).on_hover_text(tip).clicked() {
            panel.actions.push(Action::MeasureSliders(model));
        }
        return;
    }
    ui.weak("Looking at many pictures to find out what each slider does. This happens once.");
    let bar = egui::ProgressBar::new(job.map_or(0.0, JobEntry::fraction))
        .desired_height(5.0)
        .fill(*panel.theme.accent);
    ui.add(bar);
}

fn rows(
    ui: &mut Ui,
    panel: &mut Panel<'_>,
    of: SliderTarget,
    all: &Arc<Vec<DirectionInfo>>,
    model: &ModelInfo,
) {
    ui.spacing_mut().item_spacing.y = 1.0;
    let sliders = of.sliders(panel.state);
    let starred = |d: &DirectionInfo| sliders.mark(&d.id).is_some_and(|m| m.star);
    let mut order: Vec<&DirectionInfo> = all.iter().collect();
    order.sort_by_key(|d| (!starred(d), !d.measured));
    let found = |d: &&DirectionInfo| !d.measured && !starred(d);
    let many = order.iter().copied().filter(|d| found(d)).count() > MANY;
    let id = ui.scope_id().with(("all sliders", &model.name));
    let mut every: bool = ui.data(|d| d.get_temp(id)).unwrap_or(false);
    if many && !every {
        let mut shown = 0;
        order.retain(|d| {
            shown += usize::from(found(d));
            !found(d) || shown <= FIRST || sliders.sigma(&d.id) != 0.0 || is_wanted(panel, &d.id)
        });
    }
    let mut group = None;
    for direction in order {
        let now = match (starred(direction), direction.measured) {
            (true, _) => "Starred",
            (_, true) => "Attributes",
            _ => "Discovered (PCA)",
        };
        if group != Some(now) {
            ui.add_space(if group.is_some() { 8.0 } else { 2.0 });
            let tip = match now {
                "Starred" => "Sliders that you marked",
                "Attributes" => "Each does what its name says: measured on many pictures",
                _ => {
                    "The main ways in which pictures of this network differ, by principal component analysis"
                }
            };
            ui.label(
                egui::RichText::new(now)
                    .small()
                    .color(*panel.theme.text_weak),
            )
            .on_hover_text(tip);
            group = Some(now);
        }
        row(ui, panel, of, direction, model);
    }
    if many {
        ui.add_space(4.0);
        let text = if every {
            "Fewer sliders"
        } else {
            "More sliders"
        };
        if ui.small_button(text).clicked() {
            every = !every;
            ui.data_mut(|d| d.insert_temp(id, every));
        }
    }
}

fn is_wanted(panel: &mut Panel<'_>, direction: &str) -> bool {
    let wanted = panel.scratch.of::<WantedSlider>();
    wanted.0.as_deref() == Some(direction)
}

fn row(
    ui: &mut Ui,
    panel: &mut Panel<'_>,
    of: SliderTarget,
    direction: &DirectionInfo,
    model: &ModelInfo,
) {
    let theme = panel.theme.clone();
    let state = panel.state;
    let id = &direction.id;
    let sliders = of.sliders(state);
    let mut mark = sliders.mark(id).cloned().unwrap_or_default();
    mark.layers = sliders.layers(id);
    if panel.scratch.of::<RenameScratch>().direction.as_ref() == Some(id) {
        rename_row(ui, panel, of, direction);
        return;
    }
    let name = mark.name.clone().unwrap_or_else(|| direction.name.clone());
    let reach = of.reach();
    let sigma = sliders.sigma(id);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.set_height(26.0);
        let width = ui.available_width() - 24.0;
        let slider = ui
            .allocate_ui(vec2(width, 26.0), |ui| {
                Slider::new(&name, sigma, -reach..=reach, 0.0)
                    .step(0.1)
                    .name_width(110.0)
                    .show(ui, &theme)
            })
            .inner;
        if is_wanted(panel, id) {
            panel.scratch.of::<WantedSlider>().0 = None;
            slider.response.scroll_to_me(Some(egui::Align::Center));
            slider.response.request_focus();
        }
        if let Some(sigma) = slider.changed {
            let direction = id.clone();
            of.send(panel, SliderEdit::Sigma { direction, sigma });
        }
        more(ui, panel, of, direction, &mark, &name, model);
        look(ui, panel, of, direction, &mark, &name, &slider.response);
    });
}

/// The button at the end of a row: star, lock, layers, name. A star or a lock
/// shows in its place.
fn more(
    ui: &mut Ui,
    panel: &mut Panel<'_>,
    of: SliderTarget,
    direction: &DirectionInfo,
    mark: &SliderMark,
    name: &str,
    model: &ModelInfo,
) {
    let theme = panel.theme.clone();
    let icon = match (mark.lock, mark.star) {
        (true, _) => Icon::Lock,
        (_, true) => Icon::StarFull,
        _ => Icon::More,
    };
    let button_name = format!("More about {name}");
    let button = IconButton::new(icon, &button_name)
        .tooltip(if model.num_ws > 1 {
            "Star, lock, rename, layer range"
        } else {
            "Star, lock, rename"
        })
        .size(22.0)
        .show(ui, &theme);
    egui::Popup::menu(&button)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| {
            ui.set_min_width(190.0);
            menu(ui, panel, of, direction, mark, model, &theme);
        });
}

fn menu(
    ui: &mut Ui,
    panel: &mut Panel<'_>,
    of: SliderTarget,
    direction: &DirectionInfo,
    mark: &SliderMark,
    model: &ModelInfo,
    theme: &Theme,
) {
    let id = &direction.id;
    if menu_item(
        ui,
        theme,
        if mark.star {
            Icon::StarFull
        } else {
            Icon::Star
        },
        if mark.star {
            "Remove star"
        } else {
            "Star: show first"
        },
    ) {
        of.send(panel, SliderEdit::Star(id.clone()));
        ui.close();
    }
    if menu_item(
        ui,
        theme,
        if mark.lock { Icon::Unlock } else { Icon::Lock },
        if mark.lock {
            "Unlock"
        } else {
            "Lock: Randomise leaves it alone"
        },
    ) {
        of.send(panel, SliderEdit::Lock(id.clone()));
        ui.close();
    }
    if menu_item(ui, theme, Icon::Tag, "Rename") {
        let scratch = panel.scratch.of::<RenameScratch>();
        scratch.direction = Some(id.clone());
        scratch.text = mark.name.clone().unwrap_or_else(|| direction.name.clone());
        ui.close();
    }
    if mark.name.is_some() && menu_item(ui, theme, Icon::Undo, "Back to its own name") {
        let direction = id.clone();
        of.send(
            panel,
            SliderEdit::Rename {
                direction,
                name: None,
            },
        );
        ui.close();
    }
    if model.num_ws > 1 {
        ui.separator();
        ui.set_width(260.0);
        ui.weak("Layer range");
        let mut all = mark.layers.is_none();
        if ui.checkbox(&mut all, "All layers").changed() {
            let layers = (!all).then(|| zones(model.num_ws)[1].1);
            set_layers(panel, of, id, layers);
        }
        if let Some(now) = mark.layers
            && let Some(layers) = layer_choice(ui, theme, now, model.num_ws)
        {
            set_layers(panel, of, id, Some(layers));
        }
    }
}

fn set_layers(
    panel: &mut Panel<'_>,
    of: SliderTarget,
    direction: &str,
    layers: Option<LayerRange>,
) {
    let direction = direction.to_owned();
    of.send(panel, SliderEdit::Layers { direction, layers });
}

/// A menu entry with an icon.
fn menu_item(ui: &mut Ui, theme: &Theme, icon: Icon, text: &str) -> bool {
    let button = egui::Button::new(format!("        {text}"))
        .frame(false)
        .min_size(vec2(180.0, 24.0));
    let response = ui.add(button).accessible_name(text);
    let mark = egui::Rect::from_center_size(
        response.rect.left_center() + vec2(12.0, 0.0),
        vec2(13.0, 13.0),
    );
    icon::paint(ui.painter(), icon, mark, *theme.text_weak);
    response.clicked()
}

/// The row while its name is being typed.
fn rename_row(ui: &mut Ui, panel: &mut Panel<'_>, of: SliderTarget, direction: &DirectionInfo) {
    let scratch = panel.scratch.of::<RenameScratch>();
    let response = ui
        .add(
            egui::TextEdit::singleline(&mut scratch.text)
                .desired_width(200.0)
                .char_limit(40),
        )
        .accessible_name("Slider name");
    if response.lost_focus() {
        let cancelled = ui.input(|i| i.key_pressed(egui::Key::Escape));
        let name = std::mem::take(&mut scratch.text);
        scratch.direction = None;
        if !cancelled {
            let own = (name.trim() != direction.name).then(|| name.trim().to_owned());
            let direction = direction.id.clone();
            of.send(
                panel,
                SliderEdit::Rename {
                    direction,
                    name: own,
                },
            );
        }
    } else {
        response.request_focus();
    }
}

/// On hover: what it is, and the picture to both sides.
fn look(
    ui: &Ui,
    panel: &mut Panel<'_>,
    of: SliderTarget,
    direction: &DirectionInfo,
    mark: &SliderMark,
    name: &str,
    response: &Response,
) {
    let still = ui.input(|i| i.pointer.is_still() && !i.pointer.any_down());
    let open = response.is_tooltip_open();
    if !(response.hovered() && (still || open)) {
        return;
    }
    let moved = |sigma| {
        let edit = DirectionEdit {
            direction: direction.id.clone(),
            sigma,
            layers: mark.layers,
        };
        of.moved_to(panel.state, edit)
    };
    let far = of.look();
    let works: Vec<Work> = [-far, far].into_iter().filter_map(moved).collect();
    if works.is_empty() {
        return;
    }
    panel.actions.push(Action::Previews {
        channel: Channel::Hover,
        tier: Tier::Draft(LOOK_SIDE),
        items: works.clone(),
    });
    let words = words(direction, of == SliderTarget::Lens);
    response.clone().on_hover_ui(|ui| {
        ui.set_max_width(260.0);
        ui.strong(name);
        ui.label(words);
        ui.horizontal(|ui| {
            for (work, text) in works.iter().zip(["to the left", "to the right"]) {
                ui.vertical(|ui| {
                    let picture = panel.state.previews.picture(Channel::Hover, work);
                    let texture = picture.map(|p| (panel.textures.of(ui.ctx(), p), p.size()));
                    let size = vec2(LOOK_SIDE as f32, LOOK_SIDE as f32);
                    crate::ui::widgets::tile::picture_tile(
                        ui,
                        &panel.theme,
                        text,
                        texture,
                        size,
                        false,
                    );
                    ui.weak(text);
                });
            }
        });
    });
}

/// What a slider is and does, in a sentence or two.
fn words(direction: &DirectionInfo, of_photos: bool) -> String {
    let proof = proof(direction, of_photos);
    match Attribute::of_direction(&direction.id) {
        Some(attribute) => format!("{}. {proof}", attribute.about()),
        None => proof,
    }
}

/// Why a slider is there.
fn proof(direction: &DirectionInfo, of_photos: bool) -> String {
    let percent = (direction.strength * 100.0).round();
    let attribute = Attribute::of_direction(&direction.id);
    if of_photos && attribute.is_some_and(|a| TONES.contains(&a)) {
        "Done to the light itself, as Finish does it, not by the network: exact at any size.".into()
    } else if of_photos && direction.measured {
        let name = direction.name.to_lowercase();
        format!("Measured on photos that it had not seen: this changes their {name}.")
    } else if of_photos {
        "Discovered, not named; the strongest of each kind come first. Rename it to what you see."
            .into()
    } else if direction.measured {
        format!(
            "Measured: it explains {percent:.0} % of the differences in {} (R² {:.2}).",
            direction.name.to_lowercase(),
            direction.strength
        )
    } else {
        format!(
            "Discovered, not named: {percent:.0} % of how this generator's pictures differ. Rename it to what you see."
        )
    }
}
