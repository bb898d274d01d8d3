//! Maps.

use super::convert::{is_empty, strval};
use super::equal::{deep_copy, deep_equal};
use super::table::{ANY, CallCtx, MAP, Out, STR, arg, func, map, text, variadic};
use crate::gotmpl::func::{Func, FuncError};
use crate::value::{Elem, List, MAX_DEPTH, Map, MapType, Room, Str, Value, budget};

fn get(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(map(args, 0).get_bytes(text(args, 1)).unwrap_or_else(|| Value::from("")))
}

fn set(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let map = map(args, 0);
    map.set(Str::from_bytes(text(args, 1)), arg(args, 2).clone())?;
    Ok(plain(&map))
}

/// The map under its plain type, which is what Go returns from these functions.
fn plain(map: &Map) -> Value {
    Value::Map(map.with_type(&MapType::ANY))
}

fn unset(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let map = map(args, 0);
    map.remove(&String::from_utf8_lossy(text(args, 1)));
    Ok(plain(&map))
}

fn has_key(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::Bool(map(args, 0).get_bytes(text(args, 1)).is_some()))
}

fn pluck(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let maps = args.iter().skip(1).filter_map(Value::as_map);
    let found = maps.filter_map(|map| map.get_bytes(text(args, 0))).collect();
    Ok(Value::List(List::new(found).with_room(Room::Grown(0))))
}

fn keys(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let keys = args.iter().filter_map(Value::as_map).flat_map(Map::keys);
    Ok(Value::List(List::strings(keys).with_room(Room::Grown(0))))
}

fn values(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let values = map(args, 0).entries().iter().map(|(_, value)| value.clone()).collect();
    Ok(Value::List(List::new(values).with_room(Room::Grown(0))))
}

fn selected(args: &[Value], keep: bool) -> Value {
    let names: Vec<&[u8]> = args.iter().skip(1).filter_map(Value::as_str).map(Str::as_bytes).collect();
    let mut entries = map(args, 0).to_vec();
    entries.retain(|(key, _)| names.contains(&key.as_bytes()) == keep);
    Value::Map(Map::of(&MapType::ANY, entries))
}

fn pick(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(selected(args, true))
}

fn omit(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(selected(args, false))
}

fn dict(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let entries = args.chunks(2).map(|pair| {
        let value = pair.get(1).cloned().unwrap_or_else(|| Value::from(""));
        (strval(arg(pair, 0)), value)
    });
    Ok(Value::Map(entries.collect()))
}

fn dig(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let [keys @ .., default, root] = args else {
        return Err("dig needs at least three arguments".into());
    };
    if keys.is_empty() {
        return Err("dig needs at least three arguments".into());
    }
    let as_map = |value: &Value| match value {
        Value::Map(map) if map.ty().name == MapType::ANY.name => Ok(map.clone()),
        Value::Missing | Value::Nil => {
            Err("interface conversion: interface {} is nil, not map[string]interface {}".to_owned())
        }
        other => Err(format!(
            "interface conversion: interface {{}} is {}, not map[string]interface {{}}",
            other.type_name()
        )),
    };
    let mut map = as_map(root)?;
    let mut names = Vec::with_capacity(keys.len());
    for key in keys {
        match key {
            Value::Str(key) => names.push(key),
            Value::Missing | Value::Nil => {
                return Err("interface conversion: interface {} is nil, not string".into());
            }
            other => {
                return Err(format!(
                    "interface conversion: interface {{}} is {}, not string",
                    other.type_name()
                )
                .into());
            }
        }
    }
    let Some((last, path)) = names.split_last() else { return Ok(default.clone()) };
    for key in path {
        match map.get_bytes(key.as_bytes()) {
            None => return Ok(default.clone()),
            Some(value) => map = as_map(&value)?,
        }
    }
    Ok(map.get_bytes(last.as_bytes()).unwrap_or_else(|| default.clone()))
}

/// Lays `source` over `target`: keys that are absent or empty there are filled, with `overwrite` every key is set;
/// maps on both sides are merged.
///
/// Rule: mergo v1.0.1 `deepMerge` on `map[string]interface{}`, as Sprig calls it.
fn merge_into(target: &Map, source: &Map, overwrite: bool, depth: usize) -> Result<(), FuncError> {
    if depth > MAX_DEPTH || target.is_same(source) {
        return Ok(());
    }
    for (key, value) in source.to_vec() {
        if budget::is_spent(1) {
            break;
        }
        let old = target.get_bytes(key.as_bytes());
        if let (Some(Value::Map(own)), Value::Map(other)) = (&old, &value)
            && !own.is_nil()
        {
            merge_into(own, other, overwrite, depth + 1)?;
            continue;
        }
        let sets = overwrite || (!value.is_nil() && old.as_ref().is_none_or(is_empty));
        check_assignable(target, source, old.as_ref(), &value, overwrite, sets)?;
        if sets {
            target.insert(key, value);
        }
    }
    Ok(())
}

