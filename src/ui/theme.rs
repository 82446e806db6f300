//! The look: design tokens from `assets/theme/*.toml`, applied to egui's styles.

use std::sync::Arc;

use egui::{Color32, CornerRadius, FontFamily, FontId, Margin, Shadow, Stroke, TextStyle, vec2};
use serde::Deserialize;

/// Colours of one look. Every colour of the window comes from here.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// Behind everything.
    pub window: Hex,
    /// Around the picture.
    pub canvas: Hex,
    /// Bars and side panels.
    pub panel: Hex,
    /// Buttons.
    pub raised: Hex,
    /// Buttons under the pointer.
    pub raised_hover: Hex,
    /// Buttons while pressed.
    pub raised_active: Hex,
    /// Text fields and rails.
    pub field: Hex,
    /// Separators.
    pub line: Hex,
    /// Outlines.
    pub line_strong: Hex,
    /// Text.
    pub text: Hex,
    /// Headings, values.
    pub text_strong: Hex,
    /// Hints.
    pub text_weak: Hex,
    /// What's chosen or moved.
    pub accent: Hex,
    /// Behind what's chosen.
    pub accent_soft: Hex,
    /// Text on the accent.
    pub on_accent: Hex,
    /// Good news.
    pub good: Hex,
    /// Take care.
    pub warn: Hex,
    /// Didn't work.
    pub error: Hex,
    /// Checkerboard behind transparency.
    pub checker_a: Hex,
    /// Checkerboard, the other squares.
    pub checker_b: Hex,
    /// Shadows of popups.
    pub shadow: Hex,
}

/// A colour written `#rrggbb` or `#rrggbbaa`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Hex(pub Color32);

impl TryFrom<String> for Hex {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Color32::from_hex(&text)
            .map(Self)
            .map_err(|_| format!("'{text}' is no colour like #rrggbb"))
    }
}

impl std::ops::Deref for Hex {
    type Target = Color32;

    fn deref(&self) -> &Color32 {
        &self.0
    }
}

/// Space between things, in points. One scale for the whole window.
pub mod space {
    /// Between parts of one control.
    pub const XS: f32 = 4.0;
    /// Between controls.
    pub const S: f32 = 8.0;
    /// Panel padding.
    pub const M: f32 = 12.0;
    /// Between sections.
    pub const L: f32 = 20.0;
}

/// Width of the panel on the right, where there is room.
const PANEL_WIDTH: f32 = 352.0;
/// What its widest row needs.
const LEAST_PANEL_WIDTH: f32 = 324.0;
/// What the panel of a workspace that has one on the left, too, or a list needs.
const LEAST_OF_TWO: f32 = 256.0;
/// A lower window, or one in which everything is drawn larger, has no room for strips of small
/// pictures below the large one.
const SHORT: f32 = 560.0;

/// Width of the panel on the right: most of a narrow window is the picture's.
pub fn panel_width(ctx: &egui::Context) -> f32 {
    share(ctx).clamp(LEAST_PANEL_WIDTH, PANEL_WIDTH)
}

/// Width of the panel on the right where the picture has to share the window with more, at most
/// `most`.
pub fn panel_of_two_width(ctx: &egui::Context, most: f32) -> f32 {
    share(ctx).clamp(LEAST_OF_TWO, most)
}

/// As much of the window's width as a panel may take.
fn share(ctx: &egui::Context) -> f32 {
    ctx.content_rect().width() * 0.36
}

/// Whether the window is too low for strips below the picture.
pub fn is_short(ctx: &egui::Context) -> bool {
    ctx.content_rect().height() < SHORT
}

/// Both looks.
#[derive(Debug, Clone)]
pub struct Themes {
    /// Dark.
    pub dark: Arc<Theme>,
    /// Light.
    pub light: Arc<Theme>,
}

impl Themes {
    /// The looks that ship.
    ///
    /// # Errors
    /// A message if a token file is wrong; a test keeps that from shipping.
    pub fn load() -> Result<Self, toml::de::Error> {
        Ok(Self {
            dark: Arc::new(toml::from_str(include_str!(
                "../../assets/theme/dark.toml"
            ))?),
            light: Arc::new(toml::from_str(include_str!(
                "../../assets/theme/light.toml"
            ))?),
        })
    }

    /// The one in use.
    pub fn of(&self, ctx: &egui::Context) -> Arc<Theme> {
        match ctx.theme() {
            egui::Theme::Dark => Arc::clone(&self.dark),
            egui::Theme::Light => Arc::clone(&self.light),
        }
    }

    /// Gives egui both styles.
    pub fn install(&self, ctx: &egui::Context) {
        ctx.set_style_of(egui::Theme::Dark, style(&self.dark, true));
        ctx.set_style_of(egui::Theme::Light, style(&self.light, false));
    }
}

