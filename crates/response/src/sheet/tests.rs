//! What a table is answered, and what is said of one that can not be read.

use std::fmt::Write;

use ::moved::SumVerdict;
use model::{Report, Verdict, Window};

use super::{Measure, SheetAnswer, SheetError, SheetQuestion, SheetReport, ask, ask_parquet};

fn question(measure: Measure) -> SheetQuestion {
    let window = |text: &str| text.parse::<Window>().unwrap();
    SheetQuestion {
        time: "at".to_owned(),
        measure,
        factors: Vec::new(),
        windows: (window("0..4000"), window("4000..5000")),
        feature: None,
    }
}

fn counts() -> SheetQuestion {
    question(Measure::Counts { bad: "bad".to_owned(), total: Some("all".to_owned()) })
}

fn answer(table: impl AsRef<[u8]>, question: &SheetQuestion) -> Result<SheetAnswer, SheetError> {
    ask(table.as_ref(), question, "2026-11-22T00:00:00Z".parse().unwrap())
}

fn error(table: impl AsRef<[u8]>) -> String {
    answer(table, &counts()).unwrap_err().to_string()
}

/// The report of an answer about a rate.
fn rate(answer: &SheetAnswer) -> &Report {
    let SheetReport::Rate(report) = &answer.report else { panic!("{answer:?}") };
    report
}

/// Three regions by two prompts; in the incident `v7` in `eu` fails.
fn skewed() -> String {
    let mut table = "at,bad,all,region,prompt\n".to_owned();
    for at in (0..5000).step_by(500) {
        for (place, region) in ["eu", "us", "ap"].into_iter().enumerate() {
            for (version, prompt) in ["v6", "v7"].into_iter().enumerate() {
                let usual = 20 + 3 * place + 2 * version + at / 500 % 3;
                let bad = if at >= 4000 && region == "eu" && prompt == "v7" { 300 } else { usual };
                writeln!(table, "{at},{bad},1000,{region},{prompt}").unwrap();
            }
        }
    }
    table
}

#[test]
fn a_combination_is_named_as_the_smallest_set() {
    let answer = answer(skewed(), &counts()).unwrap();
    let report = rate(&answer);
    assert_eq!(report.verdict, Verdict::Moved, "{}", report.why);
    let levels = &report.movers[0].levels;
    assert_eq!(levels.len(), 2);
    assert_eq!((levels["region"].as_str(), levels["prompt"].as_str()), ("eu", "v7"));
    assert!(report.movers[0].carried.est > 0.9, "{:?}", report.movers[0].carried);
    assert_eq!((answer.rows, answer.compared), (60, 60));
}

#[test]
fn runs_and_counts_of_one_give_the_same_report() {
    let (mut words, mut ones) = ("at,end,kind\n".to_owned(), "at,bad,kind\n".to_owned());
    for at in 0..5000 {
        let kind = ["a", "b", "c"][at % 3];
        let bad = at % 50 == 0 || at >= 4000 && kind == "b" && at % 2 == 0;
        writeln!(words, "{at},{},{kind}", if bad { "bad" } else { "good" }).unwrap();
        writeln!(ones, "{at},{},{kind}", u8::from(bad)).unwrap();
    }
    let words = answer(words, &question(Measure::Outcome("end".to_owned()))).unwrap();
    let counted = question(Measure::Counts { bad: "bad".to_owned(), total: None });
    assert_eq!(words, answer(ones, &counted).unwrap());
    assert_eq!(rate(&words).movers[0].levels["kind"], "b");
}

#[test]
fn a_rise_of_everything_alike_names_no_cell() {
    let mut table = "at,bad,all,region,prompt\n".to_owned();
    for at in (0..5000).step_by(500) {
        for region in ["eu", "us", "ap"] {
            for prompt in ["v6", "v7"] {
                let bad = if at >= 4000 { 60 } else { 20 } + at / 500 % 3;
                writeln!(table, "{at},{bad},1000,{region},{prompt}").unwrap();
            }
        }
    }
    let answer = answer(table, &counts()).unwrap();
    let report = rate(&answer);
    assert_eq!(report.verdict, Verdict::Unexplained, "{}", report.why);
    assert!(report.movers.is_empty());
}

#[test]
fn ids_are_left_out_and_told() {
    let mut lines: Vec<String> = skewed().lines().map(str::to_owned).collect();
    for (number, line) in lines.iter_mut().enumerate() {
        *line += &if number == 0 { ",id".to_owned() } else { format!(",x{number}") };
    }
    let answer = answer(lines.join("\n"), &counts()).unwrap();
    assert_eq!(answer.left_out, ["id"]);
    assert_eq!(rate(&answer).movers[0].levels.len(), 2);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let good = "at,bad,all,region\n0,1,9,eu\n4100,1,9,eu\n";
    assert_eq!(
        error(format!("{good}4200,x,9,eu\n")),
        "line 4, column `bad`: `x` is no count: write a whole number from 0 to 4294967295"
    );
    assert!(error(format!("{good}soon,1,9,eu\n")).starts_with("line 4, column `at`: `soon`"));
    assert!(error(format!("{good}4200,1,9\n")).starts_with("line 4 has 3 fields and the header 4"));
    assert!(error(format!("{good}4200,10,9,eu\n")).starts_with("line 4: 10 bad of 9"));
    let latin = [good.as_bytes(), b"4200,1,9,M\xfcnchen\n"].concat();
    assert!(error(latin).starts_with("line 4, field 4 is not UTF-8"));
    assert!(error("0,1,9,eu\n4100,1,9,eu\n").contains("it reads: 0, 1, 9, eu"));
    assert!(error("at,bad,all,bad,region\n").starts_with("two columns are called `bad`"));
    assert_eq!(error("at,bad,all,region\n"), "the table has no rows");
    assert!(error("").starts_with("there is no column `at`"));
    assert!(
        error("at,bad,all,region\n0,1,9,eu\n").starts_with("no row lies in 1970-01-01T01:06:40Z")
    );
    assert!(error("at,bad,all\n0,1,9\n").starts_with("no column is left to search"));
    let open = format!("{good}\"4200,1,9,eu\n{}", "7,1,9,eu\n".repeat(300_000));
    assert!(error(open).starts_with("a record is longer than 1 MiB"));
}

