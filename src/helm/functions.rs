//! Template functions that need the release: `include`, `tpl`, `required`, `fail`, `lookup`, `getHostByName`.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use crate::bytes::near;
use crate::diag::{Level, LogLine, Source, SourceKind, raw};
use crate::go::strconv;
use crate::gotmpl::func::{CallCtx, Extensions, Func, FuncError, FuncMap, OnError, Param};
use crate::gotmpl::{self, Cache, Set, builtins};
use crate::host::{Host, HostHandle};
use crate::value::{Map, Str, Value};

/// How often one name may be active at once.
// Rule: Helm v4.3.1 pkg/engine/engine.go, recursionMaxNums.
const MAX_INCLUDES: u32 = 1000;

/// How often `tpl` may stand inside `tpl`. Helm has no bound but its stack, at whose end it crashes.
const MAX_TPL_DEPTH: usize = 2_000;

/// What Helm removes from finished output: the text of a missing value.
pub(super) const NO_VALUE: &str = "<no value>";

/// What the functions of one render share.
pub(super) struct State {
    pub(super) funcs: FuncMap,
    pub(super) lint: bool,
    pub(super) log: RefCell<Vec<LogLine>>,
    included: RefCell<HashMap<Str, u32>>,
    tpl_depth: Cell<usize>,
    parsed: Cache,
}

impl State {
    /// The state at the start of a render. A recorder tells branches of templates apart by their addresses, so whoever
    /// `listens` needs them all kept.
    pub(super) fn new(lint: bool, listens: bool) -> Self {
        Self {
            funcs: functions(),
            lint,
            log: RefCell::default(),
            included: RefCell::default(),
            tpl_depth: Cell::new(0),
            parsed: Cache::new().keeping_all(listens),
        }
    }
}

/// The functions that Sprig does not have.
const HELMS_OWN: &[&str] = &[
    "durationDays",
    "durationHours",
    "durationMicroseconds",
    "durationMilliseconds",
    "durationMinutes",
    "durationNanoseconds",
    "durationRoundTo",
    "durationSeconds",
    "durationTruncateTo",
    "durationWeeks",
    "fromJsonArray",
    "fromToml",
    "fromYaml",
    "fromYamlArray",
    "include",
    "lookup",
    "mustToDuration",
    "mustToToml",
    "mustToYaml",
    "required",
    "toToml",
    "toYaml",
    "toYamlPretty",
    "tpl",
];

/// Every function a chart's templates may call.
#[must_use]
pub fn functions() -> FuncMap {
    let mut tables: Vec<&'static [Func]> = vec![builtins::TABLE];
    tables.extend(crate::sprig::TABLES);
    tables.push(TABLE);
    FuncMap::new(&tables)
}

/// What a template such as that of `--name-template` gives, run without data. Sprig's functions are there and those
/// of `further`, but none that Helm adds.
///
/// # Errors
/// Go's text.
// Rule: Helm v4.3.1 pkg/action/install.go, TemplateName.
pub fn name_from_template(
    template: &str,
    host: impl Host + 'static,
    further: &'static [Func],
) -> Result<String, String> {
    let mut tables: Vec<&'static [Func]> = vec![builtins::TABLE];
    tables.extend(crate::sprig::TABLES);
    tables.extend([TABLE, further]);
    let funcs = FuncMap::new(&tables).without(HELMS_OWN);
    let source = Source::new(SourceKind::Flag, "name-template", template);
    let parsed = gotmpl::parse(&source, &funcs).map_err(|error| error.to_string())?;
    let mut set = Set::new();
    set.add(&parsed);
    let extensions = Extensions::new().with(HostHandle::new(host));
    gotmpl::execute(&Rc::new(set), &Str::from_static("name-template"), &Value::Nil, &extensions)
        .map(|out| Str::from_bytes(out).text().into_owned())
        .map_err(|error| error.to_string())
}

/// The functions that need the release.
pub const TABLE: &[Func] = &[
    Func {
        name: "fail",
        params: &[Param::String],
        variadic: false,
        call: fail,
        doc: "nothing: stops the render with a message",
        examples: &[],
        on_error: OnError::Fail,
    },
    Func {
        name: "getHostByName",
        params: &[Param::String],
        variadic: false,
        call: |_, _| Ok(Value::Str(Str::EMPTY)),
        doc: "the empty string: names are not looked up",
        examples: &[("{{ getHostByName \"localhost\" }}", "")],
        on_error: OnError::Empty,
    },
    Func {
        name: "include",
        params: &[Param::String, Param::Any],
        variadic: false,
        call: include,
        doc: "the output of a named template",
        examples: &[],
        on_error: OnError::Fail,
    },
    Func {
        name: "lookup",
        params: &[Param::String, Param::String, Param::String, Param::String],
        variadic: false,
        call: |_, _| Ok(Value::Map(Map::new())),
        doc: "an empty map: there is no cluster to ask",
        examples: &[("{{ lookup \"v1\" \"Secret\" \"a\" \"b\" }}", "map[]")],
        on_error: OnError::Empty,
    },
    Func {
        name: "required",
        params: &[Param::String, Param::Any],
        variadic: false,
        call: required,
        doc: "the second argument; stops the render with the first when that is nil or the empty string",
        examples: &[("{{ required \"message\" 0 }}", "0")],
        on_error: OnError::Fail,
    },
    Func {
        name: "tpl",
        params: &[Param::String, Param::Any],
        variadic: false,
        call: tpl,
        doc: "the output of a text run as a template",
        examples: &[],
        on_error: OnError::Fail,
    },
];

