//! `mayday`: incident response for AI systems, in one binary.

mod asking;
mod cli;
mod commands;
mod config;
mod delivering;
mod door;
mod forward;
mod master;
mod outward;
mod secure;
mod server;
mod tls;
mod world;

use std::process::ExitCode;

use clap::Parser;

/// Recording allocates by the million, and frees on other threads than those that allocated.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    world::log_to_stderr(&cli.log);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return world::failed(&error.into()),
    };
    match runtime.block_on(cli.command.run()) {
        Ok(code) => code,
        Err(error) => world::failed(&error),
    }
}
