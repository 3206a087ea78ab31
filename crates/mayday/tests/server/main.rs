//! The real binary, over real sockets: what goes in, what comes out, and what survives.

#[cfg(test)]
mod access;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod bench;
#[cfg(test)]
mod command_line;
#[cfg(test)]
mod course;
#[cfg(test)]
mod durability;
#[cfg(test)]
mod evals;
#[cfg(test)]
mod export;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod flights;
#[cfg(test)]
mod forward;
#[cfg(test)]
mod gaps;
#[cfg(test)]
mod grpc;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod inbound;
#[cfg(test)]
mod keeping;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod lessons;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod out;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod reviews;
#[cfg(test)]
mod scenario;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod upgrade;
#[cfg(test)]
mod whole_loop;
