//! What a gate says, in every language: each rule as a sentence, and what to do about it.

use jiff::civil::DateTime;

use super::gate::{Check, GateName};
use super::need::{CustodyDoubt, Named, Need, Severity, Shortfall};
use super::record::{Scope, UnreadWords};
use crate::language::{Language, Text, Words, both, quantity_in};
use crate::protocol::StudyTask;

const fn text(en: &'static str, zh: &'static str) -> Text {
    Text::new(en, zh)
}

impl Severity {
    /// Name in a language.
    pub fn text(self) -> Text {
        match self {
            Self::Absolute => text("cannot be released", "不可豁免"),
            Self::Medical => text("medical", "医学"),
            Self::Administrative => text("administrative", "管理"),
        }
    }
}

impl GateName {
    /// Name in a language.
    pub fn text(self) -> Text {
        match self {
            Self::Enrolment => text("Enrolment", "入组"),
            Self::Collection => text("Collection", "采集"),
            Self::Lymphodepletion => text("Lymphodepletion", "清淋"),
            Self::Infusion => text("Infusion", "回输"),
        }
    }
}

impl Check {
    /// Name in a language.
    pub fn text(self) -> Text {
        match self {
            Self::Records => text("Records can be read", "记录可读"),
            Self::Version => text("Protocol version in force at the site", "中心方案版本有效"),
            Self::Consent => text("Consent in force", "知情同意有效"),
            Self::Eligibility => text("Eligible", "符合入选标准"),
            Self::Slot => text("Place reserved", "已预留名额"),
            Self::Level => text(
                "Dose level open by a signed decision in effect",
                "剂量水平已由签署并生效的决定开放",
            ),
            Self::Places => text("Room at the level", "该剂量水平有名额"),
            Self::NoPause => text("No halt", "无暂停"),
            Self::Order => text("Infusion ordered", "已下达回输医嘱"),
            Self::Spacing => text("Interval to other subjects", "与其他受试者的间隔"),
            Self::Identity => text("One identity from collection to bag", "从采集到产品袋身份一致"),
            Self::Release => text("Product released", "产品已放行"),
            Self::OnSite => text("Product on site and not expired", "产品已到中心且未过期"),
            Self::Dose => text("Dose within tolerance", "剂量在允许范围内"),
            Self::LymphodepletionItems => text("Items of lymphodepletion", "清淋前检查项目"),
            Self::Lymphodepleted => text("Lymphodepletion given", "已完成清淋"),
            Self::InfusionItems => text("Items of infusion", "回输前检查项目"),
            Self::Custody => text("Unbroken custody", "交接链完整"),
            Self::TwoPersons => text("Identity checked by two persons", "双人身份核对"),
            Self::Thaw => text("Thawed in time", "复苏时间合格"),
            Self::Delegation => text("Persons delegated and trained", "人员已授权并培训"),
        }
    }
}

impl Scope {
    /// Name in a language.
    pub fn text(self) -> Text {
        match self {
            Self::Treatment => text("treatment", "治疗"),
            Self::Visits => text("visits", "访视"),
            Self::Data => text("data", "数据"),
            Self::Samples => text("samples", "样本"),
        }
    }
}

fn task(task: StudyTask) -> Text {
    match task {
        StudyTask::Consent => text("obtaining consent", "获取知情同意"),
        StudyTask::Eligibility => text("judging eligibility", "判断入选资格"),
        StudyTask::Assessment => text("assessing the items of a gate", "评估检查项目"),
        StudyTask::Receipt => text("receiving the product", "接收产品"),
        StudyTask::Order => text("ordering the infusion", "下达回输医嘱"),
        StudyTask::Identity => text("checking identity", "身份核对"),
        StudyTask::Decision => text("deciding about the dose", "剂量决定"),
    }
}

