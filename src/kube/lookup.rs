//! Binary search over the lines of an embedded text sorted by bytes. Where lines start is counted by the
//! compiler, so nothing is built when the program starts.

use crate::bytes::short;

/// A text and where its lines start.
pub(super) struct Lines<const N: usize> {
    text: &'static str,
    starts: [u32; N],
}

/// The number of lines.
pub(super) const fn count(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut lines) = (0, 0);
    while at < bytes.len() {
        lines += (bytes[at] == b'\n') as usize;
        at += 1;
    }
    lines
}

impl<const N: usize> Lines<N> {
    /// The lines of a text that ends with a line end; `N` is their [`count`].
    pub(super) const fn new(text: &'static str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = [0; N];
        let (mut at, mut line) = (0, 1);
        while at < bytes.len() {
            if bytes[at] == b'\n' && line < N {
                starts[line] = at as u32 + 1;
                line += 1;
            }
            at += 1;
        }
        Self { text, starts }
    }

    fn rest(&self, index: usize) -> &'static str {
        self.starts.get(index).and_then(|&start| self.text.get(start as usize..)).unwrap_or_default()
    }

    /// The first word and the rest of the line whose first word is `key`.
    pub(super) fn find(&self, key: &str) -> Option<(&'static str, &'static str)> {
        let (mut low, mut high) = (0, N);
        while low < high {
            let middle = low + (high - low) / 2;
            let rest = self.rest(middle);
            let head = rest.as_bytes().get(..key.len()).unwrap_or(rest.as_bytes());
            // Blanks sort before every sign a word has, so a shorter word comes first without being looked for.
            let longer = || rest.as_bytes().get(key.len()).is_some_and(|byte| *byte > b' ');
            match short::order(head, key.as_bytes()) {
                std::cmp::Ordering::Equal if longer() => high = middle,
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => {
                    let (word, after) = rest.split_at_checked(key.len())?;
                    let next = self.starts.get(middle + 1).map_or(self.text.len(), |&next| next as usize);
                    let start = self.text.len() - after.len();
                    let line = self.text.get(start..next - 1).unwrap_or_default();
                    return Some((word, line.strip_prefix(' ').unwrap_or(line)));
                }
            }
        }
        None
    }
}
