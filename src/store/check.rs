//! Recomputes what is kept twice and compares: every counter, every place in the tree, the queue,
//! and the whole log. `understory verify` prints what differs, by name.

use super::queue::{row, waiting_columns};
use super::{StoreError, Tx};
use crate::domain::log::{Finding, Head, Prover};

/// Something that is not as it must be: which, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `moderation_log seq 12`, `comment.reply_count 345`, …
    pub name: String,
    /// What is kept and what it should be.
    pub detail: String,
}

impl Difference {
    /// A row of the log that is not what it was.
    pub fn in_log(seq: i64, detail: String) -> Difference {
        Difference { name: format!("moderation_log seq {seq}"), detail }
    }

    /// A decision that the log does not hold.
    pub fn of_decision(id: i64) -> Difference {
        Difference { name: format!("moderation_log decision {id}"), detail: "has no row in the log".into() }
    }

    /// What is wrong with the log as a whole.
    pub fn of_finding(finding: Finding) -> impl Iterator<Item = Difference> {
        let missing = finding.missing.into_iter().map(|head| {
            let detail = format!("was published as the end of chain {}, and is not there", head.chain.number());
            Difference::in_log(head.seq, detail)
        });
        let unexplained = finding.unexplained.into_iter().map(|seq| {
            Difference::in_log(seq, "its texts are gone, and no row says that they were purged then".to_owned())
        });
        missing.chain(unexplained)
    }
}

/// Rows of the log looked at in one query.
const LOG_BATCH: i64 = 1_000;

/// What a record holds beside a count of the rows it stands for, also of who has no record.
macro_rules! record {
    ($column:literal, $person:literal, $rows:literal) => {
        (
            concat!("record.", $column),
            concat!(
                "SELECT COALESCE(r.user_id, n.user_id), COALESCE(r.",
                $column,
                ", 0), COALESCE(n.n, 0) FROM record r FULL JOIN (SELECT ",
                $person,
                " AS user_id, site_id, COUNT(*) AS n FROM ",
                $rows,
                " GROUP BY ",
                $person,
                ", site_id) n ON n.user_id = r.user_id AND n.site_id = r.site_id WHERE COALESCE(r.",
                $column,
                ", 0) <> COALESCE(n.n, 0) ORDER BY 1"
            ),
        )
    };
}

