use super::*;

fn show(node: &Node) -> String {
    use crate::codec::Data;
    match node.data() {
        Data::Null => "null".into(),
        Data::Bool(value) => value.to_string(),
        Data::Int(value) => format!("{value}i"),
        Data::Uint(value) => format!("{value}u"),
        Data::Float(value) => format!("{value}f"),
        Data::String(value) => super::super::text::quote(value),
        Data::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(",")),
        Data::Map(map) => {
            let entries: Vec<_> = map
                .entries()
                .iter()
                .map(|e| format!("{}:{}", super::super::text::quote(&e.key), show(&e.value)))
                .collect();
            format!("{{{}}}", entries.join(","))
        }
    }
}

fn none(_: &str) -> io::Result<Vec<u8>> {
    Err(io::Error::other("no files here"))
}

fn set(flag: Flag, arguments: &[&str]) -> String {
    let mut builder = Builder::new(Node::null());
    for argument in arguments {
        if let Err(error) = builder.apply(flag, argument, &mut none) {
            return error.to_string();
        }
    }
    show(&builder.finish())
}

#[test]
fn a_leaf_keeps_its_place_and_what_it_replaced() {
    let mut builder = Builder::new(Node::null());
    builder.apply(Flag::Set, r"a.b=1,c\.d=x\,y", &mut none).unwrap();
    builder.apply(Flag::String, "a.b=2", &mut none).unwrap();
    let node = builder.finish();
    let leaf = node.at_path(["a", "b"]).unwrap();
    assert_eq!(leaf.place().unwrap().to_string(), "--set-string a.b=2");
    assert_eq!(leaf.written(), Some("2"));
    assert_eq!(leaf.replaced().and_then(Node::written), Some("1"));
    let other = node.get("c.d").unwrap();
    assert_eq!((other.as_str(), other.written()), (Some("x,y"), Some(r"x\,y")));
}

#[test]
fn untouched_parts_stay_shared() {
    let base = parse(Flag::Json, r#"{"a":{"x":[1,2]},"b":{"y":1}}"#, &mut none).unwrap();
    let mut builder = Builder::new(base.clone());
    builder.apply(Flag::Set, "b.y=2", &mut none).unwrap();
    let node = builder.finish();
    let (before, after) =
        (base.get("a").unwrap().as_map().unwrap(), node.get("a").unwrap().as_map().unwrap());
    assert!(before.is(after));
}

#[test]
fn a_file_is_read_for_each_value() {
    let mut read = |path: &str| Ok(format!("<{path}>").into_bytes());
    let node = parse(Flag::File, "a=x.txt,b={y,z}", &mut read).unwrap();
    assert_eq!(show(&node), r#"{"a":"<x.txt>","b":["<y>","<z>"]}"#);
}

#[test]
fn hostile_arguments_end_soon() {
    let deep = format!("a{}=1", "[0]".repeat(40_000));
    assert!(set(Flag::Set, &[&deep]).contains("nests deeper"));
    let long = "a=1,".repeat(50_000);
    assert_eq!(set(Flag::Set, &[&long]), r#"{"a":1i}"#);
    let wide = (0..40_000).map(|n| format!("k{n}=[{n}]")).collect::<Vec<_>>().join(",");
    assert_eq!(parse(Flag::Json, &wide, &mut none).unwrap().as_map().unwrap().len(), 40_000);
    let fill = (0..1_000).map(|n| format!("k{n}[65536]=1")).collect::<Vec<_>>().join(",");
    assert!(set(Flag::Set, &[&fill]).contains("add up to more"));
}