fn doubt(doubt: CustodyDoubt) -> Text {
    match doubt {
        CustodyDoubt::None => text("no hand-over is recorded", "无交接记录"),
        CustodyDoubt::Ends => text(
            "the hand-overs do not reach from the first to the last custodian of the protocol",
            "交接未覆盖方案规定的首个至末个保管方",
        ),
        CustodyDoubt::Chain => text(
            "a hand-over does not begin where the one before ended",
            "交接前后不衔接",
        ),
        CustodyDoubt::Order => text(
            "two hand-overs have one moment, or one lies in the future",
            "两次交接时间相同，或交接时间在将来",
        ),
        CustodyDoubt::Person => text("somebody is not named", "有人员未填写"),
        CustodyDoubt::Temperature => text(
            "the temperature was not kept, or nobody said so",
            "温度未保持，或未注明",
        ),
        CustodyDoubt::Integrity => text(
            "container or seal was not intact, or nobody said so",
            "容器或封签不完整，或未注明",
        ),
        CustodyDoubt::Label => text("the label did not match, or nobody said so", "标签不符，或未注明"),
    }
}

fn shortfall(named: &Named, how: &Shortfall) -> Words {
    let zh_name = named.text_zh.as_ref().unwrap_or(&named.text);
    let how = match how {
        Shortfall::NotAssessed => both!("not assessed", "未评估"),
        Shortfall::NotMet(value) if value.is_empty() => both!("not met", "不符合"),
        Shortfall::NotMet(value) => both!(
            "not met: {value}",
            "不符合：{zh}",
            zh = quantity_in(value, Language::Chinese)
        ),
        Shortfall::Unknown => both!("not known", "不明"),
        Shortfall::TooOld(at) => both!("assessed too long ago, {at}", "距评估时间过久：{at}", at = at),
        Shortfall::Supported => both!(
            "the value may rest on a transfusion or growth factor",
            "该值可能受输血或生长因子影响"
        ),
        Shortfall::SupportNotSaid => both!(
            "nobody said whether a transfusion or growth factor was given before",
            "未注明检查前是否输血或使用生长因子"
        ),
        Shortfall::Waived => both!("waived, and there are no waivers", "被豁免，但不允许豁免"),
        Shortfall::Ambiguous => both!("two records of the same moment differ", "同一时间的两条记录不一致"),
        Shortfall::NotComparable(why) => {
            both!("cannot be compared: {en}", "无法比较：{zh}", en = why.en, zh = why.zh)
        }
        Shortfall::Pending => both!("the result is awaited", "结果待出"),
    };
    Words {
        en: format!("{}: {}.", named.text, how.en),
        zh: format!("{zh_name}：{}。", how.zh),
    }
}

fn unread(id: &str, said: &UnreadWords) -> Words {
    both!(
        "Record {id} ({title_en}) cannot be read: {question_en}: {why_en}.",
        "记录 {id}（{title_zh}）无法读取：{question_zh}：{why_zh}。",
        title_en = said.title.en,
        title_zh = said.title.zh,
        question_en = said.question.en,
        question_zh = said.question.zh,
        why_en = said.why.en,
        why_zh = said.why.zh,
    )
}

impl Need {
    /// What is missing, as a sentence.
    pub fn sentence(&self, language: Language) -> String {
        self.words().of(language).to_owned()
    }

