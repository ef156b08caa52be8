//! The yearly figures of moderation (Regulation (EU) 2022/2065, Art. 15 and 24; Implementing
//! Regulation (EU) 2024/2835): counted from notices, flags, statements and appeals as they are walked
//! past.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::appeal::{AppealState, Party};
use super::flag::{FlagState, Reason};
use super::statement::{Facts, Means, Origin};

/// What was received with one reason, and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReportCounts {
    /// How many.
    pub received: i64,
    /// Found to be right.
    pub upheld: i64,
    /// Found to be wrong.
    pub dismissed: i64,
    /// Taken back by who had made them.
    pub withdrawn: i64,
    /// Not decided yet.
    pub open: i64,
    /// The median time to the decision, in seconds; null when none was decided.
    pub median_s: Option<i64>,
}

/// Restrictions, by what is asked of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct RestrictionCounts {
    /// All of them.
    pub total: i64,
    /// By what was restricted.
    pub by_restriction: BTreeMap<&'static str, i64>,
    /// By what they rest on.
    pub by_ground: BTreeMap<&'static str, i64>,
    /// By reason.
    pub by_reason: BTreeMap<&'static str, i64>,
    /// By what brought them to attention.
    pub by_origin: BTreeMap<&'static str, i64>,
    /// Those on own initiative, by what found them.
    pub own_initiative_by_detection: BTreeMap<&'static str, i64>,
}

/// Appeals of one party.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct AppealCounts {
    /// How many.
    pub received: i64,
    /// The decision stands.
    pub upheld: i64,
    /// The decision was reversed.
    pub overturned: i64,
    /// Not decided yet.
    pub open: i64,
    /// The median time to the ruling, in seconds; null when none was ruled on.
    pub median_s: Option<i64>,
}

/// Decisions without people.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct AutomationCounts {
    /// How many.
    pub decided: i64,
    /// Of them, overturned on appeal.
    pub overturned: i64,
    /// The share overturned; null when there were none.
    pub error_rate: Option<f64>,
}

/// The figures of one site and year.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Report {
    /// The site's key.
    pub site: String,
    /// The year, in UTC.
    pub year: i16,
    /// Notices of illegal content received, by category.
    pub notices: BTreeMap<&'static str, ReportCounts>,
    /// Flags received, by reason.
    pub flags: BTreeMap<&'static str, ReportCounts>,
    /// Restrictions imposed.
    pub restrictions: RestrictionCounts,
    /// Appeals received, by party.
    pub appeals: BTreeMap<&'static str, AppealCounts>,
    /// How far decisions without people were right.
    pub automation: AutomationCounts,
}

/// A flag or a notice as far as it counts.
#[derive(Clone, Copy, Debug)]
pub struct FlagFigures {
    /// Why.
    pub reason: Reason,
    /// How it stands.
    pub state: FlagState,
    /// When it was made, in milliseconds since 1970.
    pub created_ms: i64,
    /// When it was decided, in milliseconds since 1970.
    pub decided_ms: Option<i64>,
}

/// An appeal as far as it counts.
#[derive(Clone, Copy, Debug)]
pub struct AppealFigures {
    /// Whose.
    pub party: Party,
    /// How it stands.
    pub state: AppealState,
    /// When it was made, in milliseconds since 1970.
    pub created_ms: i64,
    /// When it was decided, in milliseconds since 1970.
    pub decided_ms: Option<i64>,
}

impl FlagFigures {
    fn count(&self, counts: &mut BTreeMap<&'static str, ReportCounts>, times: &mut Times) {
        let counts = counts.entry(self.reason.as_str()).or_default();
        counts.received += 1;
        match self.state {
            FlagState::Open => counts.open += 1,
            FlagState::Upheld => counts.upheld += 1,
            FlagState::Dismissed => counts.dismissed += 1,
            FlagState::Withdrawn => counts.withdrawn += 1,
        }
        if let Some(decided_ms) = self.decided_ms {
            times.entry(self.reason.as_str()).or_default().push(decided_ms - self.created_ms);
        }
    }
}

/// Counts what it is told of. Of each thing decided it keeps a time, for the medians.
pub struct YearTally {
    report: Report,
    notice_times: Times,
    flag_times: Times,
    appeal_times: Times,
}

