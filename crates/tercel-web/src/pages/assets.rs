//! Style, script and icon: part of the program.

use std::sync::LazyLock;

use crate::ask::Ask;
use crate::reply::{Fault, Reply};

const CSS: &str = "text/css; charset=utf-8";

/// The style of the report, for the parts of a page that are its.
static REPORT_STYLE: LazyLock<String> = LazyLock::new(|| {
    let own = tercel_report::STYLE.replace(":root", "&").replace("body {", "& {");
    let packet = tercel_report::PACKET_STYLE
        .replace("main {", "& {")
        .replace("body {", "& {");
    format!(".report-part {{ color-scheme: light; {own} }}\n.packet-part {{ {packet} }}")
});

pub(crate) async fn show(ask: Ask) -> Result<Reply, Fault> {
    let (kind, bytes): (_, &[u8]) = match ask.rest.as_str() {
        "style.css" => (CSS, include_bytes!("../../assets/style.css")),
        "report.css" => (CSS, REPORT_STYLE.as_bytes()),
        "script.js" => (
            "text/javascript; charset=utf-8",
            include_bytes!("../../assets/script.js"),
        ),
        "icon.svg" => ("image/svg+xml", include_bytes!("../../assets/icon.svg")),
        _ => return Err(Fault::NotFound),
    };
    Ok(Reply::File {
        kind,
        bytes: bytes.to_vec(),
    })
}
