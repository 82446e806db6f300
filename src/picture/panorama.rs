//! The shape of a panorama.

/// Whether a size is that of an equirectangular panorama, twice as wide as high; a pixel more or
/// less is none.
pub fn is_panorama([width, height]: [u32; 2]) -> bool {
    height >= 8 && u64::from(width).abs_diff(2 * u64::from(height)) <= 2
}

#[cfg(test)]
mod tests {
    use super::is_panorama;

    #[test]
    fn a_panorama_is_twice_as_wide_as_high_give_or_take_a_pixel() {
        assert!(is_panorama([400, 200]) && is_panorama([4001, 2000]));
        assert!(!is_panorama([400, 210]) && !is_panorama([200, 400]) && !is_panorama([4, 2]));
        assert!(!is_panorama([u32::MAX, u32::MAX]));
    }
}
