//! The log, which costs no answer and hangs nothing: lines go over a bounded queue to one thread that writes them.
//!
//! Standard error may be closed, full, or a pipe that nobody reads. What cannot be written is dropped and counted, and one
//! line says so when writing works again.

use std::io::{ErrorKind, IsTerminal as _, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;

use crate::api::http::metrics::Metrics;
use crate::clock::{Clock as _, SystemClock, office_zone};
use crate::config::{Config, LogFormat};

/// Bytes of lines that may wait to be written.
const WAITING_MAX: usize = 4 << 20;
/// How long the end of the process, or what it says last, may wait for somebody to read.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often a stream that is full for the moment is tried again, and after which time each.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);
/// How long lines gather before they are written.
const GATHER: Duration = Duration::from_millis(5);

/// Logs as the configuration says for the rest of the process; a second call does nothing. What still waits when the
/// result is dropped is written, if it can be within a second.
pub fn log(config: &Config) -> Logging {
    // What libraries say of themselves helps nobody who operates a service; a filter that names them is heard.
    let filter = format!("tokio_cron_scheduler=warn,actix_server=warn,{}", config.log.filter);
    let filter = tracing_subscriber::EnvFilter::try_new(filter).unwrap_or_default();
    let lines = Lines::new(std::io::stderr(), tell);
    let logging = Logging(lines.queue.clone());
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(lines)
        .with_timer(OfficeTime)
        // The library's own report goes to standard error by a way that panics and blocks.
        .log_internal_errors(false);
    let outcome = match config.log.format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text if std::io::stderr().is_terminal() => builder.with_target(false).try_init(),
        LogFormat::Text => builder.with_target(false).with_ansi(false).try_init(),
    };
    if outcome.is_ok() {
        // By itself a panic is written to standard error by the thread that panics, which may wait there for ever.
        std::panic::set_hook(Box::new(|info| {
            tracing::error!(panic = info.to_string().replace('\n', " "), "panicked");
        }));
    }
    logging
}

/// Says on standard error why the process ends, if anybody reads it within a second.
pub fn last_words(text: String) {
    let (said, heard) = channel();
    let say = move || {
        let _ = writeln!(std::io::stderr(), "{text}");
        let _ = said.send(());
    };
    if std::thread::Builder::new().spawn(say).is_ok() {
        let _ = heard.recv_timeout(PATIENCE);
    }
}

/// Keeps the log going; dropped at the end of the process.
pub struct Logging(Sender<Entry>);

impl Drop for Logging {
    fn drop(&mut self) {
        let (done, written) = sync_channel(1);
        if self.0.send(Entry::Flush(done)).is_ok() {
            let _ = written.recv_timeout(PATIENCE);
        }
    }
}

/// When lines that were lost are followed by one that is written.
fn tell(lost: u64) {
    tracing::error!(lost, "log lines could not be written");
}

/// The office's time, to the millisecond, with its offset.
struct OfficeTime;

impl FormatTime for OfficeTime {
    fn format_time(&self, to: &mut Writer<'_>) -> std::fmt::Result {
        let now = SystemClock.now().with_timezone(&office_zone());
        write!(to, "{}", now.format("%Y-%m-%dT%H:%M:%S%.3f%:z"))
    }
}

/// What the writing thread is handed.
enum Entry {
    Line(Vec<u8>),
    /// Answered when all before it has been seen to.
    Flush(SyncSender<()>),
}

/// The end of the queue that lines are put into; never waits and never fails.
struct Lines {
    queue: Sender<Entry>,
    count: Arc<Count>,
}

/// What both ends know.
#[derive(Default)]
struct Count {
    /// Bytes in the queue.
    waiting: AtomicUsize,
    /// Lines lost since the last one that was written.
    lost: AtomicU64,
}

impl Count {
    fn lose(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
        Metrics::global().log_lines_lost.inc();
    }
}

impl Lines {
    /// Lines that end in `out`; `tell` is called when some were lost and writing works again.
    fn new(out: impl Write + Send + 'static, tell: fn(u64)) -> Self {
        let (queue, entries) = channel();
        let count = Arc::new(Count::default());
        let shared = count.clone();
        // Without its thread the queue has no other end, and every line is lost and counted.
        let _ = std::thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write_out(&entries, &shared, out, tell));
        Self { queue, count }
    }

    fn put(&self, line: &[u8]) {
        let before = self.count.waiting.fetch_add(line.len(), Ordering::Relaxed);
        if before + line.len() > WAITING_MAX || self.queue.send(Entry::Line(line.to_vec())).is_err() {
            self.count.waiting.fetch_sub(line.len(), Ordering::Relaxed);
            self.count.lose();
        }
    }
}

