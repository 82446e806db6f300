//! What lies within a closed line.

/// For each pixel of a picture whether its middle lies within the closed line through `corners`,
/// which are in pixels; where the line crosses itself, what it goes round twice is outside (the
/// even-odd rule). Corners that are no numbers are left out.
pub fn within(corners: &[[f64; 2]], [width, height]: [u32; 2]) -> Vec<bool> {
    let [width, height] = [width as usize, height as usize];
    let corners: Vec<[f64; 2]> = corners
        .iter()
        .copied()
        .filter(|corner| corner.iter().all(|side| side.is_finite()))
        .collect();
    let mut inside = vec![false; width * height];
    for (y, row) in inside.chunks_mut(width).enumerate() {
        let middle = y as f64 + 0.5;
        let lines = corners.iter().zip(corners.iter().cycle().skip(1));
        let mut crossings: Vec<f64> = lines
            .filter(|(a, b)| (a[1] <= middle) != (b[1] <= middle))
            .map(|(a, b)| a[0] + (middle - a[1]) / (b[1] - a[1]) * (b[0] - a[0]))
            .collect();
        crossings.sort_by(f64::total_cmp);
        for pair in crossings.chunks_exact(2) {
            // The first column whose middle is not before the line.
            let column = |x: f64| (x - 0.5).ceil().clamp(0.0, width as f64) as usize;
            row[column(pair[0])..column(pair[1])].fill(true);
        }
    }
    inside
}
