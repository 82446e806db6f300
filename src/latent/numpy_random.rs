//! NumPy's `RandomState(seed).randn`: MT19937 (Matsumoto & Nishimura 1998) and the
//! legacy polar Gauss (Marsaglia), so that a seed of an imported StyleGAN is the
//! picture that its users know.

const N: usize = 624;
const M: usize = 397;

/// The stream of `numpy.random.RandomState(seed)`.
pub struct RandomState {
    key: [u32; N],
    at: usize,
    spare: Option<f64>,
}

impl RandomState {
    /// Seeds as NumPy does for one integer.
    pub fn new(seed: u32) -> Self {
        let mut key = [seed; N];
        for i in 1..N {
            let last = key[i - 1];
            key[i] = (last ^ (last >> 30))
                .wrapping_mul(1_812_433_253)
                .wrapping_add(i as u32);
        }
        Self {
            key,
            at: N,
            spare: None,
        }
    }

    fn refill(&mut self) {
        for i in 0..N {
            let y = (self.key[i] & 0x8000_0000) | (self.key[(i + 1) % N] & 0x7fff_ffff);
            let odd = if y & 1 == 1 { 0x9908_b0df } else { 0 };
            self.key[i] = self.key[(i + M) % N] ^ (y >> 1) ^ odd;
        }
        self.at = 0;
    }

    fn next_u32(&mut self) -> u32 {
        if self.at == N {
            self.refill();
        }
        let mut y = self.key[self.at];
        self.at += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// Uniform in 0..1 with 53 bits.
    fn next_f64(&mut self) -> f64 {
        let (a, b) = (self.next_u32() >> 5, self.next_u32() >> 6);
        (f64::from(a) * 67_108_864.0 + f64::from(b)) / 9_007_199_254_740_992.0
    }

    /// One standard normal number.
    pub fn randn(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let x1 = 2.0 * self.next_f64() - 1.0;
            let x2 = 2.0 * self.next_f64() - 1.0;
            let r2 = x1 * x1 + x2 * x2;
            if r2 < 1.0 && r2 != 0.0 {
                let f = (-2.0 * r2.ln() / r2).sqrt();
                self.spare = Some(f * x1);
                return f * x2;
            }
        }
    }
}

/// `RandomState(seed).randn(len)` as f32. NumPy takes seeds below 2³²; of larger
/// ones the lower half counts.
pub fn randn(seed: u64, len: usize) -> Vec<f32> {
    let mut state = RandomState::new(seed as u32);
    (0..len).map(|_| state.randn() as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `numpy.random.RandomState(SEED).randn(700)`, NumPy 2.4.
    #[test]
    fn gives_numpys_numbers() {
        let mut state = RandomState::new(85);
        for want in SEED_85 {
            assert!((state.randn() - want).abs() < 1e-12);
        }
        let tail = &randn(0, 700)[697..];
        for (got, want) in tail.iter().zip(SEED_0_TAIL) {
            assert!((got - want).abs() < 1e-6, "{got} {want}");
        }
    }

    const SEED_85: [f64; 5] = [
        0.1768507210788626,
        2.3777541249700573,
        0.998732857053734,
        -1.3101507969798436,
        0.18018992116935298,
    ];
    const SEED_0_TAIL: [f32; 3] = [-0.794_636_3, 0.197_967_29, 1.081_935_2];
}
