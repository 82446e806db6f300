//! `limner walk --photo`: the keyframes of a photo on its way through styles and strengths.

use super::failure::Failure;
use super::recipe;
use super::session::Session;
use super::stylize;
use super::walk_args::{StyleKeys, Walk};
use crate::recipe::{Making, SourceRef, StyleParams, StyleWalkParams, Wrap};

/// Whether the film is of a photo.
pub(crate) fn is_asked(args: &Walk) -> Result<bool, Failure> {
    if args.keys.photo.is_some() {
        return Ok(true);
    }
    let Some(first) = args.points.first().filter(|_| args.model.is_none()) else {
        return Ok(false);
    };
    let making = recipe::read(first)?.making;
    Ok(matches!(making, Making::Style(_) | Making::StyleWalk(_)))
}

/// The film, with as many frames as `--frames` says.
pub(crate) fn walk(args: &Walk, session: &Session) -> Result<StyleWalkParams, Failure> {
    let photo = args
        .keys
        .photo
        .as_deref()
        .map(stylize::source)
        .transpose()?;
    let mut points = match &photo {
        Some(photo) => named(&args.keys, photo, session)?,
        None => Vec::new(),
    };
    for file in &args.points {
        match recipe::read(file)?.making {
            Making::Style(params) => points.push(params),
            Making::StyleWalk(walk) => points.extend(walk.points),
            _ => {
                return Err(Failure::new(format!(
                    "this picture isn't a stylised photo: {}",
                    file.display()
                )));
            }
        }
    }
    if let Some(photo) = photo {
        for point in &mut points {
            point.photo = photo.clone();
        }
    }
    if points.len() < 2 {
        return Err(Failure::new(
            "a film needs at least two keyframes: two --style or --strengths, or --points with stylised photos",
        ));
    }
    Ok(StyleWalkParams {
        points,
        frames: args.frames,
        fps: args.fps,
        looped: args.looped,
        spans: Vec::new(),
    })
}

/// The keyframes of `--style` and `--strengths`.
fn named(
    keys: &StyleKeys,
    photo: &SourceRef,
    session: &Session,
) -> Result<Vec<StyleParams>, Failure> {
    let styles = keys.style.iter();
    let styles = styles.map(|style| stylize::layer(style, session));
    let styles = styles.collect::<Result<Vec<_>, _>>()?;
    let (Some(first), count) = (styles.first(), styles.len().max(keys.strengths.len())) else {
        return match keys.strengths.is_empty() {
            true => Ok(Vec::new()),
            false => Err(Failure::new(
                "--strengths are of a style; name it with --style",
            )),
        };
    };
    let fits = |given: usize| given <= 1 || given == count;
    if !fits(styles.len()) || !fits(keys.strengths.len()) {
        return Err(Failure::new(format!(
            "there are {} styles and {} strengths; give as many of both, or one of either",
            styles.len(),
            keys.strengths.len()
        )));
    }
    let model = stylize::style_network(session, keys.style_model.as_deref())?;
    let point = |i: usize| StyleParams {
        model: model.clone(),
        photo: photo.clone(),
        styles: vec![styles.get(i).unwrap_or(first).clone()],
        strength: match keys.strengths.as_slice() {
            [] => 1.0,
            [one] => *one,
            all => all.get(i).copied().unwrap_or(1.0),
        },
        brush: keys.stroke_scale,
        keep_colors: keys.keep_colors,
        wrap: Wrap::None,
    };
    Ok((0..count).map(point).collect())
}
