use super::*;

#[test]
fn integers_follow_gos_prefixes_and_underscores() {
    let cases: &[(&str, u32, Result<i64, &str>)] = &[
        ("0x10", 0, Ok(16)),
        ("010", 0, Ok(8)),
        ("0o17", 0, Ok(15)),
        ("0b11", 0, Ok(3)),
        ("1_000", 0, Ok(1000)),
        ("0x_1", 0, Ok(1)),
        ("-5", 10, Ok(-5)),
        ("+5", 10, Ok(5)),
        ("-9223372036854775808", 10, Ok(i64::MIN)),
        ("1__0", 0, Err("strconv.ParseInt: parsing \"1__0\": invalid syntax")),
        ("_1", 0, Err("strconv.ParseInt: parsing \"_1\": invalid syntax")),
        ("1_000", 10, Err("strconv.ParseInt: parsing \"1_000\": invalid syntax")),
        ("08", 0, Err("strconv.ParseInt: parsing \"08\": invalid syntax")),
        ("", 10, Err("strconv.ParseInt: parsing \"\": invalid syntax")),
        (
            "9223372036854775808",
            10,
            Err("strconv.ParseInt: parsing \"9223372036854775808\": value out of range"),
        ),
    ];
    for &(text, base, expected) in cases {
        let got = parse_int(text, base, 64).map_err(|error| error.to_string());
        assert_eq!(got, expected.map_err(str::to_owned), "{text}");
    }
    assert_eq!(
        atoi("x").map_err(|e| e.to_string()),
        Err("strconv.Atoi: parsing \"x\": invalid syntax".into())
    );
}

#[test]
fn floats_read_all_of_gos_forms() {
    for (text, value) in [
        ("1e3", 1000.0),
        ("0x1p4", 16.0),
        ("0x1.8p1", 3.0),
        ("1_000", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("-0.25", -0.25),
        ("0x1p-1074", 5e-324),
        ("inf", f64::INFINITY),
        ("-Infinity", f64::NEG_INFINITY),
        ("0x1.fffffffffffff8p0", 2.0),
    ] {
        assert_eq!(parse_float(text), Ok(value), "{text}");
    }
    for text in ["", ".", "e3", "0x1", "1e", "1__0", "+nan", " 1", "1 ", "0x", "_1"] {
        assert!(parse_float(text).is_err(), "{text}");
    }
    let error = parse_float("1e400").map_err(|e| e.to_string());
    assert_eq!(error, Err("strconv.ParseFloat: parsing \"1e400\": value out of range".into()));
}

#[test]
fn floats_print_as_go_prints_them() {
    for (value, format, precision, text) in [
        (100_000.0, 'g', None, "100000"),
        (1_000_000.0, 'g', None, "1e+06"),
        (2_097_152.0, 'g', None, "2.097152e+06"),
        (123_456.5, 'g', None, "123456.5"),
        (0.0001, 'g', None, "0.0001"),
        (0.00001, 'g', None, "1e-05"),
        (-0.0, 'g', None, "-0"),
        (1e21, 'f', None, "1000000000000000000000"),
        (0.000_001_5, 'f', None, "0.0000015"),
        (2.5, 'f', Some(0), "2"),
        (3.24159, 'f', Some(2), "3.24"),
        (3.24159, 'e', Some(3), "3.242e+00"),
        (1e100, 'e', None, "1e+100"),
        (100.0, 'g', Some(2), "1e+02"),
        (100.0, 'g', Some(10), "100"),
        (0.1, 'g', Some(20), "0.10000000000000000555"),
        (1.0, 'x', None, "0x1p+00"),
        (3.5, 'x', None, "0x1.cp+01"),
        (0.1, 'x', Some(2), "0x1.9ap-04"),
    ] {
        assert_eq!(format_float(value, format, precision), text, "{value:?} {format} {precision:?}");
    }
    assert_eq!(format_float32(1.123_456_8, 'g'), "1.1234568");
}

#[test]
fn quoting_escapes_what_go_does_not_print() {
    assert_eq!(quote(b"a\"\\\n\x00\x7f\xff"), "\"a\\\"\\\\\\n\\x00\\x7f\\xff\"");
    assert_eq!(quote("é\u{2028}\u{a0}😀\u{feff}".as_bytes()), "\"é\\u2028\\u00a0😀\\ufeff\"");
    assert_eq!(quote_ascii("é😀".as_bytes()), "\"\\u00e9\\U0001f600\"");
    assert_eq!(quote_rune('\'' as u32), "'\\''");
    assert!(can_backquote(b"a\tb") && !can_backquote(b"a\nb") && !can_backquote(b"`"));
}

#[test]
fn unquoting_reverses_quoting_and_refuses_the_rest() {
    for text in [&b"a\"\\\n\x00\x7f\xff"[..], "é\u{2028}😀".as_bytes(), b""] {
        assert_eq!(unquote(quote(text).as_bytes()).as_deref(), Ok(text));
    }
    assert_eq!(unquote(br#""\101\u00e9\x41""#).as_deref(), Ok("AéA".as_bytes()));
    assert_eq!(unquote(b"`a\\n\r`").as_deref(), Ok(&b"a\\n"[..]));
    for bad in ["\"", "\"a", "'ab'", "\"\\q\"", "\"\\ud800\"", "\"\\400\"", "\"a\nb\"", "\"\\'\"", "x"] {
        assert_eq!(unquote(bad.as_bytes()), Err(QuoteError), "{bad}");
    }
}
