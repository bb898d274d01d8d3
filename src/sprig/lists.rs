//! Lists.

use super::convert::{cast_int64, is_empty, strslice, strval};
use super::equal::deep_equal;
use super::table::{ANY, CallCtx, INT, NIL_POINTER, Out, STR, arg, func, host, int, string, text, variadic};
use crate::gotmpl::func::{Func, FuncError, Param};
use crate::value::{List, ListType, Room, Value, budget};

/// The items of a slice of any type; `what` says what cannot be done with anything else.
fn items(value: &Value, what: &str) -> Result<Vec<Value>, FuncError> {
    if let Some(items) = value.items() {
        // Each item is a reference that is counted.
        let _ = budget::is_spent(items.len() as u64 / 4);
        return Ok(items);
    }
    if value.is_nil() {
        return Err(NIL_POINTER.into());
    }
    Err(format!("{what} type {}", value.kind().name()).into())
}

fn list(items: Vec<Value>) -> Out {
    Ok(Value::list(items))
}

/// A list whose items Sprig appends one by one.
fn grown(items: Vec<Value>) -> Out {
    Ok(Value::List(List::new(items).with_room(Room::Grown(0))))
}

fn nil_list() -> Out {
    Ok(Value::List(List::nil(&ListType::ANY)))
}

fn make_list(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    list(args.to_vec())
}

fn push(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let mut items = items(arg(args, 0), "Cannot push on")?;
    let room = Room::Appended(u32::try_from(items.len()).unwrap_or(0));
    items.push(arg(args, 1).clone());
    Ok(Value::List(List::new(items).with_room(room)))
}

fn prepend(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let mut items = items(arg(args, 0), "Cannot prepend on")?;
    items.insert(0, arg(args, 1).clone());
    Ok(Value::List(List::new(items).with_room(Room::Appended(1))))
}

fn chunk(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let size = int(args, 0);
    let items = match arg(args, 1) {
        value if value.is_nil() => return Err(NIL_POINTER.into()),
        value => items(value, "Cannot chunk")?,
    };
    let Some(size) = usize::try_from(size).ok().filter(|&size| size > 0) else {
        // Quirk: Sprig computes how many lists there are, and how long the last one is, also with a negative size.
        let count = ((items.len() as f64 - 1.0) / size as f64).floor() + 1.0;
        return match items.len() {
            _ if count == 0.0 => Ok(Value::List(List::of(&ListType::LISTS, Vec::new()))),
            1 if count == 1.0 && size < -1 => {
                Ok(Value::List(List::of(&ListType::LISTS, vec![Value::list(items)])))
            }
            _ => Err("runtime error: makeslice: len out of range".into()),
        };
    };
    let chunks = items.chunks(size).map(|chunk| Value::list(chunk.to_vec())).collect();
    Ok(Value::List(List::of(&ListType::LISTS, chunks)))
}

fn last(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(items(arg(args, 0), "Cannot find last on")?.pop().unwrap_or(Value::Nil))
}

fn first(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(items(arg(args, 0), "Cannot find first on")?.into_iter().next().unwrap_or(Value::Nil))
}

fn rest(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let mut items = items(arg(args, 0), "Cannot find rest on")?;
    if items.is_empty() {
        return nil_list();
    }
    items.remove(0);
    list(items)
}

fn initial(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let mut items = items(arg(args, 0), "Cannot find initial on")?;
    if items.pop().is_none() {
        return nil_list();
    }
    list(items)
}

/// Quirk: a `[]string` is sorted where it stands, seen through every reference.
fn sort_alpha(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let value = arg(args, 0);
    if let Some(list) = strings(value) {
        list.update(|items| items.sort_by_key(strval));
        return Ok(value.clone());
    }
    let mut texts = strslice(value);
    if !matches!(value, Value::List(_) | Value::Bytes(_)) {
        texts = vec![strval(value)];
    }
    texts.sort();
    Ok(Value::List(List::strings(texts)))
}

fn reverse(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let mut items = items(arg(args, 0), "Cannot find reverse on")?;
    items.reverse();
    list(items)
}

fn compact(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let mut items = items(arg(args, 0), "Cannot compact on")?;
    items.retain(|item| !is_empty(item));
    grown(items)
}

fn uniq(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let items = items(arg(args, 0), "Cannot find uniq on")?;
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        if !kept.iter().any(|own| deep_equal(own, &item)) {
            kept.push(item);
        }
    }
    grown(kept)
}

