//! scratch
use std::time::Instant;
use std::collections::BTreeMap;
fn main() {
    for (i, scenario) in sim::Scenario::ALL.into_iter().enumerate() {
        let t = Instant::now();
        let play = sim::Play::new(scenario, 7 + i as u64, "2026-11-22T00:00:00Z".parse().unwrap());
        let (mut reqs, mut spans, mut runs) = (0, 0, 0);
        let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
        let mut bytes = 0;
        let mut enc = std::time::Duration::ZERO;
        let mut most = 0;
        for r in play.requests() {
            reqs += 1; runs += r.runs;
            let n: usize = r.groups.iter().map(|g| g.1.len()).sum();
            most = most.max(n);
            spans += n;
            for s in r.groups.iter().flat_map(|g| &g.1) { *kinds.entry(s.name.clone()).or_default() += 1; }
            let e = Instant::now();
            bytes += recorder::wire::protobuf(&r.groups).len();
            enc += e.elapsed();
        }
        println!("{scenario}: {reqs} req (max {most}), {spans} spans, {runs} runs, {bytes} B, total {:?} of which encode {enc:?}", t.elapsed());
        println!("{kinds:?} {:?}", play.onset());
        if i == 2 { println!("{:#?}", play.truth()); for r in play.requests().skip(150).take(1) {
            let root = r.groups[0].1.iter().find(|s| s.parent.is_none()).unwrap().trace;
            for (s, sp) in &r.groups { for x in sp { if x.trace == root { println!("{s:?}\n{x:#?}"); } } } } }
    }
}
