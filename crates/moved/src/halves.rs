//! Work on many things, half of them on either of two cores.

/// Fewest steps that are worth a second thread.
const MANY_STEPS: usize = 200_000;

/// What `work` makes of the things, in their order; each takes about `steps`. Where that is much,
/// one half is done beside the other.
pub fn side_by_side<T: Sync, R: Send>(
    things: &[T],
    steps: usize,
    work: impl Fn(&[T]) -> Vec<R> + Sync,
) -> Vec<R> {
    let (first, second) = things.split_at(things.len() / 2);
    if first.is_empty() || things.len().saturating_mul(steps) < MANY_STEPS {
        return work(things);
    }
    std::thread::scope(|scope| {
        let beside = scope.spawn(|| work(first));
        let second = work(second);
        let mut made = beside.join().unwrap_or_else(|_| work(first));
        made.extend(second);
        made
    })
}
