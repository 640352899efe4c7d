//! All tests that need more than one room, in one binary.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that fails is a test that fails")]

mod api;
mod backups;
mod clients;
mod crash;
mod demo;
mod dependencies;
mod entries;
mod homonyms;
mod hostile;
mod install;
mod jobs;
mod kill;
mod log;
mod mail;
mod migrations;
mod names;
mod openapi;
mod outbox;
mod pages;
mod plans;
mod policy;
mod pooler;
mod post;
mod read_plan;
mod read_report;
mod readme;
mod roles;
mod seals;
mod staying;
mod strangers;
mod support;
mod tidy;
mod try_out;
mod web;
