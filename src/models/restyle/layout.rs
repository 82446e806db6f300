//! The tensors of *Restyle*'s transform by name and shape.

use super::config::Config;

/// A convolution of 3 × 3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Name below `transform.`, e.g. `res.0.conv1`.
    pub name: String,
    /// Channels that go in.
    pub inputs: usize,
    /// Channels that come out.
    pub outputs: usize,
}

impl Config {
    /// The convolutions in the order in which a picture goes through them.
    pub fn convolutions(&self) -> Vec<Layer> {
        let ([d1, d2], [u1, u2]) = (self.down, self.up);
        let layer = |name: String, inputs, outputs| Layer {
            name,
            inputs,
            outputs,
        };
        let mut all = vec![layer("down1".into(), 3, d1), layer("down2".into(), d1, d2)];
        for block in 0..self.blocks {
            for conv in ["conv1", "conv2"] {
                all.push(layer(format!("res.{block}.{conv}"), d2, d2));
            }
        }
        all.push(layer("up1".into(), d2, u1));
        all.push(layer("up2".into(), u1, u2));
        all.push(layer("out".into(), u2, 3));
        all
    }

    /// Channels of each normalisation: every convolution but the last has one.
    pub fn norms(&self) -> Vec<usize> {
        let mut channels: Vec<usize> = self.convolutions().iter().map(|l| l.outputs).collect();
        channels.pop();
        channels
    }
}
