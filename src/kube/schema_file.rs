//! Reading `schema.txt` when the program is built, so that nothing of it is parsed when the program runs.
//!
//! The head of the file says what its lines look like. Whatever else stands in it stops the build, and so does a type
//! that is named and not there. A test holds the tables to the file.
//!
//! The build script includes this file, so it knows nothing of the rest of the program.

use std::collections::BTreeMap;

/// A line that is not read here.
pub(crate) type Mistake = String;

/// The file as Rust text: the tables that `schema.rs` includes.
pub(crate) fn tables(text: &str) -> Result<String, Mistake> {
    let lines = || text.lines().filter(|line| !line.starts_with('#'));
    let (kinds, types): (Vec<&str>, Vec<&str>) =
        lines().partition(|line| line.split(' ').next().is_some_and(|word| word.contains('/')));
    let names = types.iter().map(|line| line.split(' ').next().unwrap_or_default());
    let mut tables = Tables { types: names.clone().zip(0..).collect(), ..Tables::default() };
    if !names.is_sorted() || tables.types.len() != types.len() {
        return Err("types must be sorted, and stand once".to_owned());
    }
    let mut rows = String::new();
    for line in types {
        let (name, fields) = line.split_once(' ').unwrap_or((line, ""));
        let first = tables.field_count;
        tables.fields_of(fields).map_err(|mistake| format!("{name}: {mistake}"))?;
        put(&mut rows, &format!("Row {{ name: {name:?}, first: {first}, end: {} }}", tables.field_count));
    }
    let mut known = Vec::new();
    for line in kinds {
        known.push(tables.kind(line).map_err(|mistake| format!("{line}: {mistake}"))?);
    }
    // As they are looked for: by version, then by name.
    known.sort();
    let mut kinds = String::new();
    for (api_version, kind, rest) in known {
        put(&mut kinds, &format!("({api_version:?}, {kind:?}, {rest})"));
    }
    let Tables { fields, inner, choices, .. } = tables;
    Ok(format!(
        "/// Every kind, sorted by version and name.\nstatic KINDS: &[(&str, &str, Kind)] = &[{kinds}];\n\
         /// Every type, sorted by name.\nstatic TYPES: &[Row] = &[{rows}];\n\
         /// The fields of all types.\nstatic FIELDS: &[Field] = &[{fields}];\n\
         /// What is inside lists and maps, with the marks of the lists.\nstatic INNER: &[(Shape, &str)] = &[{inner}];\n\
         /// The values of enums.\nstatic CHOICES: &[&str] = &[{choices}];\n"
    ))
}

fn put(list: &mut String, item: &str) {
    list.push_str(item);
    list.push_str(",\n");
}

/// What was read so far.
#[derive(Default)]
struct Tables<'t> {
    /// The number of each type.
    types: BTreeMap<&'t str, usize>,
    fields: String,
    field_count: usize,
    inner: String,
    inner_count: usize,
    choices: String,
    choice_count: usize,
}

impl<'t> Tables<'t> {
    /// The type of a name, as Rust text.
    fn named(&self, name: &str) -> Result<String, Mistake> {
        self.types
            .get(name)
            .map(|number| format!("Type({number})"))
            .ok_or(format!("no type is called `{name}`"))
    }

    fn kind(&self, line: &'t str) -> Result<(&'t str, &'t str, String), Mistake> {
        let words: Vec<&str> = line.split(' ').collect();
        let [word, scope, name] = *words else { return Err("a kind has a scope and a type".to_owned()) };
        let (api_version, kind) = word.rsplit_once('/').ok_or("a kind has a version")?;
        let scope = match scope {
            "N" => "Namespaced",
            "C" => "Cluster",
            "S" => "Subresource",
            _ => return Err(format!("no scope is called `{scope}`")),
        };
        Ok((api_version, kind, format!("Kind {{ scope: Scope::{scope}, root: {} }}", self.named(name)?)))
    }

    fn fields_of(&mut self, text: &str) -> Result<(), Mistake> {
        let mut before = "";
        for word in text.split(' ').filter(|_| !text.is_empty()) {
            let (name, shape) = word.split_once(':').ok_or_else(|| format!("`{word}` has no shape"))?;
            let (name, required) = name.strip_suffix('!').map_or((name, false), |name| (name, true));
            if name <= before {
                return Err(format!("`{name}` must stand before `{before}`"));
            }
            before = name;
            let shape = self.shape(shape)?;
            put(&mut self.fields, &format!("Field::new({name:?}, {required}, {shape})"));
            self.field_count += 1;
        }
        Ok(())
    }

    /// A shape as Rust text.
    fn shape(&mut self, text: &str) -> Result<String, Mistake> {
        let plain = match text {
            "s" => "String",
            "b" => "Bool",
            "i" => "Int32",
            "l" => "Int64",
            "d" => "Number",
            "q" => "Quantity",
            "x" => "IntOrString",
            "t" => "Time",
            "y" => "Bytes",
            "o" => "Object",
            "*" => "Any",
            _ => return self.compound(text).map(|shape| format!("Shape::{shape}")),
        };
        Ok(format!("Shape::{plain}"))
    }

    fn compound(&mut self, text: &str) -> Result<String, Mistake> {
        if let Some(values) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
            put(&mut self.choices, &format!("{values:?}"));
            self.choice_count += 1;
            return Ok(format!("Enum(Choices({}))", self.choice_count - 1));
        }
        if let Some(inside) = text.strip_prefix('{') {
            return Ok(format!("Map(Inner({}))", self.inside(inside, "")?));
        }
        if let Some(rest) = text.strip_prefix('[') {
            let (item, marks) = rest.split_at(rest.find(['%', '^', '~']).unwrap_or(rest.len()));
            return Ok(format!("List(List({}))", self.inside(item, marks)?));
        }
        for (sign, shape) in [("@", "Ref"), ("A@", "RefOrList"), ("B@", "RefOrBool"), ("S@", "RefOrStrings")]
        {
            if let Some(name) = text.strip_prefix(sign) {
                return Ok(format!("{shape}({})", self.named(name)?));
            }
        }
        Err(format!("`{text}` is no shape"))
    }

    /// Where a shape that is inside a list or map stands.
    fn inside(&mut self, text: &str, marks: &str) -> Result<usize, Mistake> {
        let shape = self.shape(text)?;
        put(&mut self.inner, &format!("({shape}, {marks:?})"));
        self.inner_count += 1;
        Ok(self.inner_count - 1)
    }
}
