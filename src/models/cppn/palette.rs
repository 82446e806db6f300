//! Colours of the coordinate network: a ramp of five anchors and an accent in
//! OKLab (Ottosson 2020), where even steps look even.

use super::approx::tanh;

/// Steps of the ramp's table.
const STEPS: usize = 512;
/// Steps of the transfer curve's table.
const CURVE: usize = 4096;

/// Lightness, green–red, blue–yellow.
type Lab = [f32; 3];

/// A picture's colours and finish.
pub(super) struct ColourScheme {
    ramp: Vec<Lab>,
    accent: Lab,
    /// How strongly the tone ripples along the height, and how often.
    pub(super) ripple: [f32; 2],
    /// Strength of the light on the relief.
    pub(super) relief: f32,
    /// Where the light comes from.
    pub(super) light: [f32; 2],
    curve: Vec<f32>,
}

fn rotate(v: [f32; 2], angle: f32) -> [f32; 2] {
    let (s, c) = angle.sin_cos();
    [c * v[0] - s * v[1], s * v[0] + c * v[1]]
}

/// A vector pushed towards length one; the null vector stays.
fn soft_unit(v: [f32; 2]) -> [f32; 2] {
    let norm = (v[0] * v[0] + v[1] * v[1] + 0.06).sqrt();
    [v[0] / norm, v[1] / norm]
}

fn lab(lightness: f32, hue: [f32; 2], chroma: f32) -> Lab {
    [lightness, hue[0] * chroma, hue[1] * chroma]
}

impl ColourScheme {
    /// The palette of the numbers that the last style input gives.
    pub(super) fn new(n: &[f32]) -> Self {
        let hue = soft_unit([n[0], n[1]]);
        let spread = 0.95 * (1.3 * n[2]).tanh() + 0.3 * n[8];
        let chroma = 0.104 * (0.25 * n[4]).exp();
        let dark = 0.24 + 0.08 * n[5].tanh();
        let light = 0.93 + 0.04 * n[6].tanh();
        let middle = 0.07 * n[7].tanh();
        let anchors = [
            lab(dark, rotate(hue, -spread), chroma * 0.55),
            lab(0.43 + middle, rotate(hue, -0.4 * spread), chroma * 1.05),
            lab(0.62 + middle, rotate(hue, 0.4 * spread), chroma * 1.1),
            lab(
                0.80 + 0.5 * middle,
                rotate(hue, 1.3 * spread),
                chroma * 0.75,
            ),
            lab(light, rotate(hue, 1.9 * spread), chroma * 0.22),
        ];
        let opposite = 2.6 + 0.6 * n[3];
        Self {
            ramp: ramp(&anchors),
            accent: lab(
                0.66 + 0.08 * n[9].tanh(),
                rotate(hue, opposite),
                chroma * 1.05,
            ),
            ripple: [
                0.45 * (1.0 + (1.5 * n[10]).tanh()),
                4.0 * (0.6 * n[11]).exp(),
            ],
            relief: 0.15 * (0.4 * n[12]).exp(),
            light: soft_unit([n[13] * 0.5 - 0.8, n[14] * 0.5 - 0.9]),
            curve: (0..=CURVE)
                .map(|i| transfer(i as f32 / CURVE as f32))
                .collect(),
        }
    }

    /// The sRGB colour, 0..=255, of a tone 0..=1, an accent share 0..=1 and a
    /// change of lightness.
    #[inline]
    pub(super) fn color(&self, tone: f32, accent: f32, lighter: f32) -> [f32; 3] {
        let at = tone.clamp(0.0, 1.0) * (STEPS - 1) as f32;
        let step = (at as usize).min(STEPS - 2);
        let f = at - step as f32;
        let (a, b) = (&self.ramp[step], &self.ramp[step + 1]);
        let mut lab: Lab = std::array::from_fn(|i| {
            let base = a[i] + f * (b[i] - a[i]);
            base + accent * (self.accent[i] - base)
        });
        lab[0] += lighter * (1.15 - lab[0]);
        self.rgb(lab)
    }

    fn rgb(&self, [l, a, b]: Lab) -> [f32; 3] {
        let cube = |x: f32| x * x * x;
        let long = cube(l + 0.396_337_78 * a + 0.215_803_76 * b);
        let middle = cube(l - 0.105_561_346 * a - 0.063_854_17 * b);
        let short = cube(l - 0.089_484_18 * a - 1.291_485_5 * b);
        [
            4.076_741_7 * long - 3.307_711_6 * middle + 0.230_969_94 * short,
            -1.268_438 * long + 2.609_757_4 * middle - 0.341_319_38 * short,
            -0.004_196_086_3 * long - 0.703_418_6 * middle + 1.707_614_7 * short,
        ]
        .map(|linear| self.encoded(linear))
    }

    fn encoded(&self, linear: f32) -> f32 {
        let at = linear.clamp(0.0, 1.0) * CURVE as f32;
        let step = (at as usize).min(CURVE - 1);
        let (a, b) = (self.curve[step], self.curve[step + 1]);
        a + (at - step as f32) * (b - a)
    }
}

/// Anchors with soft steps between them.
fn ramp(anchors: &[Lab; 5]) -> Vec<Lab> {
    (0..STEPS)
        .map(|i| {
            let at = i as f32 / (STEPS - 1) as f32 * 4.0;
            let k = (at as usize).min(3);
            let f = at - k as f32;
            let s = f * f * (3.0 - 2.0 * f);
            let f = f + 1.25 * (s * s * (3.0 - 2.0 * s) - f) * 0.8;
            std::array::from_fn(|c| anchors[k][c] + f * (anchors[k + 1][c] - anchors[k][c]))
        })
        .collect()
}

/// Linear light to sRGB, 0..=255.
fn transfer(x: f32) -> f32 {
    255.0
        * if x <= 0.003_130_8 {
            12.92 * x
        } else {
            1.055 * x.powf(1.0 / 2.4) - 0.055
        }
}

/// Tone 0..=1 of a field without bounds.
#[inline]
pub(super) fn tone(field: f32) -> f32 {
    0.5 + 0.5 * tanh(field)
}
