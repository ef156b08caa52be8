//! What a decision is aimed at: its list is gathered before its unit, on readers' snapshots and in
//! pages, so that neither the writer nor a reader is kept for as long as a hundred thousand take.
//!
//! The list is then fixed with the version of each comment as it was looked at. A list that was kept
//! as a range of the tree, with a place in it, would be smaller; but what is edited, posted or
//! imported before the range is walked through would be decided on unseen, and two moderators who
//! agree on a proposal would not agree on the same comments.

use std::cmp::Reverse;
use std::collections::HashSet;

use super::caller::{Caller, site_for};
use super::decide::{Decide, held};
use super::post::replayed;
use super::{App, Error};
use crate::domain::comment::{Comment, State};
use crate::domain::decision::{Aim, Conflict, Fate, Order, Reach, TARGETS_MAX, Target, WHOLE, decided};
use crate::domain::ids::{CommentId, DecisionId, SiteId, ThreadId, UserId};
use crate::domain::path::Path;
use crate::store::{Stand, StoreError, Tx};

/// Comments that are looked at in one go.
const PAGE: i64 = 1_000;

/// Comments that are not named but selected.
#[derive(Clone, Debug)]
pub enum Select {
    /// All of a person on a site, from then on and before then, in milliseconds since 1970.
    Author {
        /// The person.
        author: UserId,
        /// The site's key.
        site: String,
        /// From this time on.
        from_ms: Option<i64>,
        /// Before this time.
        to_ms: Option<i64>,
    },
    /// All that say the same as this one, which is among them, on its site.
    DuplicatesOf(CommentId),
}

/// A decision's targets.
pub(super) struct Aims {
    /// Their site.
    pub site: SiteId,
    /// What the claim that was named holds, if one was.
    pub held: Option<HashSet<CommentId>>,
    /// The targets in order, each once; more than a unit takes newest first.
    pub list: Vec<Aim>,
    /// What would become of them, the first of each kind.
    pub outlook: Vec<Target>,
    /// How many would be settled, and how many left alone.
    pub counts: (usize, usize),
}

/// What came of gathering.
pub(super) enum Gathered {
    /// The targets.
    Aims(Aims),
    /// This was asked for before, and made.
    Before(DecisionId),
}

/// A part of the list: comments that were named, or where others are to be found.
enum Part {
    Named { id: CommentId, version: i64, stand: Option<Stand>, refused: Option<Conflict> },
    Found(Range),
}

/// Where comments are found, from a place on.
#[derive(Clone)]
enum Range {
    Below { thread: ThreadId, after: Path, end: Vec<u8> },
    By { author: UserId, state: State, after: (i64, i64), before_ms: i64 },
    Alike { text_hash: i64, after: CommentId },
}

impl Range {
    /// The next comments, and where it goes on after them.
    fn page(mut self, tx: &mut Tx<'_>, site: SiteId) -> Result<(Vec<Stand>, Option<Range>), StoreError> {
        let stands = match &self {
            Range::Below { thread, after, end } => tx.stands_below(*thread, after.as_bytes(), end, PAGE)?,
            Range::By { author, state, after, before_ms } => {
                tx.stands_by((*author, site, *state), *after, *before_ms, PAGE)?
            }
            Range::Alike { text_hash, after } => tx.stands_alike(site, *text_hash, *after, PAGE)?,
        };
        let last = stands.last().filter(|_| stands.len() as i64 == PAGE);
        let Some(last) = last else { return Ok((stands, None)) };
        match &mut self {
            Range::Below { after, .. } => after.clone_from(&last.path),
            Range::By { after, .. } => *after = (last.created_ms, last.id.0),
            Range::Alike { after, .. } => *after = last.id,
        }
        Ok((stands, Some(self)))
    }
}

/// What the first look finds.
enum Start {
    Parts(SiteId, Option<HashSet<CommentId>>, Vec<Part>),
    Before(DecisionId),
}

