//! Equal commands write equal files, at whatever time.

use std::time::Duration;

use super::*;

#[test]
fn the_same_command_a_second_later_writes_the_same_bytes() {
    let desk = Desk::new();
    let write = |round: &str| {
        for ending in ["png", "jpg", "webp", "tif"] {
            let out = format!("{round}.{ending}");
            let words = ["generate", "--model", "flowers", "--seed", "7", "-o", &out];
            desk.fine(&words);
            let bare = format!("{round}-bare.{ending}");
            desk.fine(&[&words[..6], &[bare.as_str(), "--no-recipe"]].concat());
        }
    };
    write("one");
    std::thread::sleep(Duration::from_millis(1100));
    write("two");
    for ending in ["png", "jpg", "webp", "tif"] {
        for kind in ["", "-bare"] {
            let file = |round: &str| desk.bytes(&format!("{round}{kind}.{ending}"));
            assert!(file("one") == file("two"), "{ending}{kind}");
        }
        // The recipe is in there: without it, equal bytes would be no art.
        let shown = desk.json(&["recipe", "show", &format!("one.{ending}")]);
        assert_eq!(shown["making"]["kind"], "explore", "{ending}");
        assert!(desk.bytes(&format!("one.{ending}")) != desk.bytes(&format!("one-bare.{ending}")));
    }
}