fn text(arguments: &[Value], index: usize) -> Str {
    arguments.get(index).and_then(Value::as_str).cloned().unwrap_or_default()
}

fn argument(arguments: &[Value], index: usize) -> Value {
    arguments.get(index).cloned().unwrap_or_default()
}

// Rule: Helm v4.3.1 pkg/engine/engine.go, includeFun.
fn include(ctx: &mut CallCtx<'_>, arguments: &[Value]) -> Result<Value, FuncError> {
    let name = text(arguments, 0);
    let state = ctx.extension::<State>();
    if let Some(state) = state {
        let mut included = state.included.borrow_mut();
        let active = included.entry(name.clone()).or_insert(0);
        if *active > MAX_INCLUDES {
            return Err(FuncError::Text(format!(
                "rendering template has a nested reference name: {name}: unable to execute template"
            )));
        }
        *active += 1;
    }
    let set = ctx.templates();
    let result = ctx.execute(&set, &name, &argument(arguments, 1));
    if let Some(state) = state
        && let Some(active) = state.included.borrow_mut().get_mut(&name)
    {
        *active -= 1;
    }
    result.map(Value::Str)
}

// Rule: Helm v4.3.1 pkg/engine/engine.go, tplFun.
fn tpl(ctx: &mut CallCtx<'_>, arguments: &[Value]) -> Result<Value, FuncError> {
    let source = text(arguments, 0);
    if near::find_text(b"{{", source.as_bytes()).is_none() {
        return Ok(Value::Str(without_no_value(source)));
    }
    let Some(state) = ctx.extension::<State>() else {
        return Err(FuncError::new("tpl works only while a chart is rendered"));
    };
    let parsed = state.parsed.parse("gotpl", &source, &state.funcs).map_err(|error| {
        FuncError::Text(format!("cannot parse template {}: {error}", strconv::quote(source.as_bytes())))
    })?;
    let mut set = Set::on(&ctx.templates());
    set.add(&parsed);
    let Some(tree) = parsed.get("gotpl") else { return Ok(Value::Str(Str::EMPTY)) };
    let depth = state.tpl_depth.get();
    if depth >= MAX_TPL_DEPTH {
        return Err(FuncError::Text(format!("tpl is nested more than {MAX_TPL_DEPTH} deep")));
    }
    state.tpl_depth.set(depth + 1);
    let out = ctx.execute_tree(&Rc::new(set), tree, &argument(arguments, 1));
    state.tpl_depth.set(depth);
    let out = out.map_err(|error| {
        let source = strconv::quote(source.as_bytes());
        error.wrapped(format!("error during tpl function execution for {source}: "))
    })?;
    Ok(Value::Str(without_no_value(out)))
}

// Rule: Helm v4.3.1 pkg/engine/engine.go, initFunMap: nil and the empty string are refused, nothing else.
fn required(ctx: &mut CallCtx<'_>, arguments: &[Value]) -> Result<Value, FuncError> {
    let value = argument(arguments, 1);
    let words = match &value {
        Value::Missing | Value::Nil => "missing required value",
        Value::Str(text) if text.is_empty() => "missing required values",
        _ => return Ok(value),
    };
    let message = text(arguments, 0);
    match lint_state(ctx) {
        Some(state) => {
            let line = LogLine::new(Level::Warn, words).with("message", message.text());
            state.log.borrow_mut().push(line);
            Ok(Value::Str(Str::EMPTY))
        }
        None => Err(FuncError::Fail(raw::marked(message.as_bytes()).into_owned())),
    }
}

fn fail(ctx: &mut CallCtx<'_>, arguments: &[Value]) -> Result<Value, FuncError> {
    let message = text(arguments, 0);
    match lint_state(ctx) {
        Some(state) => {
            let line = LogLine::new(Level::Info, "funcMap fail").with("message", message.text());
            state.log.borrow_mut().push(line);
            Ok(Value::Str(Str::EMPTY))
        }
        None => Err(FuncError::Fail(raw::marked(message.as_bytes()).into_owned())),
    }
}

fn lint_state<'a>(ctx: &CallCtx<'a>) -> Option<&'a State> {
    ctx.extension::<State>().filter(|state| state.lint)
}

/// Whether the text of a missing value stands in a text.
pub(super) fn says_no_value(text: &[u8]) -> bool {
    // Most texts have no such letter at all.
    near::find(b'<', text).is_some_and(|at| find(text, NO_VALUE.as_bytes(), at).is_some())
}

/// The text with every `<no value>` taken out.
pub(super) fn without_no_value(text: Str) -> Str {
    let bytes = text.as_bytes();
    let mark = NO_VALUE.as_bytes();
    let mut at = find(bytes, mark, 0);
    if at.is_none() {
        return text;
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut from = 0;
    while let Some(hit) = at {
        out.extend_from_slice(bytes.get(from..hit).unwrap_or_default());
        from = hit + mark.len();
        at = find(bytes, mark, from);
    }
    out.extend_from_slice(bytes.get(from..).unwrap_or_default());
    Str::from_bytes(out)
}

fn find(bytes: &[u8], mark: &[u8], from: usize) -> Option<usize> {
    near::find_text(mark, bytes.get(from..)?).map(|at| from + at)
}