/// Each query yields the id, what is kept and what was recomputed, only where they differ.
const COUNTERS: &[(&str, &str)] = &[
    (
        "comment.up",
        "SELECT c.id, c.up, COALESCE(v.n, 0) FROM comment c LEFT JOIN
           (SELECT comment_id, COUNT(*) AS n FROM vote WHERE value = 1 GROUP BY comment_id) v ON v.comment_id = c.id
         WHERE c.up <> COALESCE(v.n, 0) ORDER BY c.id",
    ),
    (
        "comment.down",
        "SELECT c.id, c.down, COALESCE(v.n, 0) FROM comment c LEFT JOIN
           (SELECT comment_id, COUNT(*) AS n FROM vote WHERE value = -1 GROUP BY comment_id) v ON v.comment_id = c.id
         WHERE c.down <> COALESCE(v.n, 0) ORDER BY c.id",
    ),
    ("comment.score", "SELECT id, score, up - down FROM comment WHERE score <> up - down ORDER BY id"),
    (
        "comment.reply_count",
        "SELECT c.id, c.reply_count, COALESCE(r.n, 0) FROM comment c LEFT JOIN
           (SELECT parent_id, COUNT(*) AS n FROM comment WHERE state = 'published' AND parent_id IS NOT NULL
            GROUP BY parent_id) r ON r.parent_id = c.id
         WHERE c.reply_count <> COALESCE(r.n, 0) ORDER BY c.id",
    ),
    (
        "comment.child_count",
        "SELECT c.id, c.child_count, COALESCE(r.n, 0) FROM comment c LEFT JOIN
           (SELECT parent_id, MAX(ordinal) AS n FROM comment WHERE parent_id IS NOT NULL GROUP BY parent_id) r
           ON r.parent_id = c.id
         WHERE c.child_count <> COALESCE(r.n, 0) ORDER BY c.id",
    ),
    (
        "comment.visible_children",
        "SELECT c.id, c.visible_children, COALESCE(r.n, 0) FROM comment c LEFT JOIN
           (SELECT parent_id, COUNT(*) AS n FROM comment WHERE visible = 1 AND parent_id IS NOT NULL
            GROUP BY parent_id) r ON r.parent_id = c.id
         WHERE c.visible_children <> COALESCE(r.n, 0) ORDER BY c.id",
    ),
    (
        "comment.visible",
        "SELECT id, visible, CASE WHEN state = 'published' OR visible_children > 0 THEN 1 ELSE 0 END FROM comment
         WHERE visible <> CASE WHEN state = 'published' OR visible_children > 0 THEN 1 ELSE 0 END ORDER BY id",
    ),
    (
        "comment.depth",
        "SELECT c.id, c.depth, COALESCE(p.depth, 0) + 1 FROM comment c LEFT JOIN comment p ON p.id = c.parent_id
         WHERE c.depth <> COALESCE(p.depth, 0) + 1 ORDER BY c.id",
    ),
    (
        "thread.published_count",
        "SELECT t.id, t.published_count, COALESCE(r.n, 0) FROM thread t LEFT JOIN
           (SELECT thread_id, COUNT(*) AS n FROM comment WHERE state = 'published' GROUP BY thread_id) r
           ON r.thread_id = t.id
         WHERE t.published_count <> COALESCE(r.n, 0) ORDER BY t.id",
    ),
    (
        "thread.held_count",
        "SELECT t.id, t.held_count, COALESCE(r.n, 0) FROM thread t LEFT JOIN
           (SELECT thread_id, COUNT(*) AS n FROM comment WHERE state = 'held' GROUP BY thread_id) r
           ON r.thread_id = t.id
         WHERE t.held_count <> COALESCE(r.n, 0) ORDER BY t.id",
    ),
    (
        "thread.hidden_count",
        "SELECT t.id, t.hidden_count, COALESCE(r.n, 0) FROM thread t LEFT JOIN
           (SELECT thread_id, COUNT(*) AS n FROM comment WHERE state = 'hidden' GROUP BY thread_id) r
           ON r.thread_id = t.id
         WHERE t.hidden_count <> COALESCE(r.n, 0) ORDER BY t.id",
    ),
    (
        "thread_hidden.hidden",
        "SELECT k.thread_id, k.hidden, COALESCE(c.n, 0) FROM thread_hidden k LEFT JOIN
           (SELECT thread_id, removed_by, COALESCE(removed_reason, 'other') AS reason, COUNT(*) AS n FROM comment
            WHERE state = 'hidden' GROUP BY thread_id, removed_by, COALESCE(removed_reason, 'other')) c
           ON c.thread_id = k.thread_id AND c.removed_by = k.removed_by AND c.reason = k.reason
         WHERE k.hidden <> COALESCE(c.n, 0) ORDER BY k.thread_id, k.removed_by, k.reason",
    ),
    (
        "thread_hidden.sum",
        "SELECT t.id, COALESCE(k.n, 0), COALESCE(r.n, 0) FROM thread t LEFT JOIN
           (SELECT thread_id, CAST(SUM(hidden) AS BIGINT) AS n FROM thread_hidden GROUP BY thread_id) k ON k.thread_id = t.id LEFT JOIN
           (SELECT thread_id, COUNT(*) AS n FROM comment WHERE state = 'hidden' GROUP BY thread_id) r
           ON r.thread_id = t.id
         WHERE COALESCE(k.n, 0) <> COALESCE(r.n, 0) ORDER BY t.id",
    ),
    (
        "thread.overturned_count",
        "SELECT t.id, t.overturned_count, COALESCE(r.n, 0) FROM thread t LEFT JOIN
           (SELECT c.thread_id, COUNT(*) AS n FROM appeal a JOIN decision_entry e ON e.id = a.entry_id
            JOIN comment c ON c.id = e.comment_id WHERE a.state = 'overturned' AND e.party = 'owner'
            GROUP BY c.thread_id) r ON r.thread_id = t.id
         WHERE t.overturned_count <> COALESCE(r.n, 0) ORDER BY t.id",
    ),
    (
        "thread.flagged_count",
        "SELECT t.id, t.flagged_count, COALESCE(r.n, 0) FROM thread t LEFT JOIN
           (SELECT c.thread_id, COUNT(*) AS n FROM queue_item q JOIN comment c ON c.id = q.comment_id
            WHERE q.flagged = 1 GROUP BY c.thread_id) r ON r.thread_id = t.id
         WHERE t.flagged_count <> COALESCE(r.n, 0) ORDER BY t.id",
    ),
    (
        "thread.visible_roots",
        "SELECT t.id, t.visible_roots, COALESCE(r.n, 0) FROM thread t LEFT JOIN
           (SELECT thread_id, COUNT(*) AS n FROM comment WHERE visible = 1 AND parent_id IS NULL GROUP BY thread_id) r
           ON r.thread_id = t.id
         WHERE t.visible_roots <> COALESCE(r.n, 0) ORDER BY t.id",
    ),
    (
        "thread.root_count",
        "SELECT t.id, t.root_count, COALESCE(r.n, 0) FROM thread t LEFT JOIN
           (SELECT thread_id, MAX(ordinal) AS n FROM comment WHERE parent_id IS NULL GROUP BY thread_id) r
           ON r.thread_id = t.id
         WHERE t.root_count <> COALESCE(r.n, 0) ORDER BY t.id",
    ),
    (
        "site.flagged_count",
        "SELECT s.id, s.flagged_count, COALESCE(q.n, 0) FROM site s LEFT JOIN
           (SELECT site_id, COUNT(*) AS n FROM queue_item WHERE flagged = 1 GROUP BY site_id) q ON q.site_id = s.id
         WHERE s.flagged_count <> COALESCE(q.n, 0) ORDER BY s.id",
    ),
    (
        "site.held_count",
        "SELECT s.id, s.held_count, COALESCE(q.n, 0) FROM site s LEFT JOIN
           (SELECT site_id, COUNT(*) AS n FROM queue_item WHERE held = 1 GROUP BY site_id) q ON q.site_id = s.id
         WHERE s.held_count <> COALESCE(q.n, 0) ORDER BY s.id",
    ),
    (
        "site.notice_count",
        "SELECT s.id, s.notice_count, COALESCE(q.n, 0) FROM site s LEFT JOIN
           (SELECT site_id, COUNT(*) AS n FROM queue_item WHERE notice = 1 GROUP BY site_id) q ON q.site_id = s.id
         WHERE s.notice_count <> COALESCE(q.n, 0) ORDER BY s.id",
    ),
    (
        "site.sample_count",
        "SELECT s.id, s.sample_count, COALESCE(q.n, 0) FROM site s LEFT JOIN
           (SELECT site_id, COUNT(*) AS n FROM queue_item WHERE sample = 1 GROUP BY site_id) q ON q.site_id = s.id
         WHERE s.sample_count <> COALESCE(q.n, 0) ORDER BY s.id",
    ),
    (
        "queue_item.flagged",
        "SELECT c.id, COALESCE(q.flagged, 0), CASE WHEN f.n > 0 THEN 1 ELSE 0 END FROM comment c
         LEFT JOIN queue_item q ON q.comment_id = c.id LEFT JOIN
           (SELECT comment_id, COUNT(*) AS n FROM flag WHERE state = 'open' GROUP BY comment_id) f ON f.comment_id = c.id
         WHERE COALESCE(q.flagged, 0) <> CASE WHEN f.n > 0 THEN 1 ELSE 0 END ORDER BY c.id",
    ),
    (
        "queue_item.held",
        "SELECT c.id, COALESCE(q.held, 0), CASE WHEN c.state = 'held' THEN 1 ELSE 0 END FROM comment c
         LEFT JOIN queue_item q ON q.comment_id = c.id
         WHERE COALESCE(q.held, 0) <> CASE WHEN c.state = 'held' THEN 1 ELSE 0 END ORDER BY c.id",
    ),
    (
        "decision.applied_count",
        "SELECT d.id, d.applied_count, COALESCE(t.n, 0) FROM decision d LEFT JOIN
           (SELECT decision_id, COUNT(*) AS n FROM decision_target WHERE conflict IS NULL GROUP BY decision_id) t
           ON t.decision_id = d.id
         WHERE d.applied_count <> COALESCE(t.n, 0) ORDER BY d.id",
    ),
    (
        "decision.conflict_count",
        "SELECT d.id, d.conflict_count, COALESCE(t.n, 0) FROM decision d LEFT JOIN
           (SELECT decision_id, COUNT(*) AS n FROM decision_target WHERE conflict IS NOT NULL GROUP BY decision_id) t
           ON t.decision_id = d.id
         WHERE d.conflict_count <> COALESCE(t.n, 0) ORDER BY d.id",
    ),
    // what is yet to be done is there exactly while it is to be done; an undo reads it where it was done
    (
        "decision.total",
        "SELECT d.id, d.total, d.applied_count + d.conflict_count + COALESCE(b.n, 0) FROM decision d LEFT JOIN
           (SELECT decision_id, CAST(SUM(size) AS BIGINT) AS n FROM decision_batch GROUP BY decision_id) b ON b.decision_id = d.id
         WHERE (d.state <> 'done' AND d.undoes IS NULL
                AND d.total <> d.applied_count + d.conflict_count + COALESCE(b.n, 0))
            OR ((d.state = 'done' OR d.undoes IS NOT NULL) AND b.n IS NOT NULL) ORDER BY d.id",
    ),
    (
        "sanction.lifted",
        "SELECT x.id, CASE WHEN x.lifted_ms IS NULL THEN 0 ELSE 1 END, CASE WHEN d.undone_by IS NULL THEN 0 ELSE 1 END
         FROM sanction x JOIN decision d ON d.id = x.decision_id
         WHERE (x.lifted_ms IS NULL) <> (d.undone_by IS NULL AND d.state = 'done') OR (x.lifted_ms IS NULL) <> (x.lifted_by IS NULL)
         ORDER BY x.id",
    ),
    (
        "decision_entry.site_id",
        "SELECT e.id, e.site_id, d.site_id FROM decision_entry e JOIN decision d ON d.id = e.decision_id
         WHERE e.site_id <> d.site_id ORDER BY e.id",
    ),
    record!("published", "author_id", "comment WHERE author_id IS NOT NULL AND state = 'published'"),
    record!("held", "author_id", "comment WHERE author_id IS NOT NULL AND state = 'held'"),
    record!("hidden", "author_id", "comment WHERE author_id IS NOT NULL AND state = 'hidden'"),
    record!("deleted", "author_id", "comment WHERE author_id IS NOT NULL AND state = 'deleted'"),
    record!("flags_upheld", "user_id", "flag WHERE state = 'upheld'"),
    record!("flags_dismissed", "user_id", "flag WHERE state = 'dismissed'"),
    (
        "queue_item.notice",
        "SELECT c.id, COALESCE(q.notice, 0), CASE WHEN n.n > 0 THEN 1 ELSE 0 END FROM comment c
         LEFT JOIN queue_item q ON q.comment_id = c.id LEFT JOIN
           (SELECT comment_id, COUNT(*) AS n FROM notice WHERE state = 'open' GROUP BY comment_id) n
           ON n.comment_id = c.id
         WHERE COALESCE(q.notice, 0) <> CASE WHEN n.n > 0 THEN 1 ELSE 0 END ORDER BY c.id",
    ),
    (
        "queue_item.sample",
        "SELECT c.id, COALESCE(q.sample, 0), CASE WHEN s.comment_id IS NULL THEN 0 ELSE 1 END FROM comment c
         LEFT JOIN queue_item q ON q.comment_id = c.id
         LEFT JOIN sample s ON s.comment_id = c.id AND s.state = 'open' AND c.state = 'published'
         WHERE COALESCE(q.sample, 0) <> CASE WHEN s.comment_id IS NULL THEN 0 ELSE 1 END ORDER BY c.id",
    ),
    (
        "queue_item.thread",
        "SELECT q.comment_id, q.thread_id, c.thread_id FROM queue_item q JOIN comment c ON c.id = q.comment_id
         WHERE q.thread_id <> c.thread_id OR q.site_id <> c.site_id ORDER BY q.comment_id",
    ),
    (
        "queue_place.rank",
        "SELECT p.comment_id, p.rank, COALESCE(q.rank, 0) FROM queue_place p
         LEFT JOIN queue_item q ON q.comment_id = p.comment_id AND q.site_id = p.site_id
         WHERE p.rank <> COALESCE(q.rank, 0) ORDER BY p.comment_id, p.list",
    ),
    (
        "queue_place.claim",
        "SELECT p.comment_id, COALESCE(p.claim_id, 0), COALESCE(q.claim_id, 0) FROM queue_place p
         JOIN queue_item q ON q.comment_id = p.comment_id
         WHERE COALESCE(p.claim_id, 0) <> COALESCE(q.claim_id, 0) ORDER BY p.comment_id, p.list",
    ),
    (
        "queue_place.kinds",
        "SELECT q.comment_id, COALESCE(p.n, 0), 1 + q.flagged + q.held + q.notice + q.sample FROM queue_item q LEFT JOIN
           (SELECT comment_id, COUNT(*) AS n FROM queue_place
            WHERE list IN ('all', 'flagged', 'held', 'notice', 'sample') GROUP BY comment_id) p
           ON p.comment_id = q.comment_id
         WHERE COALESCE(p.n, 0) <> 1 + q.flagged + q.held + q.notice + q.sample ORDER BY q.comment_id",
    ),
    (
        "queue_place.reasons",
        "SELECT q.comment_id, COALESCE(p.n, 0), COALESCE(f.n, 0) FROM queue_item q LEFT JOIN
           (SELECT comment_id, COUNT(*) AS n FROM queue_place WHERE list LIKE 'reason:%' GROUP BY comment_id) p
           ON p.comment_id = q.comment_id LEFT JOIN
           (SELECT comment_id, COUNT(*) AS n FROM
              (SELECT comment_id, reason FROM flag WHERE state = 'open'
               UNION SELECT comment_id, category FROM notice WHERE state = 'open') said GROUP BY comment_id) f
           ON f.comment_id = q.comment_id
         WHERE COALESCE(p.n, 0) <> COALESCE(f.n, 0) ORDER BY q.comment_id",
    ),
    (
        "queue_place.people",
        "SELECT q.comment_id, COALESCE(p.n, 0), CASE WHEN q.author_id IS NULL THEN 1 ELSE 2 END FROM queue_item q
         LEFT JOIN (SELECT l.comment_id, COUNT(*) AS n FROM queue_place l JOIN queue_item i ON i.comment_id = l.comment_id
                    WHERE l.list = 'thread:' || i.thread_id OR l.list = 'author:' || i.author_id
                    GROUP BY l.comment_id) p ON p.comment_id = q.comment_id
         WHERE COALESCE(p.n, 0) <> CASE WHEN q.author_id IS NULL THEN 1 ELSE 2 END ORDER BY q.comment_id",
    ),
    // a period is 30 days
    (
        "sample_count.upheld",
        "SELECT k.site_id, k.upheld, COALESCE(n.n, 0) FROM sample_count k LEFT JOIN
           (SELECT s.site_id, d.at_ms / 2592000000 AS period, COUNT(*) AS n FROM sample s
            JOIN decision d ON d.id = s.decision_id WHERE s.state = 'upheld' GROUP BY s.site_id, d.at_ms / 2592000000) n
           ON n.site_id = k.site_id AND n.period = k.period
         WHERE k.upheld <> COALESCE(n.n, 0) ORDER BY k.site_id, k.period",
    ),
    (
        "sample_count.dismissed",
        "SELECT k.site_id, k.dismissed, COALESCE(n.n, 0) FROM sample_count k LEFT JOIN
           (SELECT s.site_id, d.at_ms / 2592000000 AS period, COUNT(*) AS n FROM sample s
            JOIN decision d ON d.id = s.decision_id WHERE s.state = 'dismissed' GROUP BY s.site_id, d.at_ms / 2592000000) n
           ON n.site_id = k.site_id AND n.period = k.period
         WHERE k.dismissed <> COALESCE(n.n, 0) ORDER BY k.site_id, k.period",
    ),
    (
        "sample_count.periods",
        "SELECT s.site_id, COUNT(*), 0 FROM sample s JOIN decision d ON d.id = s.decision_id
         WHERE s.state IN ('upheld', 'dismissed') AND NOT EXISTS (SELECT 1 FROM sample_count k
           WHERE k.site_id = s.site_id AND k.period = d.at_ms / 2592000000) GROUP BY s.site_id ORDER BY s.site_id",
    ),
    (
        "flag_count.open",
        "SELECT k.comment_id, k.open, COALESCE(f.n, 0) FROM flag_count k LEFT JOIN
           (SELECT comment_id, reason, COUNT(*) AS n FROM flag WHERE state = 'open' GROUP BY comment_id, reason) f
           ON f.comment_id = k.comment_id AND f.reason = k.reason
         WHERE k.open <> COALESCE(f.n, 0) ORDER BY k.comment_id, k.reason",
    ),
    (
        "flag_count.reasons",
        "SELECT f.comment_id, COALESCE(k.n, 0), f.n FROM
           (SELECT comment_id, COUNT(DISTINCT reason) AS n FROM flag WHERE state = 'open' GROUP BY comment_id) f LEFT JOIN
           (SELECT comment_id, COUNT(*) AS n FROM flag_count WHERE open > 0 GROUP BY comment_id) k
           ON k.comment_id = f.comment_id
         WHERE COALESCE(k.n, 0) <> f.n ORDER BY f.comment_id",
    ),
];

