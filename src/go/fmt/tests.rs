use super::*;
use crate::value::Map;

fn f(format: &str, args: &[Value]) -> String {
    String::from_utf8(sprintf(format.as_bytes(), args)).unwrap()
}

#[test]
fn floats_take_an_exponent_from_a_million_on() {
    for (value, text) in [
        (1.0, "1"),
        (999_999.0, "999999"),
        (1e6, "1e+06"),
        (1_000_001.0, "1.000001e+06"),
        (123_456.5, "123456.5"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (-0.0, "-0"),
        (1e100, "1e+100"),
        (5e-324, "5e-324"),
        (f64::INFINITY, "+Inf"),
    ] {
        assert_eq!(to_str(&Value::Float64(value)), text);
    }
}

#[test]
fn flags_width_and_precision() {
    let int = Value::Int;
    for (format, arg, text) in [
        ("%05d|", int(-42), "-0042|"),
        ("%-5d|", int(42), "42   |"),
        ("%+d", int(5), "+5"),
        ("%x", int(-255), "-ff"),
        ("%#X", int(255), "0XFF"),
        ("%#o", int(8), "010"),
        ("%O", int(8), "0o10"),
        ("%.3d", int(5), "005"),
        ("%8.3f|", Value::Float64(1.5), "   1.500|"),
        ("%-8.2f|", Value::Float64(1.5), "1.50    |"),
        ("%+08.1f", Value::Float64(1.25), "+00001.2"),
        ("%g", Value::Float64(1e20), "1e+20"),
        ("%#g", Value::Float64(1.0), "1.00000"),
        ("%.3g", Value::Float64(1234.0), "1.23e+03"),
        ("%e", Value::Float64(0.0), "0.000000e+00"),
        ("%6.2s|", Value::from("añb"), "    añ|"),
        ("% x", Value::from("ab"), "61 62"),
        ("%#q", Value::from("a`b"), "\"a`b\""),
        ("%q", int(97), "'a'"),
        ("%U", int(0x1f600), "U+1F600"),
        ("%c", int(0xe9), "é"),
        ("%s", int(5), "%!s(int=5)"),
        ("%.2f", int(5), "%!f(int=05)"),
        ("%d", Value::from("x"), "%!d(string=x)"),
        ("%s", Value::Nil, "%!s(<nil>)"),
        ("%v", Value::Nil, "<nil>"),
        ("%5t|", Value::Bool(true), " true|"),
        ("%v", Value::Complex(0.0, 1.0), "(0+1i)"),
        ("%s", Value::Duration(90_000_000_000), "1m30s"),
        ("%d", Value::Duration(1_500), "1500"),
        ("%v", Value::Duration(1_500), "1.5µs"),
        ("%x", Value::Float64(1.5), "0x1.8p+00"),
        ("%b", Value::Float64(1.0), "4503599627370496p-52"),
    ] {
        assert_eq!(f(format, &[arg]), text, "{format}");
    }
}

#[test]
fn wrong_formats_show_in_the_text() {
    let one = [Value::Int(1)];
    assert_eq!(f("%d %d", &one), "1 %!d(MISSING)");
    assert_eq!(f("x", &[Value::from("a"), Value::Nil]), "x%!(EXTRA string=a, <nil>)");
    assert_eq!(f("%", &one), "%!(NOVERB)%!(EXTRA int=1)");
    assert_eq!(f("%!", &one), "%!!(int=1)");
    assert_eq!(f("%[2]d", &one), "%!d(BADINDEX)");
    assert_eq!(f("%[2]d %[1]d", &[Value::Int(1), Value::Int(2)]), "2 1");
    assert_eq!(f("%*d", &[Value::Int(5), Value::Int(1)]), "    1");
    assert_eq!(f("%-*d|", &[Value::Int(-3), Value::Int(1)]), "1  |");
    assert_eq!(f("%*d", &[Value::from("a"), Value::Int(1)]), "%!(BADWIDTH)1");
}

#[test]
fn collections_format_each_element() {
    let list = Value::list(vec![Value::from("a"), Value::Float64(1.0), Value::Nil]);
    assert_eq!(f("%s", std::slice::from_ref(&list)), "[a %!s(float64=1) <nil>]");
    assert_eq!(f("%v", std::slice::from_ref(&list)), "[a 1 <nil>]");
    assert_eq!(f("%#v", &[list]), r#"[]interface {}{"a", 1, interface {}(nil)}"#);
    let map: Map = [("b", Value::Int(1)), ("a", Value::from("x"))].into_iter().collect();
    assert_eq!(f("%v", &[map.clone().into()]), "map[a:x b:1]");
    assert_eq!(f("%d", &[map.clone().into()]), "map[%!d(string=a):%!d(string=x) %!d(string=b):1]");
    assert_eq!(f("%#v", &[map.into()]), r#"map[string]interface {}{"a":"x", "b":1}"#);
    assert_eq!(f("%v %s", &[Value::bytes("ab"), Value::bytes("ab")]), "[97 98] ab");
}

#[test]
fn a_map_that_holds_itself_prints_to_an_end() {
    let map = Map::new();
    map.insert("self", Value::Map(map.clone()));
    assert!(to_str(&Value::Map(map.clone())).len() < 20_000);
    map.remove("self");
}

#[test]
fn spaces_stand_between_operands_that_are_no_strings() {
    let args = [Value::Int(1), Value::Int(2), Value::from("a"), Value::Int(3)];
    assert_eq!(sprint(&args), b"1 2a3");
    assert_eq!(sprintln(&args), b"1 2 a 3\n");
}
