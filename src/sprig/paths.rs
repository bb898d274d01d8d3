//! Paths, with slashes on every machine.

use super::table::str_arg;
use crate::go::path;
use crate::gotmpl::func::{Func, FuncError, Param};
use crate::value::{Str, Value};

type Result = std::result::Result<Value, FuncError>;

const PATH: &[Param] = &[Param::String];

fn text(bytes: impl Into<Vec<u8>>) -> Result {
    Ok(Value::Str(Str::from_bytes(bytes)))
}

fn base(args: &[Value]) -> Result {
    text(path::base(str_arg(args, 0).as_bytes()))
}

fn clean(args: &[Value]) -> Result {
    text(path::clean(str_arg(args, 0).as_bytes()))
}

fn dir(args: &[Value]) -> Result {
    text(path::dir(str_arg(args, 0).as_bytes()))
}

fn ext(args: &[Value]) -> Result {
    text(path::ext(str_arg(args, 0).as_bytes()))
}

fn is_abs(args: &[Value]) -> Result {
    Ok(Value::Bool(path::is_abs(str_arg(args, 0).as_bytes())))
}

/// The functions of this family; the `os` forms are those of Linux, which are the same.
pub(crate) const TABLE: &[Func] = &[
    Func::new("base", PATH, |_, args| base(args), "The last element of a path.")
        .examples(&[(r#"{{ base "a/b.c/" }}"#, "b.c")]),
    Func::new("clean", PATH, |_, args| clean(args), "The shortest equal path.")
        .examples(&[(r#"{{ clean "a//b/../c" }}"#, "a/c")]),
    Func::new("dir", PATH, |_, args| dir(args), "All but the last element of a path.")
        .examples(&[(r#"{{ dir "a/b/c" }} {{ dir "a" }}"#, "a/b .")]),
    Func::new("ext", PATH, |_, args| ext(args), "The extension of a path's last element, with its dot.")
        .examples(&[(r#"{{ ext "a/b.tar.gz" }}"#, ".gz")]),
    Func::new("isAbs", PATH, |_, args| is_abs(args), "Whether a path begins at the root.")
        .examples(&[(r#"{{ isAbs "/a" }}"#, "true")]),
    Func::new("osBase", PATH, |_, args| base(args), "The last element of a path."),
    Func::new("osClean", PATH, |_, args| clean(args), "The shortest equal path."),
    Func::new("osDir", PATH, |_, args| dir(args), "All but the last element of a path."),
    Func::new("osExt", PATH, |_, args| ext(args), "The extension of a path's last element, with its dot."),
    Func::new("osIsAbs", PATH, |_, args| is_abs(args), "Whether a path begins at the root."),
];
