//! The picture that grows, or the one that is painted over.

use egui::{Align2, Rect, Stroke, StrokeKind, Ui, vec2};

use crate::app::action::Subject;
use crate::app::at_hand;
use crate::app::grow::document::GrowWay;
use crate::app::grow::growing;
use crate::app::state::AppState;
use crate::app::view::{Compare, Workspace};
use crate::picture::Picture;
use crate::ui::canvas::canvas_error;
use crate::ui::canvas::picture_view;
use crate::ui::canvas::picture_view::{CanvasFrame, CanvasInput};
use crate::ui::gallery::recipe::duration;
use crate::ui::grow::parts::Parts;
use crate::ui::mask::target::MaskTarget;
use crate::ui::mask::tools::MaskTools;
use crate::ui::panel::Panel;

/// Name of the picture.
pub(super) const NAME: &str = "Grown picture";

/// The source as a result is compared with it: only where both have one size.
pub(super) fn before(state: &AppState) -> Option<&Picture> {
    let photo = state.grow_source()?;
    let same = growing::result_size(state) == Some(photo.size);
    let made = state.doc.grow.params().is_some();
    (same && made).then_some(&photo.picture)
}

/// The picture that grows.
pub(super) fn ui(ui: &mut Ui, p: &mut Panel<'_>, tools: &mut Parts) {
    let state = p.state;
    let Some(photo) = state.grow_source() else {
        return;
    };
    let made = state.doc.grow.params().is_some();
    let size = match growing::result_size(state) {
        Some(size) if made => size,
        _ => photo.size,
    };
    let own = Some(&photo.picture).filter(|_| size == photo.size);
    let picture = match made {
        true => growing::picture(state).or(own),
        false => own,
    };
    let whole = at_hand::picture(Workspace::Grow, state).is_some();
    let parts = state.doc.grow.way == GrowWay::Edit;
    let input = CanvasInput {
        workspace: Workspace::Grow,
        name: NAME,
        picture,
        before: before(state),
        logical_size: size,
        compare: state.view.grow_compare,
        tool: parts,
        busy: made && !whole && picture.is_none(),
        subject: made.then_some(Subject::Grow),
    };
    picture_view::show(ui, p, input, |ui, frame, p| {
        if made && !whole {
            kept(ui, p, frame, size);
        }
        if parts && tools.sketch.is_on() {
            tools.sketch.on_canvas(ui, frame, p, (picture, size));
        } else if parts {
            tools.lasso.on_canvas(ui, frame, p, size[0].max(size[1]));
        }
        say(ui, p, frame, picture, size);
    });
    error(ui, p);
}

/// The source, to be painted over.
pub(super) fn painting(ui: &mut Ui, p: &mut Panel<'_>, mask: &mut MaskTools) {
    let state = p.state;
    let Some(photo) = state.grow_source() else {
        return;
    };
    // A region is laid over the result.
    let region = matches!(mask.target(p), Some(MaskTarget::GrowOther(_)));
    let grown = growing::picture(state).filter(|_| region);
    let input = CanvasInput {
        workspace: Workspace::Grow,
        name: "Picture to paint over",
        picture: Some(grown.unwrap_or(&photo.picture)),
        before: None,
        logical_size: match growing::result_size(state) {
            Some(size) if region => size,
            _ => photo.size,
        },
        compare: Compare::Off,
        tool: true,
        busy: false,
        subject: None,
    };
    picture_view::show(ui, p, input, |ui, frame, p| mask.on_canvas(ui, frame, p));
}

/// What goes wrong, in the corner.
pub(super) fn error(ui: &mut Ui, p: &mut Panel<'_>) {
    let state = p.state;
    let failed = growing::params(state);
    let failed = failed.as_ref().and_then(|now| state.grow.failure(now));
    let shown = failed.or_else(|| state.previews.canvas_error(Workspace::Grow));
    if let Some(error) = shown {
        canvas_error::ui(ui, p, error);
    }
}

/// While a picture is extended: what stays, sharp in its place.
fn kept(ui: &mut Ui, p: &mut Panel<'_>, frame: &CanvasFrame, size: [u32; 2]) {
    let doc = &p.state.doc.grow;
    let Some(photo) = p.state.grow_source().filter(|_| doc.way == GrowWay::Extend) else {
        return;
    };
    let share = |pixels: u32, i: usize| pixels as f32 / size[i].max(1) as f32;
    let all = frame.picture_rect;
    let corner = vec2(share(doc.sides[0], 0), share(doc.sides[1], 1));
    let own = vec2(share(photo.size[0], 0), share(photo.size[1], 1));
    let at = Rect::from_min_size(all.min + corner * all.size(), own * all.size());
    p.textures.paint(ui.ctx(), ui.painter(), &photo.picture, at);
    let line = Stroke::new(1.0, p.theme.accent.gamma_multiply(0.8));
    ui.painter().rect_stroke(at, 0.0, line, StrokeKind::Outside);
}

/// What is shown, as long as it isn't the whole picture.
fn say(ui: &Ui, p: &Panel<'_>, frame: &CanvasFrame, shown: Option<&Picture>, [w, h]: [u32; 2]) {
    let state = p.state;
    let words = match (state.doc.grow.way, state.doc.grow.params()) {
        (GrowWay::Extend, None) => "Say on the right how far it is to go on".to_owned(),
        (GrowWay::Fill, None) => "Paint over what is to go".to_owned(),
        (GrowWay::Edit, None) => "Draw a line around a part of the picture, or paint on".to_owned(),
        (GrowWay::Remix, None) => "Choose a second picture on the right".to_owned(),
        _ if at_hand::picture(Workspace::Grow, state).is_some() => return,
        _ => match (growing::at_work(state), shown) {
            (Some(job), _) => match job.left {
                Some(left) => format!("Growing {w} × {h}, {} left", duration(left)),
                None => format!("Growing {w} × {h}"),
            },
            (None, Some(shown)) if !growing::is_live(state) => {
                let [x, y] = shown.size();
                format!("A first look at {x} × {y}; the whole has {w} × {h}")
            }
            _ => return,
        },
    };
    let at = frame.rect.left_bottom() + vec2(16.0, -16.0);
    let rect = picture_view::tag(ui, p, at, Align2::LEFT_BOTTOM, &words);
    let response = ui.interact(
        rect,
        ui.scope_id().with("grown so far"),
        egui::Sense::hover(),
    );
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &words));
}
