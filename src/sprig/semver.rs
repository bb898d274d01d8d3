//! Versions.

use std::cmp::Ordering;

use super::table::{CallCtx, Out, STR, func, text};
use crate::go::semver::{Constraints, Version};
use crate::go::strconv;
use crate::gotmpl::func::{Func, FuncError, Param};
use crate::value::{JsonView, Kind, Method, Object, Str, Value};

/// A version in templates: Go's `*semver.Version`, or `semver.Version` where a method returns a copy.
struct VersionObject {
    version: Version,
    pointer: bool,
}

impl VersionObject {
    fn value(version: Version, pointer: bool) -> Value {
        Value::object(Self { version, pointer })
    }
}

const POINTER: &str = "*semver.Version";

impl Object for VersionObject {
    fn type_name(&self) -> &'static str {
        if self.pointer { POINTER } else { "semver.Version" }
    }

    fn kind(&self) -> Kind {
        if self.pointer { Kind::Ptr } else { Kind::Struct }
    }

    fn fields(&self) -> &'static [&'static str] {
        &["major", "minor", "patch", "pre", "metadata", "original"]
    }

    fn field(&self, name: &str) -> Option<Value> {
        let version = &self.version;
        Some(match name {
            "major" => Value::Uint64(version.major),
            "minor" => Value::Uint64(version.minor),
            "patch" => Value::Uint64(version.patch),
            "pre" => Value::from(version.pre.as_str()),
            "metadata" => Value::from(version.metadata.as_str()),
            "original" => Value::from(version.original.as_str()),
            _ => return None,
        })
    }

    fn methods(&self) -> &'static [Method] {
        if self.pointer { METHODS } else { VALUE_METHODS }
    }

    fn copied(&self) -> Option<Value> {
        // Quirk: every field is unexported, so a deep copy is the zero version.
        Some(Self::value(Version::default(), self.pointer))
    }

    fn text(&self) -> Option<Str> {
        Some(self.version.to_string().into())
    }

    fn equals(&self, other: &dyn Object) -> Option<bool> {
        let other = other.as_any().downcast_ref::<Self>()?;
        let key =
            |object: &Self| (object.pointer, object.version.to_string(), object.version.original.clone());
        Some(key(self) == key(other))
    }

    fn json(&self) -> JsonView {
        JsonView::Value(Value::from(self.version.to_string()))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

fn own(value: &Value) -> Result<&Version, String> {
    value
        .downcast::<VersionObject>()
        .map(|object| &object.version)
        .ok_or_else(|| super::table::NIL_POINTER.to_owned())
}

fn compared(receiver: &Value, args: &[Value]) -> Result<Ordering, String> {
    Ok(own(receiver)?.compare(own(super::table::arg(args, 0))?))
}

fn suffix(args: &[Value]) -> String {
    String::from_utf8_lossy(text(args, 0)).into_owned()
}

const fn method(
    name: &'static str,
    params: &'static [Param],
    call: fn(&Value, &[Value]) -> Result<Value, String>,
) -> Method {
    Method { name, params, variadic: false, call }
}

const OTHER: &[Param] = &[Param::Object(POINTER)];

const INC_MAJOR: Method =
    method("IncMajor", &[], |value, _| Ok(VersionObject::value(own(value)?.inc_major(), false)));
const INC_MINOR: Method =
    method("IncMinor", &[], |value, _| Ok(VersionObject::value(own(value)?.inc_minor(), false)));
const INC_PATCH: Method =
    method("IncPatch", &[], |value, _| Ok(VersionObject::value(own(value)?.inc_patch(), false)));
const MAJOR: Method = method("Major", &[], |value, _| Ok(Value::Uint64(own(value)?.major)));
const MARSHAL_JSON: Method = method("MarshalJSON", &[], |value, _| {
    Ok(Value::bytes(strconv::quote(own(value)?.to_string().as_bytes())))
});
const MARSHAL_TEXT: Method = method("MarshalText", &[], |value, _| Ok(Value::bytes(own(value)?.to_string())));
const METADATA: Method = method("Metadata", &[], |value, _| Ok(Value::from(own(value)?.metadata.as_str())));
const MINOR: Method = method("Minor", &[], |value, _| Ok(Value::Uint64(own(value)?.minor)));
const PATCH: Method = method("Patch", &[], |value, _| Ok(Value::Uint64(own(value)?.patch)));
const PRERELEASE: Method = method("Prerelease", &[], |value, _| Ok(Value::from(own(value)?.pre.as_str())));
const SET_METADATA: Method = method("SetMetadata", &[STR], |value, args| {
    let version = own(value)?.with_metadata(&suffix(args)).map_err(|error| error.to_string())?;
    Ok(VersionObject::value(version, false))
});
const SET_PRERELEASE: Method = method("SetPrerelease", &[STR], |value, args| {
    let version = own(value)?.with_pre(&suffix(args)).map_err(|error| error.to_string())?;
    Ok(VersionObject::value(version, false))
});
const STRING: Method = method("String", &[], |value, _| Ok(Value::from(own(value)?.to_string())));
const VALUE: Method = method("Value", &[], |value, _| Ok(Value::from(own(value)?.to_string())));

/// The methods of `semver.Version`, which the pointer has too.
const VALUE_METHODS: &[Method] = &[
    INC_MAJOR,
    INC_MINOR,
    INC_PATCH,
    MAJOR,
    MARSHAL_JSON,
    MARSHAL_TEXT,
    METADATA,
    MINOR,
    PATCH,
    PRERELEASE,
    SET_METADATA,
    SET_PRERELEASE,
    STRING,
    VALUE,
];

/// The exported methods of `*semver.Version`.
const METHODS: &[Method] = &[
    method("Compare", OTHER, |own, args| Ok(Value::Int(compared(own, args)? as i64))),
    method("Equal", OTHER, |own, args| Ok(Value::Bool(compared(own, args)?.is_eq()))),
    method("GreaterThan", OTHER, |own, args| Ok(Value::Bool(compared(own, args)?.is_gt()))),
    method("GreaterThanEqual", OTHER, |own, args| Ok(Value::Bool(compared(own, args)?.is_ge()))),
    INC_MAJOR,
    INC_MINOR,
    INC_PATCH,
    method("LessThan", OTHER, |own, args| Ok(Value::Bool(compared(own, args)?.is_lt()))),
    method("LessThanEqual", OTHER, |own, args| Ok(Value::Bool(compared(own, args)?.is_le()))),
    MAJOR,
    MARSHAL_JSON,
    MARSHAL_TEXT,
    METADATA,
    MINOR,
    method("Original", &[], |value, _| Ok(Value::from(own(value)?.original.as_str()))),
    PATCH,
    PRERELEASE,
    SET_METADATA,
    SET_PRERELEASE,
    STRING,
    VALUE,
];

fn parse(bytes: &[u8]) -> Result<Version, FuncError> {
    let text = std::str::from_utf8(bytes).map_err(|_| "invalid semantic version")?;
    Version::parse(text).map_err(|error| error.to_string().into())
}

fn semver(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(VersionObject::value(parse(text(args, 0))?, true))
}

fn semver_compare(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let bytes = text(args, 0);
    let range = std::str::from_utf8(bytes)
        .map_err(|_| FuncError::new(format!("improper constraint: {}", strconv::quote(bytes))))?;
    let range = Constraints::parse(range).map_err(|error| error.to_string())?;
    Ok(Value::Bool(range.check(&parse(text(args, 1))?)))
}

/// The functions of this family.
pub(crate) const TABLE: &[Func] = &[
    func(
        "semver",
        &[STR],
        semver,
        "the version, with Major, Minor, Patch …",
        &[(r#"{{ (semver "v1.2").Minor }}"#, "2")],
    ),
    func(
        "semverCompare",
        &[STR, STR],
        semver_compare,
        "whether the version lies in the range",
        &[(r#"{{ semverCompare ">=1.2" "1.3.0" }}"#, "true")],
    ),
];
