//! Rendering of report data: one self-contained HTML file with its figures, and a summary for the terminal.
//!
//! | Task | Start here |
//! |---|---|
//! | HTML file | [`render_html`], [`render_html_in`] |
//! | the report inside another page | [`render_parts`], [`render_subject`] |
//! | findings alone as an HTML file | [`render_findings`] |
//! | pathways, comparison or description of designs | [`render_design_page`], [`render_pathways`] |
//! | decision packet of a committee | [`render_packet`] |
//! | summary on a terminal | [`render_terminal`] |
//! | any page of these as what it says | [`printed`] |
//! | its tables as a Word document | [`write_tables`] |
//! | the report in Chinese | [`render_parts`] and its like, given the language |
//! | casebooks, annotated forms, reviewer's guides, table shells, checklists | [`documents`] |
//!
//! Numbers arrive as text from [`tercel::report`]; nothing here computes or rounds one.

mod against_tumour;
mod axis;
mod bars;
mod biomarker;
mod board;
mod cellular_kinetics;
mod chinese;
mod contents;
mod course;
mod design_page;
mod document;
pub mod documents;
mod docx;
mod figures;
mod findings;
mod forest;
mod heat_map;
mod how;
mod html;
mod hys_law;
mod kaplan_meier;
mod kinetics;
mod labs;
mod markup;
mod math;
mod matrix;
mod packet;
mod pathways;
mod population;
pub mod printed;
mod profiles;
mod recovery;
mod response;
mod safety;
mod section;
mod spider;
mod subjects;
mod svg;
mod swimmer;
mod terminal;
mod time_to_event;
mod timeline;
mod toxicity_days;
mod waterfall;

pub use design_page::render_design_page;
pub use document::render_page;
pub use docx::write_tables;
pub use findings::{FindingsPage, render_findings};
pub use html::{STYLE, render_efficacy, render_html, render_html_in, render_parts, render_safety, render_subject};
pub use packet::{PACKET_STYLE, PacketPage, render_packet, render_packet_parts};
pub use pathways::render_pathways;
pub use terminal::render_terminal;
