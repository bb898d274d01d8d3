//! Short texts, compared where they stand: a call made for long ones takes longer to begin than these to end.

use std::cmp::Ordering;

/// Whether two texts are the same.
#[inline]
pub(crate) fn is(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    match (one.last_chunk::<8>(), other.last_chunk::<8>()) {
        (Some(last), Some(others)) => last == others && starts_alike(one, other),
        _ => match (one.first_chunk::<4>(), other.first_chunk::<4>()) {
            (Some(first), Some(others)) => {
                first == others && one.last_chunk::<4>() == other.last_chunk::<4>()
            }
            _ => one.iter().eq(other),
        },
    }
}

/// Whether all of their bytes are the same that stand in whole words.
fn starts_alike(one: &[u8], other: &[u8]) -> bool {
    let (words, others) = (one.as_chunks::<8>().0, other.as_chunks::<8>().0);
    words.iter().zip(others).all(|(word, other)| word == other)
}

/// The first bytes of a text as one number, zeros behind its end: of two that differ, the smaller is that of the text
/// that comes first.
#[inline]
pub(crate) const fn start(text: &[u8]) -> u64 {
    if let Some(first) = text.first_chunk() {
        return u64::from_be_bytes(*first);
    }
    let mut first = [0; 8];
    let mut at = 0;
    while at < text.len() {
        first[at] = text[at];
        at += 1;
    }
    u64::from_be_bytes(first)
}

/// The order of their bytes.
#[inline]
pub(crate) fn order(one: &[u8], other: &[u8]) -> Ordering {
    // Most differ at once.
    match (one.first(), other.first()) {
        (Some(first), Some(others)) if first != others => return first.cmp(others),
        _ => {}
    }
    let (words, others) = (one.as_chunks::<8>().0, other.as_chunks::<8>().0);
    for (word, other) in words.iter().zip(others) {
        if word != other {
            return u64::from_be_bytes(*word).cmp(&u64::from_be_bytes(*other));
        }
    }
    let alike = words.len().min(others.len()) * 8;
    one.iter().skip(alike).cmp(other.iter().skip(alike))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_compared_as_ever() {
        let texts = |at: usize| {
            let long = "core.v1.PersistentVolumeClaim";
            let mut texts = vec![long.get(..at).unwrap_or_default().to_owned(), long.replace('V', "Z")];
            for (from, to) in [("e", "f"), ("v1", "v2"), ("s", "\u{e9}"), ("m", "\0"), ("C", "c"), ("co", "")]
            {
                texts.push(long.get(..at).unwrap_or_default().replace(from, to));
            }
            texts
        };
        let texts: Vec<String> = (0..30).flat_map(texts).collect();
        for one in &texts {
            for other in &texts {
                assert_eq!(is(one.as_bytes(), other.as_bytes()), one == other, "{one:?} {other:?}");
                assert_eq!(order(one.as_bytes(), other.as_bytes()), one.cmp(other), "{one:?} {other:?}");
                let starts = start(one.as_bytes()).cmp(&start(other.as_bytes()));
                assert!(starts == Ordering::Equal || starts == one.cmp(other), "{one:?} {other:?}");
                if one.as_bytes().get(..8) != other.as_bytes().get(..8)
                    && !one.contains('\0')
                    && !other.contains('\0')
                {
                    assert_eq!(starts, one.cmp(other), "{one:?} {other:?}");
                }
            }
        }
    }
}