/// Times in milliseconds, by what they are of.
type Times = BTreeMap<&'static str, Vec<i64>>;

impl YearTally {
    /// Nothing yet.
    pub fn new(site: String, year: i16) -> YearTally {
        let flags: BTreeMap<_, _> =
            Reason::for_flags().map(|reason| (reason.as_str(), ReportCounts::default())).collect();
        let appeals = Party::ALL.iter().map(|party| (party.as_str(), AppealCounts::default())).collect();
        let (restrictions, automation) = (RestrictionCounts::default(), AutomationCounts::default());
        let report = Report { site, year, notices: flags.clone(), flags, restrictions, appeals, automation };
        YearTally { report, notice_times: Times::new(), flag_times: Times::new(), appeal_times: Times::new() }
    }

    /// A notice.
    pub fn notice(&mut self, notice: &FlagFigures) {
        notice.count(&mut self.report.notices, &mut self.notice_times);
    }

    /// A flag.
    pub fn flag(&mut self, flag: &FlagFigures) {
        flag.count(&mut self.report.flags, &mut self.flag_times);
    }

    /// A restriction, and how an appeal against it stands.
    pub fn statement(&mut self, facts: &Facts, appeal: Option<AppealState>) {
        let counts = &mut self.report.restrictions;
        counts.total += 1;
        let reason = facts.reason.map_or("none", Reason::as_str);
        for (of, word) in [
            (&mut counts.by_restriction, facts.restriction.as_str()),
            (&mut counts.by_ground, facts.ground().as_str()),
            (&mut counts.by_reason, reason),
            (&mut counts.by_origin, facts.origin.as_str()),
        ] {
            *of.entry(word).or_default() += 1;
        }
        if facts.origin == Origin::OwnInitiative {
            *counts.own_initiative_by_detection.entry(facts.detected_by.as_str()).or_default() += 1;
        }
        if facts.decided_by == Means::Rule {
            self.report.automation.decided += 1;
            self.report.automation.overturned += i64::from(appeal == Some(AppealState::Overturned));
        }
    }

    /// An appeal.
    pub fn appeal(&mut self, appeal: &AppealFigures) {
        let counts = self.report.appeals.entry(appeal.party.as_str()).or_default();
        counts.received += 1;
        match appeal.state {
            AppealState::Open => counts.open += 1,
            AppealState::Upheld => counts.upheld += 1,
            AppealState::Overturned => counts.overturned += 1,
        }
        if let Some(decided_ms) = appeal.decided_ms {
            self.appeal_times.entry(appeal.party.as_str()).or_default().push(decided_ms - appeal.created_ms);
        }
    }

    /// The figures of all of it.
    pub fn done(mut self) -> Report {
        for (category, notices) in &mut self.report.notices {
            notices.median_s = self.notice_times.get_mut(category).and_then(|times| median_s(times));
        }
        for (reason, flags) in &mut self.report.flags {
            flags.median_s = self.flag_times.get_mut(reason).and_then(|times| median_s(times));
        }
        for (party, appeals) in &mut self.report.appeals {
            appeals.median_s = self.appeal_times.get_mut(party).and_then(|times| median_s(times));
        }
        let automation = &mut self.report.automation;
        if automation.decided > 0 {
            automation.error_rate = Some(automation.overturned as f64 / automation.decided as f64);
        }
        self.report
    }
}

/// The median of times in milliseconds, in seconds; of an even number the later of the middle two.
fn median_s(times: &mut [i64]) -> Option<i64> {
    let middle = times.len() / 2;
    times.get(middle)?;
    let (_, median, _) = times.select_nth_unstable(middle);
    Some(*median / 1_000)
}

