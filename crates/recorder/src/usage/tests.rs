//! Totals include everything, buckets do not overlap, and what does not add up is told.

use model::Attribute;
use proptest::prelude::*;

use super::*;
use crate::dialect;
use crate::dialect::table::Found;

fn of(attributes: &[(&str, Value)]) -> Option<Usage> {
    let chat = ("gen_ai.operation.name".into(), Value::Text("chat".to_owned()));
    let told = attributes.iter().map(|(key, value)| ((*key).to_owned().into(), value.clone()));
    let attributes: Vec<Attribute> = std::iter::once(chat).chain(told).collect();
    usage(&dialect::read("", &attributes, &Found::of(&[])))
}

fn counted(counts: &[(&str, i64)]) -> Usage {
    let told: Vec<(&str, Value)> =
        counts.iter().map(|(key, count)| (*key, Value::Int(*count))).collect();
    of(&told).unwrap()
}

fn detailed(json: &str) -> Usage {
    let details = Value::Text(json.to_owned());
    of(&[("langfuse.observation.usage_details", details)]).unwrap()
}

const INPUT: &str = "gen_ai.usage.input_tokens";
const OUTPUT: &str = "gen_ai.usage.output_tokens";
const READ: &str = "gen_ai.usage.cache_read.input_tokens";
const WRITE: &str = "gen_ai.usage.cache_write.input_tokens";
const REASONING: &str = "gen_ai.usage.reasoning.output_tokens";

#[test]
fn totals_include_what_is_cached_and_what_is_reasoned() {
    let usage = counted(&[(INPUT, 100), (OUTPUT, 30), (READ, 60), (WRITE, 10), (REASONING, 20)]);
    assert_eq!((usage.input, usage.output), (Some(100), Some(30)));
    assert_eq!((usage.input_uncached, usage.output_visible), (Some(30), Some(10)));
    assert_eq!((usage.convention, usage.flags.as_slice()), (Convention::Inclusive, &[][..]));
    assert_eq!(usage.own_total(), Some(130));
}

#[test]
fn more_cached_than_read_means_that_the_total_leaves_it_out() {
    let usage = counted(&[(INPUT, 100), (READ, 900), (WRITE, 50), (OUTPUT, 5)]);
    assert_eq!((usage.input, usage.input_uncached), (Some(1_050), Some(100)));
    assert_eq!((usage.cache_read, usage.cache_write), (Some(900), Some(50)));
    assert_eq!(usage.convention, Convention::Exclusive);
    assert_eq!(usage.flags, [UsageFlag::CacheBeyondInput]);
    assert_eq!(usage.own_total(), Some(1_055));
}

#[test]
fn more_reasoned_than_written_means_the_same_of_the_output() {
    let usage = counted(&[(OUTPUT, 10), (REASONING, 25)]);
    assert_eq!((usage.output, usage.output_visible), (Some(35), Some(10)));
    assert_eq!(usage.flags, [UsageFlag::ReasoningBeyondOutput]);
}

#[test]
fn sound_is_a_bucket_of_its_own_and_never_more_than_there_is() {
    let usage = counted(&[
        (INPUT, 100),
        (READ, 40),
        ("gen_ai.usage.audio.input_tokens", 50),
        ("gen_ai.usage.audio.cache_read.input_tokens", 20),
        (OUTPUT, 20),
        ("gen_ai.usage.audio.output_tokens", 25),
    ]);
    assert_eq!((usage.audio_input, usage.input_uncached), (Some(30), Some(30)));
    assert_eq!((usage.audio_output, usage.output_visible), (None, Some(20)));
    assert_eq!(usage.flags, [UsageFlag::AudioBeyondTotal]);
}

#[test]
fn langfuse_counts_buckets_beside_each_other() {
    let usage = detailed(
        r#"{"input":10,"input_cached_tokens":80,"input_cache_creation_5m":5,
            "input_cache_creation_1h":5,"output":7,"output_reasoning_tokens":3,"total":110}"#,
    );
    assert_eq!((usage.input, usage.output), (Some(100), Some(10)));
    assert_eq!((usage.cache_read, usage.cache_write), (Some(80), Some(10)));
    assert_eq!((usage.cache_write_5m, usage.cache_write_1h), (Some(5), Some(5)));
    assert_eq!((usage.convention, usage.flags.as_slice()), (Convention::Exclusive, &[][..]));
    let sound =
        detailed(r#"{"input":10,"input_audio_tokens":5,"output":7,"output_audio_tokens":2}"#);
    assert_eq!(
        (sound.input, sound.input_uncached, sound.audio_input),
        (Some(15), Some(10), Some(5))
    );
    assert_eq!((sound.output, sound.output_visible), (Some(9), Some(7)));
}

#[test]
fn a_total_of_input_and_output_alone_says_that_they_include_everything() {
    let usage = detailed(r#"{"input":100,"input_cached_tokens":80,"output":10,"total":110}"#);
    assert_eq!((usage.input, usage.input_uncached), (Some(100), Some(20)));
    assert_eq!(usage.convention, Convention::Inclusive);
}

#[test]
fn an_object_of_openais_includes_and_one_of_anthropics_leaves_out() {
    let openai = detailed(
        r#"{"prompt_tokens":100,"completion_tokens":10,"total_tokens":110,
            "prompt_tokens_details":{"cached_tokens":80,"audio_tokens":0},
            "completion_tokens_details":{"reasoning_tokens":4}}"#,
    );
    assert_eq!((openai.input, openai.input_uncached), (Some(100), Some(20)));
    assert_eq!((openai.output_visible, openai.convention), (Some(6), Convention::Inclusive));
    let anthropic = detailed(
        r#"{"input_tokens":20,"cache_read_input_tokens":15,"cache_creation_input_tokens":5,
            "output_tokens":10}"#,
    );
    assert_eq!((anthropic.input, anthropic.convention), (Some(40), Convention::Exclusive));
}

