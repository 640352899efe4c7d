//! Whoever asks is told within ten seconds: a body has to come in, and the database to answer, each within its time.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use actix_web::{Error, HttpMessage as _};
use futures_util::{FutureExt as _, Stream, StreamExt as _};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::office::patience::{Deadline, until};

/// The time in which the database has to have answered; after it what is written is taken back.
pub const PATIENCE: Duration = Duration::from_secs(8);
/// The time in which a body has to be there, and the bytes a second that earn more of it: the line of a small office.
const BODY: Duration = Duration::from_secs(9);
const BODY_RATE: u64 = 64 * 1024;

/// Answers within [`PATIENCE`] of the last byte of the body, as far as that is the database's doing.
///
/// # Errors
/// Those of the inner service.
pub async fn middleware<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let deadline = Deadline::after(PATIENCE);
    match request.take_payload() {
        Payload::None => request.set_payload(Payload::None),
        body => {
            let timed = TimedBody::new(body, deadline.clone());
            request.set_payload(Payload::Stream { payload: Box::pin(timed) });
        }
    }
    until(deadline, next.call(request)).await
}

/// Work whose length goes by what is asked for has no deadline; each of its statements has its bounds.
pub async fn at_length<T>(work: impl Future<Output = T>) -> T {
    until(Deadline::none(), work).await
}

/// A body that has to come in within its time.
struct TimedBody {
    body: Payload,
    call: Deadline,
    begun: Instant,
    received: u64,
    alarm: Pin<Box<Sleep>>,
    late: bool,
}

impl TimedBody {
    fn new(body: Payload, call: Deadline) -> Self {
        let begun = Instant::now();
        Self { body, call, begun, received: 0, alarm: Box::pin(sleep_until(begun + BODY)), late: false }
    }
}

impl Stream for TimedBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.late {
            return Poll::Ready(None);
        }
        match self.body.poll_next_unpin(context) {
            Poll::Ready(Some(Ok(bytes))) => {
                self.received += bytes.len() as u64;
                let due = self.begun + BODY + Duration::from_secs(self.received / BODY_RATE);
                self.alarm.as_mut().reset(due);
                self.call.renew(PATIENCE);
                Poll::Ready(Some(Ok(bytes)))
            }
            Poll::Pending if self.alarm.poll_unpin(context).is_ready() => {
                self.late = true;
                Poll::Ready(Some(Err(PayloadError::Io(std::io::ErrorKind::TimedOut.into()))))
            }
            other => other,
        }
    }
}
