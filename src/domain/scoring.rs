//! How likely a comment breaks the rules: a sum of log-odds, so that each part can be shown and
//! checked ("+2.4 one unproven flag, -0.6 its author: 40 of 41 stand").
//!
//! The parts are the site's base rate, the author's record and the flags. They are kept in
//! thousandths, as whole numbers, so that both databases keep, compare and recount the same; the
//! queue's order follows from them (`queue`).

use super::time::DAY_MS;

/// The share of comments that break rules, before a site's sample says more.
pub const PRIOR: f64 = 0.08;
/// How many sampled comments the prior stands for.
const PRIOR_WEIGHT: f64 = 50.0;
/// The sample is counted by such periods, 30 days in milliseconds.
pub const PERIOD_MS: i64 = 30 * DAY_MS;
/// A period counts half of one this much later: 90 days.
const HALF_LIFE_PERIODS: f64 = 3.0;
/// Periods that are looked at; an older one would count less than 1/256.
pub const PERIODS: i64 = 24;
/// From this on a violation is as good as certain: of those hidden by it a tenth would be wrong.
pub const SURE: f64 = 0.9;
/// What an author's record can weigh, either way.
const AUTHOR_MAX: f64 = 1.5;
/// An author of whom nothing is known yet.
const AUTHOR_NEW: f64 = 0.5;
/// A reporter counts in full from so many settled flags on.
const PROVEN: i64 = 3;
/// What one flag can weigh.
const FLAG: (f64, f64) = (-0.5, 3.5);
/// What a flag on a reply to one's own comment is worth: quarrels end up as flags.
const OWN_REPLY: f64 = 0.5;
/// Flags in the same minute by accounts made within a week are taken for one person's.
const CLUSTER_MS: (i64, i64) = (60_000, 7 * DAY_MS);
/// Flags that are weighed: those of the reporters most often right. Unproven ones beyond would add
/// nothing, since each counts half of the one before, and so many proven ones are beyond doubt.
pub const FLAGS_WEIGHED: i64 = 64;

/// The logarithm of the odds.
pub fn logit(p: f64) -> f64 {
    (p / (1.0 - p)).ln()
}

/// The probability that has these log-odds.
pub fn sigmoid(odds: f64) -> f64 {
    1.0 / (1.0 + (-odds).exp())
}

/// What moderators made of a number of things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// They agreed.
    pub upheld: i64,
    /// They disagreed.
    pub dismissed: i64,
}

impl Outcomes {
    /// How often a reporter with these is right, drawn towards a half while there are few.
    pub fn precision(self) -> f64 {
        (self.upheld as f64 + 2.0) / ((self.upheld + self.dismissed) as f64 + 4.0)
    }

    /// The share that was upheld; none of none.
    pub fn share(self) -> Option<f64> {
        let all = self.upheld + self.dismissed;
        (all > 0).then(|| self.upheld as f64 / all as f64)
    }

    /// Whether there are enough to go by.
    pub fn is_proven(self) -> bool {
        self.upheld + self.dismissed >= PROVEN
    }
}

/// The share of a site's comments that break its rules: of the random sample, since what is flagged
/// or held was chosen and would tell of the choice. `periods` are those of the sample with their
/// numbers; they are aged against the newest.
pub fn base_rate(periods: &[(i64, Outcomes)]) -> f64 {
    let newest = periods.iter().map(|(period, _)| *period).max().unwrap_or(0);
    let (mut upheld, mut all) = (PRIOR * PRIOR_WEIGHT, PRIOR_WEIGHT);
    for (period, outcomes) in periods {
        let weight = (-((newest - period) as f64) / HALF_LIFE_PERIODS).exp2();
        upheld += weight * outcomes.upheld as f64;
        all += weight * (outcomes.upheld + outcomes.dismissed) as f64;
    }
    upheld / all
}

/// An author's comments on a site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Author {
    /// That stand.
    pub published: i64,
    /// That were taken down.
    pub hidden: i64,
}

/// What an author's record says, in log-odds. A record has no dates, so that it does not fade.
pub fn author_odds(author: Author, base: f64) -> f64 {
    let record = ((author.hidden as f64 + 1.0) / (author.published as f64 + 1.0)).ln() - base;
    // few comments and nothing wrong with any is no worse than no comments
    let most = if author.hidden == 0 { AUTHOR_NEW } else { AUTHOR_MAX };
    record.clamp(-AUTHOR_MAX, most)
}