fn without(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let mut items = items(arg(args, 0), "Cannot find without on")?;
    let omitted = args.get(1..).unwrap_or_default();
    items.retain(|item| !omitted.iter().any(|own| deep_equal(own, item)));
    grown(items)
}

fn has(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let haystack = arg(args, 1);
    if haystack.is_nil() {
        return Ok(Value::Bool(false));
    }
    let items = items(haystack, "Cannot find has on")?;
    Ok(Value::Bool(items.iter().any(|item| deep_equal(arg(args, 0), item))))
}

fn slice(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let value = arg(args, 0);
    if value.is_nil() {
        return Err(NIL_POINTER.into());
    }
    let Some(items) = value.items() else {
        return Err(format!("list should be type of slice or array but {}", value.kind().name()).into());
    };
    if items.is_empty() {
        return Ok(Value::Nil);
    }
    let start = args.get(1).map_or(0, cast_int64);
    let end = args.get(2).map_or(items.len() as i64, cast_int64);
    let bounds = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    let part = bounds.and_then(|(start, end)| match value {
        Value::List(list) => list.part(start, end).map(Value::List),
        Value::Bytes(bytes) => items.get(start..end).map(|_| Value::bytes(bytes.slice(start, end))),
        _ => items.get(start..end).map(|part| Value::list(part.to_vec())),
    });
    part.ok_or_else(|| "reflect.Value.Slice: slice index out of bounds".into())
}

fn concat(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let mut all = Vec::new();
    for value in args {
        if value.is_nil() {
            return Err(NIL_POINTER.into());
        }
        let Some(items) = value.items() else {
            return Err(format!("Cannot concat type {} as list", value.kind().name()).into());
        };
        all.extend(items);
        if budget::are_too_many(all.len()) {
            break;
        }
    }
    if all.is_empty() { nil_list() } else { grown(all) }
}

fn join(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let texts = strslice(arg(args, 1));
    let separator = text(args, 0);
    let size: usize = texts.iter().map(|part| part.len().saturating_add(separator.len())).sum();
    let size = size.saturating_sub(separator.len());
    if budget::is_too_long(size) {
        return string("");
    }
    let mut out = Vec::with_capacity(size);
    for (index, part) in texts.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(separator);
        }
        out.extend_from_slice(part.as_bytes());
    }
    Ok(Value::Str(out.into()))
}

fn to_strings(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let value = arg(args, 0);
    // Quirk: a list of texts is given back as it is, so one that was never made stays nil.
    if strings(value).is_some() {
        return Ok(value.clone());
    }
    Ok(Value::List(List::strings(strslice(value))))
}

/// The list, if it is one of texts (`[]string`).
fn strings(value: &Value) -> Option<&List> {
    match value {
        Value::List(list) if list.ty().name == ListType::STRINGS.name => Some(list),
        _ => None,
    }
}

fn shuffle(ctx: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let host = host(ctx)?;
    let mut runes: Vec<char> =
        arg(args, 0).as_str().map(|text| text.text().chars().collect()).unwrap_or_default();
    for at in (1..runes.len()).rev() {
        let mut bytes = [0; 8];
        host.random("shuffle", &mut bytes);
        runes.swap(at, (u64::from_le_bytes(bytes) % (at as u64 + 1)) as usize);
    }
    Ok(Value::from(runes.into_iter().collect::<String>()))
}

const ONE: &[Param] = &[ANY];
const TWO: &[Param] = &[ANY, ANY];

