//! How far long work is, on a terminal; nothing where the diagnostics go to a file, and nothing that stays.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A line on standard error that is taken away when the work is done.
#[derive(Debug)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Work of unknown length; the line appears only on a terminal.
    pub(crate) fn start(what: &'static str) -> Self {
        let bar = ProgressBar::new_spinner();
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    /// After `done` of `all` steps.
    pub(crate) fn steps(&self, done: u32, all: u32) {
        if self.0.length().is_none()
            && let Ok(style) = ProgressStyle::with_template("{spinner} {bar:30} {percent}%  {msg}")
        {
            self.0.set_style(style);
        }
        self.0.set_length(u64::from(all));
        self.0.set_position(u64::from(done));
    }

    /// Reading `file` after `done` of `all` bytes.
    pub(crate) fn read(&self, file: &str, done: u64, all: u64) {
        if self.0.length().is_none()
            && let Ok(style) = ProgressStyle::with_template("{spinner} {bar:30} {bytes} of {total_bytes}  {msg}")
        {
            self.0.set_style(style);
        }
        self.0.set_length(all);
        self.0.set_position(done);
        self.0.set_message(format!("reading {file}"));
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
