//! The part of `limner bench` about Lens.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::args::Bench;
use super::bench::{milliseconds, summary, write};
use super::failure::Failure;
use super::session::Session;
use crate::engine::protocol::{Channel, Event, ModelKind, Request, Tier, Work};
use crate::recipe::{LensGain, LensParams, LensPart};

/// Slider positions for each photo.
const POSITIONS: u32 = 6;

/// A photo of 512 x 512: `first` is from its file to the first changed picture (reading,
/// encoding, two ways through the decoder), the others are what a slider takes then.
pub(super) fn run(args: &Bench, session: &mut Session) -> Result<Value, Failure> {
    let folder = tempfile::tempdir()?;
    let kind = |m: &&crate::engine::protocol::ModelInfo| m.kind == ModelKind::Autoencoder;
    let mut models: Vec<_> = session.library.models.iter().filter(kind).collect();
    models.sort_by_key(|m| m.name != "lens");
    let model = models.first().map(|m| m.name.clone());
    let model = model.ok_or_else(|| Failure::new("there is no autoencoder here"))?;
    let (mut first, mut sliders, mut seq) = (Vec::new(), Vec::new(), 0);
    // The first photo warms up.
    for photo in 0..=args.runs {
        let pitch = 1.0 + photo as f32 * 0.1;
        let source = write(folder.path(), &format!("{photo}.png"), [512, 512], pitch)?;
        let mut params = LensParams::new(&model, source);
        for position in 0..=POSITIONS {
            seq += 1;
            params.gains = vec![LensGain {
                part: LensPart::All,
                gain: 0.5 + 0.05 * position as f32,
            }];
            let took = preview(&params, seq, session)?;
            match (photo, position) {
                (0, _) => {}
                (_, 0) => first.push(took),
                _ => sliders.push(took),
            }
        }
    }
    first.sort();
    let mut result = summary(sliders);
    result["first_ms"] = json!(first.get(first.len() / 2).copied().map(milliseconds));
    Ok(result)
}

fn preview(params: &LensParams, seq: u64, session: &Session) -> Result<Duration, Failure> {
    let start = Instant::now();
    session.send(Request::Preview {
        channel: Channel::Canvas,
        seq,
        tier: Tier::Full(512),
        items: vec![Work::Lens(Arc::new(params.clone()))],
    })?;
    loop {
        match session.event()? {
            Event::Preview { .. } => return Ok(start.elapsed()),
            Event::PreviewFailed { error, .. } => return Err(error.into()),
            _ => {}
        }
    }
}
