//! One line of a source as it is shown: masked, made harmless, cut to a width, with columns for marks.

use std::ops::Range;

use super::mask::MASK;
use super::width;

/// Columns of a tab.
const TAB: &str = "    ";
/// What stands for the cut-off part of a line.
const CUT: &str = "…";

/// Characters of the line (or one mask) and the bytes they stand for.
struct Cell {
    bytes: Range<usize>,
    text: String,
    columns: usize,
}

/// A line ready to print.
pub(super) struct Excerpt {
    /// The text.
    pub(super) text: String,
    cells: Vec<(Range<usize>, Range<usize>)>,
    end: usize,
}

impl Excerpt {
    /// The line with `masked` byte ranges hidden, cut to `width` columns so that `focus` stays visible.
    pub(super) fn new(line: &str, masked: &[Range<usize>], focus: &Range<usize>, width: usize) -> Self {
        let cells = cells(line, masked);
        let (first, last, cut_before, cut_after) = window(&cells, focus, width);
        let mut text = String::new();
        let mut column = 0;
        let mut placed = Vec::new();
        if cut_before {
            text.push_str(CUT);
            column += 1;
        }
        for cell in cells.get(first..last).unwrap_or_default() {
            text.push_str(&cell.text);
            placed.push((cell.bytes.clone(), column..column + cell.columns));
            column += cell.columns;
        }
        let end = column;
        if cut_after {
            text.push_str(CUT);
        }
        text.truncate(text.trim_end().len());
        Self { text, cells: placed, end }
    }

    /// The columns that show these bytes; one column past the end when nothing shows them.
    pub(super) fn columns(&self, bytes: &Range<usize>) -> Range<usize> {
        let shown = self.cells.iter().filter(|(cell, _)| {
            if bytes.is_empty() {
                cell.contains(&bytes.start)
            } else {
                cell.start < bytes.end && bytes.start < cell.end
            }
        });
        let mut columns: Option<Range<usize>> = None;
        for (_, at) in shown {
            columns = Some(columns.map_or(at.clone(), |so_far| so_far.start..at.end));
        }
        match columns {
            Some(columns) if bytes.is_empty() => columns.start..columns.start + 1,
            Some(columns) => columns.start..columns.end.max(columns.start + 1),
            None => self.end..self.end + 1,
        }
    }
}

fn cells(line: &str, masked: &[Range<usize>]) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    for (at, c) in line.char_indices() {
        let bytes = at..at + c.len_utf8();
        if let Some(mask) = masked.iter().find(|mask| mask.contains(&at)) {
            match cells.last_mut() {
                Some(last) if last.text == MASK && last.bytes.end == at && mask.start < at => {
                    last.bytes.end = bytes.end;
                }
                _ => cells.push(Cell { bytes, text: MASK.to_owned(), columns: MASK.len() }),
            }
            continue;
        }
        let text = match c {
            '\t' => TAB.to_owned(),
            '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}').to_string(),
            '\x7f' => '\u{2421}'.to_string(),
            c if width::is_harmless(c) => c.to_string(),
            c => c.escape_unicode().to_string(),
        };
        let columns = text.chars().map(width::columns).sum();
        cells.push(Cell { bytes, text, columns });
    }
    cells
}

/// The cells to show: all when they fit, else a stretch around the focus.
fn window(cells: &[Cell], focus: &Range<usize>, width: usize) -> (usize, usize, bool, bool) {
    let width = width.max(20);
    let total: usize = cells.iter().map(|cell| cell.columns).sum();
    if total <= width {
        return (0, cells.len(), false, false);
    }
    let focused = cells.iter().position(|cell| cell.bytes.end > focus.start).unwrap_or(cells.len());
    let before: usize = cells.iter().take(focused).map(|cell| cell.columns).sum();
    // The focus gets a quarter of the width before it, unless the line's start fits anyway.
    let skip = if before < width * 3 / 4 { 0 } else { before - width / 4 };
    let mut first = 0;
    let mut passed = 0;
    while passed < skip {
        let Some(cell) = cells.get(first) else { break };
        passed += cell.columns;
        first += 1;
    }
    let room = width - 2;
    let mut last = first;
    let mut used = 0;
    while let Some(cell) = cells.get(last) {
        if used + cell.columns > room {
            break;
        }
        used += cell.columns;
        last += 1;
    }
    (first, last, first > 0, last < cells.len())
}
