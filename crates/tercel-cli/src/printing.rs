//! Pages as PDF and Word documents, beside the HTML that every build writes.

use std::path::{Path, PathBuf};

use anyhow::Context;
use jiff::civil::Date;
use tercel::protocol::Trial;
#[cfg(feature = "pdf")]
use tercel_exchange::bounded;
use tercel_report::printed::{Page, Running, read_page};
use tercel_report::write_tables;

/// Options of commands that write a page.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct PrintArgs {
    /// Write it as PDF too (PDF/A-2a and PDF/UA-1); needs a program built with --features pdf
    #[arg(long)]
    pub(crate) pdf: bool,
    /// A font for letters that the fonts of the program do not have, for --pdf; may be given again
    #[arg(long = "font", value_name = "FILE", requires = "pdf")]
    pub(crate) fonts: Vec<PathBuf>,
    /// Write its tables as a Word document too
    #[arg(long)]
    pub(crate) tables: bool,
}

/// What a document says on every sheet, in its own memory.
#[derive(Debug, Clone)]
pub(crate) struct Sheet {
    study: String,
    document: &'static str,
    cut: String,
    date: Option<Date>,
    /// Whether sheets lie on their long side.
    pub(crate) landscape: bool,
    /// Whether the contents have a page of their own.
    pub(crate) long: bool,
}

/// The program and its version.
pub(crate) const SOFTWARE: &str = concat!("tercel ", env!("CARGO_PKG_VERSION"));

impl Sheet {
    /// A document about a study as of its data cut.
    pub(crate) fn of_study(trial: &Trial, document: &'static str, cut: Option<Date>) -> Self {
        let study = match &trial.registry {
            Some(registry) if *registry != trial.id => format!("{} ({registry})", trial.id),
            Some(_) | None => trial.id.clone(),
        };
        Self {
            study: format!("{study}, protocol {}", trial.version),
            document,
            cut: cut.map_or_else(|| "No data cut: no dates".to_owned(), |cut| format!("Data cut {cut}")),
            date: Some(cut.unwrap_or(trial.version_date)),
            landscape: true,
            long: true,
        }
    }

    /// A document about a design; where it belongs to a trial, of the day its protocol came into force.
    pub(crate) fn of_design(trial: Option<&Trial>, title: &str) -> Self {
        let study = trial.map_or_else(
            || title.to_owned(),
            |trial| format!("{}, protocol {}", trial.id, trial.version),
        );
        Self {
            study,
            document: "Design of the dose escalation",
            cut: String::new(),
            date: trial.map(|trial| trial.version_date),
            landscape: false,
            long: false,
        }
    }

    /// The same upright and without a page for its contents: a document of some pages.
    pub(crate) fn upright(self) -> Self {
        Self {
            landscape: false,
            long: false,
            ..self
        }
    }

    fn running(&self) -> Running<'_> {
        Running {
            study: &self.study,
            document: self.document,
            cut: &self.cut,
            date: self.date.map(|date| (date.year(), date.month(), date.day())),
            software: SOFTWARE,
        }
    }
}

impl PrintArgs {
    /// Whether nothing beside the page is asked for.
    pub(crate) fn is_empty(&self) -> bool {
        !self.pdf && !self.tables
    }

    /// Refuses early what this program cannot do.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        if self.pdf { pdf_is_there() } else { Ok(()) }
    }

    /// Writes what is asked for beside an HTML page, under its name with another ending; `tables` names the Word document.
    pub(crate) fn write_beside(
        &self,
        html: &str,
        path: &Path,
        tables: &Path,
        sheet: &Sheet,
    ) -> anyhow::Result<Vec<PathBuf>> {
        if self.is_empty() {
            return Ok(Vec::new());
        }
        let page = read_page(html).map_err(|error| anyhow::anyhow!("failed to read the page again: {error}"))?;
        self.write_page(&page, path, tables, sheet)
    }

    /// The same of a page that was put together.
    pub(crate) fn write_page(
        &self,
        page: &Page,
        path: &Path,
        tables: &Path,
        sheet: &Sheet,
    ) -> anyhow::Result<Vec<PathBuf>> {
        let mut written = Vec::new();
        if self.pdf {
            let path = path.with_extension("pdf");
            write(&path, &self.render(page, sheet)?)?;
            written.push(path);
        }
        if self.tables {
            write(tables, &write_tables(page, &sheet.running())?)?;
            written.push(tables.to_owned());
        }
        Ok(written)
    }

    #[cfg(feature = "pdf")]
    fn render(&self, page: &Page, sheet: &Sheet) -> anyhow::Result<Vec<u8>> {
        let read = |path: &PathBuf| {
            bounded::read(path, bounded::Kind::Own, bounded::MAX_DICTIONARY)
                .with_context(|| format!("failed to read {}", path.display()))
        };
        let fonts = self.fonts.iter().map(read).collect::<anyhow::Result<Vec<Vec<u8>>>>()?;
        let layout = tercel_pdf::Layout {
            running: sheet.running(),
            contents: if page.language.starts_with("zh") {
                "目录"
            } else {
                "Contents"
            },
            landscape: sheet.landscape,
            long: sheet.long,
        };
        Ok(tercel_pdf::render_pdf(page, &layout, &fonts)?)
    }

    #[cfg(not(feature = "pdf"))]
    #[expect(clippy::unused_self, reason = "with the feature the fonts are read")]
    fn render(&self, _: &Page, sheet: &Sheet) -> anyhow::Result<Vec<u8>> {
        // Both forms of the program hold the same options.
        let _ = (sheet.landscape, sheet.long);
        pdf_is_there().map(|()| Vec::new())
    }
}

#[cfg(feature = "pdf")]
#[expect(clippy::unnecessary_wraps, reason = "without the feature it refuses")]
fn pdf_is_there() -> anyhow::Result<()> {
    Ok(())
}

#[cfg(not(feature = "pdf"))]
fn pdf_is_there() -> anyhow::Result<()> {
    anyhow::bail!(
        "--pdf: this program was built without PDF; build it with `cargo install --locked --path crates/tercel-cli --features pdf`, \
         or print the page from a browser"
    )
}

/// Writes a file, its folder too where it is missing.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).with_context(|| format!("failed to create {}", folder.display()))?;
    }
    std::fs::write(path, bytes).with_context(|| format!("failed to write {}", path.display()))
}