/// One open flag, as far as it is weighed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// What became of the reporter's other flags on the site.
    pub record: Outcomes,
    /// When the reporter's account was made, in milliseconds since 1970.
    pub joined_ms: i64,
    /// When the flag was, in milliseconds since 1970.
    pub at_ms: i64,
    /// Whether it is on a reply to the reporter's own comment.
    pub on_own_reply: bool,
}

impl Report {
    /// What the flag weighs by itself, in log-odds over those of the base rate.
    pub fn weight(&self, base: f64) -> f64 {
        let weight = (logit(self.record.precision()) - base).clamp(FLAG.0, FLAG.1);
        if self.on_own_reply { weight * OWN_REPLY } else { weight }
    }

    fn is_with(&self, other: &Report) -> bool {
        (self.at_ms - other.at_ms).abs() < CLUSTER_MS.0 && (self.joined_ms - other.joined_ms).abs() < CLUSTER_MS.1
    }
}

/// What the open flags on a comment say, in log-odds. Those of proven reporters add up; of the
/// rest, and of those that come as a swarm, the weightiest counts half and each further one half of
/// the one before, so that no number of new accounts is worth more than one proven reporter.
pub fn flag_odds(reports: &[Report], base: f64) -> f64 {
    let mut odds = 0.0;
    let mut halved = Vec::new();
    for (index, report) in reports.iter().enumerate() {
        let others = reports.iter().enumerate().filter(|(at, _)| *at != index);
        let stands_alone = report.record.is_proven() && !others.into_iter().any(|(_, other)| report.is_with(other));
        if stands_alone {
            odds += report.weight(base);
        } else {
            halved.push(report.weight(base));
        }
    }
    halved.sort_unstable_by(|a, b| b.total_cmp(a));
    let mut share = 0.5;
    for weight in halved {
        odds += weight * share;
        share /= 2.0;
    }
    odds
}

/// The parts of a score, each in thousandths of log-odds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Odds {
    /// The site's base rate.
    pub base: i64,
    /// The author's record.
    pub author: i64,
    /// The open flags.
    pub flags: i64,
}

impl Odds {
    /// Weighs a comment: the site's base rate, its author, who may be nobody, and its open flags.
    pub fn weigh(base_rate: f64, author: Option<Author>, reports: &[Report]) -> Odds {
        let base = logit(base_rate);
        Odds {
            base: thousandths(base),
            author: thousandths(author.map_or(0.0, |author| author_odds(author, base))),
            flags: thousandths(flag_odds(reports, base)),
        }
    }

    /// The base rate's log-odds.
    pub fn of_base(&self) -> f64 {
        self.base as f64 / 1_000.0
    }

    /// How likely the comment breaks the rules.
    pub fn probability(&self) -> f64 {
        sigmoid((self.base + self.author + self.flags) as f64 / 1_000.0)
    }
}

