#![doc = include_str!("../README.md")]

pub mod api;
pub mod app;
pub mod clock;
pub mod command;
pub mod config;
pub mod demo;
pub mod domain;
pub mod jobs;
pub mod letter;
pub mod mail;
pub mod store;
pub mod try_out;
pub mod warning;