#[test]
fn what_vercel_read_afresh_makes_the_total_where_there_is_none() {
    let usage = counted(&[
        ("ai.usage.inputTokenDetails.noCacheTokens", 30),
        ("ai.usage.inputTokenDetails.cacheReadTokens", 70),
    ]);
    assert_eq!((usage.input, usage.input_uncached), (Some(100), Some(30)));
}

#[test]
fn a_sum_of_the_clients_that_is_another_one_is_told() {
    let usage = counted(&[(INPUT, 100), (OUTPUT, 10), ("gen_ai.usage.total_tokens", 140)]);
    assert_eq!((usage.own_total(), usage.flags), (Some(110), vec![UsageFlag::TotalDiffers]));
}

#[test]
fn what_is_no_count_is_told_and_left_out() {
    let odd = [
        Value::Int(-1),
        Value::Double(0.5),
        Value::Double(f64::NAN),
        Value::Text("many".to_owned()),
        Value::Int(i64::MAX),
        Value::List(vec![]),
    ];
    for value in odd {
        let usage = of(&[(INPUT, value.clone()), (OUTPUT, Value::Int(5))]).unwrap();
        assert_eq!((usage.input, usage.output), (None, Some(5)), "{value:?}");
        assert_eq!(usage.flags, [UsageFlag::NotACount], "{value:?}");
    }
    let written = of(&[(INPUT, Value::Text("7".to_owned())), (OUTPUT, Value::Double(5.0))]);
    assert_eq!(written.unwrap().own_total(), Some(12));
}

#[test]
fn a_step_without_counts_has_no_usage() {
    assert_eq!(of(&[]), None);
}

#[test]
fn only_calls_count_their_own_tokens() {
    let whose = |pairs: &[(&str, &str)]| {
        let told = pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned().into(), Value::Text((*value).to_owned())));
        let mut attributes: Vec<Attribute> = told.collect();
        attributes.push((INPUT.into(), Value::Int(7)));
        let usage = usage(&dialect::read("", &attributes, &Found::of(&[]))).unwrap();
        (usage.counted, usage.own_total())
    };
    let operation = |name: &'static str| whose(&[("gen_ai.operation.name", name)]);
    assert_eq!(operation("chat"), (Counted::Own, Some(7)));
    assert_eq!(operation("embeddings"), (Counted::Own, Some(7)));
    assert_eq!(operation("rerank"), (Counted::Own, Some(7)));
    assert_eq!(operation("invoke_agent"), (Counted::RollUp, None));
    assert_eq!(operation("retrieval"), (Counted::RollUp, None));
    assert_eq!(operation("execute_tool"), (Counted::RollUp, None));
    assert_eq!(operation("fetch_response"), (Counted::Elsewhere, None));
    let vercel = |name: &'static str| whose(&[("ai.operationId", name)]).0;
    assert_eq!(vercel("ai.streamText"), Counted::RollUp);
    assert_eq!(vercel("ai.streamText.doStream"), Counted::Own);
    assert_eq!(vercel("ai.embed"), Counted::RollUp);
    assert_eq!(vercel("ai.embed.doEmbed"), Counted::Own);
    let details = "gen_ai.client.inference.operation.details";
    let log = whose(&[("gen_ai.operation.name", "chat"), ("event.name", details)]);
    assert_eq!(log, (Counted::Elsewhere, None));
}

#[test]
fn what_stands_beside_the_input_and_has_no_bucket_belongs_to_the_total_all_the_same() {
    let usage = detailed(
        r#"{"input":10,"input_cached_tokens":5,"input_image_tokens":7,"output":3,
            "output_accepted_prediction_tokens":2,"total":27}"#,
    );
    assert_eq!(
        (usage.input, usage.input_uncached, usage.cache_read),
        (Some(22), Some(17), Some(5))
    );
    assert_eq!((usage.output, usage.output_visible), (Some(5), Some(5)));
    assert_eq!(usage.flags, []);
}

fn any_count() -> impl Strategy<Value = Option<u64>> {
    prop::option::of(prop_oneof![0..200_u64, 0..=MOST])
}

proptest! {
    #[test]
    fn buckets_never_overlap_and_together_are_the_total(
        told in prop::array::uniform12(any_count()),
        excludes_cached in any::<bool>(),
        excludes_reasoning in any::<bool>(),
        beside in prop::array::uniform2(0..200_u64),
    ) {
        let (counts, not_a_count) = (told, false);
        let counts = Counts { counts, excludes_cached, excludes_reasoning, not_a_count, beside };
        let Some(usage) = counts.usage() else { return Ok(()) };
        let sum = |buckets: &[Option<u64>]| buckets.iter().flatten().sum::<u64>();
        let input = [usage.input_uncached, usage.cache_read, usage.cache_write, usage.audio_input];
        prop_assert_eq!(usage.input.unwrap_or(0), sum(&input));
        let output = [usage.output_visible, usage.reasoning, usage.audio_output];
        prop_assert_eq!(usage.output.unwrap_or(0), sum(&output));
        prop_assert!(usage.input >= counts.get(Bucket::Input));
        prop_assert!(usage.output >= counts.get(Bucket::Output));
    }
}