fn thousandths(odds: f64) -> i64 {
    // a rate between 0 and 1 and bounded parts: some tens at the most
    (odds * 1_000.0).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    fn report(upheld: i64, dismissed: i64) -> Report {
        Report { record: Outcomes { upheld, dismissed }, joined_ms: 0, at_ms: 0, on_own_reply: false }
    }

    /// Reports that are nobody's swarm.
    fn apart(mut reports: Vec<Report>) -> Vec<Report> {
        for (at, report) in (0..).zip(&mut reports) {
            (report.at_ms, report.joined_ms) = (at * 3_600_000, at * 30 * DAY_MS);
        }
        reports
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 0.005
    }

    #[test]
    fn the_base_rate_starts_at_the_prior_and_forgets() {
        assert!(near(base_rate(&[]), 0.08));
        let of = |period, upheld, dismissed| (period, Outcomes { upheld, dismissed });
        assert!(near(base_rate(&[of(100, 46, 0)]), 50.0 / 96.0));
        // 90 days older counts half
        assert!(near(base_rate(&[of(97, 46, 0), of(100, 0, 0)]), 27.0 / 73.0));
        assert!(near(base_rate(&[of(100, 0, 150)]), 4.0 / 200.0));
    }

    #[test]
    fn an_author_of_whom_40_of_41_stand() {
        let base = logit(PRIOR);
        assert!(near(base, -2.442));
        let of = |published, hidden| author_odds(Author { published, hidden }, base);
        assert!(near(of(40, 1), -0.578), "{}", of(40, 1));
        assert!(near(of(1_000, 0), -1.5) && near(of(0, 9), 1.5));
        assert!(near(of(0, 0), 0.5) && near(of(3, 0), 0.5) && of(20, 0) < 0.0);
    }

    #[test]
    fn a_flag_weighs_what_its_reporter_was_worth() {
        let base = logit(PRIOR);
        assert!(near(Outcomes::default().precision(), 0.5));
        assert!(near(report(0, 0).weight(base), 2.442));
        assert!(near(report(8, 0).weight(base), 3.5), "the most");
        assert!(near(report(0, 60).weight(base), -0.5), "the least");
        assert!(near(Report { on_own_reply: true, ..report(0, 0) }.weight(base), 1.221));
        assert_eq!((Outcomes { upheld: 3, dismissed: 1 }.share(), Outcomes::default().share()), (Some(0.75), None));
    }

    #[test]
    fn proven_flags_add_up_and_others_are_halved() {
        let base = logit(PRIOR);
        let odds = |reports: Vec<Report>| flag_odds(&apart(reports), base);
        assert!(near(odds(vec![report(0, 0); 3]), 2.442 * 0.875));
        assert!(odds(vec![report(0, 0); 64]) <= 2.443);
        assert!(near(odds(vec![report(8, 0); 3]), 10.5));
        assert!(near(odds(vec![report(2, 1), report(0, 0)]), 2.730 + 1.221));
        // the same people at the same time, with accounts of the same week
        assert!(near(flag_odds(&[report(8, 0); 3], base), 3.5 * 0.875));
    }

    #[test]
    fn a_swarm_of_new_accounts_does_not_condemn_an_author_of_record() {
        let author = Some(Author { published: 40, hidden: 1 });
        let swarm = Odds::weigh(PRIOR, author, &[report(0, 0); 40]);
        assert!(swarm.probability() < SURE, "{swarm:?} {}", swarm.probability());
        let proven = Odds::weigh(PRIOR, author, &apart(vec![report(8, 0); 3]));
        assert!(proven.probability() > 0.99);
        assert_eq!(Odds::weigh(PRIOR, None, &[]), Odds { base: -2_442, author: 0, flags: 0 });
    }

    proptest! {
        #[test]
        fn a_flag_more_never_weighs_less_unless_its_reporter_is_mostly_wrong(
            records in prop::collection::vec((0i64..20, 0i64..20), 0..20),
        ) {
            let base = logit(PRIOR);
            let reports = apart(records.iter().map(|(upheld, dismissed)| report(*upheld, *dismissed)).collect());
            let mut more = reports.clone();
            more.push(Report { at_ms: i64::MAX / 2, joined_ms: i64::MAX / 2, ..report(0, 0) });
            prop_assert!(flag_odds(&more, base) >= flag_odds(&reports, base) - 1e-9);
        }
    }

    /// Readers who flag, in moderation.md's simulation: most are mostly right, a tenth flag what
    /// they dislike, a twentieth flags at random; a brigade joins with new accounts.
    struct Reader {
        /// How likely they flag a bad comment, and a good one.
        on_bad: f64,
        on_good: f64,
        record: Outcomes,
        joined_ms: i64,
    }

    #[derive(Default)]
    struct Tally {
        hidden_bad: f64,
        hidden_good: f64,
        bad: f64,
        brigaded: f64,
        brigaded_hidden: f64,
    }

    impl Tally {
        fn precision(&self) -> f64 {
            self.hidden_bad / (self.hidden_bad + self.hidden_good)
        }

        fn recall(&self) -> f64 {
            self.hidden_bad / self.bad
        }

        fn add(&mut self, other: &Tally) {
            self.bad += other.bad;
            self.hidden_bad += other.hidden_bad;
            self.hidden_good += other.hidden_good;
            self.brigaded += other.brigaded;
            self.brigaded_hidden += other.brigaded_hidden;
        }

        fn count(&mut self, hides: bool, is_bad: bool, is_brigaded: bool) {
            let one = |yes| f64::from(u8::from(yes));
            self.bad += one(is_bad);
            self.hidden_bad += one(hides && is_bad);
            self.hidden_good += one(hides && !is_bad);
            self.brigaded += one(is_brigaded);
            self.brigaded_hidden += one(is_brigaded && hides);
        }
    }

    /// 6,000 comments, 8 % of them bad, 160 readers, a moderator decides 60 comments later; what
    /// three flags would have hidden, and what `SURE` would.
    fn simulated(brigade: usize, seed: u64) -> (Tally, Tally) {
        let mut random = StdRng::seed_from_u64(seed);
        let mut readers: Vec<Reader> = (0..160)
            .map(|number| {
                let (on_bad, on_good) = match number % 20 {
                    0 => (0.01, 0.01),
                    1 | 2 => (0.044, 0.003),
                    _ => (0.022, 0.0005),
                };
                let record = Outcomes::default();
                Reader { on_bad, on_good, record, joined_ms: number * 20 * DAY_MS }
            })
            .collect();
        let mut authors = vec![(Author::default(), 0.0); 300];
        for (number, author) in authors.iter_mut().enumerate() {
            // some write mostly badly
            author.1 = if number % 10 == 0 { 0.5 } else { 0.0333 };
        }
        let (mut by_count, mut by_score) = (Tally::default(), Tally::default());
        let mut waiting: std::collections::VecDeque<(usize, bool, Vec<usize>)> = std::collections::VecDeque::new();
        for number in 0..6_000i64 {
            if waiting.len() >= 60
                && let Some((author, is_bad, flags)) = waiting.pop_front()
            {
                let side = &mut authors[author].0;
                *(if is_bad { &mut side.hidden } else { &mut side.published }) += 1;
                for reader in flags {
                    if let Some(Reader { record, .. }) = readers.get_mut(reader) {
                        *(if is_bad { &mut record.upheld } else { &mut record.dismissed }) += 1;
                    }
                }
            }
            let author = random.random_range(0..authors.len());
            let is_bad = random.random_bool(authors[author].1);
            let is_brigaded = brigade > 0 && !is_bad && random.random_bool(0.03);
            let at_ms = 4_000 * DAY_MS + number * 600_000;
            let mut flags = Vec::new();
            let mut reports = Vec::new();
            for (index, reader) in readers.iter().enumerate() {
                if random.random_bool(if is_bad { reader.on_bad } else { reader.on_good }) {
                    flags.push(index);
                    let at_ms = at_ms + random.random_range(0..3_600_000);
                    reports.push(Report {
                        record: reader.record,
                        joined_ms: reader.joined_ms,
                        at_ms,
                        on_own_reply: false,
                    });
                }
            }
            for _ in 0..if is_brigaded { brigade } else { 0 } {
                let joined_ms = 4_000 * DAY_MS;
                flags.push(usize::MAX);
                let at_ms = at_ms + random.random_range(0..600_000);
                reports.push(Report { record: Outcomes::default(), joined_ms, at_ms, on_own_reply: false });
            }
            let score = Odds::weigh(PRIOR, Some(authors[author].0), &reports);
            by_count.count(reports.len() >= 3, is_bad, is_brigaded);
            by_score.count(score.probability() >= SURE, is_bad, is_brigaded);
            waiting.push_back((author, is_bad, flags));
        }
        (by_count, by_score)
    }

    /// The sum over some seeds.
    fn simulated_often(brigade: usize) -> (Tally, Tally) {
        let (mut by_count, mut by_score) = (Tally::default(), Tally::default());
        for seed in 1..=3 {
            let (count, score) = simulated(brigade, seed);
            by_count.add(&count);
            by_score.add(&score);
        }
        (by_count, by_score)
    }

    /// The table of moderation.md, flags only (count .982/.743, stormed .677/.747; score .909/.765,
    /// stormed .908/.771): a sure score is right about nine times of ten whether or not a brigade
    /// flags with new accounts, and counting to three is not.
    #[test]
    fn a_brigade_costs_a_count_its_precision_and_not_the_score() {
        let (count, score) = simulated_often(0);
        let (count_stormed, score_stormed) = simulated_often(40);
        let of = |tally: &Tally| format!("{:.3}/{:.3}", tally.precision(), tally.recall());
        let hidden = |tally: &Tally| tally.brigaded_hidden / tally.brigaded;
        let told = format!(
            "count {}, stormed {}; score {}, stormed {}; brigaded hidden {:.3} and {:.3}",
            of(&count),
            of(&count_stormed),
            of(&score),
            of(&score_stormed),
            hidden(&count_stormed),
            hidden(&score_stormed),
        );
        println!("{told}");
        assert!(count.precision() > 0.95 && count_stormed.precision() < 0.75, "{told}");
        assert!(score.precision() > 0.87 && score_stormed.precision() > 0.84, "{told}");
        assert!(score.recall() > count.recall() && score_stormed.recall() > count_stormed.recall(), "{told}");
        assert!(hidden(&count_stormed) > 0.99 && hidden(&score_stormed) < 0.12, "{told}");
    }
}
