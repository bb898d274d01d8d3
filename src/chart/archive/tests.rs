use std::io::Write as _;
use std::iter;

use proptest::prelude::*;

use super::*;
use crate::chart::tar::BLOCK;

/// Files, each by its path and content, behind one another.
fn tar_of(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (path, data) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(data.len() as u64);
        archive.append_data(&mut header, path, &**data).unwrap();
    }
    archive.into_inner().unwrap()
}

fn pack(tar: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(tar).unwrap();
    packed.finish().unwrap()
}

fn listed(files: &[File]) -> Vec<(String, Vec<u8>)> {
    files.iter().map(|file| (file.path().to_owned(), file.data().as_bytes().to_vec())).collect()
}

/// An archive of every kind of entry and head.
fn varied() -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    let long = "n".repeat(200);
    let records = |records: &[(&str, &str)], archive: &mut tar::Builder<Vec<u8>>| {
        archive.append_pax_extensions(records.iter().map(|(key, value)| (*key, value.as_bytes()))).unwrap();
    };
    let mut add = |name: &str, data: &[u8], kind: tar::EntryType, pieces: &[(u64, u64)]| {
        match name {
            "a/records" => records(&[("path", "a/lost"), ("comment", &long)], &mut archive),
            "a/sparse" => records(
                &[("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "9")],
                &mut archive,
            ),
            _ => {}
        }
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(data.len() as u64);
        if let Some((offset, length)) = pieces.last() {
            let gnu = header.as_gnu_mut().unwrap();
            gnu.set_real_size(offset + length);
            gnu.set_is_extended(pieces.len() > gnu.sparse.len());
            for (sparse, (offset, length)) in gnu.sparse.iter_mut().zip(pieces) {
                sparse.set_offset(*offset);
                sparse.set_length(*length);
            }
        }
        archive.append_data(&mut header, name, data).unwrap();
    };
    use tar::EntryType::{Directory, GNUSparse, Regular, Symlink, XGlobalHeader};
    add("a/", b"", Directory, &[]);
    add("a/text", &b"text\n".repeat(300), Regular, &[]);
    add("a/records", b"with records", Regular, &[]);
    add(&format!("a/{}", "m".repeat(700)), b"", Regular, &[]);
    add("a/global", b"9 path=x\n", XGlobalHeader, &[]);
    add("a/old", b"ab", GNUSparse, &[(5, 1), (1000, 1)]);
    let front = [&b"2\n1\n1\n3\n1\n"[..], &[0; BLOCK - 10], b"cd"].concat();
    add("a/sparse", &front, Regular, &[]);
    add("a/link", b"", Symlink, &[]);
    add("a/picture", &[0xff; 2000], Regular, &[]);
    add("a/last", b"last", Regular, &[]);
    archive.into_inner().unwrap()
}

/// Takes an archive apart that comes in pieces, and tells how often it was looked at.
fn in_pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Option<Vec<File>>, usize) {
    let mut apart = Apart::default();
    for piece in pieces {
        if apart.piece(piece.to_vec(), &Nothing).is_none() {
            return (None, apart.looks);
        }
    }
    let looks = apart.looks;
    (apart.end(&Nothing), looks)
}

#[test]
fn pieces_of_any_size_hold_the_same() {
    let mut tar = varied();
    let whole = listed(&in_one(gzip::content(&pack(&tar)).unwrap(), &Nothing).unwrap());
    let names: Vec<&str> = whole.iter().map(|(name, _)| &**name).collect();
    let long = "m".repeat(700);
    assert_eq!(names, ["text", "lost", &long, "old", "sparse", "link", "picture", "last"]);
    // What stands behind the end is not looked at.
    tar.extend([b'x'; 3000]);
    for length in [1, 7, 511, BLOCK, BLOCK + 1, 1700, tar.len()] {
        let (files, _) = in_pieces(tar.chunks(length));
        assert_eq!(listed(&files.unwrap()), whole, "{length}");
        let cut = tar.get(..BLOCK + 700).unwrap();
        assert!(in_pieces(cut.chunks(length)).0.is_none(), "{length}");
    }
    tar[BLOCK] ^= 1;
    assert!(in_pieces(tar.chunks(700)).0.is_none());
}

