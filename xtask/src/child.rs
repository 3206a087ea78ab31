//! A child process that ends with its owner, and a bounded wait for what it prints.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// A started process; dropping it ends it.
#[derive(Debug)]
pub(crate) struct Running {
    name: String,
    child: Child,
    lines: Receiver<String>,
}

/// What a process left behind.
#[derive(Debug)]
pub(crate) struct Ended {
    /// How it ended.
    pub(crate) status: ExitStatus,
    /// All that it printed, except lines already waited for.
    pub(crate) stdout: String,
}

impl Running {
    /// Starts the command and reads along what it prints.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("start {name}"))?;
        let stdout = child.stdout.take().context("take the output of the child")?;
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || read_lines(stdout, &sender));
        Ok(Self { name, child, lines })
    }

    /// Waits for a line in which `pick` finds what it wants.
    pub(crate) fn line_where<T>(
        &self,
        limit: Duration,
        pick: impl Fn(&str) -> Option<T>,
    ) -> Result<T> {
        let deadline = Instant::now() + limit;
        let mut seen = String::new();
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => match pick(&line) {
                    Some(found) => return Ok(found),
                    None => seen.push_str(&line),
                },
                Err(RecvTimeoutError::Timeout) => {
                    bail!("{} did not print it in {limit:?}; it printed:\n{seen}", self.name)
                }
                Err(RecvTimeoutError::Disconnected) => {
                    bail!("{} ended without printing it; it printed:\n{seen}", self.name)
                }
            }
        }
    }

    /// Waits until the process has ended by itself; past the limit it is ended.
    pub(crate) fn finish(mut self, limit: Duration) -> Result<Ended> {
        let deadline = Instant::now() + limit;
        let mut stdout = String::new();
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => stdout.push_str(&line),
                Err(RecvTimeoutError::Timeout) => bail!("{} ran over {limit:?}", self.name),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let status = self.child.wait().with_context(|| format!("wait for {}", self.name))?;
        Ok(Ended { status, stdout })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only for a child that has already ended and been waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends line by line, and reads on when nobody listens, so that the child never blocks.
fn read_lines(stdout: impl Read, sender: &Sender<String>) {
    let mut reader = BufReader::new(stdout);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let _ = sender.send(String::from_utf8_lossy(&line).into_owned());
        line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn shell(script: &str) -> Running {
        Running::start(Command::new("sh").args(["-c", script])).unwrap()
    }

    #[test]
    fn a_line_is_found_and_the_child_ends_with_its_owner() {
        let running = shell("echo first; echo page=7; exec sleep 600");
        let page = running.line_where(LONG, |line| line.strip_prefix("page=").map(str::to_owned));
        assert_eq!(page.unwrap().trim(), "7");
        let process = format!("/proc/{}", running.child.id());
        drop(running);
        assert!(!std::path::Path::new(&process).exists());
    }

    #[test]
    fn a_child_that_ends_early_is_an_error_that_shows_its_words() {
        let running = shell("echo no port is free");
        let error = running.line_where(LONG, |_| None::<()>).unwrap_err();
        assert!(error.to_string().contains("no port is free"), "{error}");
    }

    #[test]
    fn a_finished_child_hands_over_output_and_status() {
        let ended = shell("printf 'a\nb'; exit 3").finish(LONG).unwrap();
        assert_eq!(ended.stdout, "a\nb");
        assert_eq!(ended.status.code(), Some(3));
    }

    #[test]
    fn a_child_over_its_limit_is_an_error() {
        let error = shell("exec sleep 600").finish(Duration::ZERO).unwrap_err();
        assert!(error.to_string().contains("ran over"), "{error}");
    }
}
