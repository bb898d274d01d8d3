//! Keys, certificates, passwords, encryption.

mod aes;
mod cert;
mod der;
mod functions;
mod keys;
mod password;
mod primes;

pub(crate) use functions::TABLE;

#[cfg(test)]
mod tests;
