//! What lettre talks through: a stream that repeats a greeting, that keeps bytes above 127 readable, and that gives up
//! on a peer who never stops talking.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Longest line of a reply that is waited for; RFC 5321 §4.5.3.1.5 allows 512 bytes.
const LINE_MAX: usize = 8 * 1024;
/// Bytes of a line that lettre is shown; it fails at a thousand, though the code in front is all that matters.
const SHOWN_MAX: usize = 900;
/// Longest reply, all its lines together. lettre reads a reply anew from its first line with each that comes.
const REPLY_MAX: usize = 16 * 1024;
/// Bytes read at once.
const CHUNK: usize = 4 * 1024;

/// lettre reads a line until it ends, however long that takes, and wants UTF-8: servers do answer in GBK, which it would
/// take for a broken line, so that a clear 550 would become a doubt. So each byte above 127 goes through as the character
/// of that number, to be put together again by [`super::foreign::heard`]; a line is cut where lettre would fail; and a
/// line or reply that does not end is an error of the line.
#[derive(Debug)]
pub(super) struct Wire<S> {
    stream: S,
    peer: SocketAddr,
    /// To be handed on, from `next`.
    ready: Vec<u8>,
    next: usize,
    /// Bytes of the line and of the reply so far.
    line: usize,
    reply: usize,
    /// Bytes of the line that were handed on, and whether the rest was cut.
    shown: usize,
    cut: bool,
}

impl<S> Wire<S> {
    /// A stream whose server has yet to greet.
    pub(super) fn fresh(stream: S, peer: SocketAddr) -> Self {
        Self { stream, peer, ready: Vec::new(), next: 0, line: 0, reply: 0, shown: 0, cut: false }
    }

    /// A stream whose server has greeted before the handshake.
    pub(super) fn greeted(stream: S, peer: SocketAddr) -> Self {
        Self { ready: b"220 TLS\r\n".to_vec(), ..Self::fresh(stream, peer) }
    }

    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        for &byte in bytes {
            self.reply += 1;
            if byte == b'\n' {
                self.ready.extend_from_slice(if self.cut { b"\r\n" } else { b"\n" });
                (self.line, self.shown, self.cut) = (0, 0, false);
                continue;
            }
            self.line += 1;
            if self.line > LINE_MAX || self.reply > REPLY_MAX {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "服务器的应答过长"));
            }
            let mut utf8 = [0; 2];
            let shown = char::from(byte).encode_utf8(&mut utf8).as_bytes();
            self.cut |= self.shown + shown.len() > SHOWN_MAX;
            if !self.cut {
                self.ready.extend_from_slice(shown);
                self.shown += shown.len();
            }
        }
        Ok(())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        while this.next == this.ready.len() {
            (this.ready, this.next) = (Vec::new(), 0);
            let mut chunk = [0; CHUNK];
            let mut read = ReadBuf::new(&mut chunk);
            ready!(Pin::new(&mut this.stream).poll_read(cx, &mut read))?;
            if read.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            // What is cut leaves nothing to hand on: then more is read.
            this.take(read.filled())?;
        }
        let end = this.ready.len().min(this.next + buf.remaining());
        buf.put_slice(&this.ready[this.next..end]);
        this.next = end;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        // Whatever comes now answers this.
        self.reply = 0;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin + std::fmt::Debug> AsyncTokioStream for Wire<S> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;

    async fn through(bytes: &[u8]) -> io::Result<String> {
        let mut wire = Wire::fresh(bytes, "127.0.0.1:25".parse().unwrap());
        let mut text = String::new();
        wire.read_to_string(&mut text).await.map(|_| text)
    }

    #[tokio::test]
    async fn bytes_go_through_as_characters() {
        assert_eq!(through(b"250 ok\r\n").await.unwrap(), "250 ok\r\n");
        assert_eq!(through(b"550 \xd3\xc3\r\n").await.unwrap(), "550 \u{d3}\u{c3}\r\n");
        let mut wire = Wire::greeted(&b"250 ok\r\n"[..], "127.0.0.1:25".parse().unwrap());
        let mut text = String::new();
        wire.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "220 TLS\r\n250 ok\r\n");
    }

    #[tokio::test]
    async fn long_lines_are_cut_and_endless_ones_end_it() {
        for byte in [b'x', 0xd3] {
            let long = [b"550 ".to_vec(), vec![byte; 5_000], b"\r\n250 ok\r\n".to_vec()].concat();
            let text = through(&long).await.unwrap();
            let lines: Vec<&str> = text.split("\r\n").collect();
            assert!(lines[0].starts_with("550 ") && lines[0].len() <= SHOWN_MAX && lines[0].len() > 890);
            assert_eq!(lines[1..], ["250 ok", ""]);
        }
        let endless = vec![b'2'; 10_000_000];
        assert!(through(&endless).await.is_err());
        assert!(through(&b"250-more\r\n".repeat(1_000_000)).await.is_err());
        // Each line of every length arrives whole or cut, never run together with the next.
        for length in (SHOWN_MAX - 3)..(SHOWN_MAX + 3) {
            let text = through(&[vec![b'a'; length], b"\r\nb\r\n".to_vec()].concat()).await.unwrap();
            assert!(text.ends_with("a\r\nb\r\n"), "{length}");
        }
    }
}
