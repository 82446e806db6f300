//! Encoders of stills.

use super::*;

#[test]
fn the_profile_is_what_strict_readers_want() {
    let profile = SRGB_ICC;
    let number = |at: usize| {
        let bytes: [u8; 4] = profile[at..at + 4].try_into().unwrap();
        u32::from_be_bytes(bytes) as usize
    };
    assert_eq!(number(0), profile.len());
    assert_eq!(
        [number(68), number(72), number(76)],
        [0xF6D6, 0x1_0000, 0xD32D]
    );
    for entry in (132..132 + 12 * number(128)).step_by(12) {
        let (at, len) = (number(entry + 4), number(entry + 8));
        assert!(at.is_multiple_of(4) && at + len <= profile.len());
    }
    // Who reads it gets back what was written.
    let (plain, own) = (
        moxcms::ColorProfile::new_srgb(),
        moxcms::ColorProfile::new_from_slice(profile).unwrap(),
    );
    let back = own
        .create_transform_8bit(
            moxcms::Layout::Rgb,
            &plain,
            moxcms::Layout::Rgb,
            moxcms::TransformOptions::default(),
        )
        .unwrap();
    let steps = |n: u32| (n * 51).min(255) as u8;
    let colours: Vec<u8> = (0..216)
        .flat_map(|i| [steps(i / 36), steps(i / 6 % 6), steps(i % 6)])
        .chain((0..=255).flat_map(|grey| [grey; 3]))
        .collect();
    let mut read = vec![0; colours.len()];
    back.transform(&colours, &mut read).unwrap();
    assert_eq!(read, colours);
}
