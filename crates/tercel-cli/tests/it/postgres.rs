//! A PostgreSQL server for a test, which ends with it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

pub(crate) struct Server {
    child: Child,
    /// Its database.
    pub(crate) url: String,
}

impl Server {
    /// Starts one; `None`, and loudly so, where PostgreSQL is not installed. There `CI` fails.
    pub(crate) fn start() -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tercel-store/tests/postgres.sh");
        let started = Command::new("sh")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = started.expect("sh runs");
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut url)
            .unwrap();
        let url = url.trim().to_owned();
        if url.is_empty() {
            let code = child.wait().unwrap().code();
            assert!(
                code == Some(3) && std::env::var_os("CI").is_none(),
                "PostgreSQL did not start (exit code {code:?}); install it: apt-get install postgresql"
            );
            eprintln!("\n*** NOT TESTED ON POSTGRESQL: it is not installed (apt-get install postgresql) ***\n");
            return None;
        }
        Some(Self { child, url })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
