//! The primes of an RSA key.
//!
//! They are those that the crate `rsa` finds with the same random bytes: each is the first prime from a random odd number
//! on. Nearly all numbers on the way are composite, and what costs time is to refuse them; here that is done with more
//! small primes and an arithmetic of numbers of fixed size. What passes is believed only when `crypto_primes` says so.
//! The two searches run side by side; neither depends on the other.

use std::convert::Infallible;
use std::sync::Arc;

use crypto_primes::Flavor;
use rand::TryRng;
use rsa::BoxedUint;

use crate::both::both;

/// Odd numbers that are sieved at a time; a prime of 2048 bits is among so many but for one time in 100,000.
const WINDOW: usize = 1 << 13;

/// Two primes of `LIMBS` times 64 bits each, the two highest bits set.
pub(super) fn pair<const LIMBS: usize>(rng: &mut impl TryRng<Error = Infallible>) -> [BoxedUint; 2] {
    // Both beginnings are drawn before either search, so that the keys of a seed do not depend on who is faster.
    let starts = [start::<LIMBS>(rng), start::<LIMBS>(rng)];
    let small = Arc::new(small_primes(if LIMBS > 16 { 1 << 18 } else { 1 << 16 }));
    let small_there = Arc::clone(&small);
    let [first, second] = starts;
    let (first, second) =
        both(|| first_prime::<LIMBS>(first, &small), move || first_prime::<LIMBS>(second, &small_there));
    [first, second]
}

/// A random odd number whose two highest bits are set.
fn start<const LIMBS: usize>(rng: &mut impl TryRng<Error = Infallible>) -> [u64; LIMBS] {
    let mut bytes = vec![0; LIMBS * 8];
    let Ok(()) = rng.try_fill_bytes(&mut bytes);
    let (words, _) = bytes.as_chunks::<8>();
    let mut start = [0; LIMBS];
    for (limb, word) in start.iter_mut().zip(words) {
        *limb = u64::from_le_bytes(*word);
    }
    start[0] |= 1;
    start[LIMBS - 1] |= 3 << 62;
    start
}

/// The first prime from an odd number on.
fn first_prime<const LIMBS: usize>(start: [u64; LIMBS], small: &[u32]) -> BoxedUint {
    let mut from = start;
    loop {
        for index in survivors(&from, small) {
            let candidate = plus(&from, 2 * index as u64);
            if Modulus::new(candidate).divides_power_of_two_less_one() {
                let number = BoxedUint::from_words(candidate);
                if crypto_primes::is_prime(Flavor::Any, &number) {
                    return number;
                }
            }
        }
        // Past the largest number it goes on with the smallest, which is no less prime; the odds are 1 to 2^1000.
        from = plus(&from, 2 * WINDOW as u64);
    }
}

/// The odd primes up to a number.
fn small_primes(limit: usize) -> Vec<u32> {
    let mut composite = vec![false; limit + 1];
    let mut primes = Vec::new();
    for number in (3..=limit).step_by(2) {
        if !composite[number] {
            primes.push(number as u32);
            (number * number..=limit).step_by(2 * number).for_each(|multiple| composite[multiple] = true);
        }
    }
    primes
}

/// Which of the odd numbers from `from` on, counted from 0, no small prime divides.
fn survivors<const LIMBS: usize>(
    from: &[u64; LIMBS],
    small: &[u32],
) -> impl Iterator<Item = usize> + use<LIMBS> {
    let mut composite = vec![false; WINDOW];
    let mut rest = small;
    while !rest.is_empty() {
        // One long division tells the remainders of several primes.
        let (mut product, mut count) = (1_u64, 0);
        while let Some(longer) = rest.get(count).and_then(|prime| product.checked_mul(u64::from(*prime))) {
            (product, count) = (longer, count + 1);
        }
        let (group, others) = rest.split_at(count.max(1));
        rest = others;
        let remainder = from.iter().rev().fold(0, |high, limb| {
            let part = (u128::from(high) << 64) | u128::from(*limb);
            (part % u128::from(product)) as u64
        });
        for prime in group.iter().map(|prime| *prime as usize) {
            // The first index whose number the prime divides: remainder + 2 * index is a multiple of it.
            let missing = (prime - remainder as usize % prime) % prime;
            let first = if missing.is_multiple_of(2) { missing / 2 } else { missing.midpoint(prime) };
            (first..WINDOW).step_by(prime).for_each(|index| composite[index] = true);
        }
    }
    composite.into_iter().enumerate().filter(|(_, composite)| !composite).map(|(index, _)| index)
}

