//! Several sources, and two parents.

use limner::grow::{Breed, MOST_PARENTS, Other};

use super::*;

/// Green waves: nothing of it is in the bricks.
fn waves(width: u32, height: u32) -> Picture {
    let value = |at: u32| {
        let (x, y) = (f64::from(at % width), f64::from(at / width));
        let wave = ((x * 0.4 + (y * 0.3).sin() * 3.0).sin() * 60.0 + 150.0) as u8;
        [10, wave, 200 - wave / 2, 255]
    };
    Picture::from_rgba(width, height, (0..width * height).flat_map(value).collect()).unwrap()
}

fn from(material: &Material<'_>, settings: &Settings) -> Result<Grown, GrowError> {
    let stop = CancelToken::new();
    grow(material, &Task::Vary, settings, &stop, &mut |_, _| Ok(()))
}

/// Whether a pixel is of the waves: they have hardly any red.
fn of_waves(pixel: &[u8]) -> bool {
    pixel[0] < 40
}

#[test]
fn a_region_takes_its_own_sources_material_and_the_rest_the_others() {
    let (bricks, waves) = (bricks(80, 60), waves(70, 90));
    let size = [100, 64];
    let right: Vec<bool> = (0..6400).map(|at| at % 100 >= 50).collect();
    let material = Material {
        others: vec![Other {
            picture: &waves,
            weight: 1.0,
            region: Some(&right),
        }],
        ..Material::of(&bricks)
    };
    let made = on_all(|| from(&material, &settings(size)).unwrap().picture);
    for y in 0..64 {
        // The border is soft by a patch.
        for x in (0..40).chain(60..100) {
            assert_eq!(of_waves(pixel(&made, x, y)), x >= 50, "{x} {y}");
        }
    }
}

#[test]
fn without_regions_the_weight_says_how_much_of_each() {
    let (bricks, waves) = (bricks(80, 60), waves(80, 60));
    let share = |weight| {
        let material = Material {
            others: vec![Other {
                picture: &waves,
                weight,
                region: None,
            }],
            ..Material::of(&bricks)
        };
        let made = from(&material, &settings([80, 60])).unwrap().picture;
        made.rgba().chunks_exact(4).filter(|p| of_waves(p)).count()
    };
    let (little, much) = (share(0.02), share(50.0));
    assert!(little < much && much > 2400, "{little} {much}");
}

#[test]
fn sources_may_have_any_size_and_what_cannot_be_is_said() {
    let (bricks, waves) = (bricks(40, 40), waves(400, 300));
    let material = |region| Material {
        others: vec![Other {
            picture: &waves,
            weight: 1.0,
            region,
        }],
        ..Material::of(&bricks)
    };
    let made = from(&material(None), &settings([60, 50])).unwrap();
    assert_eq!(made.picture.size(), [60, 50]);
    let words =
        |material: &Material<'_>| from(material, &settings([60, 50])).unwrap_err().to_string();
    assert!(words(&material(Some(&[true; 7]))).contains("mask"));
    let mut none = material(None);
    none.others[0].weight = f32::NAN;
    assert!(words(&none).contains("weight"));
    let mut many = material(None);
    many.others = vec![many.others[0].clone(); 8];
    assert!(words(&many).contains("eight pictures"));
    let tiny = waves_of_one();
    let mut small = material(None);
    small.others[0].picture = &tiny;
    assert!(words(&small).contains("only 1 x 1"));
}

fn waves_of_one() -> Picture {
    waves(1, 1)
}

fn child(first: u64, second: u64, share: f32, seed: u64) -> Settings {
    let mut wish = with_seed([90, 66], first);
    wish.genes.breed = Some(Box::new(Breed {
        with: Genes::new(second, 1.0, 0.3),
        share,
        seed,
    }));
    wish
}

#[test]
fn a_child_differs_from_both_parents_and_has_of_each() {
    let source = bricks(90, 66);
    let make = |settings: &Settings| from(&Material::of(&source), settings).unwrap();
    let [a, b] = [1, 2].map(|seed| make(&with_seed([90, 66], seed)));
    let bred = on_all(|| make(&child(1, 2, 0.5, 5)).picture);
    assert!(bred != a.picture && bred != b.picture);
    assert!(
        bred != make(&child(1, 2, 0.5, 6)).picture,
        "another mixture"
    );
    assert!(
        bred != make(&child(2, 1, 0.5, 5)).picture,
        "the other way round"
    );
    // Where a child is as a parent, patches come from about the same place as there.
    let like = |child: &Grown, parent: &Grown| {
        let pairs = child.places.iter().zip(&parent.places);
        let close = |a: &[u16; 2], b: &[u16; 2]| (0..2).all(|i| a[i].abs_diff(b[i]) <= 6);
        pairs.filter(|(a, b)| close(a, b)).count() as f64 / child.places.len() as f64
    };
    let (few, many) = (make(&child(1, 2, 0.1, 5)), make(&child(1, 2, 0.9, 5)));
    assert!(
        like(&few, &a) > like(&many, &a),
        "{} {}",
        like(&few, &a),
        like(&many, &a)
    );
    assert!(
        like(&many, &b) > like(&few, &b),
        "{} {}",
        like(&many, &b),
        like(&few, &b)
    );
}

#[test]
fn children_have_children_but_not_without_end() {
    let source = bricks(60, 50);
    let material = Material::of(&source);
    let line = |generations: usize| {
        let mut genes = Genes::new(0, 1.0, 0.2);
        for seed in 1..generations as u64 {
            genes = Genes {
                breed: Some(Box::new(Breed {
                    with: genes,
                    share: 0.5,
                    seed,
                })),
                ..Genes::new(seed, 0.8, 0.2)
            };
        }
        Settings {
            genes,
            ..settings([60, 50])
        }
    };
    let third = from(&material, &line(3)).unwrap().picture;
    assert!(third != from(&material, &line(2)).unwrap().picture);
    let said = from(&material, &line(MOST_PARENTS + 1)).unwrap_err();
    assert!(said.to_string().contains("32 parents"));
    let hole = vec![true; 3000];
    let fill = grown(&source, &Task::Fill { hole: &hole }, &line(2));
    assert!(fill.unwrap_err().to_string().contains("bred"));
}