impl App {
    /// Gathers what a decision is aimed at.
    ///
    /// # Errors
    /// As [`App::decide`]; 422 for more than [`TARGETS_MAX`].
    pub(super) async fn gather(&self, caller: &Caller, order: &Decide, now_ms: i64) -> Result<Gathered, Error> {
        let (caller, wanted) = (caller.clone(), order.clone());
        let started = self.store.read("aims", move |tx| start(tx, &caller, &wanted, now_ms)).await?;
        let (site, held, parts) = match started {
            Start::Parts(site, held, parts) => (site, held, parts),
            Start::Before(made) => return Ok(Gathered::Before(made)),
        };
        let aims = Aims { site, held, list: Vec::new(), outlook: Vec::new(), counts: (0, 0) };
        let mut gathering = Gathering { order, now_ms, aims, seen: HashSet::new() };
        for part in parts {
            let mut range = match part {
                Part::Named { id, version, stand, refused } => {
                    gathering.add(Aim { id, version, refused }, stand.as_ref());
                    continue;
                }
                Part::Found(range) => Some(range),
            };
            while let Some(at) = range {
                let page = move |tx: &mut Tx<'_>| at.clone().page(tx, site);
                let (stands, next) = self.store.read("aims", page).await?;
                for stand in &stands {
                    gathering.add(Aim { id: stand.id, version: stand.version, refused: None }, Some(stand));
                }
                if gathering.aims.list.len() > TARGETS_MAX {
                    let why = format!("one decision is on {TARGETS_MAX} comments at most: select fewer");
                    return Err(Error::field("/select", "too_many", why));
                }
                range = next;
                // on SQLite this thread has read itself, and others wait for it
                tokio::task::yield_now().await;
            }
        }
        let mut aims = gathering.aims;
        if aims.list.len() > WHOLE {
            // newest first: what was written together lies together in the store, so that a step
            // touches few of its pages; and what replies goes before what it replies to, which then
            // has nothing to hold up as a tombstone
            aims.list.sort_unstable_by_key(|aim| Reverse(aim.id));
        }
        Ok(Gathered::Aims(aims))
    }
}

struct Gathering<'a> {
    order: &'a Decide,
    now_ms: i64,
    aims: Aims,
    seen: HashSet<CommentId>,
}

impl Gathering<'_> {
    /// Takes a target in, unless it is there already.
    fn add(&mut self, aim: Aim, stand: Option<&Stand>) {
        if !self.seen.insert(aim.id) {
            return;
        }
        let target = self.outlook(aim, stand);
        let (applied, conflicts) = &mut self.aims.counts;
        let count = if matches!(target.fate, Fate::Applied { .. }) { applied } else { conflicts };
        *count += 1;
        if *count <= WHOLE {
            self.aims.outlook.push(target);
        }
        self.aims.list.push(aim);
    }

    /// What would become of it now.
    fn outlook(&self, aim: Aim, stand: Option<&Stand>) -> Target {
        let act = Order { act: self.order.act, decision: DecisionId(0), reason: self.order.reason, at_ms: self.now_ms };
        let version = stand.map(|stand| stand.version);
        let to = match (aim.refused, stand) {
            (_, None) => Err(Conflict::NotFound),
            (_, Some(stand)) if stand.version != aim.version => Err(Conflict::StaleVersion),
            (Some(conflict), _) => Err(conflict),
            (None, Some(stand)) => {
                let moved = decided(&stand.disposition, act).map_err(|_| Conflict::WrongState);
                moved.map(|after| (stand.disposition.clone(), after))
            }
        };
        match to {
            Ok((before, after)) => Target {
                comment_id: aim.id,
                version: version.map(|version| version + i64::from(before != after)),
                past: None,
                waited_ms: None,
                fate: Fate::Applied { before: Box::new(before), after: Box::new(after) },
            },
            Err(conflict) => {
                let state = stand.map(|stand| stand.disposition.state);
                Target {
                    comment_id: aim.id,
                    version,
                    past: None,
                    waited_ms: None,
                    fate: Fate::Refused(conflict, state),
                }
            }
        }
    }
}