    #[expect(clippy::too_many_lines, reason = "one sentence for each rule, and none forgotten")]
    fn words(&self) -> Words {
        match self {
            // Records, consent and entry.
            Self::NotConfigured => both!(
                "The protocol does not configure the gates: it has no [conduct].",
                "方案未配置关口：缺少 [conduct]。"
            ),
            Self::NoRecords => both!("No conduct record of the subject exists.", "该受试者尚无研究实施记录。"),
            Self::Unread { id, why, .. } => unread(id, why),
            Self::AlreadyInfused(when) => both!("Infused already, {en}.", "已{zh}回输。", en = when.en, zh = when.zh),
            Self::Left(reason) => both!(
                "The subject left the study: {en}.",
                "受试者已退出研究：{zh}。",
                en = reason.en,
                zh = reason.zh
            ),
            Self::NoVersion(site) => both!(
                "No version of the protocol is in force at site {site}.",
                "中心 {site} 无有效的方案版本。",
                site = site
            ),
            Self::NoConsent => both!("No signed consent is recorded.", "无已签署的知情同意记录。"),
            Self::UnknownConsent(version) => both!(
                "Consent version {version} is not in the protocol.",
                "方案中没有知情同意书版本 {version}。",
                version = version
            ),
            Self::ConsentNotInForce { signed, wanted } => {
                let none = "–".to_owned();
                both!(
                    "Consent version {signed} was signed when {wanted} was in force.",
                    "签署的知情同意书版本为 {signed}，当日有效版本为 {wanted}。",
                    signed = signed,
                    wanted = wanted.as_ref().unwrap_or(&none)
                )
            }
            Self::ReconsentOutstanding { signed, wanted } => both!(
                "Consent to version {wanted} is outstanding; {signed} was signed.",
                "尚未重新签署版本 {wanted} 的知情同意书；已签署 {signed}。",
                signed = signed,
                wanted = wanted
            ),
            Self::ConsentWithdrawn(from) => {
                let from = from.text();
                Words {
                    en: format!("Consent to {} was withdrawn.", from.en),
                    zh: format!("已撤回对{}的同意。", from.zh),
                }
            }
            Self::Criterion(named, how) | Self::Item(_, named, how) => shortfall(named, how),
            Self::NotDelegated { person, task: done } => {
                let done = task(*done);
                Words {
                    en: format!("{person} was not delegated or not trained for {} that day.", done.en),
                    zh: format!("{person} 当日未获授权或未接受培训：{}。", done.zh),
                }
            }
            Self::NoSlot => both!("No place at a dose level is reserved.", "未预留剂量水平名额。"),
            // Decisions, levels, halts and intervals.
            Self::NoDecision => both!("No signed decision is in effect.", "无已签署并生效的剂量决定。"),
            Self::DecisionUnsigned(id) => both!("Decision {id} is not signed.", "决定 {id} 尚未签署。", id = id),
            Self::DecisionNotEffective { id, effective, at } => both!(
                "Decision {id} takes effect on {effective}; it is needed by {at}.",
                "决定 {id} 于 {effective} 生效，晚于所需时间 {at}。",
                id = id,
                effective = to_second(*effective),
                at = to_second(*at)
            ),
            Self::DecisionSuperseded(id) => both!(
                "Decision {id} is superseded, and none has taken its place.",
                "决定 {id} 已被取代，且无替代决定。",
                id = id
            ),
            Self::DecisionsDisagree => both!(
                "Two decisions take effect at the same moment and differ.",
                "两项决定同时生效但内容不一致。"
            ),
            Self::LevelNotOpen(level) => both!(
                "Dose level {level} is not open.",
                "剂量水平 {level} 未开放。",
                level = level
            ),
            Self::LevelClosed {
                level,
                below: Some(below),
            } => both!(
                "Dose level {level} closed after the product was made: the committee chooses the dose of level {below} by volume, to hold, or to withdraw.",
                "产品制备后剂量水平 {level} 关闭：由委员会选择按体积给予剂量水平 {below}、等待或退出。",
                level = level,
                below = below
            ),
            Self::LevelClosed { level, below: None } => both!(
                "Dose level {level} closed after the product was made: the committee chooses to hold or to withdraw.",
                "产品制备后剂量水平 {level} 关闭：由委员会选择等待或退出。",
                level = level
            ),
            Self::RuleCloses {
                level,
                highest: Some(highest),
            } => both!(
                "By the data now the protocol's rule treats nobody above dose level {highest}; level {level} was opened before that was known.",
                "按现有数据，方案规则不允许在剂量水平 {highest} 以上治疗任何受试者；剂量水平 {level} 是在此之前开放的。",
                highest = highest,
                level = level
            ),
            Self::RuleCloses { level, highest: None } => both!(
                "By the data now the protocol's rule treats nobody; dose level {level} was opened before that was known.",
                "按现有数据，方案规则不允许治疗任何受试者；剂量水平 {level} 是在此之前开放的。",
                level = level
            ),
            Self::Held => both!("The committee chose to hold the subject.", "委员会选择该受试者等待。"),
            Self::WithdrawChosen => both!(
                "The committee chose to withdraw the subject.",
                "委员会选择该受试者退出。"
            ),
            Self::PlacesNotSaid(level) => both!(
                "The decision does not say how many subjects dose level {level} may have.",
                "决定未说明剂量水平 {level} 的名额数。",
                level = level
            ),
            Self::LevelFull { level, places } => both!(
                "All {places} places of dose level {level} are taken.",
                "剂量水平 {level} 的 {places} 个名额已满。",
                level = level,
                places = places
            ),
            Self::Paused { id, reason } => both!(
                "Treatment is halted ({id}): {reason_en}.",
                "治疗已暂停（{id}）：{reason_zh}。",
                id = id,
                reason_en = reason.en,
                reason_zh = reason.zh
            ),
            Self::NoOrder => both!("No infusion is ordered.", "未下达回输医嘱。"),
            Self::OrderLevel { ordered, level } => both!(
                "The order is for dose level {ordered}; the subject is at level {level}.",
                "医嘱剂量水平为 {ordered}，受试者为 {level}。",
                ordered = ordered,
                level = level
            ),
            Self::OrderPassed(at) => both!(
                "The planned infusion, {at}, lies in the past.",
                "计划回输时间 {at} 已过。",
                at = at
            ),
            Self::TooSoon {
                other,
                earliest,
                planned,
            } => both!(
                "The infusion on {planned} is too close to that of {other}: {earliest} is the first day that keeps the interval.",
                "{planned} 的回输距 {other} 过近：符合间隔的最早日期为 {earliest}。",
                other = other,
                earliest = earliest,
                planned = planned
            ),
            Self::OtherNotKnown(other) => both!(
                "Day or dose level of the infusion of {other} is not known, so no interval to it can be kept.",
                "{other} 的回输日期或剂量水平不明，无法计算间隔。",
                other = other
            ),
            Self::LymphodepletionNotCompleted => both!("Lymphodepletion is not completed.", "清淋未完成。"),
            // The product, from collection to the bedside.
            Self::NoCollection => both!(
                "No collection with an identity number is recorded.",
                "无带身份编号的采集记录。"
            ),
            Self::NoLot => both!("No lot of the ordered bags is recorded.", "医嘱产品袋无批次记录。"),
            Self::NoBag => both!("The order names no bag.", "医嘱未指定产品袋。"),
            Self::BagUnknown(bag) => both!(
                "Bag {bag} of the order is not recorded, or recorded twice.",
                "医嘱中的产品袋 {bag} 无记录或重复记录。",
                bag = bag
            ),
            Self::BagOfAnother { bag, subject } => both!(
                "Bag {bag} of the order is that of {subject}.",
                "医嘱中的产品袋 {bag} 属于 {subject}。",
                bag = bag,
                subject = subject
            ),
            Self::BagVolume(bag) => both!(
                "Bag {bag} is ordered twice, or in a volume it does not hold.",
                "产品袋 {bag} 重复医嘱，或体积超出其容量。",
                bag = bag
            ),
            Self::LotFailed(lot) => both!("Making lot {lot} failed.", "批次 {lot} 制备失败。", lot = lot),
            Self::NotReleased(lot) => both!("Lot {lot} is not released.", "批次 {lot} 未放行。", lot = lot),
            Self::Rejected(lot) => both!("Lot {lot} is rejected.", "批次 {lot} 已拒绝放行。", lot = lot),
            Self::ReleaseUnsigned(lot) => both!(
                "The release of lot {lot} lacks signatures.",
                "批次 {lot} 的放行缺少签名。",
                lot = lot
            ),
            Self::Test(lot, named, how) => {
                let said = shortfall(named, how);
                both!(
                    "Lot {lot}: {en}",
                    "批次 {lot}：{zh}",
                    lot = lot,
                    en = said.en,
                    zh = said.zh
                )
            }
            Self::NotReceived(bag) => both!(
                "Bag {bag} is not accepted at the site.",
                "产品袋 {bag} 未被中心接收。",
                bag = bag
            ),
            Self::Expired { bag, expires } => both!(
                "Bag {bag} expires at {expires}, before or as the infusion begins.",
                "产品袋 {bag} 于 {expires} 到期，不晚于回输开始。",
                bag = bag,
                expires = expires
            ),
            Self::NoCells => both!(
                "The order holds no viable cells, or their number or the dose of the level is not known.",
                "医嘱不含活细胞，或细胞数、剂量水平的剂量不明。"
            ),
            Self::DoseBelow { percent, min } => both!(
                "The order is {percent} % of the level's dose; at least {min} % is needed.",
                "医嘱为该水平剂量的 {percent}%，至少需要 {min}%。",
                percent = four_places(*percent),
                min = min
            ),
            Self::DoseAbove { percent, max } => both!(
                "The order is {percent} % of the level's dose; at most {max} % is allowed.",
                "医嘱为该水平剂量的 {percent}%，最多允许 {max}%。",
                percent = four_places(*percent),
                max = max
            ),
            Self::NotOrdered { bag, whose: None } => both!(
                "Bag {bag} was given, which the order does not name.",
                "回输了医嘱未列的产品袋 {bag}。",
                bag = bag
            ),
            Self::NotOrdered {
                bag,
                whose: Some(subject),
            } => both!(
                "Bag {bag} was given, which is that of {subject}.",
                "回输了属于 {subject} 的产品袋 {bag}。",
                bag = bag,
                subject = subject
            ),
            Self::GivenOffDose { percent, min, max } => both!(
                "{percent} % of the level's dose was given; the protocol allows {min} to {max} %.",
                "实际回输为该水平剂量的 {percent}%；方案允许 {min}% 至 {max}%。",
                percent = four_places(*percent),
                min = min,
                max = max
            ),
            Self::MoreThanHeld { given, held } => {
                let (given, held) = (given.words(), held.words());
                both!(
                    "{en} were given; the bags hold {held_en}.",
                    "实际回输 {zh}；产品袋仅含 {held_zh}。",
                    en = given.en,
                    zh = given.zh,
                    held_en = held.en,
                    held_zh = held.zh
                )
            }
            Self::Identity { place, expected, found } => both!(
                "Identity does not agree: {place_en} says \"{found}\", expected \"{expected_en}\".",
                "身份不一致：{place_zh} 为“{found}”，应为“{expected_zh}”。",
                place_en = place.en,
                place_zh = place.zh,
                expected_en = expected.en,
                expected_zh = expected.zh,
                found = found
            ),
            Self::NotChecked(bag) => both!(
                "Bag {bag} was not checked by two persons.",
                "产品袋 {bag} 未经双人核对。",
                bag = bag
            ),
            Self::SamePerson(bag) => both!(
                "Bag {bag} was checked twice by one person.",
                "产品袋 {bag} 由同一人核对两次。",
                bag = bag
            ),
            Self::Custody(bag, what) => {
                let what = doubt(*what);
                both!(
                    "Bag {bag}: {en}.",
                    "产品袋 {bag}：{zh}。",
                    bag = bag,
                    en = what.en,
                    zh = what.zh
                )
            }
            Self::NotThawed(bag) => both!(
                "No thaw of bag {bag} is recorded.",
                "无产品袋 {bag} 的复苏记录。",
                bag = bag
            ),
            Self::ThawTooLong { bag, minutes, max } => both!(
                "Bag {bag} was thawed {minutes} minutes ago; at most {max} are allowed.",
                "产品袋 {bag} 已复苏 {minutes} 分钟，最多允许 {max} 分钟。",
                bag = bag,
                minutes = minutes,
                max = max
            ),
        }
    }
}

/// A moment without the fractions of a clock's second.
fn to_second(at: DateTime) -> DateTime {
    at.with().subsec_nanosecond(0).build().unwrap_or(at)
}

/// Four decimals at most, so that what is just outside a bound does not read as the bound.
fn four_places(number: f64) -> String {
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
