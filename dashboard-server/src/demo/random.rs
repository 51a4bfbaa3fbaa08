//! Chance that can be repeated: splitmix64, begun from words such as seed, unit, indicator and day.
//!
//! A number depends on its words alone, never on what was drawn before for another unit, so a new
//! indicator does not change the year of the others.

/// A stream of numbers.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    /// The stream of these words; another order is another stream.
    pub(super) fn keyed(words: &[u64]) -> Self {
        let mut random = Self(0);
        for word in words {
            random.0 ^= word;
            random.0 = random.draw();
        }
        random
    }

    /// The next number.
    pub(super) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Evenly from 0 to below 1.
    pub(super) fn share(&mut self) -> f64 {
        // 53 bits are all a double can tell apart.
        (self.draw() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Evenly between two numbers.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    /// A whole number from 0 to below `n`.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.draw() % n.max(1)
    }

    /// True in that share of draws.
    pub(super) fn chance(&mut self, share: f64) -> bool {
        self.share() < share
    }

    /// How many of something happen when `mean` are expected (Poisson; near it a rounded normal).
    pub(super) fn count(&mut self, mean: f64) -> u32 {
        if mean > 30.0 {
            let normal = (0..12).map(|_| self.share()).sum::<f64>() - 6.0;
            return (mean + normal * mean.sqrt()).round().max(0.0) as u32;
        }
        let limit = (-mean).exp();
        let mut product = self.share();
        let mut count = 0;
        while product > limit {
            product *= self.share();
            count += 1;
        }
        count
    }
}

/// A word from a text (FNV-1a).
pub(super) fn word(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A smooth curve from -1 to 1 over days: a knot every `days`, eased between knots.
pub(super) fn wave(key: u64, day: i64, days: i64) -> f64 {
    let knot = |at: i64| Random::keyed(&[key, at.cast_unsigned()]).between(-1.0, 1.0);
    let (from, into) = (day.div_euclid(days), day.rem_euclid(days));
    let share = into as f64 / days as f64;
    let eased = share * share * (3.0 - 2.0 * share);
    knot(from) * (1.0 - eased) + knot(from + 1) * eased
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_give_the_same_numbers_and_another_order_does_not() {
        let drawn = |words: &[u64]| Random::keyed(words).draw();
        assert_eq!(drawn(&[1, 2, 3]), drawn(&[1, 2, 3]));
        assert_ne!(drawn(&[1, 2, 3]), drawn(&[1, 3, 2]));
    }

    #[test]
    fn counts_lie_around_their_mean() {
        for mean in [0.3, 4.0, 80.0] {
            let mut random = Random::keyed(&[7]);
            let sum: u32 = (0..4_000).map(|_| random.count(mean)).sum();
            let found = f64::from(sum) / 4_000.0;
            assert!((found - mean).abs() < 0.05 * mean + 0.02, "{found} instead of {mean}");
        }
    }

    #[test]
    fn a_wave_stays_in_its_bounds_and_moves_little_from_day_to_day() {
        for day in -400..400 {
            assert!(wave(3, day, 20).abs() <= 1.0);
            assert!((wave(3, day, 20) - wave(3, day + 1, 20)).abs() < 0.16);
        }
    }
}