fn start(tx: &mut Tx<'_>, caller: &Caller, order: &Decide, now_ms: i64) -> Result<Start, Error> {
    let (site, parts) = match &order.select {
        None => {
            let site = site_of(tx, &order.targets)?;
            caller.require(order.act.action(), Some(site))?;
            (site, Vec::new())
        }
        Some(Select::Author { author, site, from_ms, to_ms }) => {
            let site = site_for(tx, caller, order.act.action(), site)?.id;
            (site, by(*author, *from_ms, *to_ms))
        }
        Some(Select::DuplicatesOf(id)) => {
            let site = site_of(tx, &[(*id, 0)])?;
            caller.require(order.act.action(), Some(site))?;
            (site, alike(tx, *id)?)
        }
    };
    if let Some(made) = replayed(tx, order.once.as_ref())? {
        return Ok(Start::Before(DecisionId(made)));
    }
    let held = held(tx, caller, order.claim_token.as_deref(), now_ms)?;
    let parts = if order.select.is_none() { named(tx, site, order, held.as_ref())? } else { parts };
    Ok(Start::Parts(site, held, parts))
}

/// The site of the first target found.
pub(super) fn site_of(tx: &mut Tx<'_>, targets: &[(CommentId, i64)]) -> Result<SiteId, Error> {
    for (id, _) in targets {
        if let Some(comment) = tx.comment_by_id(*id)? {
            return Ok(comment.site_id);
        }
    }
    Err(Error::not_found())
}

/// Whether a claim was named that does not hold a comment.
fn unheld(held: Option<&HashSet<CommentId>>, id: CommentId) -> Option<Conflict> {
    held.is_some_and(|held| !held.contains(&id)).then_some(Conflict::StaleClaim)
}

/// The comments that were named, each followed by what lies below it where that goes along.
fn named(tx: &mut Tx<'_>, site: SiteId, order: &Decide, held: Option<&HashSet<CommentId>>) -> Result<Vec<Part>, Error> {
    let mut parts = Vec::new();
    for (id, version) in &order.targets {
        let comment = tx.comment_by_id(*id)?.filter(|comment| comment.site_id == site);
        let refused = unheld(held, *id);
        let below = comment.as_ref().filter(|comment| comment.version == *version && refused.is_none());
        let below = below.filter(|_| order.reach == Reach::Subtree).map(|comment| Range::Below {
            thread: comment.thread_id,
            after: comment.path.clone(),
            end: comment.path.subtree_end(),
        });
        let stand = comment.map(stand);
        parts.push(Part::Named { id: *id, version: *version, stand, refused });
        parts.extend(below.map(Part::Found));
    }
    Ok(parts)
}

/// A seek in each state, as one index serves every list of a person's comments.
fn by(author: UserId, from_ms: Option<i64>, to_ms: Option<i64>) -> Vec<Part> {
    let after = (from_ms.unwrap_or(i64::MIN), i64::MIN);
    let before_ms = to_ms.unwrap_or(i64::MAX);
    let range = |state: &State| Part::Found(Range::By { author, state: *state, after, before_ms });
    State::ALL.iter().map(range).collect()
}

/// The comment that was named comes first, as it is all there is once its text is erased.
fn alike(tx: &mut Tx<'_>, id: CommentId) -> Result<Vec<Part>, Error> {
    let comment = tx.comment_by_id(id)?.ok_or_else(Error::not_found)?;
    let version = comment.version;
    let mut parts = vec![Part::Named { id, version, stand: Some(stand(comment)), refused: None }];
    if let Some(text_hash) = tx.text_hash_of(id)? {
        parts.push(Part::Found(Range::Alike { text_hash, after: CommentId(0) }));
    }
    Ok(parts)
}

fn stand(of: Comment) -> Stand {
    Stand { id: of.id, version: of.version, created_ms: of.created_ms, path: of.path, disposition: of.disposition }
}
