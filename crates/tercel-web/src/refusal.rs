//! Why the record refuses a change, in the language of the page.

use tercel::language::{Text, Words};
use tercel_store::{ACCESS, PasswordProblem, Refusal};

/// The store's own sentence, and the same in Chinese.
pub(crate) fn words(refusal: &Refusal) -> Words {
    Words {
        en: refusal.to_string(),
        zh: in_chinese(refusal),
    }
}

fn in_chinese(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Exists(record) => format!("{record}已录入；请打开该记录进行更正"),
        Refusal::Unknown(record) => format!("没有记录{record}"),
        Refusal::Stale {
            record,
            seen,
            current,
            by,
            at,
        } => format!(
            "您打开{record}的第{seen}版期间，{by}已于{at}将其修改；您的内容未保存。请查看第{current}版后重新录入您的修改"
        ),
        Refusal::Moved(record) => format!("您打开{record}后，他人已在其中执行其他步骤；您的内容未保存。请重新打开"),
        Refusal::Locked(record) => format!("{record}已锁定；须先由两人解锁"),
        Refusal::NotLocked(record) => format!("{record}未锁定"),
        Refusal::Voided(record) => format!("{record}已标记为误录；请录入新记录"),
        Refusal::NoReason => "请说明理由：更正须保留理由".to_owned(),
        Refusal::Same(record) => format!("{record}的内容没有变化"),
        Refusal::OwnWork { account, record } => {
            format!("{record}由{account}录入，不能由其本人核查；请由未录入该记录的监查员核查")
        }
        Refusal::SamePerson(account) => format!("第二人不能是{account}本人"),
        Refusal::OtherContent { record, version } => {
            format!("所签署的内容不是{record}的第{version}版；请重新阅读后再签署")
        }
        Refusal::NoQuery { record, query } => format!("{record}的质疑{query}未处于待解决状态"),
        Refusal::Blank(what) => format!("缺少{}", named(what)),
        Refusal::TooLong { what, length, limit } => {
            format!("{}共{length}字节；最多保存{limit}字节", named(what))
        }
        Refusal::NameTaken(name) => format!("已有账号{name}；仅大小写不同不算另一个账号"),
        Refusal::Key(key) => format!("“{key}”不能作为记录的编号"),
    }
}

/// What the store calls a text that is missing or too long.
const NAMES: &[Text] = &[
    Text::new("the answer", "回答"),
    Text::new("the event", "事件"),
    Text::new("the field", "字段"),
    Text::new("the meaning", "签名含义"),
    Text::new("the printed name", "签名处显示的姓名"),
    Text::new("the question", "质疑内容"),
    Text::new("the reason", "理由"),
    Text::new("the record", "记录"),
    Text::new("the second person", "第二人"),
    Text::new("the step", "步骤"),
];

fn named(what: &str) -> &str {
    NAMES.iter().find(|name| name.en == what).map_or(what, |name| name.zh)
}

/// Why a password cannot be one.
pub(crate) fn password(problem: &PasswordProblem) -> Words {
    let zh = match problem {
        PasswordProblem::TooShort(letters) => format!("密码有{letters}个字符；至少须{}个", ACCESS.password_min),
        PasswordProblem::TooLong(letters) => format!("密码有{letters}个字符；最多{}个", ACCESS.password_max),
        PasswordProblem::Common => "该密码过于常见，容易被猜中；请使用自选的多个词语".to_owned(),
        PasswordProblem::Name(account) => format!("密码中含有账号名{account}；请勿使用账号名"),
        PasswordProblem::Same => "新密码与原密码相同；请另设密码".to_owned(),
    };
    Words {
        en: problem.to_string(),
        zh,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_that_the_store_misses_has_its_name_in_chinese() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tercel-store/src/change.rs");
        let store = std::fs::read_to_string(path).unwrap();
        for call in ["filled(\"", "within(\""] {
            for part in store.split(call).skip(1) {
                let name = part.split('"').next().unwrap();
                assert_ne!(named(name), name);
            }
        }
        assert_eq!(words(&Refusal::Blank("the meaning")).zh, "缺少签名含义");
    }
}
