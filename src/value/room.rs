//! The room that Go leaves behind the items of a slice: `slice` may go on into it.

use super::Elem;

/// How a list came to its items, which tells how many more its slice has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// None: all items were there when it was made.
    Exact,
    /// One by one, put into a slice that had room for so many.
    Grown(u32),
    /// So many were put at once behind what it had room for.
    Appended(u32),
}

/// What Go's allocator hands out, in bytes.
// Rule: Go 1.27 internal/runtime/gc/sizeclasses.go.
const CLASSES: [usize; 67] = [
    8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416,
    448, 480, 512, 576, 640, 704, 768, 896, 1024, 1152, 1280, 1408, 1536, 1792, 2048, 2304, 2688, 3072, 3200,
    3456, 4096, 4864, 5120, 5376, 6144, 6528, 6784, 6912, 8192, 9472, 9728, 10240, 10880, 12288, 13568,
    14336, 16384, 18432, 19072, 20480, 21760, 24576, 27264, 28672,
];
/// The largest class, beyond which whole pages are handed out.
const LARGEST: usize = 32_768;
const PAGE: usize = 8192;
/// Objects with pointers that are larger have a header of eight bytes.
// Rule: Go 1.27 runtime/mbitmap.go, heapBitsInSpan; runtime/msize.go, roundupsize.
const NO_HEADER: usize = 512;
const HEADER: usize = 8;

impl Room {
    /// How many items a slice of `len` has room for.
    pub(super) fn capacity(self, elem: Elem, len: usize) -> usize {
        match self {
            Self::Exact => len,
            Self::Grown(first) => {
                let mut capacity = first as usize;
                while capacity < len {
                    capacity = grown(elem, capacity, capacity + 1);
                }
                capacity
            }
            Self::Appended(behind) if behind as usize >= len => len,
            Self::Appended(behind) => grown(elem, behind as usize, len),
        }
    }
}

/// The new capacity of a slice that is to hold `wanted` items.
// Rule: Go 1.27 runtime/slice.go, growslice and nextslicecap.
fn grown(elem: Elem, old: usize, wanted: usize) -> usize {
    const DOUBLED: usize = 256;
    let mut capacity = if wanted > 2 * old {
        wanted
    } else if old < DOUBLED {
        2 * old
    } else {
        let mut capacity = old;
        while capacity < wanted {
            capacity += (capacity + 3 * DOUBLED) >> 2;
        }
        capacity
    };
    let (size, has_pointers) = match elem {
        Elem::Any | Elem::String => (16, true),
        Elem::Bytes | Elem::AnyList => (24, true),
        Elem::AnyMap => (8, true),
        Elem::Int => (8, false),
        Elem::Bool => (1, false),
    };
    let bytes = capacity * size;
    let header = if has_pointers && bytes > NO_HEADER { HEADER } else { 0 };
    let asked = bytes + header;
    if asked <= LARGEST - HEADER {
        let class = CLASSES.iter().copied().find(|&class| class >= asked).unwrap_or(LARGEST);
        capacity = (class - header) / size;
    } else {
        capacity = bytes.div_ceil(PAGE) * PAGE / size;
    }
    capacity
}
