//! The texts of pages, in every language. Texts of forms and fields stand at their definitions.

mod gates;
mod lists;
mod refused;

use tercel::language::Text;

/// The text of a key. An unknown key shows itself; a test keeps pages from having one.
pub(crate) fn message(key: &str) -> Text {
    let mut all = catalogue();
    all.find(|(known, _)| *known == key)
        .map_or(Text::new("?", "?"), |(_, text)| *text)
}

/// Every text by its key.
fn catalogue() -> impl Iterator<Item = &'static (&'static str, Text)> {
    MESSAGES
        .iter()
        .chain(gates::MESSAGES)
        .chain(lists::MESSAGES)
        .chain(refused::MESSAGES)
}

static MESSAGES: &[(&str, Text)] = &[
    ("menu.board", Text::new("Board", "总览")),
    ("menu.subjects", Text::new("Subjects", "受试者")),
    ("menu.report", Text::new("Report", "报告")),
    ("menu.queries", Text::new("Queries", "质疑")),
    ("menu.audit", Text::new("Audit trail", "稽查轨迹")),
    ("menu.people", Text::new("People", "用户")),
    ("audit.record", Text::new("Record", "记录")),
    ("audit.from", Text::new("From", "自（含）")),
    ("audit.until", Text::new("Before", "至（不含）")),
    ("audit.filter", Text::new("Show", "查询")),
    ("audit.hash", Text::new("Hash", "哈希")),
    ("audit.older", Text::new("Older entries", "更早的条目")),
    (
        "audit.help",
        Text::new(
            "Entries are never changed or deleted. Each carries the hash of the one before it; times are UTC.",
            "条目不会被修改或删除。每个条目均包含前一条目的哈希值；时间为协调世界时（UTC）。",
        ),
    ),
    ("people.roles", Text::new("Roles", "角色")),
    (
        "people.roles_help",
        Text::new(
            "Roles with their site, separated by blanks; * for every site:",
            "角色及其中心，以空格分隔；* 表示所有中心：",
        ),
    ),
    ("people.change", Text::new("Change", "修改")),
    ("people.disabled", Text::new("disabled", "已停用")),
    (
        "people.first_password",
        Text::new(
            "First password, to be changed at the first sign-in within 3 days",
            "初始密码（须在3天内首次登录并修改）",
        ),
    ),
    ("people.own_password", Text::new("Your own password", "您本人的密码")),
    (
        "people.own_password_wrong",
        Text::new(
            "Your own password is not right, or has to wait after too many wrong ones. Nothing was changed.",
            "您本人的密码错误，或因错误次数过多须等待。未作任何更改。",
        ),
    ),
    ("sessions.title", Text::new("Where you are signed in", "您的登录会话")),
    (
        "sessions.help",
        Text::new(
            "Sessions of browsers that are in force. End one that you do not know, and choose another password.",
            "以下为当前有效的浏览器会话。如有您不认识的会话，请终止并更改密码。",
        ),
    ),
    ("sessions.began", Text::new("Began", "开始时间")),
    ("sessions.seen", Text::new("Last used", "最近使用")),
    ("sessions.this", Text::new("this one", "当前会话")),
    ("sessions.end", Text::new("End", "终止")),
    ("sessions.end_others", Text::new("End all others", "终止其他所有会话")),
    ("people.set_password", Text::new("Set the password", "设置密码")),
    ("people.add", Text::new("Add an account", "新增账号")),
    ("menu.protocol", Text::new("Protocol", "方案")),
    (
        "protocol.running",
        Text::new("The program runs version", "程序当前运行的版本："),
    ),
    (
        "protocol.not_registered",
        Text::new(
            "This version is not registered in the record: the sponsor's physician registers it with a signature.",
            "该版本尚未在记录中登记：须由申办方医学监查员签名登记。",
        ),
    ),
    (
        "protocol.differs",
        Text::new(
            "The file differs from what was registered under this version. Nothing may be decided by it: give the changed protocol a version of its own, or put the registered file back.",
            "该文件与此版本登记内容不一致，不得据此作出决定：请为修改后的方案另设版本号，或恢复已登记的文件。",
        ),
    ),
    ("protocol.versions", Text::new("Registered versions", "已登记版本")),
    ("protocol.version", Text::new("Version", "版本")),
    ("protocol.summary", Text::new("What it brings", "变更摘要")),
    ("protocol.signed_by", Text::new("Signed by", "签署人")),
    (
        "protocol.compare",
        Text::new("compare with the one before", "与前一版本比较"),
    ),
    ("protocol.differences", Text::new("What differs:", "差异：")),
    (
        "protocol.none",
        Text::new("Nothing differs but comments and layout.", "除注释和排版外无差异。"),
    ),
    ("protocol.place", Text::new("Setting", "设置项")),
    ("protocol.sites", Text::new("In force at sites", "各中心执行版本")),
    ("protocol.site", Text::new("Site", "中心")),
    ("protocol.effective", Text::new("Effective from", "生效日期")),
    ("protocol.in_force", Text::new("in force", "现行有效")),
    ("protocol.register", Text::new("Register this version", "登记该版本")),
    (
        "protocol.register_help",
        Text::new(
            "The whole file is kept in the record. From then on a site treats nobody until its investigator has signed a version into force.",
            "整个文件将保存在记录中。此后，各中心须由其研究者签署使版本生效，方可治疗受试者。",
        ),
    ),
    (
        "protocol.activate",
        Text::new("Make a version effective at a site", "使版本在中心生效"),
    ),
    (
        "protocol.activate_help",
        Text::new(
            "After the ethics committee approved it. The gates of the site's subjects ask by this version from that day.",
            "须经伦理委员会批准。自该日起，该中心受试者的关口按此版本核查。",
        ),
    ),
    (
        "protocol.approval",
        Text::new("Ethics committee and number of its approval", "伦理委员会及批件号"),
    ),
    ("protocol.approved", Text::new("Approved on", "批准日期")),
    ("menu.meetings", Text::new("Decisions", "剂量决策")),
    ("meeting.title", Text::new("Decision meeting", "决策会议")),
    ("meeting.occasion", Text::new("Occasion", "会议事由")),
    ("meeting.cut", Text::new("Data cut", "数据截止")),
    ("meeting.prepare", Text::new("Prepare a meeting", "准备会议")),
    (
        "meeting.prepare_help",
        Text::new(
            "The packet holds everything entered by now and does not change any more. Members vote on it with their signatures.",
            "决策包冻结截至目前已录入的全部数据，此后不再变更。委员以电子签名投票。",
        ),
    ),
    ("meeting.other", Text::new("another, in words", "其他（请说明）")),
    ("meeting.rp2d", Text::new("recommended dose of Phase 2", "II期推荐剂量")),
    ("meeting.words", Text::new("In words", "说明")),
    ("meeting.members", Text::new("Members", "委员")),
    ("meeting.not_member", Text::new("not a member", "非委员")),
    ("meeting.member", Text::new("member", "委员")),
    ("meeting.physician", Text::new("physician", "医师")),
    ("meeting.quorum", Text::new("Votes needed", "法定投票人数")),
    (
        "meeting.roles_needed",
        Text::new("Roles of which somebody must vote", "必须投票的角色"),
    ),
    ("meeting.freeze", Text::new("Freeze the packet", "冻结决策包")),
    ("meeting.proposed", Text::new("proposed", "已提议")),
    ("meeting.open", Text::new("nothing proposed yet", "尚无提议")),
    (
        "meeting.touched",
        Text::new(
            "Records this decision rests on were corrected since:",
            "本决策所依据的记录此后已被更正：",
        ),
    ),
    (
        "meeting.differs",
        Text::new(
            "With what is known today, at the same data cut, the packet would say otherwise:",
            "按目前已知数据及相同数据截止，决策包内容将有所不同：",
        ),
    ),
    (
        "meeting.same",
        Text::new(
            "With what is known today, at the same data cut, the packet would say the same.",
            "按目前已知数据及相同数据截止，决策包内容不变。",
        ),
    ),
    (
        "record.head",
        Text::new(
            "Signed head: kept outside the record, it shows later that nothing before it was changed (tercel audit verify --head)",
            "签名链头：存于记录之外，日后可证明此前内容未被更改（tercel audit verify --head）",
        ),
    ),
    (
        "meeting.again",
        Text::new(
            "Make the packet again of the entries up to",
            "按当时的录入重新生成决策包，截至录入",
        ),
    ),
    (
        "meeting.again_same",
        Text::new(
            "Made again it is the same to the byte, of the entries up to",
            "重新生成的决策包逐字节相同，截至录入",
        ),
    ),
    (
        "meeting.again_differs",
        Text::new(
            "Made again it is different, of the entries up to",
            "重新生成的决策包不同，截至录入",
        ),
    ),
    ("meeting.name", Text::new("Name", "姓名")),
    ("meeting.vote", Text::new("Vote", "投票")),
    ("meeting.comment", Text::new("Comment", "意见")),
    ("meeting.conflict", Text::new("Conflict of interest", "利益冲突")),
    ("meeting.proposal", Text::new("Proposal", "提议")),
    (
        "meeting.override",
        Text::new("override of the recommendation", "不采纳建议"),
    ),
    (
        "meeting.despite",
        Text::new(
            "Why not to wait for open findings and queries",
            "不等待未解决问题与质疑的理由",
        ),
    ),
    ("meeting.condition", Text::new("Condition", "条件")),
    (
        "meeting.conditions",
        Text::new("Conditions, one a line", "条件（每行一条）"),
    ),
    (
        "meeting.places",
        Text::new(
            "Subjects that the opened level takes in all, those treated there included",
            "开放的剂量水平共可入组例数（含已在该水平治疗者）",
        ),
    ),
    (
        "meeting.no_places",
        Text::new(
            "It does not say how many subjects the level takes: nobody can be given a place there. Propose it again with the number.",
            "未说明该剂量水平可入组的例数：无法为受试者预留名额。请填写例数后重新提议。",
        ),
    ),
    ("meeting.effective", Text::new("In effect from", "生效时间")),
    (
        "meeting.effective_help",
        Text::new("Blank: with the last signature.", "留空：最后一个签名时。"),
    ),
    (
        "meeting.at_signature",
        Text::new("with the last signature", "最后一个签名时"),
    ),
    (
        "meeting.missing",
        Text::new("Before this is decided:", "形成决议前尚需："),
    ),
    ("meeting.agree", Text::new("agree", "同意")),
    ("meeting.disagree", Text::new("disagree", "反对")),
    ("meeting.abstain", Text::new("abstain", "弃权")),
    ("meeting.propose", Text::new("Propose", "提议")),
    ("meeting.choice", Text::new("Decision", "决定")),
    ("meeting.resolve", Text::new("Close the vote", "结束投票并形成决议")),
    ("tokens.title", Text::new("Tokens for programs", "程序访问令牌")),
    (
        "tokens.help",
        Text::new(
            "A token acts with your roles. Signatures ask for your password all the same.",
            "令牌以您的角色执行操作；签名仍需输入密码。",
        ),
    ),
    (
        "tokens.once",
        Text::new(
            "Keep this token now; it is not shown again:",
            "请立即保存此令牌，之后不再显示：",
        ),
    ),
    ("tokens.label", Text::new("Label", "标签")),
    ("tokens.end", Text::new("End", "终止")),
    ("tokens.make", Text::new("Make a token", "生成令牌")),
    ("tokens.days", Text::new("Days it lasts", "有效天数")),
    ("menu.study", Text::new("Study", "研究")),
    ("menu.work", Text::new("To do", "待办")),
    (
        "board.blocking",
        Text::new(
            "Findings in the data to be resolved before the decision is acted on",
            "执行决策之前须解决的数据问题",
        ),
    ),
    ("entry.gate", Text::new("The gate is closed:", "关口关闭：")),
    (
        "entry.happened",
        Text::new(
            "It has happened already: keep the record, and a deviation with it",
            "该事件已经发生：保存记录，并同时记录方案偏离",
        ),
    ),
    ("menu.safety", Text::new("Safety", "安全性")),
    ("menu.efficacy", Text::new("Efficacy", "疗效")),
    ("menu.downtime", Text::new("Paper", "纸质表格")),
    (
        "panel.help",
        Text::new("Rows left blank are not kept.", "空白行不保存。"),
    ),
    ("entry.check", Text::new("Check without saving", "检查但不保存")),
    (
        "entry.remarks",
        Text::new("What the rules say of these answers:", "规则对以上内容的提示："),
    ),
    ("page.skip", Text::new("Skip to the content", "跳到正文")),
    ("page.sign_out", Text::new("Sign out", "退出")),
    ("page.password", Text::new("Password", "密码")),
    ("page.sessions", Text::new("Sessions", "会话")),
    ("page.show_password", Text::new("Show what is typed", "显示输入内容")),
    (
        "page.training",
        Text::new(
            "Training study: no patient stands behind these data",
            "培训研究：数据不涉及任何真实患者",
        ),
    ),
    ("board.infused", Text::new("infused", "已回输")),
    ("board.collected", Text::new("collected", "已采集")),
    ("board.screening", Text::new("in screening", "筛选中")),
    ("board.screening_failed", Text::new("failed screening", "筛选失败")),
    ("board.left_in_screening", Text::new("left in screening", "筛选期退出")),
    ("board.no_level", Text::new("No dose level", "未分配剂量水平")),
    ("page.back", Text::new("Back", "返回")),
    ("page.save", Text::new("Save", "保存")),
    ("page.nothing", Text::new("Nothing yet", "暂无")),
    ("fault.title", Text::new("This did not work", "操作未成功")),
    ("sign_in.title", Text::new("Sign in", "登录")),
    ("sign_in.name", Text::new("Account", "账号")),
    ("sign_in.password", Text::new("Password", "密码")),
    (
        "sign_in.refused",
        Text::new(
            "Account or password is wrong. After several wrong passwords an account waits a minute before it takes the next, even the right one.",
            "账号或密码错误。多次输错后，该账号须等待一分钟才能再次登录（即使密码正确）。",
        ),
    ),
    (
        "sign_in.ended",
        Text::new(
            "Your session has ended, and nothing was saved. What you typed is kept: sign in, read it again and send it.",
            "会话已结束，尚未保存任何内容。您填写的内容已保留：请重新登录，核对后再提交。",
        ),
    ),
    ("kept.title", Text::new("Send what you typed", "提交您填写的内容")),
    (
        "kept.nothing",
        Text::new(
            "Nothing was saved yet. This is what you had typed when the session ended.",
            "尚未保存任何内容。以下是会话结束时您填写的内容。",
        ),
    ),
    ("kept.name", Text::new("It is entered in the name of", "录入人：")),
    ("kept.send", Text::new("Send it now", "立即提交")),
    ("kept.leave", Text::new("Do not send it", "不提交")),
    ("sign_in.demo", Text::new("Accounts of the demonstration", "演示账号")),
    ("sign_in.demo_role", Text::new("Role", "角色")),
    ("setup.title", Text::new("The first user", "首位用户")),
    (
        "setup.help",
        Text::new(
            "This record has no users yet. The first one administers users and cannot enter or sign data. The code was printed where the program was started.",
            "本系统尚无用户。首位用户为系统管理员，不能录入或签署数据。设置码显示在启动程序的终端上。",
        ),
    ),
    ("setup.code", Text::new("Code", "设置码")),
    (
        "setup.printed",
        Text::new("Full name, as it stands beside a signature", "签名处显示的完整姓名"),
    ),
    ("password.title", Text::new("Choose a password", "设置密码")),
    (
        "password.help",
        Text::new(
            "At least 12 letters; several words of your own are good. Other sessions of yours end.",
            "至少12个字符；建议使用自选的多个词语。您的其他会话将被终止。",
        ),
    ),
    ("password.old", Text::new("Present password", "当前密码")),
    ("password.new", Text::new("New password", "新密码")),
    ("password.again", Text::new("New password again", "再次输入新密码")),
    (
        "password.differ",
        Text::new("The two new passwords differ.", "两次输入的新密码不一致。"),
    ),
    ("board.title", Text::new("Dose levels", "剂量水平")),
    ("board.subject", Text::new("Subject", "受试者")),
    ("board.state", Text::new("State", "状态")),
    ("board.days_left", Text::new("days left", "天后结束")),
    ("board.next", Text::new("Next dose", "下一剂量")),
    ("board.evaluable", Text::new("Evaluable", "可评价")),
    ("board.with_dlt", Text::new("With DLT", "发生DLT")),
    ("board.pending", Text::new("Pending", "待定")),
    (
        "board.as_of",
        Text::new("Derived from the entries up to", "数据截至条目"),
    ),
    ("board.open_queries", Text::new("Open queries", "未关闭的质疑")),
    (
        "board.no_decision",
        Text::new("No decision can be computed yet.", "目前无法计算剂量决策。"),
    ),
    ("board.waiting", Text::new("Waiting for", "等待")),
    ("subjects.new", Text::new("New subject", "新增受试者")),
    ("subjects.site", Text::new("Site", "中心")),
    ("subjects.level", Text::new("Dose level", "剂量组")),
    ("subjects.records", Text::new("Records", "记录数")),
    ("subjects.queries", Text::new("Open queries", "未关闭的质疑")),
    ("subject.enter", Text::new("Enter", "录入")),
    ("subject.records", Text::new("Records", "记录")),
    ("subject.figures", Text::new("At a glance", "概览")),
    ("subject.findings", Text::new("Findings", "数据问题")),
    ("record.number", Text::new("No.", "编号")),
    ("record.happened", Text::new("When", "发生时间")),
    ("record.summary", Text::new("Answers", "内容")),
    ("record.state", Text::new("State", "状态")),
    ("record.version", Text::new("Version", "版本")),
    ("record.entered", Text::new("Entered", "录入")),
    (
        "record.late",
        Text::new("Entered late, days after it happened", "延迟录入，距发生天数"),
    ),
    ("record.correct", Text::new("Correct", "更正")),
    ("record.void", Text::new("Entered in error", "误录作废")),
    ("record.voided", Text::new("entered in error", "已作废")),
    ("record.verify", Text::new("Verify against the source", "核对源数据")),
    ("record.verified", Text::new("verified", "已核对")),
    ("record.sign", Text::new("Sign", "签署")),
    ("record.signed", Text::new("signed", "已签署")),
    ("record.meaning", Text::new("I sign this as", "签署含义")),
    (
        "record.reviewed",
        Text::new("reviewed and found correct", "已审阅并确认无误"),
    ),
    (
        "record.responsible",
        Text::new("responsible for these data", "对该数据负责"),
    ),
    (
        "record.sign_help",
        Text::new(
            "Your account and password again: an electronic signature is the legal equal of one by hand.",
            "请再次输入账号与密码：电子签名与手写签名具有同等法律效力。",
        ),
    ),
    ("record.query", Text::new("Ask", "提出质疑")),
    ("record.question", Text::new("Question", "质疑内容")),
    ("record.about", Text::new("About", "涉及字段")),
    ("record.whole", Text::new("the whole record", "整条记录")),
    ("record.answer", Text::new("Answer", "回复")),
    ("record.close", Text::new("Close", "关闭")),
    ("record.closed", Text::new("closed", "已关闭")),
    ("record.queries", Text::new("Queries", "质疑")),
    ("record.query_open", Text::new("open query", "质疑未关闭")),
    ("record.lock", Text::new("Lock", "锁定")),
    ("record.locked", Text::new("locked", "已锁定")),
    ("record.unlock", Text::new("Unlock, with a second person", "双人解锁")),
    ("record.second", Text::new("Account of the second person", "第二人账号")),
    (
        "record.second_password",
        Text::new("Password of the second person", "第二人密码"),
    ),
    (
        "countersign.stop",
        Text::new(
            "STOP. What was read is not what the records hold. Do not infuse. Nothing was saved yet.",
            "停止！读取内容与记录不符。不得回输。尚未保存任何内容。",
        ),
    ),
    (
        "countersign.lifts",
        Text::new(
            "The signatures are about this, as it stands now; what is entered later, or becomes graver, they do not cover:",
            "签署针对以下现况；此后新录入或加重的情况不在其内：",
        ),
    ),
    (
        "countersign.stop_help",
        Text::new(
            "Read wristband and label again. If an answer was mistyped or misread, correct it and sign again. If they do read so, set the product apart, call the cell laboratory and the sponsor, and record the mismatch: it shuts the gate until investigator and sponsor's physician have cleared it up.",
            "请重新核对腕带和标签。如系误读或误录，更正后重新签署。如内容确实如此，隔离产品，联系细胞实验室和申办方，并记录该不符：在研究者与申办方医师澄清之前关口关闭。",
        ),
    ),
    (
        "countersign.mismatch",
        Text::new(
            "Wristband and label do read so: record the mismatch",
            "腕带和标签确实如此：记录该不符",
        ),
    ),
    ("record.own_password", Text::new("Your password", "您的密码")),
    ("record.reason", Text::new("Why", "原因")),
    ("record.history", Text::new("History", "历史")),
    ("record.by", Text::new("By", "操作人")),
    ("record.at", Text::new("At", "时间")),
    ("record.what", Text::new("What", "操作")),
    ("record.was", Text::new("was", "原值")),
    (
        "entry.problems",
        Text::new("Not saved. Look at these answers:", "未保存。请检查以下内容："),
    ),
    ("entry.notes", Text::new("Saved, with remarks", "已保存，但有以下提示")),
    (
        "entry.asks",
        Text::new(
            "These answers are unusual or incomplete. Save again to keep them so; the remarks stay with the record.",
            "以下内容异常或不完整。再次保存即确认保留；提示将随记录保存。",
        ),
    ),
    ("entry.required", Text::new("required", "必填")),
    (
        "entry.reason_help",
        Text::new(
            "Why it is corrected: what was wrong, and from which source it is right",
            "更正原因：何处有误，依据何种源文件",
        ),
    ),
    ("entry.yes", Text::new("Yes", "是")),
    ("entry.no", Text::new("No", "否")),
    (
        "entry.stale",
        Text::new(
            "Somebody changed this record while you had it open. Nothing of yours was saved; your answers stand below beside the present ones.",
            "您编辑期间该记录已被他人修改。您的内容未保存；下方并列显示您的内容与当前内容。",
        ),
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::catalogue;

    /// Keys stand in templates and pages as `t("…")` or `message("…")`.
    #[test]
    fn every_key_used_is_known_and_every_key_known_is_used_and_translated() {
        let known: BTreeSet<&str> = catalogue().map(|(key, _)| *key).collect();
        assert_eq!(known.len(), catalogue().count(), "a key stands twice");
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut text = String::new();
        for folder in ["templates", "src", "src/pages"] {
            for entry in std::fs::read_dir(root.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() && !path.ends_with("messages.rs") {
                    text.push_str(&std::fs::read_to_string(path).unwrap());
                }
            }
        }
        for key in &known {
            assert!(text.contains(&format!("\"{key}\"")), "{key} is not used");
        }
        for start in [".t(\"", ".lead(\"", " t(\"", "message(\""] {
            for part in text.split(start).skip(1) {
                let key = part.split('"').next().unwrap();
                assert!(!key.contains('.') || known.contains(key), "{key} is not known");
            }
        }
        for (key, text) in catalogue() {
            let chinese = |letter: char| ('\u{4e00}'..='\u{9fff}').contains(&letter);
            assert!(text.zh.chars().any(chinese), "{key} is not translated");
        }
    }
}
