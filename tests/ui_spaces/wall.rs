//! On the wall: size, frame, the client's wall, files.

use super::*;
use egui::{Key, vec2};
use limner::app::spaces::export_choice::SpacesExport;
use limner::app::spaces::looks::ForScale;
use limner::engine::surface_job::{Frame, HangSide, SurfaceKind};

fn hung<'a>() -> Studio<'a> {
    let s = with_picture("Wall");
    s.window
        .get_by_role_and_label(Role::Image, "Picture on the wall");
    s
}

#[test]
fn size_frame_mat_and_canvas_are_set_said_and_taken_back() {
    let mut s = hung();
    s.window
        .get_all_by_label_contains("80 × 50 cm, with frame 86 × 56 cm")
        .next()
        .unwrap();
    s.drag_slider("Width", 112.0, 0.3, 0.9);
    assert!(doc(&s).wall.width > 150.0);
    s.click("Reset Width");
    assert_eq!(doc(&s).wall.width, 80.0);
    s.click("Gold");
    assert_eq!(doc(&s).wall.frame, Some(Frame::Gold));
    s.drag_slider("Mat", 112.0, 0.0, 0.5);
    assert!(doc(&s).wall.mat > 5.0);
    s.drag_slider("Canvas edge", 112.0, 0.0, 0.5);
    assert!(doc(&s).wall.canvas > 2.0);
    assert!(
        s.window
            .query_by_role_and_label(Role::Slider, "Mat")
            .is_none(),
        "canvas has no mat"
    );
    let hanging = doc(&s).wall.hanging([320, 200]);
    assert_eq!(hanging.check(), Ok(()));
    s.command(Command::Undo);
    assert_eq!(doc(&s).wall.canvas, 0.0);
    s.click("None");
    assert_eq!(doc(&s).wall.frame, None);
    s.window
        .get_all_by_label_contains("with frame")
        .next()
        .unwrap();
    s.command(Command::ResetSliders);
    assert_eq!(doc(&s).wall.mat, 0.0);
    assert!(
        s.window.query_all_by_label_contains("with frame").count() == 0,
        "a sheet is as large as the picture"
    );
}

#[test]
fn the_wall_has_any_colour_and_somebody_or_a_sofa_before_it() {
    let mut s = hung();
    s.click("Dark blue wall");
    assert_eq!(doc(&s).wall.wall_color, [0x32, 0x45, 0x5a]);
    s.click("Sofa");
    assert_eq!(view(&s).scale, ForScale::Sofa);
    s.click("Nothing");
    assert_eq!(view(&s).scale, ForScale::Nothing);
    assert!(s.window.query_all_by_label("Colour of the wall").count() > 0);
}

#[test]
fn on_a_photo_the_corners_are_dragged_moved_by_keys_and_taken_back() {
    let mut s = hung();
    s.click("Photo of a wall…");
    let last = format!("{:?}", s.asked.borrow().picks.last());
    assert!(last.contains("SpacesRoom"), "{last}");
    s.open_for("client.png", FileRole::SpacesRoom);
    assert_eq!(doc(&s).wall.room.as_ref().unwrap().name, "client.png");
    s.window
        .get_by_role_and_label(Role::Image, "Photo of the wall");
    let before = doc(&s).wall.corners;
    let from = s.window.get_by_label("Upper left corner").rect().center();
    s.window.drag_at(from);
    s.window.run_steps(2);
    s.window.hover_at(from + vec2(-40.0, -30.0));
    s.window.run_steps(2);
    s.window.drop_at(from + vec2(-40.0, -30.0));
    s.settle();
    let after = doc(&s).wall.corners;
    assert!(after[0][0] < before[0][0] - 0.01 && after[0][1] < before[0][1] - 0.01);
    assert_eq!(after[1..], before[1..]);
    s.window.key_press(Key::ArrowRight);
    s.settle();
    assert!(doc(&s).wall.corners[0][0] > after[0][0]);
    s.drag_slider("Match light", 112.0, 0.95, 0.3);
    assert!(doc(&s).wall.light < 0.6);
    s.command(Command::Undo);
    assert_eq!(doc(&s).wall.light, 1.0);
    // The keys', and the drag's, unless they were gathered.
    s.command(Command::Undo);
    if doc(&s).wall.corners != before {
        s.command(Command::Undo);
    }
    assert_eq!(doc(&s).wall.corners, before, "{:?}", labels(&s));
    s.click("Plain wall");
    assert!(doc(&s).wall.room.is_none());
}

#[test]
fn files_have_the_size_that_is_seen() {
    let mut s = hung();
    for (button, ending, what) in [
        ("Page…", "html", SpacesExport::WallPage),
        ("For iPhone .usdz…", "usdz", SpacesExport::WallUsdz),
        ("3D .glb…", "glb", SpacesExport::WallGlb),
    ] {
        s.click(button);
        let Some(Pick::Spaces { what: asked, name }) = s.asked.borrow().picks.last().cloned()
        else {
            panic!("a file is asked for")
        };
        assert_eq!((asked, name.as_str()), (what, "meadow"));
        assert_eq!(what.ending(), Some(ending));
        let to = s.folder.path().join(format!("w.{ending}"));
        s.window.state_mut().act(Action::SpacesWrite {
            what,
            to: to.clone(),
        });
        s.settle();
        let job = files(&s).pop().unwrap();
        let SurfaceKind::Hang { side, hanging, out } = job.kind else {
            panic!("a hung picture")
        };
        assert_eq!(side, HangSide::Width(80.0));
        assert_eq!(hanging.frame, Some(Frame::Oak));
        assert_eq!(out, [to]);
        assert!(job.replace, "the dialog has asked");
        let said = format!("Saved: w.{ending}");
        assert_eq!(s.toasts().last().unwrap(), &said);
    }
}
