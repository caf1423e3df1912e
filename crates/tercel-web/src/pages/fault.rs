//! The page that says why something did not work.

use askama::Template;
use axum::body::Body;
use axum::http::Response;

use crate::ask::Ask;
use crate::reply::{Fault, POLICY, respond};
use crate::view::View;

#[derive(Template)]
#[template(path = "fault.html")]
struct Page {
    view: View,
    sentence: String,
}

pub(crate) fn page(ask: &Ask, fault: &Fault) -> Response<Body> {
    let (status, sentence) = fault.status(ask.language);
    let page = Page {
        view: View::of(ask),
        sentence: sentence.clone(),
    };
    let (kind, text) = match page.render() {
        Ok(text) => ("text/html; charset=utf-8", text),
        Err(_) => ("text/plain; charset=utf-8", sentence),
    };
    respond(status, kind, text.into_bytes(), POLICY)
}
