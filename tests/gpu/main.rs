//! The same operators, networks and jobs on a graphics card and on the processor. Needs a build with the
//! feature `cuda` and a GPU; `tests/gpu/build.sh` makes the program, `tests/gpu/run.sh` runs it.
//!
//! Everything is found from the folder where it is started, so that a program built on one machine runs
//! on another.

// A helper that fails ends its test: that is what it is for.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod jobs;
mod networks;
#[path = "../nn/mod.rs"]
mod nn;
mod operators;
#[path = "../common/scene.rs"]
mod scene;

use std::path::PathBuf;

use candle_core::{Device, Tensor};

/// The project's folder.
fn root() -> PathBuf {
    std::env::current_dir().unwrap()
}

fn gpu_device() -> Device {
    limner::nn::gpu::open(0).expect("these tests need an NVIDIA card")
}

fn flat(x: &Tensor) -> Vec<f32> {
    x.to_device(&Device::Cpu)
        .unwrap()
        .flatten_all()
        .unwrap()
        .to_vec1()
        .unwrap()
}

/// Largest difference as a share of the largest value.
fn apart(a: &Tensor, b: &Tensor) -> f32 {
    assert_eq!(a.dims(), b.dims());
    let (a, b) = (flat(a), flat(b));
    let size = a.iter().fold(1e-3, |m: f32, v| m.max(v.abs()));
    a.iter().zip(&b).fold(0.0, |m: f32, (a, b)| {
        let d = (a - b).abs();
        if d.is_nan() { f32::INFINITY } else { m.max(d) }
    }) / size
}

/// Within 2 of 255 at 99.9 % of the values of two pictures in 0..=1.
fn same_picture(what: &str, a: &Tensor, b: &Tensor) {
    assert_eq!(a.dims(), b.dims(), "{what}");
    let (a, b) = (flat(a), flat(b));
    let byte = |v: f32| (v.clamp(0.0, 1.0) * 255.0).round();
    let differ = |(a, b): &(&f32, &f32)| b.is_nan() || (byte(**a) - byte(**b)).abs() > 2.0;
    few(what, a.iter().zip(&b).filter(differ).count(), a.len());
}

/// At most one of a thousand values is off by more than 2 of 255.
fn few(what: &str, off: usize, all: usize) {
    let share = off as f64 / all as f64;
    println!("{what}: {:.4} % beyond 2/255", share * 100.0);
    assert!(share <= 1e-3, "{what}: {share}");
}
