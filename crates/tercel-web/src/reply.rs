//! What comes back: a page, a file, a redirection, or why not. HTTP statuses are given here alone.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use tercel::language::{Language, Text, Words, both};
use tercel_store::{Refusal, StoreError};

use crate::refusal;

/// A good answer.
#[derive(Debug)]
pub(crate) enum Reply {
    /// A page.
    Page(String),
    /// A page with something wrong in what was entered; nothing was saved.
    Rejected(String),
    /// The same with the problems, a field and a sentence each.
    RejectedFor {
        page: String,
        problems: Vec<(String, String)>,
    },
    /// Go there.
    Go(String),
    /// A page, with cookies.
    PageWith { page: String, cookies: Vec<String> },
    /// Go there, with cookies.
    GoWith { to: String, cookies: Vec<String> },
    /// Content of another type.
    File { kind: &'static str, bytes: Vec<u8> },
}

/// Why there is no good answer.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Nothing there, or nothing for who asks.
    NotFound,
    /// Nobody is signed in.
    SignInFirst,
    /// The password was set by somebody else and must be changed first.
    PasswordFirst,
    /// Who is signed in may not.
    Forbidden,
    /// The page was opened too long ago, or the request came from elsewhere.
    Forged,
    /// The request makes no sense.
    Wrong(Words),
    /// A rule refuses what was asked.
    Refused(Words),
    /// The password of a signature does not let it through: the form comes back without it.
    Password(Words),
    /// The code of the first user is not right.
    Code,
    /// Why, on a page of its own that holds what was typed.
    Shown {
        /// Why.
        why: Box<Fault>,
        /// The page.
        page: String,
    },
    /// More than is taken.
    TooLarge,
    /// Too many try to come in.
    Busy,
    /// The path is one of another verb.
    OtherVerb,
    /// The program failed on the request.
    Broken,
    /// The store failed.
    Failed(StoreError),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        if let StoreError::Refused(refusal) = error {
            return if matches!(refusal, Refusal::Unknown(_)) {
                Self::NotFound
            } else {
                Self::Refused(refusal::words(&refusal))
            };
        }
        Self::Failed(error)
    }
}

impl From<askama::Error> for Fault {
    fn from(_: askama::Error) -> Self {
        Self::Wrong(both!("the page could not be made", "页面无法生成"))
    }
}

impl Fault {
    /// Status and the sentence for the user.
    pub(crate) fn status(&self, language: Language) -> (StatusCode, String) {
        let text = |en, zh| Text::new(en, zh).of(language).to_owned();
        match self {
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                text(
                    "There is nothing here, or nothing for your roles.",
                    "此处没有内容，或您的角色无权查看。",
                ),
            ),
            Self::SignInFirst => (StatusCode::UNAUTHORIZED, text("Sign in first.", "请先登录。")),
            Self::PasswordFirst => (
                StatusCode::FORBIDDEN,
                text("Choose your own password first.", "请先设置您自己的密码。"),
            ),
            Self::Forbidden => (
                StatusCode::FORBIDDEN,
                text(
                    "Your roles do not allow this. Nothing was changed.",
                    "您的角色无权执行此操作。未作任何更改。",
                ),
            ),
            Self::Forged => (
                StatusCode::FORBIDDEN,
                text(
                    "This form is no longer valid, or came from elsewhere. Nothing was changed: open the page again.",
                    "该表单已失效，或并非由本系统页面提交。未作任何更改：请重新打开页面。",
                ),
            ),
            Self::Wrong(what) => (StatusCode::BAD_REQUEST, what.of(language).to_owned()),
            Self::Shown { why, .. } => why.status(language),
            Self::Code => (
                StatusCode::FORBIDDEN,
                text(
                    "The code is not right. Nothing was changed. It was printed when the program was last started: in its terminal, or in the \
                     journal of the service.",
                    "设置码错误；未作任何更改。设置码在程序最近一次启动时显示于其终端或系统服务日志中。",
                ),
            ),
            Self::Refused(what) | Self::Password(what) => (StatusCode::CONFLICT, what.of(language).to_owned()),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                text(
                    "This is more than is taken at once (1 MiB). Nothing was changed.",
                    "超出一次可提交的数据量（1 MiB）。未作任何更改。",
                ),
            ),
            Self::Busy => (
                StatusCode::TOO_MANY_REQUESTS,
                text(
                    "Too many are trying to come in at this moment. Wait a minute and try again.",
                    "当前登录人数过多，请等待一分钟后重试。",
                ),
            ),
            Self::OtherVerb => (
                StatusCode::METHOD_NOT_ALLOWED,
                text(
                    "This address takes no such request. Nothing was changed.",
                    "该地址不接受此类请求。未作任何更改。",
                ),
            ),
            Self::Broken => (
                StatusCode::INTERNAL_SERVER_ERROR,
                text(
                    "The program failed on this request. See whether what you sent is there before you send it again.",
                    "程序处理此请求时出错。请先查看所提交的内容是否已保存，再决定是否重新提交。",
                ),
            ),
            // The cause goes to the operator's log: it may name files.
            Self::Failed(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                text(
                    "The record could not be reached. Nothing was changed; try again, and tell your administrator if it stays so.",
                    "无法访问数据记录。未作任何更改；请重试，若仍然如此请联系管理员。",
                ),
            ),
        }
    }
}

