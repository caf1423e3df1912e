//! The way of one subject from consent to day 28, as the forms ask it.

use jiff::ToSpan as _;
use jiff::civil::Date;
use tercel::protocol::{Limits, Specification};

use crate::site::Site;

/// One subject's days and labels.
pub(crate) struct Course {
    pub(crate) subject: String,
    pub(crate) coi: String,
    pub(crate) lot: String,
    pub(crate) bag: String,
    pub(crate) day0: Date,
}

/// A value that just keeps the bounds.
fn keeps(limits: &Limits) -> Vec<(&'static str, String)> {
    let bound = limits.at_least.or(limits.at_most);
    let bound = bound
        .or(limits.above.map(|above| above + 0.5))
        .or(limits.below.map(|below| below - 0.5));
    let value = bound.unwrap();
    if limits.unit == Limits::ULN {
        let answers = [("cnorres", (value * 40.0).to_string()), ("cnorresu", "U/L".to_owned())];
        return answers.into_iter().chain([("cnuln", "40".to_owned())]).collect();
    }
    vec![("cnorres", value.to_string()), ("cnorresu", limits.unit.clone())]
}

impl Course {
    pub(crate) fn new(number: u32, day0: &str) -> Self {
        Self {
            subject: format!("IL1RAP-HCC-01-{number:03}"),
            coi: format!("COI-{number:03}"),
            lot: format!("LOT-{number:03}"),
            bag: format!("BAG-{number:03}-A"),
            day0: day0.parse().unwrap(),
        }
    }

    /// A moment by the day of the infusion.
    pub(crate) fn when(&self, day: i64, clock: &str) -> String {
        format!("{}T{clock}", self.day0 + day.days())
    }

    fn enter(&self, site: &Site, who: &str, form: &str, fields: &[(&str, &str)]) -> String {
        site.record(who, form, Some(&self.subject), fields)
    }

    fn with_value(&self, site: &Site, who: &str, form: &str, fields: &[(&str, &str)], limits: Option<&Limits>) {
        let measured = limits.map(keeps).unwrap_or_default();
        let measured = measured.iter().map(|(name, value)| (*name, value.as_str()));
        let all: Vec<(&str, &str)> = fields.iter().copied().chain(measured).collect();
        self.enter(site, who, form, &all);
    }

    /// Consent and the criteria of entry, three weeks before.
    pub(crate) fn screen(&self, site: &Site) {
        let signed = self.when(-21, "09:00");
        site.at(&self.when(-21, "11:00"));
        self.enter(site, "wang", "consent", &[("dsstdtc", &signed), ("icfver", "1.0")]);
        self.enter(site, "wang", "conduct-screening", &[("began", &signed[..10])]);
        let assessed = self.when(-21, "10:30");
        for criterion in &site.trial.conduct.as_ref().unwrap().criteria {
            let mut fields = vec![("ietestcd", criterion.id.as_str()), ("iedtc", assessed.as_str())];
            fields.extend([("ieorres", "Y"), ("waived", "N")]);
            fields.extend(criterion.unsupported_days.map(|_| ("support", "N")));
            self.with_value(site, "wang", "eligibility", &fields, criterion.limits.as_ref());
        }
        self.enter(site, "chen", "ecog", &[("rsorres", "1"), ("rsdtc", &assessed)]);
        self.enter(site, "chen", "child-pugh", &[("rsorres", "5"), ("rsdtc", &assessed)]);
        self.laboratory(site, &assessed);
    }

    /// A place and the collection of cells.
    pub(crate) fn collect(&self, site: &Site) {
        site.at(&self.when(-20, "10:00"));
        let reserved = self.when(-20, "10:00");
        self.enter(site, "wang", "conduct-slot", &[("arm", "DL1"), ("reserved", &reserved)]);
        site.at(&self.when(-19, "10:00"));
        let began = self.when(-19, "09:00");
        let collected = [
            ("prtrt", "LEUKAPHERESIS"),
            ("prstdtc", began.as_str()),
            ("coi", &self.coi),
            ("din", &format!("DIN-{}", self.coi)),
        ];
        self.enter(site, "chen", "collection", &collected);
    }