/// What is long is not looked at again with each piece of it.
#[test]
fn an_archive_is_looked_at_a_few_times() {
    const PIECES: usize = 300;
    let long = |pieces: usize| vec![b'x'; pieces * unpack::PIECE];
    let name = format!("a/{}", "n".repeat(15 * unpack::PIECE));
    let front = tar_of(&[("a/first".to_owned(), long(PIECES)), (name, long(1))]);
    // A list of pieces as long as one may be, in front of a file without content.
    let mut list = [&b"131000\n"[..], &b"0\n0\n".repeat(131_000)].concat();
    list.resize(list.len().next_multiple_of(BLOCK), 0);
    let mut archive = tar::Builder::new(Vec::new());
    archive
        .append_pax_extensions([
            ("GNU.sparse.major", &b"1"[..]),
            ("GNU.sparse.minor", b"0"),
            ("GNU.sparse.realsize", b"0"),
        ])
        .unwrap();
    let mut header = tar::Header::new_gnu();
    header.set_size(list.len() as u64);
    archive.append_data(&mut header, "a/list", &*list).unwrap();
    let tar = [&front[..front.len() - 2 * BLOCK], &archive.into_inner().unwrap()].concat();
    let (files, looks) = in_pieces(tar.chunks(unpack::PIECE));
    let files = files.unwrap();
    assert_eq!(
        files.iter().map(|file| file.data().len()).collect::<Vec<_>>(),
        [PIECES * unpack::PIECE, unpack::PIECE, 0]
    );
    // The list tells only when it is read how much more of it there is.
    assert!(looks < 40, "{looks} looks at {} pieces", tar.len() / unpack::PIECE);
}

#[test]
fn two_threads_find_the_same_behind_heads_of_many_pieces() {
    let name = "n".repeat(15 * unpack::PIECE);
    let files = ["first", &name, "last"].map(|name| (format!("a/{name}"), vec![b'x'; 3 * unpack::PIECE]));
    let front = tar_of(&files);
    let tar = [&front[..front.len() - 2 * BLOCK], &varied()].concat();
    let packed = pack(&tar);
    let content = gzip::content(&packed).unwrap();
    let one = listed(&in_one(content, &Nothing).unwrap());
    assert_eq!(one.len(), 11);
    assert_eq!(listed(&in_two(content, &Nothing::shared()).unwrap()), one);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn two_threads_find_the_same_as_one(
        files in prop::collection::vec((1_usize..300, 0_usize..90_000, prop::sample::select(vec!["x", "é", "\u{feff}"])), 1..30),
        flaw in prop::option::weighted(0.3, any::<prop::sample::Index>()),
    ) {
        let mut files: Vec<(String, Vec<u8>)> = files
            .into_iter()
            .map(|(name, length, text)| (format!("a/{}", "n".repeat(name)), text.repeat(length / text.len()).into()))
            .collect();
        files.push(("a/picture".to_owned(), iter::repeat_n(0xff, unpack::MUCH).collect()));
        let mut packed = pack(&tar_of(&files));
        let whole = packed.len();
        if let Some(flaw) = flaw {
            packed[flaw.index(whole)] ^= 1;
        }
        let Ok(content) = gzip::content(&packed) else { return Ok(()) };
        let one = in_one(content, &Nothing).ok();
        let two = in_two(content, &Nothing::shared());
        prop_assert!(two.is_some() || flaw.is_some());
        prop_assert!(one.is_some() || two.is_none());
        if let Some(two) = two {
            prop_assert_eq!(listed(&two), listed(&one.unwrap()));
        }
    }
}

#[test]
fn what_is_no_text_is_taken_out() {
    let mut bytes = b"h\xffaab\xfeb\xc3cc\xa9".to_vec();
    let mut found: Vec<(String, Content)> =
        [2..4, 4..7, 8..10].map(|part| (String::new(), Content::Part(part))).into();
    let sound = str::from_utf8(&bytes).unwrap_err().valid_up_to();
    take_out(&mut found, &mut bytes, sound);
    assert_eq!(bytes, b"  aa    cc ");
    assert!(matches!(&found[1].1, Content::Own(data) if data == b"b\xfeb"));
    assert!(matches!(&found[2].1, Content::Part(part) if *part == (8..10)));
}

// Each text is what `helm show chart` of Helm v4.3.1 says.
#[test]
fn what_is_no_archive_is_told_in_gos_words() {
    let packed = pack(b"hello world");
    let cut = packed.get(..packed.len() - 9).unwrap();
    for (data, wanted) in [
        (&*packed, "unexpected EOF"),
        (cut, "unexpected EOF"),
        (b"", "EOF"),
        (b"hello", "unexpected EOF"),
        (b"hello, world", "gzip: invalid header"),
    ] {
        assert_eq!(read(data).unwrap_err(), wanted);
    }
}
