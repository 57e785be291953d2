//! The stream under lettre's dialogue: our own socket, with or without TLS.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// A server may answer with this many bytes between two of our commands.
/// lettre looks for the end of a line before it looks at its length.
const ANSWER_BYTES_MAX: usize = 128 * 1024;

/// What lettre waits for first; after STARTTLS the server has greeted already.
const GREETED: &[u8] = b"220 greeted before STARTTLS\r\n";

enum Wire {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

pub struct Link {
    wire: Wire,
    /// Answers to be read before those of the wire.
    ready: &'static [u8],
    /// Bytes read since the last write.
    answered: usize,
}

impl Link {
    pub fn plain(stream: TcpStream) -> Link {
        Link { wire: Wire::Plain(stream), ready: b"", answered: 0 }
    }

    pub fn tls(stream: TlsStream<TcpStream>) -> Link {
        Link { wire: Wire::Tls(Box::new(stream)), ready: b"", answered: 0 }
    }

    /// A connection on which greeting, EHLO and STARTTLS were spoken already.
    pub fn tls_after_greeting(stream: TlsStream<TcpStream>) -> Link {
        Link { ready: GREETED, ..Link::tls(stream) }
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.wire {
            Wire::Plain(_) => "Link(plain)",
            Wire::Tls(_) => "Link(TLS)",
        })
    }
}

impl AsyncTokioStream for Link {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &self.wire {
            Wire::Plain(stream) => stream.peer_addr(),
            Wire::Tls(stream) => stream.get_ref().0.peer_addr(),
        }
    }
}

impl AsyncRead for Link {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let link = self.get_mut();
        if let Some((now, later)) = link.ready.split_at_checked(link.ready.len().min(buffer.remaining()))
            && !now.is_empty()
        {
            buffer.put_slice(now);
            link.ready = later;
            return Poll::Ready(Ok(()));
        }
        if link.answered > ANSWER_BYTES_MAX {
            let long = format!("the server sent more than {ANSWER_BYTES_MAX} bytes as one answer");
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, long)));
        }
        let before = buffer.filled().len();
        let polled = match &mut link.wire {
            Wire::Plain(stream) => Pin::new(stream).poll_read(cx, buffer),
            Wire::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        };
        link.answered += buffer.filled().len() - before;
        polled
    }
}

impl AsyncWrite for Link {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let link = self.get_mut();
        link.answered = 0;
        match &mut link.wire {
            Wire::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Wire::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().wire {
            Wire::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Wire::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().wire {
            Wire::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Wire::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