    /// The lot, its bag, its tests and its release.
    pub(crate) fn make(&self, site: &Site) {
        site.at(&self.when(-8, "12:00"));
        let (lot, coi) = (("lot", self.lot.as_str()), ("coi", self.coi.as_str()));
        let din = format!("DIN-{}", self.coi);
        let made = [lot, coi, ("din1", &din), ("arm", "DL1"), ("failed", "N")];
        self.enter(site, "zhao", "conduct-lot", &made);
        let expires = self.when(180, "12:00");
        let cells = [
            ("cndose", "1.0"),
            ("cndosu", "10^8 cells"),
            ("volume", "50"),
            ("expires", &expires),
        ];
        self.enter(
            site,
            "zhao",
            "conduct-bag",
            &[&[("bag", self.bag.as_str()), lot, coi][..], &cells].concat(),
        );
        let reported = self.when(-8, "10:00");
        for test in &site.trial.conduct.as_ref().unwrap().release_tests {
            let mut fields = vec![
                lot,
                ("test", test.id.as_str()),
                ("pending", "N"),
                ("reported", &reported),
            ];
            let limits = match &test.specification {
                Specification::Word(word) => {
                    fields.push(("word", word));
                    None
                }
                Specification::Limits(limits) => Some(limits),
            };
            self.with_value(site, "zhao", "conduct-test", &fields, limits);
        }
        let when = self.when(-8, "11:30");
        let release = [
            lot,
            ("disposition", "RELEASED"),
            ("signer1", "Zhao Min"),
            ("signed1", &when),
            ("when", &when),
        ];
        self.enter_by_two(site, "zhao", "conduct-release", &release);
    }

    /// A record that somebody makes together with the pharmacist.
    fn enter_by_two(&self, site: &Site, who: &str, form: &str, values: &[(&str, &str)]) {
        let named: Vec<(String, &str)> = values.iter().map(|(name, text)| (format!("v.{name}"), *text)).collect();
        let mut fields: Vec<(&str, &str)> = named.iter().map(|(name, text)| (name.as_str(), *text)).collect();
        fields.extend([
            ("password", crate::site::OWN),
            ("second", "liu"),
            ("second_password", crate::site::OWN),
        ]);
        let answer = site.send(who, &format!("/countersign/{form}/{}", self.subject), &fields);
        assert_eq!(answer.status, 303, "{}", crate::site::said(&answer.body));
    }

    fn hand_over(&self, site: &Site, who: &str, (from, to): (&str, &str), when: &str) {
        let fields = [
            ("bag", self.bag.as_str()),
            ("from", from),
            ("to", to),
            ("giver", "Zhao Min"),
            ("taker", "Liu Yang"),
            ("when", when),
            ("place", "Site 01"),
            ("celsius", "-160"),
            ("kept", "Y"),
            ("intact", "Y"),
            ("matches", "Y"),
        ];
        self.enter(site, who, "conduct-custody", &fields);
    }

    /// The product on site, and the order.
    pub(crate) fn receive(&self, site: &Site) {
        site.at(&self.when(-7, "14:00"));
        self.hand_over(site, "zhao", ("cell laboratory", "courier"), &self.when(-7, "09:00"));
        self.hand_over(site, "liu", ("courier", "pharmacy"), &self.when(-7, "13:00"));
        let received = [
            ("bag", self.bag.as_str()),
            ("when", &self.when(-7, "13:00")),
            ("accepted", "Y"),
        ];
        self.enter(site, "liu", "conduct-receipt", &received);
        let planned = self.when(0, "10:00");
        self.enter(
            site,
            "wang",
            "conduct-order",
            &[("arm", "DL1"), ("planned", &planned), ("bag1", &self.bag)],
        );
        let dose = [
            ("ectrt", "ANTI-IL1RAP CAR-T CELLS"),
            ("ecdose", "100"),
            ("ecdosu", "10^6 Therapeutic Cells"),
        ];
        self.enter(
            site,
            "chen",
            "planned-dose",
            &[&dose[..], &[("ecstdtc", &planned[..10])]].concat(),
        );
    }

    fn items(&self, site: &Site, gate: &str, assessed: &str) {
        let rules = site.trial.conduct.as_ref().unwrap();
        let items = if gate == "INFUSION" {
            &rules.infusion_items
        } else {
            &rules.lymphodepletion_items
        };
        for item in items {
            let mut fields = vec![("gate", gate), ("item", item.id.as_str()), ("assessed", assessed)];
            fields.extend(item.limits.is_none().then_some(("holds", "Y")));
            self.with_value(site, "wang", "conduct-item", &fields, item.limits.as_ref());
        }
    }