/// egui's style from our tokens.
fn style(theme: &Theme, dark: bool) -> egui::Style {
    let mut style = egui::Style {
        visuals: if dark {
            egui::Visuals::dark()
        } else {
            egui::Visuals::light()
        },
        ..egui::Style::default()
    };
    style.text_styles = [
        (TextStyle::Heading, 16.0, FontFamily::Proportional),
        (TextStyle::Body, 13.0, FontFamily::Proportional),
        (TextStyle::Button, 13.0, FontFamily::Proportional),
        (TextStyle::Small, 11.0, FontFamily::Proportional),
        (TextStyle::Monospace, 12.0, FontFamily::Monospace),
    ]
    .into_iter()
    .map(|(name, size, family)| (name, FontId::new(size, family)))
    .collect();
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(space::S, 6.0);
    spacing.button_padding = vec2(10.0, 4.0);
    spacing.interact_size = vec2(28.0, 26.0);
    spacing.menu_margin = Margin::same(6);
    spacing.window_margin = Margin::same(16);
    spacing.combo_width = 140.0;
    spacing.tooltip_width = 320.0;
    // A quiet bar without a groove; it comes forward under the pointer.
    spacing.scroll = egui::style::ScrollStyle {
        foreground_color: true,
        dormant_background_opacity: 0.0,
        active_background_opacity: 0.0,
        interact_background_opacity: 0.25,
        dormant_handle_opacity: 0.3,
        active_handle_opacity: 0.4,
        interact_handle_opacity: 0.7,
        ..egui::style::ScrollStyle::thin()
    };
    style.interaction.tooltip_delay = 0.4;
    style.animation_time = 0.12;
    visuals(&mut style.visuals, theme);
    style
}

fn visuals(visuals: &mut egui::Visuals, theme: &Theme) {
    visuals.panel_fill = *theme.panel;
    visuals.window_fill = *theme.panel;
    visuals.window_stroke = Stroke::new(1.0, *theme.line_strong);
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.menu_corner_radius = CornerRadius::same(6);
    visuals.extreme_bg_color = *theme.field;
    visuals.text_edit_bg_color = Some(*theme.field);
    visuals.faint_bg_color = *theme.raised;
    visuals.code_bg_color = *theme.field;
    visuals.warn_fg_color = *theme.warn;
    visuals.error_fg_color = *theme.error;
    visuals.hyperlink_color = *theme.accent;
    visuals.weak_text_color = Some(*theme.text_weak);
    visuals.selection.bg_fill = *theme.accent_soft;
    visuals.selection.stroke = Stroke::new(1.0, *theme.accent);
    visuals.slider_trailing_fill = true;
    visuals.striped = false;
    visuals.indent_has_left_vline = false;
    visuals.window_shadow = Shadow {
        offset: [0, 8],
        blur: 28,
        spread: 0,
        color: *theme.shadow,
    };
    visuals.popup_shadow = Shadow {
        offset: [0, 4],
        blur: 14,
        spread: 0,
        color: *theme.shadow,
    };
    let w = &mut visuals.widgets;
    let radius = CornerRadius::same(5);
    let set =
        |v: &mut egui::style::WidgetVisuals, fill: Color32, stroke: Color32, text: Color32| {
            v.bg_fill = fill;
            v.weak_bg_fill = fill;
            v.bg_stroke = Stroke::new(1.0, stroke);
            v.fg_stroke = Stroke::new(1.0, text);
            v.corner_radius = radius;
            v.expansion = 0.0;
        };
    set(
        &mut w.noninteractive,
        *theme.panel,
        *theme.line,
        *theme.text,
    );
    set(&mut w.inactive, *theme.raised, *theme.raised, *theme.text);
    set(
        &mut w.hovered,
        *theme.raised_hover,
        *theme.line_strong,
        *theme.text_strong,
    );
    set(
        &mut w.active,
        *theme.raised_active,
        *theme.accent,
        *theme.text_strong,
    );
    set(
        &mut w.open,
        *theme.raised_hover,
        *theme.line_strong,
        *theme.text_strong,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance as WCAG defines it.
    fn luminance(c: Color32) -> f32 {
        let lin = |v: u8| {
            let v = f32::from(v) / 255.0;
            if v <= 0.04045 {
                v / 12.92
            } else {
                ((v + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * lin(c.r()) + 0.7152 * lin(c.g()) + 0.0722 * lin(c.b())
    }

    fn contrast(a: Color32, b: Color32) -> f32 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_can_be_read_in_both_looks() {
        let themes = Themes::load().unwrap();
        for theme in [&themes.dark, &themes.light] {
            assert!(contrast(*theme.text, *theme.panel) > 7.0);
            assert!(contrast(*theme.text_weak, *theme.panel) > 4.5);
            assert!(contrast(*theme.on_accent, *theme.accent) > 4.5);
            assert!(contrast(*theme.error, *theme.panel) > 4.5);
            assert!(contrast(*theme.accent, *theme.panel) > 3.0);
        }
    }

    #[test]
    fn greys_are_neutral() {
        let themes = Themes::load().unwrap();
        for theme in [&themes.dark, &themes.light] {
            for grey in [&theme.window, &theme.canvas, &theme.panel, &theme.raised] {
                assert!(grey.r() == grey.g() && grey.g() == grey.b());
            }
        }
    }
}
