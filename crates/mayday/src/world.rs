//! The world outside: the clock, randomness, the environment, and the two streams of output.

use std::io::Write;
use std::process::ExitCode;

use jiff::Timestamp;
use tracing_subscriber::EnvFilter;

/// The clock.
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// A number that nobody can guess. Falls back on the clock should the system have none to give.
pub(crate) fn random() -> u64 {
    getrandom::u64().unwrap_or_else(|_| now().as_nanosecond() as u64)
}

/// Fills bytes with randomness that keys may be made of.
pub(crate) fn fill(bytes: &mut [u8]) {
    #[expect(clippy::expect_used, reason = "a key made of anything less would be worse than none")]
    getrandom::fill(bytes).expect("invariant: the system has randomness to give");
}

/// 32 bytes that nobody can guess; none if the system has no randomness to give.
pub(crate) fn secret() -> Option<[u8; 32]> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).ok().map(|()| secret)
}

/// The token in the environment, for those who give none on the command line.
pub(crate) fn token() -> Option<Secret> {
    std::env::var("MAYDAY_TOKEN").ok().filter(|token| !token.is_empty()).map(Secret)
}

/// A variable of the environment, unless it is not set or no text.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Who is at the keyboard.
pub(crate) fn user() -> String {
    let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME"));
    user.ok().filter(|user| !user.is_empty()).unwrap_or_else(|| "someone".to_owned())
}

/// Sends logs to standard error, as much of them as asked for.
pub(crate) fn log_to_stderr(filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

/// Writes data to standard output, without what could command a terminal: some of it comes from
/// outside. A reader that has gone away is no error.
pub(crate) fn print(text: &str) {
    _ = print_on(text);
}

/// The same; says whether anybody still reads.
pub(crate) fn print_on(text: &str) -> std::io::Result<()> {
    let plain = |c: char| if c.is_control() && c != '\n' { '\u{FFFD}' } else { c };
    let text: String = text.chars().map(plain).collect();
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// Writes a program to a file, which must not be there yet.
pub(crate) fn write_program(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o755);
    options.write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

/// Writes progress to standard error.
pub(crate) fn tell(text: &str) {
    _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Writes a value as JSON to standard output.
pub(crate) fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    print(&serde_json::to_string_pretty(value)?);
    Ok(())
}

/// Says what failed and why, and fails.
pub(crate) fn failed(error: &anyhow::Error) -> ExitCode {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    tell(&format!("mayday: {}", causes.join(": ")));
    match error.downcast_ref::<Usage>() {
        Some(_) => ExitCode::from(2),
        None => ExitCode::FAILURE,
    }
}

/// Text that is shown nowhere, not even where it is wrong.
#[derive(Clone)]
pub(crate) struct Secret(pub(crate) String);

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// A command line that clap takes and that still makes no sense.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}
