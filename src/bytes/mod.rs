//! Bytes that are mostly few: looked through and compared where they stand, without what is made for many.

pub(crate) mod near;
pub(crate) mod short;