impl Tx<'_> {
    /// Every counter that is not what a recount gives.
    pub fn check_counters(&mut self) -> Result<Vec<Difference>, StoreError> {
        let mut found = Vec::new();
        for (name, sql) in COUNTERS {
            self.each(sql, &[], |c| {
                let (id, kept, counted): (i64, i64, i64) = (c.take()?, c.take()?, c.take()?);
                found.push(Difference { name: format!("{name} {id}"), detail: format!("{kept}, should be {counted}") });
                Ok(())
            })?;
        }
        Ok(found)
    }

    /// Every waiting comment whose rank does not follow from what is kept of it.
    pub fn check_ranks(&mut self) -> Result<Vec<Difference>, StoreError> {
        let mut found = Vec::new();
        self.each(
            concat!(
                "SELECT q.rank, q.comment_id, ",
                waiting_columns!(),
                ", q.thread_id, q.author_id FROM queue_item q ORDER BY q.comment_id"
            ),
            &[],
            |c| {
                let row = row(c)?;
                let (kept, rank) = (row.place.rank, row.waiting.rank());
                if kept != rank {
                    let name = format!("queue_item.rank {}", row.place.comment_id);
                    found.push(Difference { name, detail: format!("{kept}, should be {rank}") });
                }
                Ok(())
            },
        )?;
        Ok(found)
    }

    /// Every comment whose path is not its parent's with its own ordinal.
    pub fn check_paths(&mut self) -> Result<Vec<Difference>, StoreError> {
        let mut found = Vec::new();
        self.each(
            "SELECT c.id, c.ordinal, c.path, p.path FROM comment c LEFT JOIN comment p ON p.id = c.parent_id ORDER BY c.id",
            &[],
            |c| {
                use crate::domain::path::Path;
                let (id, ordinal): (i64, i64) = (c.take()?, c.take()?);
                let (path, parent): (Vec<u8>, Option<Vec<u8>>) = (c.take()?, c.maybe()?);
                let ordinal = ordinal.unsigned_abs();
                let expected = match parent {
                    None => Some(Path::root(ordinal)),
                    Some(bytes) => Path::from_bytes(bytes).child(ordinal).ok(),
                };
                if expected.is_none_or(|expected| expected.as_bytes() != path.as_slice()) {
                    let detail = format!("{}, is not ordinal {ordinal} under its parent", hex::encode(&path));
                    found.push(Difference { name: format!("comment.path {id}"), detail });
                }
                Ok(())
            },
        )?;
        Ok(found)
    }

    /// Every row of the log that is not what its chain proves, every published head that it does not
    /// hold, and how many rows there are.
    pub fn check_log(&mut self, published: &[Head]) -> Result<(u64, Vec<Difference>), StoreError> {
        let mut found = Vec::new();
        let mut prover = Prover::new(published);
        let mut expected_seq = 1;
        let mut rows = 0;
        loop {
            let lines = self.log_after(expected_seq - 1, LOG_BATCH)?;
            if lines.is_empty() {
                found.extend(Difference::of_finding(prover.finish()));
                return Ok((rows, found));
            }
            for line in lines {
                let seq = line.row.seq;
                rows += 1;
                if seq != expected_seq {
                    let detail = format!("rows {expected_seq} to {} before it are missing", seq - 1);
                    found.push(Difference::in_log(seq, detail));
                }
                expected_seq = seq + 1;
                found.extend(prover.next(&line).into_iter().map(|detail| Difference::in_log(seq, detail)));
            }
        }
    }

    /// Every decision that the log does not hold: its row was cut off the end.
    pub fn check_decisions(&mut self) -> Result<Vec<Difference>, StoreError> {
        self.all(
            "SELECT d.id FROM decision d LEFT JOIN moderation_log l ON l.target = 'decision:' || d.id
             WHERE l.seq IS NULL ORDER BY d.id",
            &[],
            |c| Ok(Difference::of_decision(c.take()?)),
        )
    }

    /// What the database itself finds wrong: pages, indexes, references.
    pub fn check_integrity(&mut self) -> Result<Vec<Difference>, StoreError> {
        self.all(self.dialect().integrity(), &[], |c| Ok(Difference { name: c.take()?, detail: c.take()? }))
    }

    /// How many sites, threads, comments and people there are, for a summary.
    pub fn check_sizes(&mut self) -> Result<[i64; 4], StoreError> {
        let sizes = self.first(
            "SELECT (SELECT COUNT(*) FROM site), (SELECT COUNT(*) FROM thread), (SELECT COUNT(*) FROM comment),
               (SELECT COUNT(*) FROM user_account)",
            &[],
            |c| Ok([c.take()?, c.take()?, c.take()?, c.take()?]),
        )?;
        sizes.ok_or_else(|| StoreError::Corrupt("a count gave no row".into()))
    }
}