/// Whether `value` of `source` can become an element of `target`, whose elements may be of one type only.
// Rule: mergo v1.0.1 merge.go, deepMerge, reflect.Map: a slice is set before it is asked whether it should be.
fn check_assignable(
    target: &Map,
    source: &Map,
    old: Option<&Value>,
    value: &Value,
    overwrite: bool,
    sets: bool,
) -> Result<(), FuncError> {
    let (wanted, given) = (target.ty().elem, source.ty().elem);
    if wanted == Elem::Any {
        return Ok(());
    }
    let is_slice = matches!(value, Value::List(_) | Value::Bytes(_)) && !value.is_nil();
    let ty = match old {
        Some(_) if is_slice && wanted == Elem::String => {
            return Err("reflect: call of reflect.Value.IsNil on string Value".into());
        }
        Some(old) if is_slice && !overwrite && !old.is_nil() => old.type_name(),
        _ if is_slice => value.type_name(),
        _ if sets => given.name().into(),
        _ => return Ok(()),
    };
    if ty == wanted.name() {
        return Ok(());
    }
    let wanted = wanted.name();
    Err(format!("reflect.Value.SetMapIndex: value of type {ty} is not assignable to type {wanted}").into())
}

fn merged(args: &[Value], overwrite: bool) -> Out {
    let target = map(args, 0);
    let target = if target.is_nil() { Map::new() } else { target };
    for source in args.iter().skip(1).filter_map(Value::as_map) {
        merge_into(&target, source, overwrite, 0)?;
    }
    Ok(plain(&target))
}

fn merge(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    merged(args, false)
}

fn merge_overwrite(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    merged(args, true)
}

fn deep_copied(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    let value = arg(args, 0);
    if value.is_nil() {
        return Err("reflect: call of reflect.Value.Type on zero Value".into());
    }
    Ok(deep_copy(value))
}

fn deep_equals(_: &mut CallCtx<'_>, args: &[Value]) -> Out {
    Ok(Value::Bool(deep_equal(arg(args, 0), arg(args, 1))))
}

/// The functions of this family.
pub(crate) const TABLE: &[Func] = &[
    func(
        "deepCopy",
        &[ANY],
        deep_copied,
        "a copy that shares nothing with the original",
        &[("{{ deepCopy (dict `a` 1) }}", "map[a:1]")],
    ),
    func(
        "deepEqual",
        &[ANY, ANY],
        deep_equals,
        "whether type and content are equal",
        &[("{{ deepEqual 1 1.0 }}", "false")],
    ),
    variadic(func(
        "dict",
        &[ANY],
        dict,
        "a map of keys and values",
        &[(r#"{{ dict "a" 1 "b" }}"#, "map[a:1 b:]")],
    )),
    variadic(func(
        "dig",
        &[ANY],
        dig,
        "the value at a path of keys, or the default before the map",
        &[(r#"{{ dig "a" "b" 0 (dict "a" (dict "b" 1)) }}"#, "1")],
    )),
    func(
        "get",
        &[MAP, STR],
        get,
        "the value of a key, or an empty text",
        &[(r#"{{ get (dict "a" 1) "a" }}"#, "1")],
    ),
    func(
        "hasKey",
        &[MAP, STR],
        has_key,
        "whether the key is there",
        &[(r#"{{ hasKey (dict "a" 1) "b" }}"#, "false")],
    ),
    variadic(func(
        "keys",
        &[MAP],
        keys,
        "the keys of all maps, in no order in Go",
        &[(r#"{{ keys (dict "a" 1) }}"#, "[a]")],
    )),
    variadic(func(
        "merge",
        &[MAP, MAP],
        merge,
        "the first map, its empty keys filled from the others",
        &[(r#"{{ merge (dict "a" 1) (dict "a" 2 "b" 3) }}"#, "map[a:1 b:3]")],
    )),
    variadic(func(
        "mergeOverwrite",
        &[MAP, MAP],
        merge_overwrite,
        "the first map, overwritten by the others",
        &[(r#"{{ mergeOverwrite (dict "a" 1) (dict "a" 2) }}"#, "map[a:2]")],
    )),
    func("mustDeepCopy", &[ANY], deep_copied, "as deepCopy", &[("{{ mustDeepCopy (list 1) }}", "[1]")]),
    variadic(func(
        "mustMerge",
        &[MAP, MAP],
        merge,
        "as merge",
        &[(r#"{{ mustMerge (dict "a" 1) (dict "b" 3) }}"#, "map[a:1 b:3]")],
    )),
    variadic(func(
        "mustMergeOverwrite",
        &[MAP, MAP],
        merge_overwrite,
        "as mergeOverwrite",
        &[(r#"{{ mustMergeOverwrite (dict "a" 1) (dict "a" 2) }}"#, "map[a:2]")],
    )),
    variadic(func(
        "omit",
        &[MAP, STR],
        omit,
        "a new map without these keys",
        &[(r#"{{ omit (dict "a" 1 "b" 2) "a" }}"#, "map[b:2]")],
    )),
    variadic(func(
        "pick",
        &[MAP, STR],
        pick,
        "a new map of these keys only",
        &[(r#"{{ pick (dict "a" 1 "b" 2) "a" }}"#, "map[a:1]")],
    )),
    variadic(func(
        "pluck",
        &[STR, MAP],
        pluck,
        "the values of a key in all maps that have it",
        &[(r#"{{ pluck "a" (dict "a" 1) (dict "a" 2) }}"#, "[1 2]")],
    )),
    func(
        "set",
        &[MAP, STR, ANY],
        set,
        "the map itself, changed",
        &[(r#"{{ set (dict) "a" 1 }}"#, "map[a:1]")],
    ),
    func(
        "unset",
        &[MAP, STR],
        unset,
        "the map itself, without the key",
        &[(r#"{{ unset (dict "a" 1) "a" }}"#, "map[]")],
    ),
    func(
        "values",
        &[MAP],
        values,
        "the values, in no order in Go",
        &[(r#"{{ values (dict "a" 1) }}"#, "[1]")],
    ),
];
