//! The floor of a server on sockets: a bare TCP echo, and a bare hyper that answers every call with the same words.
//!
//! Both on one thread with tokio's current-thread runtime, as the acquirer is served. *Not done:* framing, bounds,
//! time-outs, ends: they live as long as the process.

use bytes::Bytes;
use core::convert::Infallible;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::LocalSet;

/// Says back what it hears; where it listens.
///
/// # Errors
/// When the system gives no port or no thread.
pub fn tcp() -> io::Result<SocketAddr> {
    serve(|stream| async move {
        // A connection that breaks is over.
        let _ = echo(stream).await;
    })
}

/// Reads every call to its end and answers with its body; where it listens.
///
/// # Errors
/// When the system gives no port or no thread.
pub fn http() -> io::Result<SocketAddr> {
    serve(|stream| async move {
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer));
        // A connection that breaks is over.
        let _ = connection.await;
    })
}

async fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; 4096];
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        stream.write_all(buffer.get(..count).unwrap_or_default()).await?;
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes);
    Ok(Response::new(Full::new(body.unwrap_or_default())))
}

fn serve<F: Future<Output = ()> + 'static>(
    attend: impl Fn(TcpStream) -> F + Send + 'static,
) -> io::Result<SocketAddr> {
    let listener = StdListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let accept = async move {
        let listener = TcpListener::from_std(listener)?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::task::spawn_local(attend(stream));
        }
    };
    std::thread::Builder::new()
        .name("reference".to_owned())
        .spawn(move || -> io::Result<()> { LocalSet::new().block_on(&runtime, accept) })?;
    Ok(address)
}