fn plus<const LIMBS: usize>(number: &[u64; LIMBS], add: u64) -> [u64; LIMBS] {
    let mut sum = *number;
    let mut carry = add;
    for limb in &mut sum {
        let (low, overflow) = limb.overflowing_add(carry);
        (*limb, carry) = (low, u64::from(overflow));
    }
    sum
}

/// An odd number with its highest bit set, and Montgomery's arithmetic with it as the modulus.
struct Modulus<const LIMBS: usize> {
    number: [u64; LIMBS],
    /// What makes the lowest limb of a number vanish: `-1 / number` modulo 2^64.
    factor: u64,
}

impl<const LIMBS: usize> Modulus<LIMBS> {
    fn new(number: [u64; LIMBS]) -> Self {
        // Newton's method doubles the right bits each time; an odd number is its own inverse in three of them.
        let lowest = number[0];
        let inverse = (0..5).fold(lowest, |inverse, _| {
            inverse.wrapping_mul(2_u64.wrapping_sub(lowest.wrapping_mul(inverse)))
        });
        Self { number, factor: inverse.wrapping_neg() }
    }

    /// Whether `2^(n-1)` is 1 modulo `n`, as it is for every prime (Fermat's test).
    fn divides_power_of_two_less_one(&self) -> bool {
        // One in Montgomery's form is 2^bits less the number, whose highest bit is set.
        let one = less(&[0; LIMBS], &self.number).0;
        let mut power = self.doubled(&one);
        let mut room = [[0; LIMBS]; 2];
        for bit in (1..LIMBS * 64 - 1).rev() {
            power = self.squared(&power, &mut room);
            if self.number[bit / 64] >> (bit % 64) & 1 == 1 {
                power = self.doubled(&power);
            }
        }
        // The lowest bit of n - 1 is 0.
        self.squared(&power, &mut room) == one
    }

    fn doubled(&self, value: &[u64; LIMBS]) -> [u64; LIMBS] {
        let mut twice = *value;
        let mut carry = 0;
        for limb in &mut twice {
            (*limb, carry) = (*limb << 1 | carry, *limb >> 63);
        }
        self.once_reduced(&twice, carry)
    }

    /// The square in Montgomery's form; `room` is for the number of twice the length in between.
    fn squared(&self, value: &[u64; LIMBS], room: &mut [[u64; LIMBS]; 2]) -> [u64; LIMBS] {
        let square = room.as_flattened_mut();
        square.fill(0);
        // Each product of two different limbs once, then all of them twice with the squares of the limbs.
        for index in 0..LIMBS - 1 {
            square[index + LIMBS] =
                add_product(&mut square[2 * index + 1..index + LIMBS], &value[index + 1..], value[index]);
        }
        let (mut carry, mut shifted) = (0_u128, 0);
        for (limbs, limb) in square.as_chunks_mut::<2>().0.iter_mut().zip(value) {
            let [low, high] = *limbs;
            let own = u128::from(*limb) * u128::from(*limb);
            let low_sum = u128::from(low << 1 | shifted) + u128::from(own as u64) + carry;
            let high_sum = u128::from(high << 1 | low >> 63) + (own >> 64) + (low_sum >> 64);
            *limbs = [low_sum as u64, high_sum as u64];
            (carry, shifted) = (high_sum >> 64, high >> 63);
        }
        let mut above = 0;
        for index in 0..LIMBS {
            let times = square[index].wrapping_mul(self.factor);
            let carry = add_product(&mut square[index..index + LIMBS], &self.number, times);
            let sum = u128::from(square[index + LIMBS]) + u128::from(carry) + above;
            square[index + LIMBS] = sum as u64;
            above = sum >> 64;
        }
        self.once_reduced(&room[1], above as u64)
    }

