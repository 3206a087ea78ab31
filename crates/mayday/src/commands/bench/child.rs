//! The server under measurement: this binary, in a process of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child as Process, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;

use super::process;

/// How long a server may take to open an empty directory, and to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long settling may take after the last answer.
const SETTLING: Duration = Duration::from_secs(120);

/// A server is idle that used at most `IDLE_CPU` in this time.
const IDLE: Duration = Duration::from_secs(1);

/// See [`IDLE`]: two ticks of the clock by which CPU time is told.
const IDLE_CPU: Duration = Duration::from_millis(20);

/// A running server. It is killed when this is dropped.
pub(super) struct Server {
    process: Process,
    /// Where OTLP is taken.
    pub(super) otlp: String,
    /// Where questions are answered.
    pub(super) http: String,
    data: PathBuf,
    /// Kept open, so that the server's writing finds a reader.
    _out: BufReader<ChildStdout>,
}

/// Where a server is started, and what it keeps of content; all else is as by default.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site<'a> {
    pub(super) directory: &'a Path,
    pub(super) content: &'a str,
}

/// A process that is killed when nobody holds it any more.
struct Guarded(Option<Process>);

impl Server {
    /// Starts on free ports with an empty data directory.
    pub(super) async fn start(site: Site<'_>) -> Result<Self> {
        let data = site.directory.join("data");
        let mut process = Command::new(std::env::current_exe()?)
            .args(["serve", "--otlp", "127.0.0.1:0", "--grpc", "127.0.0.1:0"])
            .args(["--http", "127.0.0.1:0", "--content", site.content, "--data-dir"])
            .arg(&data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("could not start a server of this binary")?;
        let out = process.stdout.take();
        let mut guarded = Guarded(Some(process));
        let out = BufReader::new(out.context("the server has no standard output")?);
        let reading = tokio::task::spawn_blocking(move || addresses(out));
        let told = tokio::time::timeout(PATIENCE, reading).await;
        let (otlp, http, out) = told.context("the server did not say where it listens")???;
        let process = guarded.0.take().context("the server is gone")?;
        Ok(Self { process, otlp, http, data, _out: out })
    }

    /// CPU time used so far.
    pub(super) fn cpu(&self) -> Result<Duration> {
        process::cpu(self.process.id())
    }

    pub(super) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Waits until so many runs are settled and the server has nothing to do any more. Says when
    /// that was, without the time that it took to be sure; none if it did not come to that.
    pub(super) async fn settled(&self, runs: usize) -> Result<Option<Instant>> {
        let client = reqwest::Client::new();
        let began = Instant::now();
        let (mut since, mut used) = (began, self.cpu()?);
        while began.elapsed() < SETTLING {
            tokio::time::sleep(IDLE / 10).await;
            let now = self.cpu()?;
            if now.saturating_sub(used) > IDLE_CPU {
                (since, used) = (Instant::now(), now);
            } else if since.elapsed() >= IDLE {
                if self.runs(&client).await? >= runs {
                    return Ok(Some(since));
                }
                (since, used) = (Instant::now(), self.cpu()?);
            }
        }
        Ok(None)
    }

    async fn runs(&self, client: &reqwest::Client) -> Result<usize> {
        #[derive(Deserialize)]
        struct Feature {
            runs: usize,
        }
        let answer = client.get(format!("{}/api/v1/features", self.http)).send().await?;
        let features: Vec<Feature> = answer.error_for_status()?.json().await?;
        Ok(features.iter().map(|feature| feature.runs).sum())
    }

    /// Ends it as a supervisor does, and says how many bytes it leaves on disk, keys apart.
    pub(super) async fn stop(mut self) -> Result<u64> {
        let pid = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.context("the server has no process id")?, Signal::TERM)?;
        let began = Instant::now();
        while self.process.try_wait()?.is_none() {
            if began.elapsed() > PATIENCE {
                bail!("the server did not end within {} s", PATIENCE.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        size(&self.data)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        if let Some(process) = &mut self.0 {
            _ = process.kill();
            _ = process.wait();
        }
    }
}

/// Reads where the server listens, for OTLP and for questions.
fn addresses(mut out: BufReader<ChildStdout>) -> Result<(String, String, BufReader<ChildStdout>)> {
    let (mut otlp, mut http) = (None, None);
    loop {
        if let (Some(otlp), Some(http)) = (&otlp, &http) {
            return Ok((String::clone(otlp), String::clone(http), out));
        }
        let mut line = String::new();
        if out.read_line(&mut line)? == 0 {
            bail!("the server ended before it listened; what it wrote above says why");
        }
        match line.trim().split_once(' ') {
            Some(("otlp", address)) => otlp = Some(address.to_owned()),
            Some(("http", address)) => http = Some(address.to_owned()),
            _ => {}
        }
    }
}

/// The sizes of all files below a directory, without its keys.
fn size(directory: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let about = entry.metadata()?;
        bytes += match about.is_dir() {
            true if entry.file_name() == "keys" => 0,
            true => size(&entry.path())?,
            false => about.len(),
        };
    }
    Ok(bytes)
}
