//! Of how many traces one was kept, where a sampler before Mayday left others out.

/// Thresholds have 56 bits, as the random part of a trace's id has.
const ALL: u64 = 1 << 56;
const DIGITS: usize = 14;

/// One trace never stands for more, whatever somebody sends.
const MOST: f64 = 1e6;

/// What `ot=th:…` in a trace state says (OpenTelemetry, "TraceState: Probability Sampling"): traces
/// whose random number lies below this threshold were left out. None where all were kept.
pub(crate) fn one_in(trace_state: &str) -> Option<u64> {
    let ours = trace_state.split(',').find_map(|member| member.trim().strip_prefix("ot="))?;
    let digits = ours.split(';').find_map(|part| part.strip_prefix("th:"))?;
    let is_hex = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_hex || digits.len() > DIGITS {
        return None;
    }
    let threshold = u64::from_str_radix(digits, 16).ok()? << (4 * (DIGITS - digits.len()));
    let one_in = ALL as f64 / (ALL - threshold) as f64;
    Some(one_in.round().min(MOST) as u64).filter(|runs| *runs > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_says_how_many_were_left_out() {
        assert_eq!(one_in("ot=th:8"), Some(2));
        assert_eq!(one_in("vendor=1, ot=rv:6e6d1a75832a2f;th:c"), Some(4));
        assert_eq!(one_in("ot=th:e6666666666666"), Some(10));
        assert_eq!(one_in("ot=th:ffffffffffffff"), Some(1_000_000));
    }

    #[test]
    fn nothing_is_said_where_all_were_kept_or_it_is_no_threshold() {
        let states = ["", "ot=th:0", "ot=rv:8", "vendor=th:8", "ot=th:", "ot=th:+8", "ot=th:8A"];
        for state in states.into_iter().chain(["ot=th:123456789012345"]) {
            assert_eq!(one_in(state), None, "{state}");
        }
    }
}