#[test]
fn windows_that_cannot_be_compared_are_refused_before_reading() {
    let window = |text: &str| text.parse::<Window>().unwrap();
    let overlapping = SheetQuestion { windows: (window("0..20"), window("10..30")), ..counts() };
    let reversed = SheetQuestion { windows: (window("20..30"), window("0..10")), ..counts() };
    for question in [overlapping, reversed] {
        assert!(matches!(answer("", &question).unwrap_err(), SheetError::Question(_)));
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_name() {
    let table = format!("\u{feff}{}", skewed());
    assert_eq!(rate(&answer(table, &counts()).unwrap()).verdict, Verdict::Moved);
}

/// What a row cost, in three regions; in the incident one pays four times as much.
fn costs() -> String {
    let mut table = "at,region,cost\n".to_owned();
    for at in 0..5000 {
        let region = ["eu", "us", "ap"][at % 3];
        let usual = 0.01 + 0.001 * (at % 7) as f64;
        let cost = if at >= 4000 && region == "eu" { 4.0 * usual } else { usual };
        writeln!(table, "{at},{region},{cost:.4}").unwrap();
    }
    table
}

#[test]
fn a_sum_says_where_it_grew_and_a_cell_that_is_no_number_is_told() {
    let value = question(Measure::Value("cost".to_owned()));
    let of_costs = answer(costs(), &value).unwrap();
    let SheetReport::Sum { value: name, report } = of_costs.report else { panic!() };
    assert_eq!((name.as_str(), report.verdict), ("cost", SumVerdict::Grew));
    assert_eq!(report.drivers[0].levels["region"], "eu");
    for wrong in ["$5", "NaN", "inf", ""] {
        let error = answer(costs() + &format!("4999,eu,{wrong}\n"), &value).unwrap_err();
        assert!(error.to_string().starts_with("line 5002, column `cost`"), "{error}");
    }
}

/// What pyarrow 21 wrote of 3 000 rows, with times in nanoseconds, a dictionary, nulls, a list
/// and snappy: in the incident `v7` fails in `eu`. Made by `tests/parquet.py`.
const PARQUET: &[u8] = include_bytes!("../../tests/requests.parquet");

fn of_parquet(bytes: &[u8], question: &SheetQuestion) -> Result<SheetAnswer, SheetError> {
    let mut file = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut file, bytes).unwrap();
    ask_parquet(file, question, "2026-11-24T00:00:00Z".parse().unwrap())
}

fn of_the_day() -> SheetQuestion {
    let window = |text: &str| text.parse::<Window>().unwrap();
    let windows = (
        window("2026-11-22T00:00:00Z..2026-11-22T08:00:00Z"),
        window("2026-11-22T08:00:00Z..2026-11-22T10:00:00Z"),
    );
    SheetQuestion { windows, ..question(Measure::Outcome("outcome".to_owned())) }
}

#[test]
fn a_parquet_file_is_read_as_a_csv_is() {
    let answer = of_parquet(PARQUET, &of_the_day()).unwrap();
    let report = rate(&answer);
    assert_eq!(report.verdict, Verdict::Moved, "{}", report.why);
    let levels = &report.movers[0].levels;
    assert_eq!((levels["region"].as_str(), levels["prompt"].as_str()), ("eu", "v7"));
    assert_eq!((answer.rows, answer.compared), (3000, 3000));
    let spent = SheetQuestion { measure: Measure::Value("cost".to_owned()), ..of_the_day() };
    let SheetReport::Sum { report, .. } = of_parquet(PARQUET, &spent).unwrap().report else {
        panic!()
    };
    assert_eq!(report.drivers[0].levels["region"], "us");
}

#[test]
fn a_damaged_parquet_file_is_an_error_or_an_answer_and_no_panic() {
    assert!(matches!(of_parquet(b"", &of_the_day()), Err(SheetError::NoParquet(_))));
    assert!(matches!(of_parquet(b"at,outcome\n", &of_the_day()), Err(SheetError::NoParquet(_))));
    for length in [8, 100, PARQUET.len() / 2, PARQUET.len() - 1] {
        assert!(of_parquet(&PARQUET[..length], &of_the_day()).is_err());
    }
    for place in (0..PARQUET.len()).step_by(997) {
        let mut bytes = PARQUET.to_vec();
        bytes[place] ^= 0x55;
        _ = of_parquet(&bytes, &of_the_day());
    }
}
