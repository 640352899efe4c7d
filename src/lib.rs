#![doc = include_str!("../README.md")]

pub mod api;
pub mod app;
pub mod clock;
pub mod command;
pub mod config;
pub mod demo;
pub mod hooks;
pub mod jobs;
pub mod office;
pub mod web;

pub use xushi_domain as domain;
pub use xushi_evidence as evidence;
pub use xushi_letter as letter;
pub use xushi_mail as mail;
pub use xushi_reading as reading;
pub use xushi_sheets as sheets;
pub use xushi_store as store;
