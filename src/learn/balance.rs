//! How much a style weighs against the content of the photos: as much as they bear.
//!
//! Some works leave a photo's forms alone and may go further; others would dissolve them. So the
//! weight isn't a constant but moves until the content comes to a goal, which is nearer to the photo
//! where the style is reached anyway.

use super::lesson::{Mark, STYLE};

/// What the content of photos at full strength is to come to, at most and at least.
const MOST_CONTENT: f32 = 0.8;
const LEAST_CONTENT: f32 = 0.7;
/// A style that comes nearer than this asks for less content, by so much for each part.
const REACHED: f32 = 0.08;
const LESS_CONTENT: f32 = 2.0;
/// How far that may be missed where learning ends early.
const NEAR: f32 = 0.05;
/// The weight moves by so much of what is missed in a lesson, as a part of itself.
const PULL: f32 = 0.05;
/// Least and most weight.
const ENDS: (f32, f32) = (1.5, 8.0);
/// Steps before the weight begins to move: what comes first is still far off.
const STILL: u32 = 15;
/// How much a lesson counts in the running means.
const LESSON: f32 = 0.05;

/// The style's weight, and what content and style have come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Balance {
    weight: f32,
    content: f32,
    style: f32,
}

impl Default for Balance {
    fn default() -> Self {
        Self {
            weight: STYLE,
            content: MOST_CONTENT,
            style: 2.0 * REACHED,
        }
    }
}

impl Balance {
    /// As it was written down; `None` for what no balance comes to.
    pub fn of([weight, content, style]: [f32; 3]) -> Option<Self> {
        let measured = |value: f32| value.is_finite() && value >= 0.0;
        let fits = (ENDS.0..=ENDS.1).contains(&weight) && measured(content) && measured(style);
        fits.then_some(Self {
            weight,
            content,
            style,
        })
    }

    /// To be written down: weight, and running means of content and style.
    pub fn numbers(&self) -> [f32; 3] {
        [self.weight, self.content, self.style]
    }

    /// Weight of the style; that of the content is 1.
    pub fn weight(&self) -> f32 {
        self.weight
    }

    /// Takes in what a lesson at full strength came to, after so many steps.
    pub fn take(&mut self, mark: &Mark, steps: u32) {
        if !(mark.content.is_finite() && mark.style.is_finite()) {
            return;
        }
        self.content += LESSON * (mark.content - self.content);
        self.style += LESSON * (mark.style - self.style);
        if steps >= STILL {
            let by = (PULL * self.missed()).exp();
            self.weight = (self.weight * by).clamp(ENDS.0, ENDS.1);
        }
    }

    /// How much content is left to give away.
    fn missed(&self) -> f32 {
        let goal = MOST_CONTENT - LESS_CONTENT * (REACHED - self.style);
        goal.clamp(LEAST_CONTENT, MOST_CONTENT) - self.content
    }

    /// Whether the content is where it is to be, or the weight can't go further.
    pub fn is_found(&self) -> bool {
        let missed = self.missed();
        let at_its_end = match missed > 0.0 {
            true => self.weight >= ENDS.1,
            false => self.weight <= ENDS.0,
        };
        missed.abs() < NEAR || at_its_end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A work whose photos come to this content and style at a weight of 4.5, to more content and less
    /// style with more weight.
    fn settled(content: f32, style: f32) -> Balance {
        let mut balance = Balance::default();
        for step in 0..1500 {
            let more = (balance.weight() / STYLE).ln();
            let mark = Mark {
                loss: 1.0,
                content: content + 0.18 * more,
                style: style * (-0.5 * more).exp(),
            };
            balance.take(&mark, step);
        }
        balance
    }

    #[test]
    fn works_that_dissolve_photos_weigh_less_and_those_that_leave_them_alone_more() {
        let (loud, quiet) = (settled(0.9, 0.2), settled(0.76, 0.2));
        assert!(
            loud.weight() < 3.2 && quiet.weight() > 5.0,
            "{loud:?}, {quiet:?}"
        );
        // A style that is reached anyway leaves more of the photo.
        let easy = settled(0.76, 0.03);
        assert!(easy.content < quiet.content - 0.05, "{easy:?}, {quiet:?}");
        for balance in [loud, quiet, easy] {
            assert!(
                balance.is_found() && balance.missed().abs() < 0.02,
                "{balance:?}"
            );
        }
        // Where no weight would do, it stays within its ends, and learning may end.
        for (at_first, end) in [(2.0, ENDS.0), (0.1, ENDS.1)] {
            let balance = settled(at_first, 0.2);
            assert!(balance.weight() == end && balance.is_found(), "{balance:?}");
        }
    }

    #[test]
    fn what_is_written_down_comes_back_and_nonsense_does_not() {
        let balance = settled(0.9, 0.1);
        assert_eq!(Balance::of(balance.numbers()), Some(balance));
        let mut same = balance;
        let mark = Mark {
            content: f32::NAN,
            ..Mark::default()
        };
        same.take(&mark, 100);
        assert_eq!(same, balance);
        let (nan, far) = (f32::NAN, f32::INFINITY);
        for numbers in [
            [nan, 0.8, 0.1],
            [0.0, 0.8, 0.1],
            [100.0, 0.8, 0.1],
            [3.0, far, 0.1],
            [3.0, 0.8, -1.0],
        ] {
            assert_eq!(Balance::of(numbers), None);
        }
    }
}