/// The policy of every page: nothing but this program's own style and script, no frames, no other forms.
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
                                 form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

impl Reply {
    /// A page, or the same with something wrong in what was entered.
    pub(crate) fn page(page: String, rejected: bool) -> Self {
        if rejected {
            Self::Rejected(page)
        } else {
            Self::Page(page)
        }
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let html = "text/html; charset=utf-8";
        match self {
            Self::Page(page) => respond(StatusCode::OK, html, page.into_bytes(), POLICY),
            Self::Rejected(page) | Self::RejectedFor { page, .. } => {
                respond(StatusCode::UNPROCESSABLE_ENTITY, html, page.into_bytes(), POLICY)
            }
            Self::File { kind, bytes } => respond(StatusCode::OK, kind, bytes, POLICY),
            Self::Go(to) => go(&to),
            Self::PageWith { page, cookies } => {
                with_cookies(respond(StatusCode::OK, html, page.into_bytes(), POLICY), &cookies)
            }
            Self::GoWith { to, cookies } => with_cookies(go(&to), &cookies),
        }
    }
}

fn with_cookies(mut response: Response<Body>, cookies: &[String]) -> Response<Body> {
    for cookie in cookies.iter().filter_map(|cookie| HeaderValue::from_str(cookie).ok()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Redirects by GET, to a path of this program.
fn go(to: &str) -> Response<Body> {
    let mut response = respond(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", Vec::new(), POLICY);
    put(&mut response, header::LOCATION, if is_own_path(to) { to } else { "/" });
    response
}

/// Whether a path is one of this program, and leads a browser nowhere else.
pub(crate) fn is_own_path(path: &str) -> bool {
    // Browsers leave out tabs and line ends, and take a backslash for a slash.
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    path.starts_with('/') && !path.starts_with("//") && plain
}

pub(crate) fn respond(status: StatusCode, kind: &str, bytes: Vec<u8>, policy: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    put(&mut response, header::CONTENT_TYPE, kind);
    put(&mut response, header::CONTENT_SECURITY_POLICY, policy);
    put(&mut response, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(&mut response, header::REFERRER_POLICY, "same-origin");
    put(&mut response, header::X_FRAME_OPTIONS, "DENY");
    put(&mut response, header::CACHE_CONTROL, "no-store");
    put(
        &mut response,
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    put(
        &mut response,
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=()",
    );
    response
}

pub(crate) fn put(response: &mut Response<Body>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