    /// A number below twice the modulus, whose limb beyond the highest is `above`, made smaller than the modulus.
    fn once_reduced(&self, value: &[u64; LIMBS], above: u64) -> [u64; LIMBS] {
        let (difference, borrowed) = less(value, &self.number);
        if above == 0 && borrowed { *value } else { difference }
    }
}

/// Adds `factor` times `number` to `sum`, limb by limb; what is carried out.
#[inline]
fn add_product(sum: &mut [u64], number: &[u64], factor: u64) -> u64 {
    let mut carry = 0;
    for (sum, limb) in sum.iter_mut().zip(number) {
        let total = u128::from(*sum) + u128::from(*limb) * u128::from(factor) + u128::from(carry);
        (*sum, carry) = (total as u64, (total >> 64) as u64);
    }
    carry
}

/// The difference, and whether it is below zero.
fn less<const LIMBS: usize>(from: &[u64; LIMBS], number: &[u64; LIMBS]) -> ([u64; LIMBS], bool) {
    let mut difference = *from;
    let mut borrow = false;
    for (limb, taken) in difference.iter_mut().zip(number) {
        let (once, first) = limb.overflowing_sub(*taken);
        let (twice, second) = once.overflowing_sub(u64::from(borrow));
        (*limb, borrow) = (twice, first || second);
    }
    (difference, borrow)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes that look random and are the same each time.
    struct Counted(u64);

    impl TryRng for Counted {
        type Error = Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            self.try_next_u64().map(|number| number as u32)
        }

        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            Ok(mixed ^ mixed >> 27)
        }

        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
            for byte in bytes {
                *byte = self.try_next_u64()? as u8;
            }
            Ok(())
        }
    }

    impl rand::TryCryptoRng for Counted {}

    #[test]
    fn the_primes_are_those_that_rsa_itself_finds() {
        use rsa::traits::PrivateKeyParts as _;
        for seed in 0..2 {
            let key = rsa::PrivateKey::new(&mut Counted(seed), 2048).unwrap();
            let found = pair::<16>(&mut Counted(seed));
            assert!(key.primes().iter().zip(&found).all(|(theirs, ours)| **theirs == *ours));
        }
    }

    #[test]
    fn fermats_test_passes_primes_and_no_composite_near_them() {
        // 2^64 - 59 is the largest prime below 2^64.
        for below in (1..200_u64).step_by(2) {
            let number = 0_u64.wrapping_sub(below);
            let prime = [59, 83, 95, 179, 189].contains(&below);
            assert_eq!(Modulus::new([number]).divides_power_of_two_less_one(), prime, "2^64 - {below}");
        }
        let high = [0_u64.wrapping_sub(159), u64::MAX];
        assert!(Modulus::new(high).divides_power_of_two_less_one(), "2^128 - 159 is prime");
        assert!(!Modulus::new([high[0] - 2, high[1]]).divides_power_of_two_less_one());
    }

    #[test]
    fn the_sieve_leaves_what_small_primes_do_not_divide() {
        let small = small_primes(100);
        assert_eq!(small.len(), 24);
        let from = [1_000_001_u64, 0];
        let kept: Vec<usize> = survivors(&from, &small).collect();
        for index in 0..WINDOW {
            let number = from[0] + 2 * index as u64;
            let divided = small.iter().any(|prime| number.is_multiple_of(u64::from(*prime)));
            assert_eq!(kept.contains(&index), !divided, "{number}");
        }
    }
}
