//! One request: who asks, for what, with which answers.

use std::collections::BTreeMap;
use std::sync::Arc;

use tercel::conduct::{Need, may_sign};
use tercel::language::{Language, Words, both};
use tercel::protocol::StudyTask;
use tercel_store::{Account, Author, Change, Door, Entry, NewRecord, Record, Signer};

use crate::app::App;
use crate::meeting::MEETING;
use crate::reply::Fault;
use crate::role::{Permission, Role};

/// Names and values of a query string or a form.
pub(crate) type Fields = BTreeMap<String, String>;

/// Who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) account: Account,
    /// What every form carries back.
    pub(crate) csrf: String,
    /// The session's token; `None` for a request by an API token.
    pub(crate) token: Option<String>,
    /// Nothing but choosing a password is let through.
    pub(crate) must_change: bool,
}

impl Person {
    /// Somebody whose password was given for one act, without a session.
    pub(crate) fn of(account: Account) -> Self {
        Self {
            account,
            csrf: String::new(),
            token: None,
            must_change: false,
        }
    }

    /// The role in which the person may do this at a site; `None` asks for any site.
    pub(crate) fn role_for(&self, permission: Permission, site: Option<&str>) -> Option<Role> {
        let grants = self.account.grants.iter();
        grants
            .filter(|grant| site.is_none() || grant.site.is_none() || grant.site.as_deref() == site)
            .filter_map(|grant| Role::from_id(&grant.role))
            .find(|role| role.may(permission))
    }

    /// The sites at which the person may do this: `None` is every site.
    pub(crate) fn sites(&self, permission: Permission) -> Option<Vec<String>> {
        let grants = self.account.grants.iter();
        let held = grants.filter(|grant| Role::from_id(&grant.role).is_some_and(|role| role.may(permission)));
        held.map(|grant| grant.site.clone()).collect()
    }

    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.role_for(permission, None).is_some()
    }

    /// Whether the person may read what a meeting is shown: data of every site.
    pub(crate) fn sees_meetings(&self) -> bool {
        self.sites(Permission::Read).is_none() || self.may(Permission::Decide)
    }

    /// Whether the person may do this at a site. What belongs to no site is everybody's who may do it somewhere.
    pub(crate) fn may_at(&self, permission: Permission, site: Option<&str>) -> bool {
        self.role_for(permission, site).is_some()
    }
}

/// A request that may be answered: its route's rule was held against who asks.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) app: Arc<App>,
    pub(crate) person: Option<Person>,
    pub(crate) language: Language,
    /// The part of the path that the route leaves open.
    pub(crate) rest: String,
    pub(crate) query: Fields,
    pub(crate) form: Fields,
    /// A program asks, by a token: answers are JSON.
    pub(crate) api: bool,
    /// The path asked for, for links that lead back.
    pub(crate) path: String,
    /// The key by which the browser is known to accounts that signed in there.
    pub(crate) browser: Option<String>,
}

impl Ask {
    /// Who asks. Routes for everybody do not call this.
    pub(crate) fn person(&self) -> Result<&Person, Fault> {
        self.person.as_ref().ok_or(Fault::SignInFirst)
    }

