//! One exchange of HTTP/1.1 over a stream (RFC 9112): a request with its length, and the head of the answer.

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::{HookAnswer, HookRequest};

/// Bytes of a head at most.
const HEAD_MAX: usize = 16 * 1_024;
/// Fields of a head at most.
const FIELDS_MAX: usize = 64;

/// Sends the request and reads the head of the answer; then the stream is closed, whatever still comes.
pub(super) async fn exchange(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    request: &HookRequest<'_>,
) -> Result<HookAnswer, String> {
    let lost = |error: std::io::Error| format!("连接中断：{error}");
    stream.write_all(&written(request)).await.map_err(lost)?;
    stream.flush().await.map_err(lost)?;
    let mut bytes = Vec::with_capacity(1_024);
    loop {
        if let Some((length, answer)) = head(&bytes)? {
            if answer.status >= 200 {
                return Ok(answer);
            }
            // What is said in between (100, 103) is no answer.
            bytes.drain(..length);
            continue;
        }
        if bytes.len() > HEAD_MAX {
            return Err("答复的头部过长".to_owned());
        }
        if stream.read_buf(&mut bytes).await.map_err(lost)? == 0 {
            return Err("对方没有答复即关闭了连接".to_owned());
        }
    }
}

fn written(request: &HookRequest<'_>) -> Vec<u8> {
    let target = request.target;
    let host = if target.host.contains(':') { format!("[{}]", target.host) } else { target.host.clone() };
    let usual = if target.secure { 443 } else { 80 };
    let host = if target.port == usual { host } else { format!("{host}:{}", target.port) };
    let mut text = format!(
        "POST {} HTTP/1.1\r\nhost: {host}\r\nuser-agent: xushi/{}\r\nconnection: close\r\ncontent-length: {}\r\n",
        target.path,
        env!("CARGO_PKG_VERSION"),
        request.body.len()
    );
    for (name, value) in request.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    text.push_str(request.body);
    text.into_bytes()
}

/// The head at the beginning of these bytes and its length, once all of it is there.
fn head(bytes: &[u8]) -> Result<Option<(usize, HookAnswer)>, String> {
    let mut fields = [httparse::EMPTY_HEADER; FIELDS_MAX];
    let mut parsed = httparse::Response::new(&mut fields);
    let length = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(error) => return Err(format!("答复不是HTTP：{error}")),
    };
    let retry_after = parsed.headers.iter().find(|field| field.name.eq_ignore_ascii_case("retry-after"));
    let seconds = retry_after.and_then(|field| std::str::from_utf8(field.value).ok());
    let answer = HookAnswer {
        status: parsed.code.unwrap_or_default(),
        retry_after: seconds.and_then(|seconds| seconds.trim().parse().ok()),
    };
    Ok(Some((length, answer)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_once_it_is_whole() {
        let said = b"HTTP/1.1 429 Too Many\r\nRetry-After: 90\r\nContent-Length: 0\r\n\r\nmore";
        for end in 0..said.len() - 4 {
            assert_eq!(head(&said[..end]), Ok(None), "{end}");
        }
        let answer = HookAnswer { status: 429, retry_after: Some(90) };
        assert_eq!(head(said), Ok(Some((said.len() - 4, answer))));
        assert!(head(b"220 mail.example.org ESMTP\r\n").is_err());
    }
}
