//! Myers' O(ND) comparison in linear space, with a budget.

use std::ops::Range;

/// Differences looked for on either side of one middle before a part is given up.
const DEEPEST: usize = 1_024;

/// The reach of a diagonal that has left the lists: less than any other.
const NOWHERE: isize = isize::MIN / 2;

/// Steps left. What would cost more is reported as one large change.
pub(super) struct Budget(u64);

impl Budget {
    pub(super) fn new(steps: u64) -> Self {
        Self(steps)
    }

    fn spend(&mut self, steps: usize) -> Option<()> {
        self.0 = self.0.checked_sub(steps as u64)?;
        Some(())
    }
}

/// A range of the old list and what stands in its place in the new one.
pub(super) type Change = (Range<usize>, Range<usize>);

/// The changes from `a` to `b`, in order; neighbours do not touch.
pub(super) fn changes(a: &[u32], b: &[u32], budget: &mut Budget) -> Vec<Change> {
    let mut out = Vec::new();
    compare(a, b, 0..a.len(), 0..b.len(), budget, &mut out);
    out
}

fn compare(
    a: &[u32],
    b: &[u32],
    mut old: Range<usize>,
    mut new: Range<usize>,
    budget: &mut Budget,
    out: &mut Vec<Change>,
) {
    let start = common(a[old.clone()].iter(), b[new.clone()].iter());
    old.start += start;
    new.start += start;
    let end = common(a[old.clone()].iter().rev(), b[new.clone()].iter().rev());
    old.end -= end;
    new.end -= end;
    if old.is_empty() && new.is_empty() {
        return;
    }
    if !old.is_empty() && !new.is_empty() {
        // Both halves have fewer differences than the whole: the depth is their logarithm.
        if let Some((x, y)) = middle(&a[old.clone()], &b[new.clone()], budget) {
            let (x, y) = (old.start + x, new.start + y);
            compare(a, b, old.start..x, new.start..y, budget, out);
            compare(a, b, x..old.end, y..new.end, budget, out);
            return;
        }
    }
    match out.last_mut() {
        Some((gone, come)) if gone.end == old.start && come.end == new.start => {
            gone.end = old.end;
            come.end = new.end;
        }
        _ => out.push((old, new)),
    }
}

fn common<'a>(a: impl Iterator<Item = &'a u32>, b: impl Iterator<Item = &'a u32>) -> usize {
    a.zip(b).take_while(|(a, b)| a == b).count()
}

/// A point on a shortest path through both lists, neither its start nor its end;
/// `None` when the budget is at its end or the lists are too different.
///
/// Walks from both corners at once, furthest reach first, until the walks meet.
/// `x` counts places of `a`, `y` of `b`, and a diagonal is `x - y`.
fn middle(a: &[u32], b: &[u32], budget: &mut Budget) -> Option<(usize, usize)> {
    let (n, m) = (a.len() as isize, b.len() as isize);
    let delta = n - m;
    let deepest = ((a.len() + b.len()).div_ceil(2)).min(DEEPEST) as isize;
    let zero = deepest + 1;
    let mut ahead = vec![NOWHERE; 2 * zero as usize + 1];
    let mut back = ahead.clone();
    ahead[zero as usize + 1] = 0;
    back[zero as usize + 1] = 0;
    let reach = |row: &[isize], k: isize, d: isize| -> isize {
        let (less, more) = (row[(zero + k - 1) as usize], row[(zero + k + 1) as usize]);
        if k == -d || (k != d && less < more) {
            more
        } else {
            less + 1
        }
    };
    for d in 0..=deepest {
        budget.spend(2 * d as usize + 2)?;
        for k in (-d..=d).step_by(2) {
            let mut x = reach(&ahead, k, d);
            if !(0..=n).contains(&x) || x - k > m {
                ahead[(zero + k) as usize] = NOWHERE;
                continue;
            }
            let from = x;
            while x < n && x - k < m && a[x as usize] == b[(x - k) as usize] {
                x += 1;
            }
            budget.spend((x - from) as usize)?;
            ahead[(zero + k) as usize] = x;
            // The backward diagonal that lies on this one.
            let met = delta - k;
            if delta % 2 != 0 && met.abs() < d && x + back[(zero + met) as usize] >= n {
                return inside(from, from - k, n, m).or(inside(x, x - k, n, m));
            }
        }
        for k in (-d..=d).step_by(2) {
            let mut x = reach(&back, k, d);
            if !(0..=n).contains(&x) || x - k > m {
                back[(zero + k) as usize] = NOWHERE;
                continue;
            }
            let from = x;
            while x < n && x - k < m && a[(n - 1 - x) as usize] == b[(m - 1 - x + k) as usize] {
                x += 1;
            }
            budget.spend((x - from) as usize)?;
            back[(zero + k) as usize] = x;
            let met = delta - k;
            if delta % 2 == 0 && met.abs() <= d && x + ahead[(zero + met) as usize] >= n {
                return inside(n - x, m - x + k, n, m).or(inside(n - from, m - from + k, n, m));
            }
        }
    }
    None
}

/// The point, if it divides the lists: neither both starts nor both ends.
fn inside(x: isize, y: isize, n: isize, m: isize) -> Option<(usize, usize)> {
    let divides =
        (x, y) != (0, 0) && (x, y) != (n, m) && (0..=n).contains(&x) && (0..=m).contains(&y);
    divides.then_some((x as usize, y as usize))
}
