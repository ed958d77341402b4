//! What both tables are made of.

use std::collections::{HashMap, VecDeque};
use std::mem;

use foldhash::fast::RandomState;

use crate::ids::TableId;

/// Entries by id.
///
/// Ids are given out in sequence, and most entries are calls, which do not last: these lie in a row,
/// where they are found without a search and beside each other, however many others there are. What
/// lasts longer is moved to a table as those that came with it go; what the peer numbers as it likes
/// is there from the start. A peer cannot choose ids that collide there, because every table has a
/// random seed.
pub(super) struct Table<K, V> {
    recent: Row<V>,
    others: HashMap<K, V, RandomState>,
}

/// Entries whose ids follow each other, with gaps for those that are gone.
struct Row<V> {
    /// The id of the first.
    first: i64,
    slots: VecDeque<Option<V>>,
    /// How many of them are taken; the first is, if any.
    taken: usize,
}

impl<K: TableId, V> Table<K, V> {
    pub(super) fn insert(&mut self, id: K, value: V) {
        let number = id.number();
        if number <= 0 || number < self.recent.first {
            self.others.insert(id, value);
            return;
        }
        self.make_way_for(number);
        self.recent.put(number, value);
    }

    pub(super) fn get(&self, id: K) -> Option<&V> {
        match self.recent.place(id.number()) {
            Some(place) => self.recent.slots.get(place)?.as_ref(),
            None => self.others.get(&id),
        }
    }

    pub(super) fn get_mut(&mut self, id: K) -> Option<&mut V> {
        match self.recent.place(id.number()) {
            Some(place) => self.recent.slots.get_mut(place)?.as_mut(),
            None => self.others.get_mut(&id),
        }
    }

    pub(super) fn contains(&self, id: K) -> bool {
        self.get(id).is_some()
    }

    pub(super) fn remove(&mut self, id: K) -> Option<V> {
        if let Some(place) = self.recent.place(id.number()) {
            let removed = self.recent.remove(place);
            self.make_way_for(self.recent.first);
            return removed;
        }
        let removed = self.others.remove(&id);
        let room = self.others.capacity();
        if room > SHORT && self.others.len() < room / 8 {
            self.others.shrink_to(room / 4);
        }
        removed
    }

    /// Moves what is old away, as far as the row would be long and empty with that id in it.
    fn make_way_for(&mut self, number: i64) {
        while let Some((number, old)) = self.recent.give_way_to(number) {
            self.others.insert(K::new(number), old);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.recent.taken.saturating_add(self.others.len())
    }

    /// Empties the table; returns what was there in no order.
    pub(super) fn take_all(&mut self) -> Vec<(K, V)> {
        let mut all = self.recent.take_all();
        all.extend(mem::take(&mut self.others));
        all
    }

    /// Takes out what is to go, in no order.
    #[cfg(any(test, feature = "websocket"))]
    pub(super) fn take_if(&mut self, goes: impl Fn(&V) -> bool) -> Vec<(K, V)> {
        let (go, stay): (Vec<_>, Vec<_>) = self
            .take_all()
            .into_iter()
            .partition(|(_, value)| goes(value));
        self.others.extend(stay);
        go
    }
}

impl<V> Row<V> {
    /// Returns where an id has its place, if that is in the row.
    fn place(&self, id: i64) -> Option<usize> {
        let place = usize::try_from(id.checked_sub(self.first)?).ok()?;
        (place < self.slots.len()).then_some(place)
    }

    /// Returns how long the row is if that id is in it.
    fn length_with(&self, id: i64) -> usize {
        let place = id.saturating_sub(self.first);
        let length = usize::try_from(place)
            .unwrap_or(usize::MAX)
            .saturating_add(1);
        length.max(self.slots.len())
    }

    /// Takes out the first entry if the row would be long, and most of it empty, with that id in it.
    fn give_way_to(&mut self, id: i64) -> Option<(i64, V)> {
        let length = self.length_with(id);
        if length <= SHORT || length / SPARSE <= self.taken {
            return None;
        }
        let number = self.first;
        self.remove(0).map(|value| (number, value))
    }

    fn put(&mut self, id: i64, value: V) {
        if self.taken == 0 {
            self.first = id;
        }
        let length = self.length_with(id);
        self.slots.resize_with(length, || None);
        let place = self.place(id);
        if let Some(slot) = place.and_then(|place| self.slots.get_mut(place)) {
            let before = slot.replace(value);
            self.taken = self.taken.saturating_add(usize::from(before.is_none()));
        }
    }

    fn remove(&mut self, place: usize) -> Option<V> {
        let removed = self.slots.get_mut(place)?.take()?;
        self.taken = self.taken.saturating_sub(1);
        while let Some(None) = self.slots.back() {
            self.slots.pop_back();
        }
        while let Some(None) = self.slots.front() {
            self.slots.pop_front();
            self.first = self.first.saturating_add(1);
        }
        let room = self.slots.capacity();
        if room > SHORT && self.slots.len() < room / 8 {
            self.slots.shrink_to(room / 4);
        }
        Some(removed)
    }

