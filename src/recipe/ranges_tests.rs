//! Numbers outside are brought inside, by name.

use super::*;

#[test]
fn what_is_inside_stays_as_it_is() {
    let mut params = ExploreParams::new("m", 1);
    let before = params.clone();
    assert!(params.confine().is_empty());
    assert_eq!(params, before);
}

#[test]
fn tiles_and_panoramas_are_brought_into_range_by_name() {
    let mut params = ExploreParams::new("m", 1);
    params.domain = Domain::Torus {
        seamless: [true; 2],
        period: f32::NAN,
        turns: [0, 99],
    };
    assert_eq!(params.confine(), ["period", "turns"]);
    let turns = [*TURNS.start(), *TURNS.end()];
    let wanted = Domain::Torus {
        seamless: [true; 2],
        period: PERIOD.least,
        turns,
    };
    assert_eq!(params.domain, wanted);
    params.domain = Domain::Sphere { scale: 100.0 };
    assert_eq!(params.confine(), ["scale"]);
}

#[test]
fn no_number_at_all_counts_as_outside() {
    let mut params = ExploreParams::new("m", 1);
    params.truncation_psi = f32::NAN;
    assert_eq!(params.confine(), ["truncation_psi"]);
    assert_eq!(params.truncation_psi, PSI.least);
    params.truncation_psi = f32::INFINITY;
    params.confine();
    assert_eq!(params.truncation_psi, PSI.most);
}