/// The functions of this family.
pub(crate) const TABLE: &[Func] = &[
    func("append", TWO, push, "a new list with the item at the end", &[("{{ append (list 1) 2 }}", "[1 2]")]),
    func(
        "chunk",
        &[INT, ANY],
        chunk,
        "the list cut into lists of so many items",
        &[("{{ chunk 2 (list 1 2 3) }}", "[[1 2] [3]]")],
    ),
    func(
        "compact",
        ONE,
        compact,
        "a new list without empty items",
        &[(r#"{{ compact (list 1 "" 2) }}"#, "[1 2]")],
    ),
    variadic(func(
        "concat",
        ONE,
        concat,
        "the items of all lists",
        &[("{{ concat (list 1) (list 2) }}", "[1 2]")],
    )),
    func("first", ONE, first, "the first item, or nil", &[("{{ first (list 1 2) }}", "1")]),
    func(
        "has",
        TWO,
        has,
        "whether the list has the item, types compared too",
        &[("{{ has 1 (list 1 2) }}", "true")],
    ),
    func("initial", ONE, initial, "all items but the last", &[("{{ initial (list 1 2) }}", "[1]")]),
    func(
        "join",
        &[STR, ANY],
        join,
        "the items' texts with the separator between",
        &[(r#"{{ join "-" (list 1 2) }}"#, "1-2")],
    ),
    func("last", ONE, last, "the last item, or nil", &[("{{ last (list 1 2) }}", "2")]),
    variadic(func("list", ONE, make_list, "a list of the arguments", &[("{{ list 1 2 }}", "[1 2]")])),
    func("mustAppend", TWO, push, "as append", &[("{{ mustAppend (list 1) 2 }}", "[1 2]")]),
    func("mustChunk", &[INT, ANY], chunk, "as chunk", &[("{{ mustChunk 2 (list 1 2 3) }}", "[[1 2] [3]]")]),
    func("mustCompact", ONE, compact, "as compact", &[("{{ mustCompact (list 0 2) }}", "[2]")]),
    func("mustFirst", ONE, first, "as first", &[("{{ mustFirst (list 1 2) }}", "1")]),
    func("mustHas", TWO, has, "as has", &[("{{ mustHas 3 (list 1 2) }}", "false")]),
    func("mustInitial", ONE, initial, "as initial", &[("{{ mustInitial (list 1 2) }}", "[1]")]),
    func("mustLast", ONE, last, "as last", &[("{{ mustLast (list 1 2) }}", "2")]),
    func("mustPrepend", TWO, prepend, "as prepend", &[("{{ mustPrepend (list 1) 2 }}", "[2 1]")]),
    func("mustPush", TWO, push, "as append", &[("{{ mustPush (list 1) 2 }}", "[1 2]")]),
    func("mustRest", ONE, rest, "as rest", &[("{{ mustRest (list 1 2) }}", "[2]")]),
    func("mustReverse", ONE, reverse, "as reverse", &[("{{ mustReverse (list 1 2) }}", "[2 1]")]),
    variadic(func("mustSlice", TWO, slice, "as slice", &[("{{ mustSlice (list 1 2 3) 1 }}", "[2 3]")])),
    func("mustUniq", ONE, uniq, "as uniq", &[("{{ mustUniq (list 1 1) }}", "[1]")]),
    variadic(func("mustWithout", TWO, without, "as without", &[("{{ mustWithout (list 1 2) 1 }}", "[2]")])),
    func(
        "prepend",
        TWO,
        prepend,
        "a new list with the item at the start",
        &[("{{ prepend (list 1) 2 }}", "[2 1]")],
    ),
    func("push", TWO, push, "as append", &[("{{ push (list 1) 2 }}", "[1 2]")]),
    func("rest", ONE, rest, "all items but the first", &[("{{ rest (list 1 2) }}", "[2]")]),
    func("reverse", ONE, reverse, "a new list, last item first", &[("{{ reverse (list 1 2) }}", "[2 1]")]),
    func("shuffle", &[STR], shuffle, "the characters in random order", &[(r#"{{ shuffle "aa" }}"#, "aa")]),
    variadic(func(
        "slice",
        TWO,
        slice,
        "the items from one index to before another",
        &[("{{ slice (list 1 2 3) 1 2 }}", "[2]")],
    )),
    func(
        "sortAlpha",
        ONE,
        sort_alpha,
        "the items' texts in byte order",
        &[(r#"{{ sortAlpha (list "b" "a") }}"#, "[a b]")],
    ),
    func(
        "toStrings",
        ONE,
        to_strings,
        "the items' texts, nils left out",
        &[("{{ toStrings (list 1 2) }}", "[1 2]")],
    ),
    variadic(func("tuple", ONE, make_list, "as list", &[("{{ tuple 1 2 }}", "[1 2]")])),
    func("uniq", ONE, uniq, "a new list without repeated items", &[("{{ uniq (list 1 2 1) }}", "[1 2]")]),
    variadic(func(
        "without",
        TWO,
        without,
        "a new list without these items",
        &[("{{ without (list 1 2 3) 2 }}", "[1 3]")],
    )),
];
