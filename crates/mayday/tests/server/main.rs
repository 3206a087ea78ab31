//! The real binary, over real sockets: what goes in, what comes out, and what survives.

mod bad_input;
mod command_line;
mod durability;
mod harness;
mod whole_loop;
