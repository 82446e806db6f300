//! A strip photo that is grown on to a full turn: how its recipe and the sphere's geometry come
//! together.

use crate::engine::protocol::EngineError;
use crate::picture::Picture;
use crate::picture::seam::seams;
use crate::recipe::{FullTurn, GrowParams, GrowTask, StripProjection, ranges};
use crate::spaces::panorama::strip::{FOV, Layout, Projection, Strip, usual_fov};

// Sliders end where the geometry does.
const _: () = assert!(ranges::STRIP_FOV.least == FOV[0] && ranges::STRIP_FOV.most == FOV[1]);

/// Where the strip lies in its panorama, and itself as it lies there; none where `params` ask for
/// something else. The angle that it shows is filled in.
///
/// # Errors
/// Numbers that don't go together, ends that don't meet although nothing is between them, what
/// excludes each other.
pub(super) fn laid_out(
    params: &mut GrowParams,
    photo: &Picture,
) -> Result<Option<(Layout, Picture)>, EngineError> {
    let size = params.size;
    let alone = params.is_of_one() && params.part.is_none() && params.seamless == [false; 2];
    let GrowTask::FullTurn(turn) = &mut params.task else {
        return Ok(None);
    };
    let refused = |why: &str| Err(EngineError::BadRequest(why.to_owned()));
    if !alone || params.breed.is_some() {
        return refused(
            "a photo is extended to a full turn by itself; leave other pictures, regions and Seamless out",
        );
    }
    let fov = *turn.fov.get_or_insert_with(|| usual_fov(photo.size()));
    let layout = strip(turn, fov).layout(photo.size(), size)?;
    if layout.grown() == layout.part {
        return refused("this photo is a whole panorama already; nothing is to be added");
    }
    let laid = layout.unrolled(photo)?;
    if layout.part[0] == layout.size[0] && !seams(&laid)[0].closes() {
        return refused(
            "the photo is said to show all 360°, but its ends don't go on in one another; say that it shows a little less, so that something can be grown between them",
        );
    }
    Ok(Some((layout, laid)))
}

fn strip(turn: &FullTurn, fov: f32) -> Strip {
    Strip {
        fov,
        horizon: turn.horizon,
        projection: match turn.projection {
            StripProjection::Cylindrical => Projection::Cylindrical,
            StripProjection::Equirectangular => Projection::Equirectangular,
        },
    }
}