    fn take_all<K: TableId>(&mut self) -> Vec<(K, V)> {
        self.taken = 0;
        let slots = mem::take(&mut self.slots);
        let entries = (self.first..).map(K::new).zip(slots);
        entries
            .filter_map(|(id, value)| Some((id, value?)))
            .collect()
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        let recent = Row {
            first: 1,
            slots: VecDeque::new(),
            taken: 0,
        };
        Self {
            recent,
            others: HashMap::default(),
        }
    }
}

/// How long a row may be whatever is in it, and for how many entries room is kept whatever there are:
/// otherwise for eight times as many.
const SHORT: usize = 32;

/// How many places there are in a longer row for each entry, at most.
const SPARSE: usize = 4;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{SHORT, SPARSE, Table};
    use crate::ids::ExportId;

    type Numbers = Table<ExportId, i64>;

    fn add(table: &mut Numbers, ids: impl IntoIterator<Item = i64>) {
        for id in ids {
            table.insert(ExportId::new(id), id);
        }
    }

    fn remove(table: &mut Numbers, ids: impl IntoIterator<Item = i64>) {
        for id in ids {
            assert_eq!(table.remove(ExportId::new(id)), Some(id));
        }
    }

    /// Says what there is, and that it keeps no more room than it may.
    fn check(table: &Numbers, expected: &BTreeMap<i64, i64>) {
        assert_eq!(table.len(), expected.len());
        for id in expected.keys() {
            assert_eq!(table.get(ExportId::new(*id)), Some(id));
        }
        let row = &table.recent;
        let most = |entries: usize, each: usize| entries.saturating_add(1).saturating_mul(each);
        assert!(row.slots.len() <= SHORT.max(most(row.taken, SPARSE)));
        assert!(row.slots.capacity() <= (2 * SHORT).max(most(row.slots.len(), 8)));
        assert!(table.others.capacity() <= (2 * SHORT).max(most(table.others.len(), 8)));
    }

    /// The fault: an entry that is lost, found under another id, or kept, in whatever order they come
    /// and go. Half of the steps are calls; some are left for long, others are the peer's.
    #[test]
    fn it_does_what_a_map_does() {
        let (mut table, mut model) = (Numbers::default(), BTreeMap::new());
        let (mut seed, mut next) = (7_u64, 1);
        for step in 0..20_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let random = i64::from((seed >> 40) as u32);
            let id = match random % 4 {
                0 => -(random / 4 % 500),
                1 if step % 100 == 0 => next + random % 1000,
                _ => next,
            };
            next = next.max(id + 1);
            if random % 4 < 3 && step % 5000 < 4000 {
                add(&mut table, [id]);
                model.insert(id, id);
            } else {
                let place = usize::try_from(random).unwrap() % model.len().max(1);
                let gone = model.keys().nth(place).copied();
                if let Some(gone) = gone {
                    remove(&mut table, [gone]);
                    model.remove(&gone);
                }
            }
            if step % 50 == 0 {
                check(&table, &model);
            }
        }
        let mut all = table.take_all();
        all.sort_unstable();
        let model = model
            .into_iter()
            .map(|(id, value)| (ExportId::new(id), value));
        assert_eq!(all, model.collect::<Vec<_>>());
        check(&table, &BTreeMap::new());
    }

    /// The fault: one that stays keeps room for all that came after it.
    #[test]
    fn what_stays_is_moved_out_of_the_way() {
        let mut table = Numbers::default();
        for id in 1..100_000 {
            add(&mut table, [id]);
            if id % 1000 != 0 {
                remove(&mut table, [id]);
            }
        }
        let left = (1..100).map(|n| (n * 1000, n * 1000)).collect();
        check(&table, &left);
        assert!(table.others.len() > 95, "{}", table.others.len());
    }

    /// The fault: the room of a burst is kept when it is over, in whatever order it ends.
    #[test]
    fn room_is_given_back() {
        let mut table = Numbers::default();
        let mut ids: Vec<i64> = (1..10_000).chain(-10_000..0).collect();
        for _ in 0..2 {
            ids.reverse();
            add(&mut table, -10_000..0);
            add(&mut table, 1..10_000);
            remove(&mut table, ids.iter().copied());
            check(&table, &BTreeMap::new());
        }
    }

    /// The fault: a peer that skips ids, such as by writing to streams, has room made for them.
    #[test]
    fn no_room_is_made_for_a_gap() {
        let mut table = Numbers::default();
        let ids = [1, 2, 3, 1_000_000_000_000, 1_000_000_000_001, i64::MAX];
        add(&mut table, ids);
        check(&table, &ids.into_iter().map(|id| (id, id)).collect());
    }
}
