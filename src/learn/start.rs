//! Where learning begins: painters that learnt other styles know how to paint already, and one of
//! them is nearer than *Restyle* itself.

use std::sync::Arc;

use super::lesson::{Lesson, Room, STYLE};
use super::painter::Painter;
use super::parameters::Parameters;
use crate::cancel::CancelToken;
use crate::fine::Style;
use crate::models::ModelError;
use crate::models::restyle::Palette;
use crate::models::vgg19::Vgg19;

/// Side of the pictures that painters are tried on: the order is the same as on larger ones.
const SIDE: usize = 128;
/// How many pictures.
const PICTURES: usize = 2;
/// So many of the nearest are tried together, too, as their mean.
const TOGETHER: [usize; 4] = [2, 4, 8, 16];

/// Tries painters on the style that is to be learnt.
pub struct Audition<'a> {
    painter: &'a Painter,
    palette: Palette,
    vgg: &'a Vgg19,
    lessons: Vec<Lesson>,
    room: Room,
    spare: Parameters,
}

impl<'a> Audition<'a> {
    /// For a style, on some of these photos (RGB planes 0..1 of `side` × `side` pixels).
    ///
    /// # Errors
    /// [`ModelError::Cancelled`] soon after `stop`.
    pub fn new(
        painter: &'a Painter,
        (palette, style): (Palette, &Arc<Style>),
        (photos, side): (&[Vec<f32>], usize),
        vgg: &'a Vgg19,
        stop: &CancelToken,
    ) -> Result<Self, ModelError> {
        let mut room = Room::new((SIDE, SIDE));
        let eps = painter.config().eps_colour;
        let few = photos.iter().step_by((photos.len() / PICTURES).max(1));
        let lessons = few
            .take(PICTURES)
            .map(|photo| {
                let photo = middle(photo, side).into();
                Lesson::new(photo, style, 1.0, (vgg, eps), &mut room, stop)
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            painter,
            palette,
            vgg,
            lessons,
            room,
            spare: painter.start().clone(),
        })
    }

    /// What a painter comes to: less is nearer.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`] soon after `stop`.
    pub fn loss(&mut self, at: &Parameters, stop: &CancelToken) -> Result<f32, ModelError> {
        let mut sum = 0.0;
        for lesson in &mut self.lessons {
            let of = (self.painter, at, &self.palette);
            let (room, spare) = (&mut self.room, &mut self.spare);
            let mark = lesson.learn(of, (1.0, STYLE), self.vgg, room, spare, stop)?;
            sum += mark.loss;
        }
        Ok(sum / self.lessons.len().max(1) as f32)
    }

    /// The nearest of some painters, and of the means of the nearest of them; `None` for none.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`] soon after `stop`.
    pub fn nearest(
        &mut self,
        painters: Vec<Parameters>,
        stop: &CancelToken,
    ) -> Result<Option<Parameters>, ModelError> {
        let mut tried = Vec::with_capacity(painters.len());
        for at in painters {
            tried.push((self.loss(&at, stop)?, at));
        }
        tried.sort_by(|a, b| a.0.total_cmp(&b.0));
        let single = tried.len();
        for count in TOGETHER.into_iter().filter(|count| *count <= single) {
            let first: Vec<&Parameters> = tried.iter().take(count).map(|(_, at)| at).collect();
            if let Some(mean) = Parameters::mean(&first) {
                tried.push((self.loss(&mean, stop)?, mean));
            }
        }
        let best = tried.into_iter().min_by(|a, b| a.0.total_cmp(&b.0));
        Ok(best.map(|(_, at)| at))
    }
}

/// The middle of a square picture.
fn middle(photo: &[f32], side: usize) -> Vec<f32> {
    let at = side.saturating_sub(SIDE) / 2;
    let mut out = Vec::with_capacity(3 * SIDE * SIDE);
    for plane in photo.chunks_exact(side * side) {
        for line in plane.chunks_exact(side).skip(at).take(SIDE) {
            out.extend_from_slice(&line[at..at + SIDE]);
        }
    }
    out
}
