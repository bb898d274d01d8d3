//! Blocks of text: `|` and `>`, also with `-` or `+`.

use std::sync::Arc;

use super::{Line, Read, Reader};
use crate::codec::{Data, Style};

impl Reader<'_, '_> {
    /// The block whose `|` or `>` stands at `at` of `line`; `column` is that of the collection around it.
    // Rule: libyaml's yaml_parser_scan_block_scalar.
    pub(super) fn literal(&mut self, at: usize, line: Line, column: usize) -> Read {
        let folds = self.byte(at) == b'>';
        let chomp = self.byte(at + 1);
        let header = if matches!(chomp, b'-' | b'+') { at + 2 } else { at + 1 };
        if !self.is_over(header, line.end) {
            return None;
        }
        let mut text = String::new();
        // Unknown until the first line with text.
        let mut indent = None;
        let mut least = column.checked_add(1)?;
        // Line ends that are not part of the text yet; the first is that of the last line with text.
        let mut breaks = 0;
        // Whether the last line with text began with a blank.
        let mut blank_before = false;
        let mut from = self.line_after(line.end);
        while from < self.bytes.len() {
            let start = self.behind_spaces(from);
            let end = self.line_end(start);
            let spaces = start - from;
            let is_blank = start == end;
            if is_blank && end >= self.bytes.len() && spaces <= indent? {
                break;
            }
            if is_blank && indent.is_none_or(|indent| spaces <= indent) {
                // The widest blank line counts where the indentation is not known yet.
                least = least.max(spaces);
                breaks += 1;
                from = self.line_after(end);
                continue;
            }
            let first = indent.is_none();
            let known = *indent.get_or_insert(spaces.max(least));
            if (first || spaces < known) && self.byte(start) == b'\t' {
                return None;
            }
            if spaces < known {
                break;
            }
            let begin = from + known;
            let blank = matches!(self.byte(begin), b' ' | b'\t');
            if folds && !first && !blank && !blank_before {
                if breaks == 1 {
                    text.push(' ');
                }
                breaks -= 1;
            }
            text.extend(std::iter::repeat_n('\n', breaks));
            text.push_str(self.text.get(begin..end)?);
            blank_before = blank;
            breaks = usize::from(end < self.bytes.len());
            from = self.line_after(end);
        }
        match chomp {
            b'-' => {}
            b'+' => text.extend(std::iter::repeat_n('\n', breaks)),
            _ if text.is_empty() => {}
            _ => text.extend(std::iter::repeat_n('\n', breaks.min(1))),
        }
        let end = from.min(self.bytes.len());
        self.at = end;
        self.advance()?;
        self.ends(column)?;
        let style = if folds { Style::Folded } else { Style::Literal };
        Some((self.placed(Data::String(Arc::from(text)), at, end, style), end))
    }
}
