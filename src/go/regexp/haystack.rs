//! A text to be searched, which need not be UTF-8.

use std::borrow::Cow;

use crate::go::unicode;

/// A text as Go's `regexp` reads it: each byte that is no UTF-8 matches as U+FFFD.
pub(super) struct Haystack<'t> {
    text: Cow<'t, [u8]>,
    /// Where each character that replaces a byte begins, here and in the text that was given.
    mended: Vec<(usize, usize)>,
}

/// Bytes of U+FFFD beyond the one that it stands for.
const GROWTH: usize = 2;

impl<'t> Haystack<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        if std::str::from_utf8(text).is_ok() {
            return Self { text: Cow::Borrowed(text), mended: Vec::new() };
        }
        let mut out = Vec::with_capacity(text.len() + GROWTH);
        let (mut mended, mut at) = (Vec::new(), 0);
        for (c, width) in unicode::runes(text) {
            if c == char::REPLACEMENT_CHARACTER && width == 1 {
                mended.push((out.len(), at));
            }
            unicode::push(&mut out, c);
            at += width;
        }
        Self { text: Cow::Owned(out), mended }
    }

    /// What the engine searches.
    pub(super) fn searched(&self) -> &[u8] {
        &self.text
    }

    /// An offset of the given text in the searched one.
    pub(super) fn inside(&self, offset: usize) -> usize {
        offset + GROWTH * self.mended.partition_point(|(_, given)| *given < offset)
    }

    /// A range of the searched text in the given one.
    pub(super) fn outside(&self, start: usize, end: usize) -> (usize, usize) {
        let back = |offset| offset - GROWTH * self.mended.partition_point(|(searched, _)| *searched < offset);
        (back(start), back(end))
    }
}
