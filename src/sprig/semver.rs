//! Versions and ranges.

use std::any::Any;
use std::cmp::Ordering;

use super::table::str_arg;
use crate::go::semver::{Constraints, Version};
use crate::gotmpl::func::{CallCtx, Func, FuncError, Param};
use crate::value::{JsonView, Kind, Method, Object, Str, Value};

/// A version in a template: Go's `*semver.Version`, or the `semver.Version` that `Inc…` returns.
#[derive(Clone, Debug)]
pub(crate) struct VersionObject {
    version: Version,
    pointer: bool,
}

const POINTER: &str = "*semver.Version";

impl Object for VersionObject {
    fn type_name(&self) -> &'static str {
        if self.pointer { POINTER } else { "semver.Version" }
    }

    fn kind(&self) -> Kind {
        if self.pointer { Kind::Ptr } else { Kind::Struct }
    }

    fn methods(&self) -> &'static [Method] {
        METHODS
    }

    fn text(&self) -> Option<Str> {
        Some(self.version.to_string().into())
    }

    fn equals(&self, other: &dyn Object) -> Option<bool> {
        // Pointers are equal when they are one; no two calls return the same.
        let other = other.as_any().downcast_ref::<Self>()?;
        Some(std::ptr::eq(self, other))
    }

    fn json(&self) -> JsonView {
        JsonView::Value(self.version.to_string().into())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn of(value: &Value) -> Result<&Version, String> {
    let object: Option<&VersionObject> = value.downcast();
    object.map(|object| &object.version).ok_or_else(|| super::table::NIL_POINTER.to_owned())
}

fn compare(value: &Value, args: &[Value]) -> Result<Ordering, String> {
    Ok(of(value)?.compare(of(super::table::arg(args, 0))?))
}

fn plain(version: Version) -> Value {
    Value::object(VersionObject { version, pointer: false })
}

const fn method(
    name: &'static str,
    params: &'static [Param],
    call: fn(&Value, &[Value]) -> Result<Value, String>,
) -> Method {
    Method { name, params, variadic: false, call }
}

const OTHER: &[Param] = &[Param::Object(POINTER)];

const METHODS: &[Method] = &[
    method("Compare", OTHER, |v, a| Ok(Value::Int(compare(v, a)? as i64))),
    method("Equal", OTHER, |v, a| Ok(Value::Bool(compare(v, a)?.is_eq()))),
    method("GreaterThan", OTHER, |v, a| Ok(Value::Bool(compare(v, a)?.is_gt()))),
    method("GreaterThanEqual", OTHER, |v, a| Ok(Value::Bool(compare(v, a)?.is_ge()))),
    method("IncMajor", &[], |v, _| Ok(plain(of(v)?.inc_major()))),
    method("IncMinor", &[], |v, _| Ok(plain(of(v)?.inc_minor()))),
    method("IncPatch", &[], |v, _| Ok(plain(of(v)?.inc_patch()))),
    method("LessThan", OTHER, |v, a| Ok(Value::Bool(compare(v, a)?.is_lt()))),
    method("LessThanEqual", OTHER, |v, a| Ok(Value::Bool(compare(v, a)?.is_le()))),
    method("Major", &[], |v, _| Ok(Value::Uint64(of(v)?.major))),
    method("Metadata", &[], |v, _| Ok(of(v)?.metadata.clone().into())),
    method("Minor", &[], |v, _| Ok(Value::Uint64(of(v)?.minor))),
    method("Original", &[], |v, _| Ok(of(v)?.original.clone().into())),
    method("Patch", &[], |v, _| Ok(Value::Uint64(of(v)?.patch))),
    method("Prerelease", &[], |v, _| Ok(of(v)?.pre.clone().into())),
    method("SetMetadata", &[Param::String], |v, a| {
        of(v)?.with_metadata(&str_arg(a, 0).text()).map(plain).map_err(|error| error.to_string())
    }),
    method("SetPrerelease", &[Param::String], |v, a| {
        of(v)?.with_pre(&str_arg(a, 0).text()).map(plain).map_err(|error| error.to_string())
    }),
    method("String", &[], |v, _| Ok(of(v)?.to_string().into())),
];

fn parse(text: &Str) -> Result<Version, FuncError> {
    Version::parse(&text.text()).map_err(|error| FuncError::new(error.to_string()))
}

fn semver(_: &mut CallCtx<'_>, args: &[Value]) -> Result<Value, FuncError> {
    Ok(Value::object(VersionObject { version: parse(str_arg(args, 0))?, pointer: true }))
}

fn semver_compare(_: &mut CallCtx<'_>, args: &[Value]) -> Result<Value, FuncError> {
    let range =
        Constraints::parse(&str_arg(args, 0).text()).map_err(|error| FuncError::new(error.to_string()))?;
    Ok(Value::Bool(range.check(&parse(str_arg(args, 1))?)))
}

/// The functions of this family.
pub(crate) const TABLE: &[Func] = &[
    Func::new("semver", &[Param::String], semver, "The version that a text spells.")
        .examples(&[(r#"{{ (semver "v1.2").Minor }} {{ semver "1.2" }}"#, "2 1.2.0")]),
    Func::new(
        "semverCompare",
        &[Param::String, Param::String],
        semver_compare,
        "Whether a version lies in a range.",
    )
    .examples(&[(r#"{{ semverCompare ">=1.19-0" "v1.20.0-eks" }}"#, "true")]),
];
