//! What to do about each rule of a gate that is not kept.

use super::need::{Need, Shortfall};
use crate::language::Text;

const fn text(en: &'static str, zh: &'static str) -> Text {
    Text::new(en, zh)
}

impl Need {
    /// What to do about it.
    #[expect(clippy::too_many_lines, reason = "one instruction for each rule, and none forgotten")]
    pub fn remedy(&self) -> Text {
        match self {
            Self::NotConfigured => text("Add [conduct] to the protocol.", "在方案中添加 [conduct]。"),
            Self::NoRecords => text(
                "Enter the records of the subject, consent first.",
                "录入受试者记录，首先为知情同意。",
            ),
            Self::Unread { .. } => text("Correct the record.", "更正该记录。"),
            Self::AlreadyInfused(_) | Self::Left(_) | Self::WithdrawChosen => text(
                "The subject is not treated further; check the record if it is wrong.",
                "不再治疗该受试者；如记录有误请核查。",
            ),
            Self::NoVersion(_) => text(
                "Have the investigator of the site sign a registered version into force (page Protocol).",
                "由该中心研究者在“方案”页面签署使已登记版本生效。",
            ),
            Self::NoConsent | Self::UnknownConsent(_) | Self::ConsentNotInForce { .. } => text(
                "Have the version in force signed, and record it.",
                "签署有效版本的知情同意书并记录。",
            ),
            Self::ReconsentOutstanding { .. } => text("Have the new version signed.", "签署新版知情同意书。"),
            Self::ConsentWithdrawn(_) => text(
                "The subject is not treated unless it consents anew of its own accord.",
                "除非受试者自愿重新同意，否则不再治疗。",
            ),
            Self::Criterion(_, how) | Self::Item(_, _, how) | Self::Test(_, _, how) => shortfall(how),
            Self::NoSlot => text("Reserve a place at an open level.", "在开放的剂量水平预留名额。"),
            Self::NoDecision | Self::DecisionUnsigned(_) | Self::DecisionsDisagree | Self::DecisionSuperseded(_) => {
                text(
                    "Have the committee sign one decision that names the open levels.",
                    "由委员会签署一项注明开放剂量水平的决定。",
                )
            }
            Self::DecisionNotEffective { .. } => text("Wait until the decision takes effect.", "等待决定生效。"),
            Self::LevelNotOpen(_) | Self::PlacesNotSaid(_) | Self::LevelFull { .. } => text(
                "Choose a level that is open and has room, or ask the committee.",
                "选择开放且有名额的剂量水平，或咨询委员会。",
            ),
            Self::RuleCloses { .. } => text(
                "Freeze a packet of the data as they are now, and have the committee decide.",
                "冻结现有数据的决策包，由委员会决定。",
            ),
            Self::LevelClosed { .. } | Self::Held => text(
                "Have the committee sign its choice for this subject.",
                "由委员会签署对该受试者的选择。",
            ),
            Self::Paused { .. } => text(
                "Have the committee decide whether treatment goes on, and sign it.",
                "由委员会决定是否恢复治疗并签署。",
            ),
            Self::NoOrder | Self::OrderLevel { .. } | Self::OrderPassed(_) | Self::NoBag | Self::BagVolume(_) => {
                text("Have the investigator write the order anew.", "由研究者重新下达医嘱。")
            }
            Self::TooSoon { .. } => text("Plan the infusion for a later day.", "将回输改至更晚日期。"),
            Self::OtherNotKnown(_) => text(
                "Complete that subject's records of lymphodepletion and infusion.",
                "补全该受试者的清淋和回输记录。",
            ),
            Self::NoCollection | Self::NoLot | Self::BagUnknown(_) => {
                text("Enter the record of the product.", "录入产品记录。")
            }
            Self::BagOfAnother { .. } | Self::Identity { .. } => text(
                "Stop. Set the product apart, and call the cell laboratory and the sponsor. What was only misread at the bedside, \
                 investigator and sponsor's physician clear up together; then the bag is checked anew.",
                "立即停止。隔离产品，并联系细胞实验室和申办方。若仅为床旁误读，由研究者与申办方医师共同澄清后重新核对该袋。",
            ),
            Self::LotFailed(_) | Self::Rejected(_) | Self::Expired { .. } | Self::ThawTooLong { .. } => text(
                "The product is not given; ask the cell laboratory.",
                "不得使用该产品；咨询细胞实验室。",
            ),
            Self::NotReleased(_) | Self::ReleaseUnsigned(_) => {
                text("Wait for the signed release.", "等待签署的放行文件。")
            }
            Self::NotReceived(_) => text("Receive and inspect the bag.", "接收并检查产品袋。"),
            Self::LymphodepletionNotCompleted => text(
                "Record the last dose of lymphodepletion, or why it was broken off.",
                "记录最后一次清淋给药，或中止原因。",
            ),
            Self::NoCells | Self::DoseBelow { .. } | Self::DoseAbove { .. } => text(
                "Check number and unit of the cells; order other bags or another volume.",
                "核对细胞数及单位；更改产品袋或体积。",
            ),
            Self::NotOrdered { .. } => text(
                "Read the label again and correct the answer; if the bag was given, call investigator and sponsor at once.",
                "再次核对标签并更正填写内容；如确已回输该袋，立即联系研究者和申办方。",
            ),
            Self::GivenOffDose { .. } | Self::MoreThanHeld { .. } => text(
                "Check number and unit of the cells given, and correct the answer.",
                "核对实际回输细胞数及单位，并更正填写内容。",
            ),
            Self::NotChecked(_) | Self::SamePerson(_) => text(
                "Have two different persons read subject and label.",
                "由两名不同人员核对受试者与标签。",
            ),
            Self::Custody(..) => text(
                "Clear up the hand-over with the cell laboratory before the bag is used.",
                "使用前与细胞实验室核实交接情况。",
            ),
            Self::NotThawed(_) => text("Thaw the bag and record the time.", "复苏产品袋并记录时间。"),
            Self::NotDelegated { .. } => text(
                "Have a delegated and trained person do it, or complete the log.",
                "由已授权并培训的人员执行，或补全授权表。",
            ),
        }
    }
}

fn shortfall(how: &Shortfall) -> Text {
    match how {
        Shortfall::NotAssessed | Shortfall::Unknown | Shortfall::TooOld(_) => text("Assess it now.", "立即评估。"),
        Shortfall::NotMet(_) | Shortfall::Waived => text(
            "Do not go on; assess again if the state changes. There are no waivers.",
            "不得继续；状况变化后重新评估。不允许豁免。",
        ),
        Shortfall::Supported | Shortfall::SupportNotSaid => text(
            "Repeat the test without support, and say that there was none.",
            "在无输血及生长因子支持下复查并注明。",
        ),
        Shortfall::Ambiguous => text("Correct the record that is wrong.", "更正错误的记录。"),
        Shortfall::NotComparable(_) => text("Enter value, unit and limit of normal.", "录入数值、单位及正常上限。"),
        Shortfall::Pending => text("Wait for the result.", "等待结果。"),
    }
}