impl<'l> MakeWriter<'l> for Lines {
    type Writer = Line<'l>;

    fn make_writer(&'l self) -> Line<'l> {
        Line(self)
    }
}

/// One line on its way into the queue; it comes in one piece.
struct Line<'l>(&'l Lines);

impl Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.0.put(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn write_out(entries: &Receiver<Entry>, count: &Count, mut out: impl Write, tell: fn(u64)) {
    // Half a line stands there from a write that failed in its middle.
    let mut torn = false;
    while let Ok(entry) = entries.try_recv().or_else(|_| {
        // Lines gather meanwhile: to wake this thread costs whoever answers a request more than the line does.
        std::thread::sleep(GATHER);
        entries.recv()
    }) {
        match entry {
            Entry::Flush(done) => {
                let _ = done.send(());
            }
            Entry::Line(line) => {
                let written = write_line(&mut out, &line, &mut torn);
                count.waiting.fetch_sub(line.len(), Ordering::Relaxed);
                if !written {
                    count.lose();
                    continue;
                }
                let lost = count.lost.swap(0, Ordering::Relaxed);
                if lost > 0 {
                    tell(lost);
                }
            }
        }
    }
}

/// Writes a line whole, or gives false.
fn write_line(out: &mut impl Write, line: &[u8], torn: &mut bool) -> bool {
    if *torn && !write_all(out, b"\n", torn) {
        return false;
    }
    *torn = false;
    write_all(out, line, torn)
}

fn write_all(out: &mut impl Write, bytes: &[u8], torn: &mut bool) -> bool {
    let (mut at, mut tries) = (0, 0);
    while at < bytes.len() {
        match out.write(&bytes[at..]) {
            Ok(written @ 1..) => at += written,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // A pipe that its other end has made non-blocking.
            Err(error) if error.kind() == ErrorKind::WouldBlock && tries < TRIES => {
                tries += 1;
                std::thread::sleep(PAUSE);
            }
            Ok(_) | Err(_) => {
                *torn |= at > 0;
                return false;
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Takes `room` bytes and is full then.
    #[derive(Clone, Default)]
    struct Disk(Arc<Mutex<(usize, Vec<u8>)>>);

    impl Disk {
        fn make_room(&self, bytes: usize) {
            self.0.lock().unwrap().0 = bytes;
        }

        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().1.clone()).unwrap()
        }
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let mut disk = self.0.lock().unwrap();
            let fits = bytes.len().min(disk.0);
            if fits == 0 {
                return Err(std::io::Error::from(ErrorKind::StorageFull));
            }
            disk.0 -= fits;
            disk.1.extend_from_slice(&bytes[..fits]);
            Ok(fits)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn settled(lines: &Lines) {
        drop(Logging(lines.queue.clone()));
    }

    #[test]
    fn a_full_disk_loses_lines_and_says_how_many_when_there_is_room_again() {
        static TOLD: AtomicU64 = AtomicU64::new(0);
        let disk = Disk::default();
        let lines = Lines::new(disk.clone(), |lost| TOLD.store(lost, Ordering::SeqCst));
        let before = Metrics::global().log_lines_lost.get();
        disk.make_room(9);
        lines.put(b"first\n");
        lines.put(b"second\n");
        lines.put(b"third\n");
        settled(&lines);
        assert_eq!((disk.text().as_str(), TOLD.load(Ordering::SeqCst)), ("first\nsec", 0));
        disk.make_room(100);
        lines.put(b"fourth\n");
        settled(&lines);
        assert_eq!((disk.text().as_str(), TOLD.load(Ordering::SeqCst)), ("first\nsec\nfourth\n", 2));
        assert!(Metrics::global().log_lines_lost.get() >= before + 2);
    }

    #[test]
    fn a_reader_that_never_reads_holds_nobody_up() {
        /// Never comes back, as a pipe that is full.
        struct Unread;
        impl Write for Unread {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                std::thread::sleep(Duration::from_secs(3_600));
                Ok(0)
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let lines = Lines::new(Unread, |_| {});
        let line = vec![b'x'; 64 << 10];
        for _ in 0..200 {
            lines.put(&line);
        }
        // 4 MiB of 64 KiB: the first 64 wait.
        assert_eq!(lines.count.lost.load(Ordering::SeqCst), 200 - 64);
    }

    #[test]
    fn times_are_the_offices() {
        let mut text = String::new();
        OfficeTime.format_time(&mut Writer::new(&mut text)).unwrap();
        assert!(text.ends_with("+08:00") && text.len() == "2026-01-31T08:00:00.123+08:00".len(), "{text}");
    }
}
