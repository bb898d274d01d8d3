//! Moments: the clock, layouts, and arithmetic on them.

use std::any::Any;
use std::cmp::Ordering;

use super::table::{arg, str_arg};
use crate::go::strconv::{self, NumErrorKind};
use crate::go::time::{Time, Zone, duration_text, parse_duration, round};
use crate::gotmpl::func::{CallCtx, Func, FuncError, OnError, Param};
use crate::host::{HostHandle, ZoneFile};
use crate::value::{JsonView, Kind, Method, Object, Str, Value};

type Result = std::result::Result<Value, FuncError>;

/// A moment in a template: Go's `time.Time`.
#[derive(Clone, Debug)]
pub(crate) struct TimeObject {
    time: Time,
    /// The computer's zone, for `Local`.
    local: Zone,
}

const TIME: &str = "time.Time";
const LOCATION: &str = "*time.Location";

impl Object for TimeObject {
    fn type_name(&self) -> &'static str {
        TIME
    }

    fn fields(&self) -> &'static [&'static str] {
        &["wall", "ext", "loc"]
    }

    fn field(&self, name: &str) -> Option<Value> {
        let (wall, ext) = self.time.parts();
        Some(match name {
            "wall" => Value::Uint64(wall),
            "ext" => Value::Int64(ext),
            "loc" if matches!(self.time.zone, Zone::Utc) => Value::object(Nowhere),
            "loc" => Value::object(Location(self.time.zone.clone())),
            _ => return None,
        })
    }

    fn methods(&self) -> &'static [Method] {
        METHODS
    }

    // Rule: text/template funcs.go, goodFunc.
    fn refused_method(&self, name: &str) -> Option<&'static str> {
        Some(match name {
            "Clock" => "function Clock has 3 return values; should be 1 or 2",
            "Date" => "function Date has 3 return values; should be 1 or 2",
            "ISOWeek" => {
                "invalid function signature for ISOWeek: second return value should be error; is int"
            }
            "Zone" => "invalid function signature for Zone: second return value should be error; is int",
            "ZoneBounds" => {
                "invalid function signature for ZoneBounds: second return value should be error; is time.Time"
            }
            _ => return None,
        })
    }

    fn text(&self) -> Option<Str> {
        Some(self.time.text().into())
    }

    fn go_text(&self) -> Option<Str> {
        Some(self.time.go_text().into())
    }

    // Rule: Go compares the parts of the struct, and so the pointers to the zones.
    fn equals(&self, other: &dyn Object) -> Option<bool> {
        let other: &Self = other.as_any().downcast_ref()?;
        Some(self.time.parts() == other.time.parts() && self.time.zone.is_same(&other.time.zone))
    }

    fn deep_equals(&self, other: &dyn Object) -> bool {
        let Some(other) = other.as_any().downcast_ref::<Self>() else { return false };
        let same_zone = match (&self.time.zone, &other.time.zone) {
            (Zone::Fixed(one), Zone::Fixed(two)) => one == two,
            (one, two) => one.is_same(two),
        };
        same_zone && self.time.parts() == other.time.parts()
    }

    fn order(&self, other: &dyn Object) -> Option<Ordering> {
        Some(self.time.compare(&other.as_any().downcast_ref::<Self>()?.time))
    }

    fn json(&self) -> JsonView {
        if (0..10_000).contains(&self.time.civil().year) {
            JsonView::Value(self.time.format("2006-01-02T15:04:05.999999999Z07:00").into())
        } else {
            JsonView::Error("Time.MarshalJSON: year outside of range [0,9999]".to_owned())
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The pointer to no zone that a moment in UTC has.
#[derive(Debug)]
struct Nowhere;

impl Object for Nowhere {
    fn type_name(&self) -> &'static str {
        LOCATION
    }

    fn kind(&self) -> Kind {
        Kind::Ptr
    }

    fn is_nil(&self) -> bool {
        true
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Go's `time.Month` and `time.Weekday`: numbers with a name.
#[derive(Debug)]
struct Named {
    ty: &'static str,
    number: i64,
    name: String,
}

impl Object for Named {
    fn type_name(&self) -> &'static str {
        self.ty
    }

    fn kind(&self) -> Kind {
        Kind::Int
    }

    fn number(&self) -> Option<i64> {
        Some(self.number)
    }

    fn methods(&self) -> &'static [Method] {
        const METHODS: &[Method] = &[method("String", &[], |value, _| {
            let named: Option<&Named> = value.downcast();
            Ok(named.map(|named| Value::from(named.name.as_str())).unwrap_or_default())
        })];
        METHODS
    }

    fn text(&self) -> Option<Str> {
        Some(self.name.as_str().into())
    }

    fn json(&self) -> JsonView {
        JsonView::Value(Value::Int(self.number))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn object(value: &Value) -> std::result::Result<&TimeObject, String> {
    value.downcast().ok_or_else(|| super::table::NIL_POINTER.to_owned())
}

fn of(value: &Value) -> std::result::Result<&Time, String> {
    object(value).map(|object| &object.time)
}

/// A moment in a template; `local` is the computer's zone.
pub(super) fn time(time: Time, local: Zone) -> Value {
    Value::object(TimeObject { time, local })
}

/// The moment that `change` makes of another.
fn changed(moment: &Value, change: impl FnOnce(&Time) -> Time) -> std::result::Result<Value, String> {
    let moment = object(moment)?;
    Ok(time(change(&moment.time), moment.local.clone()))
}

const fn method(
    name: &'static str,
    params: &'static [Param],
    call: fn(&Value, &[Value]) -> std::result::Result<Value, String>,
) -> Method {
    Method { name, params, variadic: false, call }
}

const OTHER: &[Param] = &[Param::Object(TIME)];
const DURATION: &[Param] = &[Param::Object("time.Duration")];
const DATE: &[Param] = &[Param::Int, Param::Int, Param::Int];

fn whole(args: &[Value], index: usize) -> i64 {
    arg(args, index).as_i64().unwrap_or_default()
}

/// Where Helm's v4.3.1 for Linux on x86-64 keeps the local time zone.
const LOCAL: i64 = 70_550_048;

/// Go's `*time.Location`, of which templates see the name.
#[derive(Debug)]
struct Location(Zone);

impl Object for Location {
    fn type_name(&self) -> &'static str {
        LOCATION
    }

    fn kind(&self) -> Kind {
        Kind::Ptr
    }

    // Quirk: `printf "%d"` of a time shows where Go's `time.Local` lies.
    fn address(&self) -> Option<i64> {
        matches!(self.0, Zone::Local(..)).then_some(LOCAL)
    }

    fn fields(&self) -> &'static [&'static str] {
        &["name", "zone", "tx", "extend", "cacheStart", "cacheEnd", "cacheZone"]
    }

    // What a zone out of a file holds is not told.
    fn field(&self, name: &str) -> Option<Value> {
        Some(match name {
            "name" => self.0.name().into(),
            "extend" => Str::EMPTY.into(),
            "zone" | "tx" => Value::list(Vec::new()),
            "cacheStart" | "cacheEnd" => Value::Int64(0),
            "cacheZone" => Value::object(Nowhere),
            _ => return None,
        })
    }

    fn methods(&self) -> &'static [Method] {
        const METHODS: &[Method] = &[method("String", &[], |value, _| {
            Ok(value.downcast::<Location>().and_then(Object::text).map(Value::Str).unwrap_or_default())
        })];
        METHODS
    }

    fn text(&self) -> Option<Str> {
        Some(self.0.name().into())
    }

    fn json(&self) -> JsonView {
        JsonView::Struct(Vec::new())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn marshalled(value: &Value) -> std::result::Result<String, String> {
    match object(value)?.json() {
        JsonView::Value(Value::Str(text)) => Ok(text.text().into_owned()),
        JsonView::Error(text) => Err(text),
        _ => Ok(String::new()),
    }
}

fn compare(moment: &Value, args: &[Value]) -> std::result::Result<Ordering, String> {
    Ok(of(moment)?.compare(of(arg(args, 0))?))
}

const METHODS: &[Method] = &[
    method("Add", DURATION, |v, a| changed(v, |time| time.add(whole(a, 0)))),
    method("AddDate", DATE, |v, a| changed(v, |time| time.add_date(whole(a, 0), whole(a, 1), whole(a, 2)))),
    method("After", OTHER, |v, a| Ok(Value::Bool(compare(v, a)?.is_gt()))),
    method("Before", OTHER, |v, a| Ok(Value::Bool(compare(v, a)?.is_lt()))),
    method("Compare", OTHER, |v, a| Ok(Value::Int(compare(v, a)? as i64))),
    method("Day", &[], |v, _| Ok(Value::Int(i64::from(of(v)?.civil().day)))),
    method("Equal", OTHER, |v, a| Ok(Value::Bool(compare(v, a)?.is_eq()))),
    method("Format", &[Param::String], |v, a| Ok(text(of(v)?.format_bytes(str_arg(a, 0).as_bytes())))),
    method("GoString", &[], |v, _| Ok(of(v)?.go_text().into())),
    method("Hour", &[], |v, _| Ok(Value::Int(i64::from(of(v)?.civil().hour)))),
    method("In", &[Param::Object(LOCATION)], |v, a| match arg(a, 0).downcast::<Location>() {
        Some(location) => changed(v, |time| time.clone().in_zone(location.0.clone())),
        None => Err("time: missing Location in call to Time.In".to_owned()),
    }),
    method("IsDST", &[], |v, _| Ok(Value::Bool(of(v)?.is_dst()))),
    method("IsZero", &[], |v, _| Ok(Value::Bool(of(v)?.is_zero()))),
    method("Local", &[], |v, _| {
        let local = object(v)?.local.clone();
        changed(v, |time| time.clone().in_zone(local))
    }),
    method("Location", &[], |v, _| Ok(Value::object(Location(of(v)?.zone.clone())))),
    method("MarshalJSON", &[], |v, _| Ok(Value::bytes(format!("\"{}\"", marshalled(v)?)))),
    method("MarshalText", &[], |v, _| Ok(Value::bytes(marshalled(v)?))),
    method("Minute", &[], |v, _| Ok(Value::Int(i64::from(of(v)?.civil().minute)))),
    method("Month", &[], |v, _| {
        let moment = of(v)?;
        let number = i64::from(moment.civil().month);
        Ok(Value::object(Named { ty: "time.Month", number, name: moment.format("January") }))
    }),
    method("Nanosecond", &[], |v, _| Ok(Value::Int(i64::from(of(v)?.nanos)))),
    method("Round", DURATION, |v, a| changed(v, |time| time.rounded(whole(a, 0)))),
    method("Second", &[], |v, _| Ok(Value::Int(i64::from(of(v)?.civil().second)))),
    method("String", &[], |v, _| Ok(of(v)?.text().into())),
    method("Sub", OTHER, |v, a| Ok(Value::Duration(of(v)?.since(of(arg(a, 0))?)))),
    method("Truncate", DURATION, |v, a| changed(v, |time| time.truncated(whole(a, 0)))),
    method("UTC", &[], |v, _| changed(v, |time| time.clone().in_zone(Zone::Utc))),
    method("Unix", &[], |v, _| Ok(Value::Int64(of(v)?.seconds))),
    method("UnixMicro", &[], |v, _| {
        let moment = of(v)?;
        Ok(Value::Int64(moment.seconds.wrapping_mul(1_000_000).wrapping_add(i64::from(moment.nanos) / 1_000)))
    }),
    method("UnixMilli", &[], |v, _| {
        let moment = of(v)?;
        Ok(Value::Int64(moment.seconds.wrapping_mul(1000).wrapping_add(i64::from(moment.nanos) / 1_000_000)))
    }),
    method("UnixNano", &[], |v, _| {
        let moment = of(v)?;
        Ok(Value::Int64(moment.seconds.wrapping_mul(1_000_000_000).wrapping_add(i64::from(moment.nanos))))
    }),
    method("Weekday", &[], |v, _| {
        let moment = of(v)?;
        let number = i64::from(moment.civil().weekday);
        Ok(Value::object(Named { ty: "time.Weekday", number, name: moment.format("Monday") }))
    }),
    method("Year", &[], |v, _| Ok(Value::Int(of(v)?.civil().year))),
    method("YearDay", &[], |v, _| Ok(Value::Int(i64::from(of(v)?.civil().yearday)))),
];

fn text(bytes: Vec<u8>) -> Value {
    Value::Str(Str::from_bytes(bytes))
}

/// The computer's clock and zones.
pub(super) struct Clock<'a>(Option<&'a HostHandle>);

impl<'a> Clock<'a> {
    /// Those of an execution.
    pub(super) fn of(ctx: &CallCtx<'a>) -> Self {
        Self(ctx.extension())
    }

    fn now(&self) -> std::result::Result<Time, FuncError> {
        let (seconds, nanos, monotonic) =
            self.0.map_or(Ok((0, 0, None)), HostHandle::now).map_err(FuncError::new)?;
        Ok(Time { monotonic, ..Time::from_unix(seconds, nanos) }.in_zone(self.local()))
    }

    /// The computer's own zone.
    pub(super) fn local(&self) -> Zone {
        let kept = self.0.and_then(|host| host.local_zone(Zone::local));
        kept.map_or_else(|| Zone::local("UTC", None), |zone| (*zone).clone())
    }

    /// The same, and its offset at present; 0 without a clock.
    pub(super) fn local_and_offset(&self) -> (Zone, i32) {
        let local = self.local();
        let seconds = self.now().map_or(0, |now| now.seconds);
        let offset = local.at(seconds).0;
        (local, offset)
    }

    /// The zone of a name; what is no name of a zone is UTC.
    ///
    /// Rule: Go 1.27 time.LoadLocation, whose error sprig v3.3.0 date.go takes for UTC.
    fn zone(&self, name: &str) -> Zone {
        let leads_away = name.starts_with(['/', '\\']) || name.contains("..");
        match name {
            "" | "UTC" => Zone::Utc,
            "Local" => self.local(),
            _ if leads_away => Zone::Utc,
            _ => {
                let read = |file| match file {
                    ZoneFile::Bundled => Zone::bundled(name),
                    ZoneFile::Missing => None,
                    ZoneFile::Data(data) => Zone::named(name, &data),
                };
                let kept = self.0.and_then(|host| host.zone(name, read));
                kept.and_then(|zone| (*zone).clone()).unwrap_or(Zone::Utc)
            }
        }
    }
}

/// The moment of any argument: whole seconds since 1970 in the kinds Go lists, now for everything else.
///
/// Rule: sprig v3.3.0 date.go `dateInZone`; a `float64` or text is now.
fn date_of(ctx: &CallCtx<'_>, value: &Value) -> std::result::Result<Time, FuncError> {
    match value {
        Value::Int(seconds) | Value::Int64(seconds) => Ok(Time::from_unix(*seconds, 0)),
        other => of(other).cloned().or_else(|_| Clock::of(ctx).now()),
    }
}

fn in_zone(ctx: &CallCtx<'_>, layout: &Str, date: &Value, zone: &str) -> Result {
    let moment = date_of(ctx, date)?.in_zone(Clock::of(ctx).zone(zone));
    Ok(text(moment.format_bytes(layout.as_bytes())))
}

fn date(ctx: &mut CallCtx<'_>, args: &[Value]) -> Result {
    in_zone(ctx, str_arg(args, 0), arg(args, 1), "Local")
}

fn date_in_zone(ctx: &mut CallCtx<'_>, args: &[Value]) -> Result {
    in_zone(ctx, str_arg(args, 0), arg(args, 1), &str_arg(args, 2).text())
}

/// The layout of an HTML date field.
const HTML: Str = Str::from_static("2006-01-02");

fn html_date(ctx: &mut CallCtx<'_>, args: &[Value]) -> Result {
    in_zone(ctx, &HTML, arg(args, 0), "Local")
}

fn html_date_in_zone(ctx: &mut CallCtx<'_>, args: &[Value]) -> Result {
    in_zone(ctx, &HTML, arg(args, 0), &str_arg(args, 1).text())
}

fn must_date_modify(_: &mut CallCtx<'_>, args: &[Value]) -> Result {
    let span = parse_duration(&str_arg(args, 0).text()).map_err(|error| FuncError::new(error.to_string()))?;
    Ok(changed(arg(args, 1), |time| time.add(span))?)
}

fn date_modify(ctx: &mut CallCtx<'_>, args: &[Value]) -> Result {
    Ok(must_date_modify(ctx, args).unwrap_or_else(|_| arg(args, 1).clone()))
}

fn ago(ctx: &mut CallCtx<'_>, args: &[Value]) -> Result {
    let then = date_of(ctx, arg(args, 0))?;
    Ok(duration_text(round(Clock::of(ctx).now()?.since(&then), 1_000_000_000)).into())
}

fn duration(_: &mut CallCtx<'_>, args: &[Value]) -> Result {
    let seconds = match arg(args, 0) {
        Value::Int64(seconds) => *seconds,
        // An error is not looked at: a number out of range is the nearest one, any other text is 0.
        Value::Str(text) => {
            strconv::parse_int(&text.text(), 10, 64).unwrap_or_else(|error| match error.kind {
                NumErrorKind::Range if text.as_bytes().starts_with(b"-") => i64::MIN,
                NumErrorKind::Range => i64::MAX,
                _ => 0,
            })
        }
        _ => 0,
    };
    Ok(duration_text(seconds.wrapping_mul(1_000_000_000)).into())
}

fn duration_round(ctx: &mut CallCtx<'_>, args: &[Value]) -> Result {
    const SECOND: u64 = 1_000_000_000;
    const DAY: u64 = 86_400 * SECOND;
    const UNITS: [(u64, &str); 6] = [
        (365 * DAY, "y"),
        (30 * DAY, "mo"),
        (DAY, "d"),
        (3600 * SECOND, "h"),
        (60 * SECOND, "m"),
        (SECOND, "s"),
    ];
    let nanos = match arg(args, 0) {
        Value::Str(text) => parse_duration(&text.text()).unwrap_or_default(),
        Value::Int64(nanos) => *nanos,
        other => match of(other) {
            Ok(then) => Clock::of(ctx).now()?.since(then),
            Err(_) => 0,
        },
    };
    let size = nanos.unsigned_abs();
    let found = UNITS.iter().find(|(unit, _)| size > *unit);
    Ok(found.map_or_else(|| "0s".to_owned(), |(unit, name)| format!("{}{name}", size / unit)).into())
}

fn unix_epoch(_: &mut CallCtx<'_>, args: &[Value]) -> Result {
    Ok(of(arg(args, 0))?.seconds.to_string().into())
}

fn must_to_date(ctx: &mut CallCtx<'_>, args: &[Value]) -> Result {
    let local = Clock::of(ctx).local();
    Time::parse_in(str_arg(args, 0).as_bytes(), str_arg(args, 1).as_bytes(), &local)
        .map(|moment| time(moment, local))
        .map_err(|error| FuncError::new(error.to_string()))
}

fn to_date(ctx: &mut CallCtx<'_>, args: &[Value]) -> Result {
    Ok(must_to_date(ctx, args).unwrap_or_else(|_| time(Time::zero(), Clock::of(ctx).local())))
}

fn now(ctx: &mut CallCtx<'_>, _: &[Value]) -> Result {
    let clock = Clock::of(ctx);
    Ok(time(clock.now()?, clock.local()))
}

const ANY: &[Param] = &[Param::Any];
const LAYOUT: &[Param] = &[Param::String, Param::Any];
const LAYOUT_ZONE: &[Param] = &[Param::String, Param::Any, Param::String];
const MODIFY: &[Param] = &[Param::String, Param::Object(TIME)];
const PARSE: &[Param] = &[Param::String, Param::String];

/// The functions of this family.
pub(crate) const TABLE: &[Func] = &[
    Func::new("ago", ANY, ago, "How long ago a moment was, in whole seconds."),
    Func::new("date", LAYOUT, date, "A moment in a layout.")
        .examples(&[(r#"{{ date "2006-01-02" 0 }}"#, "1970-01-01")]),
    Func::new("dateInZone", LAYOUT_ZONE, date_in_zone, "A moment in a layout and a zone.")
        .examples(&[(r#"{{ dateInZone "15:04 MST" 0 "Europe/Paris" }}"#, "01:00 CET")]),
    Func::new("dateModify", MODIFY, date_modify, "A moment so much later.").on_error(OnError::Empty),
    Func::new("date_in_zone", LAYOUT_ZONE, date_in_zone, "A moment in a layout and a zone."),
    Func::new("date_modify", MODIFY, date_modify, "A moment so much later.").on_error(OnError::Empty),
    Func::new("duration", ANY, duration, "Seconds as a span of time.")
        .examples(&[(r#"{{ duration "95" }} {{ duration 95 }}"#, "1m35s 0s")]),
    Func::new("durationRound", ANY, duration_round, "A span in its largest unit.")
        .examples(&[(r#"{{ durationRound "2h10m5s" }}"#, "2h")]),
    Func::new("htmlDate", ANY, html_date, "The date of a moment."),
    Func::new(
        "htmlDateInZone",
        &[Param::Any, Param::String],
        html_date_in_zone,
        "The date of a moment in a zone.",
    ),
    Func::new("mustDateModify", MODIFY, must_date_modify, "A moment so much later."),
    Func::new("mustToDate", PARSE, must_to_date, "The moment that a text spells in a layout."),
    Func::new("must_date_modify", MODIFY, must_date_modify, "A moment so much later."),
    Func::new("now", &[], now, "The clock's moment."),
    Func::new(
        "toDate",
        PARSE,
        to_date,
        "The moment that a text spells in a layout; Go's zero time if it does not.",
    )
    .examples(&[(r#"{{ toDate "2006-01-02" "2020-01-02" }}"#, "2020-01-02 00:00:00 +0000 UTC")])
    .on_error(OnError::Empty),
    Func::new("unixEpoch", &[Param::Object(TIME)], unix_epoch, "Seconds since 1970 of a moment."),
];
