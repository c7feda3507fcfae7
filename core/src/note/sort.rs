//! Sorting where few things are sorted: the standard sorts are quick on millions of
//! items and cost the browser's module four kilobytes for every type.

use std::collections::BinaryHeap;

/// Sorts, in O(n log n) for every input.
pub(super) fn sort<T: Ord>(items: &mut Vec<T>) {
    *items = BinaryHeap::from(std::mem::take(items)).into_sorted_vec();
}
