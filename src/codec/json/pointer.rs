//! Where in a JSON text an offset stands.

/// The JSON pointer (RFC 6901) of the value that begins at `offset` of a sound JSON text, and whether it is a member
/// of an object.
pub(super) fn at(bytes: &[u8], offset: usize) -> (String, bool) {
    let mut frames: Vec<Frame> = Vec::new();
    let mut position = 0;
    while position < offset {
        let rest = bytes.get(position..).unwrap_or_default();
        let length = match rest.first() {
            None => break,
            Some(b'[') => {
                frames.push(Frame::List(0));
                1
            }
            Some(b'{') => {
                frames.push(Frame::Map(&[]));
                1
            }
            Some(b']' | b'}') => {
                frames.pop();
                1
            }
            Some(b',') => {
                if let Some(Frame::List(index)) = frames.last_mut() {
                    *index += 1;
                }
                1
            }
            Some(b'"') => {
                let length = text_length(rest);
                // The last text before a value is its name.
                if let Some(Frame::Map(name)) = frames.last_mut() {
                    *name = rest.get(..length).unwrap_or_default();
                }
                length
            }
            Some(_) => 1,
        };
        position += length;
    }
    let is_member = matches!(frames.last(), Some(Frame::Map(_)));
    (frames.iter().map(Frame::text).collect(), is_member)
}

enum Frame<'b> {
    /// The number of the item.
    List(usize),
    /// The name of the member, with its quotes.
    Map(&'b [u8]),
}

impl Frame<'_> {
    fn text(&self) -> String {
        match self {
            Self::List(index) => format!("/{index}"),
            Self::Map(name) => {
                let name: String = serde_json::from_slice(name).unwrap_or_default();
                format!("/{}", name.replace('~', "~0").replace('/', "~1"))
            }
        }
    }
}

/// The length of the text in quotes that begins here.
fn text_length(bytes: &[u8]) -> usize {
    let mut position = 1;
    loop {
        match bytes.get(position) {
            None => return position,
            Some(b'"') => return position + 1,
            Some(b'\\') => position += 2,
            Some(_) => position += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::at;

    #[test]
    fn values_have_the_path_of_their_containers() {
        let text = r#"{"a":[1,{"b/~\"":"x"},[]],"c":{"d":2}} "#;
        for (value, pointer, is_member) in
            [("1", "/a/0", false), (r#""x""#, "/a/1/b~1~0\"", true), ("2", "/c/d", true), ("{\"a", "", false)]
        {
            let offset = text.find(value).expect("value");
            assert_eq!(at(text.as_bytes(), offset), (pointer.to_owned(), is_member), "{value}");
        }
    }
}
