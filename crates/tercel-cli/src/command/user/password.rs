//! A password from a terminal or from standard input, never from an argument: arguments stand in the list of processes.

use std::io::{BufRead, IsTerminal};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use tercel_store::password_problem;

/// The new password of an account.
pub(super) fn ask(account: &str, from_stdin: bool) -> anyhow::Result<String> {
    let password = if from_stdin {
        let mut line = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut line)
            .context("failed to read the password")?;
        line.trim_end_matches(['\n', '\r']).to_owned()
    } else if std::io::stdin().is_terminal() {
        let password = typed(&format!("Password for {account}: "))?;
        if typed("The same again: ")? != password {
            bail!("the two passwords differ; try again");
        }
        password
    } else {
        bail!("there is no terminal to ask for the password; give it on standard input with --password-stdin");
    };
    match password_problem(&password, account) {
        Some(problem) => bail!("{problem}"),
        None => Ok(password),
    }
}

/// A line typed without being shown. The shell gives the terminal back also where it is interrupted.
fn typed(prompt: &str) -> anyhow::Result<String> {
    eprint!("{prompt}");
    let script = "old=$(stty -g) || exit 1; trap 'stty \"$old\"' EXIT; trap 'exit 130' INT TERM HUP; stty -echo; \
                  IFS= read -r line; printf %s \"$line\"";
    let shell = Command::new("sh")
        .args(["-c", script])
        .stdin(Stdio::inherit())
        .stderr(Stdio::inherit())
        .output()
        .context("failed to ask for the password; give it on standard input with --password-stdin")?;
    eprintln!();
    if !shell.status.success() {
        bail!("no password was typed; or give it on standard input with --password-stdin");
    }
    String::from_utf8(shell.stdout).context("the password is no text")
}
