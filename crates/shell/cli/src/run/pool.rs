//! Many scenarios at once, with results in the order of the scenarios whoever is done first.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// A scenario takes little more time than a thread takes to begin: with fewer than this many, a thread is not worth it.
const WORTH_A_THREAD: usize = 4;

/// How many threads to use for this many items.
pub(crate) fn jobs(asked: Option<NonZeroUsize>, items: usize) -> usize {
    match (asked, items / WORTH_A_THREAD) {
        (Some(asked), _) => asked.get().min(items),
        (None, 0 | 1) => 1,
        (None, worth) => thread::available_parallelism().map_or(1, NonZeroUsize::get).min(worth),
    }
}

/// Works on every item, `jobs` at a time, and hands each result on in the order of the items. Ends early when
/// `hear` fails.
pub(crate) fn in_order<T: Sync, R: Send, E>(
    items: &[T],
    jobs: usize,
    work: impl Fn(&T) -> R + Sync,
    mut hear: impl FnMut(&T, R) -> Result<(), E>,
) -> Result<(), E> {
    if jobs <= 1 {
        return items.iter().try_for_each(|item| hear(item, work(item)));
    }
    let (next, work) = (AtomicUsize::new(0), &work);
    thread::scope(|scope| {
        let (done, results) = mpsc::channel();
        for _ in 0..jobs {
            let (done, next) = (done.clone(), &next);
            scope.spawn(move || {
                while let Some((index, item)) = take(items, next) {
                    // Nobody listens any more: the rest need not be done.
                    if done.send((index, work(item))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(done);
        let mut early = BTreeMap::new();
        let mut waited_for = items.iter().enumerate();
        let mut current = waited_for.next();
        for (index, result) in results {
            early.insert(index, result);
            while let Some((index, item)) = current
                && let Some(result) = early.remove(&index)
            {
                hear(item, result)?;
                current = waited_for.next();
            }
        }
        Ok(())
    })
}

fn take<'a, T>(items: &'a [T], next: &AtomicUsize) -> Option<(usize, &'a T)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    items.get(index).map(|item| (index, item))
}

#[cfg(test)]
mod tests {
    use super::{in_order, jobs};
    use std::num::NonZeroUsize;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u64> = (0..500).collect();
        for jobs in [1, 2, 7] {
            let mut heard = Vec::new();
            let hear = |item: &u64, result| {
                heard.push((*item, result));
                Ok::<(), ()>(())
            };
            in_order(&items, jobs, |item| item * item, hear).unwrap();
            let expected: Vec<(u64, u64)> = (0..500).map(|item| (item, item * item)).collect();
            assert_eq!(heard, expected);
        }
    }

    #[test]
    fn nothing_is_heard_after_a_failure() {
        let items: Vec<usize> = (0..100).collect();
        for jobs in [1, 3] {
            let mut heard = 0;
            let hear = |item: &usize, ()| {
                heard += 1;
                if *item == 5 { Err("enough") } else { Ok(()) }
            };
            assert_eq!(in_order(&items, jobs, |_| (), hear), Err("enough"));
            assert_eq!(heard, 6);
        }
    }

    #[test]
    fn few_scenarios_need_no_threads() {
        assert_eq!(jobs(None, 1), 1);
        assert_eq!(jobs(None, 7), 1);
        assert_eq!(jobs(NonZeroUsize::new(8), 3), 3);
    }
}
