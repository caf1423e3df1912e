//! A PostgreSQL server of the tests' own (`tests/postgres.sh`), which ends with it. The tests of the command line use it too.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A server that ends with its standard input.
pub(crate) struct Own {
    child: Child,
    #[allow(dead_code, reason = "only the tests of the store talk to it")]
    pub(crate) input: Option<ChildStdin>,
    #[allow(dead_code, reason = "only the tests of the store listen to it")]
    pub(crate) output: BufReader<ChildStdout>,
    /// Its database.
    pub(crate) url: String,
}

impl Own {
    /// Starts one; `None`, and loudly so, where PostgreSQL is not installed. There `CI` fails.
    pub(crate) fn start() -> Option<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../tercel-store/tests/postgres.sh");
        let started = Command::new("sh")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = started.expect("sh runs");
        let input = child.stdin.take();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut url = String::new();
        output.read_line(&mut url).unwrap();
        if url.is_empty() {
            let code = child.wait().unwrap().code();
            assert!(
                code == Some(3) && std::env::var_os("CI").is_none(),
                "PostgreSQL did not start (exit code {code:?}); install it: apt-get install postgresql"
            );
            eprintln!("\n*** NOT TESTED ON POSTGRESQL: it is not installed (apt-get install postgresql) ***\n");
            return None;
        }
        let url = url.trim().to_owned();
        Some(Self {
            child,
            input,
            output,
            url,
        })
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