impl Report {
    /// The same as lines of comma-separated values: section, of what, which figure, its value. All
    /// words are ours, so none needs quotes or begins a formula.
    pub fn csv(&self) -> String {
        let mut csv = String::from("site,year,section,of,figure,value\n");
        let mut line = |section: &str, of: &str, figure: &str, value: Option<String>| {
            let value = value.unwrap_or_default();
            csv += &format!("{},{},{section},{of},{figure},{value}\n", self.site, self.year);
        };
        let number = |number: i64| Some(number.to_string());
        for (section, counts) in [("notices", &self.notices), ("flags", &self.flags)] {
            for (reason, n) in counts {
                line(section, reason, "received", number(n.received));
                line(section, reason, "upheld", number(n.upheld));
                line(section, reason, "dismissed", number(n.dismissed));
                line(section, reason, "withdrawn", number(n.withdrawn));
                line(section, reason, "open", number(n.open));
                line(section, reason, "median_s", n.median_s.and_then(number));
            }
        }
        let r = &self.restrictions;
        line("restrictions", "all", "total", number(r.total));
        for (of, counts) in [
            ("restriction", &r.by_restriction),
            ("ground", &r.by_ground),
            ("reason", &r.by_reason),
            ("origin", &r.by_origin),
            ("own_initiative_by_detection", &r.own_initiative_by_detection),
        ] {
            counts.iter().for_each(|(word, count)| line("restrictions", of, word, number(*count)));
        }
        for (party, n) in &self.appeals {
            line("appeals", party, "received", number(n.received));
            line("appeals", party, "upheld", number(n.upheld));
            line("appeals", party, "overturned", number(n.overturned));
            line("appeals", party, "open", number(n.open));
            line("appeals", party, "median_s", n.median_s.and_then(number));
        }
        line("automation", "all", "decided", number(self.automation.decided));
        line("automation", "all", "overturned", number(self.automation.overturned));
        line("automation", "all", "error_rate", self.automation.error_rate.map(|rate| format!("{rate:.4}")));
        csv
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{EntryId, SiteId};
    use crate::domain::statement::Restriction;

    fn facts(origin: Origin, means: Means) -> Facts {
        Facts {
            entry_id: EntryId(1),
            site_id: SiteId(1),
            at_ms: 0,
            restriction: Restriction::Hidden,
            until_ms: None,
            reason: Some(Reason::Illegal),
            origin,
            detected_by: means,
            decided_by: means,
            content_ms: 0,
        }
    }

    #[test]
    fn a_year_is_counted() {
        let mut tally = YearTally::new("news".into(), 2025);
        for (state, decided_ms) in
            [(FlagState::Upheld, Some(9_000)), (FlagState::Dismissed, Some(5_000)), (FlagState::Open, None)]
        {
            tally.flag(&FlagFigures { reason: Reason::Spam, state, created_ms: 1_000, decided_ms });
        }
        tally.statement(&facts(Origin::Flag, Means::People), Some(AppealState::Overturned));
        tally.statement(&facts(Origin::OwnInitiative, Means::Rule), Some(AppealState::Overturned));
        tally.statement(&facts(Origin::OwnInitiative, Means::Rule), None);
        let appeal = |state, decided_ms| AppealFigures { party: Party::Owner, state, created_ms: 0, decided_ms };
        tally.appeal(&appeal(AppealState::Overturned, Some(60_000)));
        tally.appeal(&appeal(AppealState::Open, None));
        let notice =
            FlagFigures { reason: Reason::Illegal, state: FlagState::Upheld, created_ms: 0, decided_ms: Some(3_000) };
        tally.notice(&notice);
        let report = tally.done();
        let spam = ReportCounts { received: 3, upheld: 1, dismissed: 1, withdrawn: 0, open: 1, median_s: Some(8) };
        assert_eq!(report.flags["spam"], spam);
        assert_eq!((report.notices["illegal"].upheld, report.notices["illegal"].median_s), (1, Some(3)));
        assert_eq!(report.flags["hate"], ReportCounts::default());
        assert_eq!(report.restrictions.total, 3);
        assert_eq!(report.restrictions.by_origin, BTreeMap::from([("flag", 1), ("own_initiative", 2)]));
        assert_eq!(report.restrictions.own_initiative_by_detection, BTreeMap::from([("rule", 2)]));
        assert_eq!(report.automation, AutomationCounts { decided: 2, overturned: 1, error_rate: Some(0.5) });
        assert_eq!(report.appeals["owner"].median_s, Some(60));
        let csv = report.csv();
        assert!(csv.contains("\nnews,2025,flags,spam,median_s,8\n"), "{csv}");
        assert!(csv.contains("\nnews,2025,flags,hate,median_s,\n"), "{csv}");
        assert!(csv.contains("\nnews,2025,automation,all,error_rate,0.5000\n"), "{csv}");
        assert!(csv.lines().all(|line| line.split(',').count() == 6), "{csv}");
    }
}