    /// Lymphodepletion over three days; the last dose completes it.
    pub(crate) fn deplete(&self, site: &Site) {
        site.at(&self.when(-5, "08:00"));
        self.items(site, "LYMPHODEPLETION", &self.when(-5, "07:00"));
        let began = self.when(-5, "08:00");
        for (agent, dose) in [("FLUDARABINE", "30"), ("CYCLOPHOSPHAMIDE", "500")] {
            let given = [
                ("extrt", agent),
                ("exdose", dose),
                ("exdosu", "mg/m2"),
                ("exstdtc", began.as_str()),
            ];
            self.enter(site, "chen", "lymphodepletion", &given);
        }
        site.at(&self.when(-3, "12:00"));
        let last = [
            ("extrt", "CYCLOPHOSPHAMIDE"),
            ("exdose", "500"),
            ("exdosu", "mg/m2"),
            ("exstdtc", &self.when(-3, "08:00")),
            ("exendtc", &self.when(-3, "09:00")),
            ("last", "Y"),
        ];
        self.enter(site, "chen", "lymphodepletion", &last);
    }

    /// The morning of the infusion, up to the bag on the ward.
    pub(crate) fn morning(&self, site: &Site) {
        site.at(&self.when(0, "09:40"));
        self.items(site, "INFUSION", &self.when(0, "08:00"));
        self.hand_over(site, "liu", ("pharmacy", "ward"), &self.when(0, "09:30"));
    }

    pub(crate) fn thaw(&self, site: &Site) {
        site.at(&self.when(0, "09:50"));
        self.enter(
            site,
            "liu",
            "conduct-thaw",
            &[("bag", &self.bag), ("when", &self.when(0, "09:45"))],
        );
    }

    /// What both persons at the bedside read.
    pub(crate) fn read(&self) -> Vec<(String, String)> {
        let mut read = vec![("bag".to_owned(), self.bag.clone())];
        for person in 1..=2 {
            let each = [
                ("subject", &self.subject),
                ("coi", &self.coi),
                ("lot", &self.lot),
                ("bag", &self.bag),
            ];
            read.extend(each.map(|(name, text)| (format!("{name}{person}"), text.clone())));
        }
        read
    }

    pub(crate) fn infuse(&self, site: &Site) {
        self.thaw(site);
        let read = self.read();
        let values: Vec<(&str, &str)> = read.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        self.enter_by_two(site, "wang", "conduct-identity", &values);
        site.at(&self.when(0, "10:00"));
        self.given(site);
    }

    /// What was given.
    pub(crate) fn given(&self, site: &Site) {
        let given = [
            ("extrt", "ANTI-IL1RAP CAR-T CELLS"),
            ("exdose", "100"),
            ("exdosu", "10^6 Therapeutic Cells"),
            ("exroute", "INTRAVENOUS"),
            ("exstdtc", &self.when(0, "10:00")),
            ("bag1", &self.bag),
        ];
        self.enter(site, "chen", "infusion", &given);
    }

    fn laboratory(&self, site: &Site, when: &str) {
        let results = [
            ("ALT", "38", "U/L", "0", "40"),
            ("AST", "36", "U/L", "0", "40"),
            ("BILI", "14", "umol/L", "3", "21"),
            ("NEUT", "2.4", "10^9/L", "1.8", "6.3"),
            ("PLAT", "140", "10^9/L", "125", "350"),
        ];
        for (test, result, unit, low, high) in results {
            let limits = [("lbornrlo", low), ("lbornrhi", high), ("lbdtc", when)];
            let value = [("lbtestcd", test), ("lborres", result), ("lborresu", unit)];
            self.enter(site, "chen", "laboratory", &[value, limits].concat());
        }
    }

    /// Visits after the infusion up to a day, since the last ones entered.
    pub(crate) fn visits(&self, site: &Site, days: &[i64]) {
        let last = days.last().copied().unwrap_or_default();
        site.at(&self.when(last, "16:00"));
        for day in days {
            let when = self.when(*day, "09:00");
            let visit = format!("Day {day}");
            self.enter(
                site,
                "chen",
                "visit",
                &[("visit", &visit), ("svoccur", "Y"), ("svstdtc", &when)],
            );
            let heat = [
                ("vstestcd", "TEMP"),
                ("vsorres", "37.1"),
                ("vsorresu", "C"),
                ("vsdtc", &when),
            ];
            self.enter(site, "chen", "vital-sign", &heat);
        }
        self.laboratory(site, &self.when(last, "09:00"));
        self.enter(
            site,
            "chen",
            "child-pugh",
            &[("rsorres", "5"), ("rsdtc", &self.when(last, "09:00"))],
        );
    }
}
