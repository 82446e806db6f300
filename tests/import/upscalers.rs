//! What isn't quite a network that enlarges is refused by the tensor that gives it away.

use safetensors::tensor::TensorView;

use super::*;

/// A golden network with some tensors taken out and others put in, as safetensors.
fn changed(
    from: &str,
    without: impl Fn(&str) -> bool,
    put_in: &[(&str, &[usize])],
    at: &Path,
) -> PathBuf {
    let bytes = std::fs::read(golden("upscaler").join(from)).unwrap();
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let zeros = vec![0u8; 4 << 12];
    let more = put_in.iter().map(|(name, shape)| {
        let count: usize = shape.iter().product();
        let data = &zeros[..4 * count];
        let view = TensorView::new(safetensors::Dtype::F32, shape.to_vec(), data).unwrap();
        ((*name).to_owned(), view)
    });
    let kept = file
        .iter()
        .filter(|(name, _)| !without(name))
        .map(|(name, view)| (name.to_owned(), view))
        .chain(more);
    let kept: std::collections::BTreeMap<_, _> = kept.collect();
    let out = at.join("it.safetensors");
    std::fs::write(&out, safetensors::serialize(kept, None).unwrap()).unwrap();
    out
}

#[test]
fn variants_of_enlargers_are_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let (rrdb, srvgg) = ("rrdb_x4.safetensors", "srvgg_x4.safetensors");
    // ESRGAN+, a normalised one, one with slopes of its own.
    for name in [
        "body.0.rdb1.conv1x1.weight",
        "body.1.rdb2.conv3.1.running_mean",
        "body.0.rdb1.conv1.1.weight",
        "conv_up4.weight",
    ] {
        let file = changed(rrdb, |_| false, &[(name, &[6])], dir.path());
        let line = refusal(&file);
        assert!(line.contains(name), "{line}");
    }
    for lacking in [
        "conv_body.bias",
        "body.1.rdb3.conv5.weight",
        "conv_hr.weight",
    ] {
        let line = refusal(&changed(rrdb, |name| name == lacking, &[], dir.path()));
        assert!(line.contains(lacking), "{line}");
    }
    // Pictures with transparency, or grey ones.
    for channels in [1, 4] {
        let first: &[usize] = &[6, channels, 3, 3];
        let file = changed(rrdb, |_| false, &[("conv_first.weight", first)], dir.path());
        let line = refusal(&file);
        assert!(
            line.contains(&format!("3 channels of {channels}")),
            "{line}"
        );
    }
    // Without slopes nobody knows whether it was ReLU or leaky ReLU.
    let slopes = |name: &str| {
        matches!(
            name,
            "body.1.weight" | "body.3.weight" | "body.5.weight" | "body.7.weight"
        )
    };
    let line = refusal(&changed(srvgg, slopes, &[], dir.path()));
    assert!(line.contains("body.1.weight"), "{line}");
    let last: [(&str, &[usize]); 2] = [("body.8.weight", &[7, 5, 3, 3]), ("body.8.bias", &[7])];
    let line = refusal(&changed(srvgg, |_| false, &last, dir.path()));
    assert!(line.contains("7 channels"), "{line}");
}