    /// An answer of the form that has to be there.
    pub(crate) fn field(&self, name: &str) -> Result<&str, Fault> {
        let value = self
            .form
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty());
        value.ok_or_else(|| {
            Fault::Wrong(both!(
                "the answer \"{name}\" is missing; go back and fill it in",
                "缺少“{name}”一项；请返回填写"
            ))
        })
    }

    /// An answer of the form, blank where it is not there.
    pub(crate) fn optional(&self, name: &str) -> &str {
        self.form.get(name).map_or("", |value| value.trim())
    }

    /// A value of the query string, blank where it is not there.
    pub(crate) fn asked(&self, name: &str) -> String {
        self.query
            .get(name)
            .map(|value| value.trim().to_owned())
            .unwrap_or_default()
    }

    /// A number in the form.
    pub(crate) fn number(&self, name: &str) -> Result<i64, Fault> {
        let text = self.field(name)?;
        text.parse()
            .map_err(|_| Fault::Wrong(both!("\"{name}\" is no number: {text}", "“{name}”不是数字：{text}")))
    }

    /// The record of a key, if who asks may do this with it. A record of another site does not exist for them.
    pub(crate) async fn record(&self, permission: Permission, key: &str) -> Result<Record, Fault> {
        let record = self.app.store.record(key).await?.ok_or(Fault::NotFound)?;
        let private = match record.form.as_str() {
            "account" => permission != Permission::Administer,
            // A packet holds subjects of every site.
            MEETING => !self.person()?.sees_meetings(),
            _ => false,
        };
        if private
            || !self.person()?.may_at(Permission::Read, record.site.as_deref()) && permission != Permission::Administer
        {
            return Err(Fault::NotFound);
        }
        self.require(permission, record.site.as_deref())?;
        Ok(record)
    }

    /// The role in which who asks may do this.
    pub(crate) fn require(&self, permission: Permission, site: Option<&str>) -> Result<Role, Fault> {
        self.person()?.role_for(permission, site).ok_or(Fault::Forbidden)
    }

    /// The author of an entry made by who asks.
    pub(crate) fn author(&self, permission: Permission, site: Option<&str>) -> Result<Author, Fault> {
        let role = self.require(permission, site)?;
        Ok(Author {
            account: self.person()?.account.name.clone(),
            role: role.id().to_owned(),
        })
    }

    /// Writes changes as who asks, who must be allowed to at that site.
    pub(crate) async fn append(
        &self,
        permission: Permission,
        site: Option<&str>,
        changes: &[Change],
    ) -> Result<Vec<Entry>, Fault> {
        let author = self.author(permission, site)?;
        let version = self.app.version_at(site).await?;
        let entries = self.app.store.append(&author, Some(&version), changes).await?;
        self.app.remember_grave(&entries);
        Ok(entries)
    }

    /// Enters a record with its signatures as who asks. Whether they may sign has been looked at.
    pub(crate) async fn append_signed(
        &self,
        author: &Author,
        new: NewRecord,
        signers: &[Signer],
    ) -> Result<Vec<Entry>, Fault> {
        let version = self.app.version_at(new.site.as_deref()).await?;
        let store = &self.app.store;
        let entries = store.append_signed(author, Some(&version), new, signers).await?;
        self.app.remember_grave(&entries);
        Ok(entries)
    }

    /// Refuses the signature of who is not in the delegation and training log today: for this task where the protocol wants it
    /// delegated, for any otherwise.
    pub(crate) async fn require_delegated(&self, account: &Account, task: Option<StudyTask>) -> Result<(), Fault> {
        let Some(rules) = &self.app.trial.conduct else {
            return Ok(());
        };
        let (snapshot, printed) = (self.app.snapshot_now().await?, &account.printed);
        if may_sign(rules, &snapshot.conduct, printed, task, self.app.today()) {
            return Ok(());
        }
        let why = match task.filter(|task| rules.delegated.contains(task)) {
            Some(task) => Words::in_each(|language| {
                Need::NotDelegated {
                    person: printed.clone(),
                    task,
                }
                .sentence(language)
            }),
            None => both!(
                "{printed} is not in the delegation and training log today.",
                "{printed}今天不在授权与培训表的有效条目中。"
            ),
        };
        Err(Fault::Refused(both!(
            "{en} An investigator enters the line under Study, \"Delegation and training\". Nothing was signed",
            "{zh}请研究者在“研究”页的“授权与培训”中登记。未签署任何内容",
            en = why.en,
            zh = why.zh
        )))
    }

    /// Asks for the password again, as every signature does.
    pub(crate) async fn check_password(&self, account: &str, password: &str) -> Result<Account, Fault> {
        match self.app.store.sign_in_at(account, password, Door::Inside).await? {
            tercel_store::SignIn::Passed {
                account,
                must_change: false,
            } => Ok(account),
            tercel_store::SignIn::Passed { must_change: true, .. } => Err(Fault::Password(both!(
                "the password of {account} was set by somebody else; {account} signs in and chooses another first",
                "{account}的密码由他人设置；{account}须先登录并设置自己的密码"
            ))),
            tercel_store::SignIn::Refused => Err(Fault::Password(both!(
                "account {account}: name or password is not right; nothing was signed",
                "账号{account}：账号或密码错误；未签署任何内容"
            ))),
            tercel_store::SignIn::Waiting { until } => Err(Fault::Password(both!(
                "account {account}: too many wrong passwords; nothing was signed. Try again after {until}",
                "账号{account}：密码错误次数过多；未签署任何内容。请在{until}之后重试"
            ))),
        }
    }
}

/// Whether a site is among those a person may read; what belongs to no site is everybody's.
pub(crate) fn among(sites: Option<&[String]>, site: Option<&str>) -> bool {
    sites.is_none_or(|sites| site.is_none_or(|site| sites.iter().any(|own| own == site)))
}
