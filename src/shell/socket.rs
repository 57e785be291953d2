//! The command socket of a running desk: one line of JSON asks, one answers.
//! Only the desk's own user and root can reach it.

use std::future::Future;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::OwnedReadHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// The biggest requests are a whole register and a mail in base64 that is just
/// over `message_bytes_max`.
pub const REQUEST_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Commands at the same time; more wait until one ends.
const CLIENTS_MAX: usize = 16;
/// A request comes at once or not at all, and so does the taking of an answer.
const LINE_TIME: Duration = Duration::from_secs(30);
/// How long a command waits for its answer.
const ANSWER_TIME: Duration = Duration::from_secs(120);
/// How long a desk that ends waits for the answers under way.
const END_TIME: Duration = Duration::from_secs(5);
/// A pause after the system refused a connection.
const PAUSE: Duration = Duration::from_millis(200);

/// Why a request has no answer: exit code and text.
pub type Refusal = (u8, String);

/// Answers a request, or says why not.
pub type Handler = Arc<dyn Fn(Value) -> Pin<Box<dyn Future<Output = Result<Value, Refusal>> + Send>> + Send + Sync>;

/// Why nobody answered.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// No desk runs on this folder: there is no socket, or it is stale.
    #[error("no desk listens at {}", .0.display())]
    Nobody(PathBuf),
    /// There is a socket that this user may not reach.
    #[error("{}: {error}; run the command as the desk's user", path.display())]
    Refused { path: PathBuf, error: io::Error },
    /// The request went out, and then nothing came: it may have been done.
    #[error("the running desk did not answer: {0}")]
    Broken(String),
}

/// Where the desk of a data folder listens.
pub fn path(data: &Path) -> PathBuf {
    data.join("desk.sock")
}

/// Serves until told to stop, then removes the socket's file and lets the
/// answers under way end. A failure is logged at once: the desk runs on.
pub async fn serve(path: PathBuf, handler: Handler, mut stop: watch::Receiver<bool>) -> io::Result<()> {
    let (listener, owner) = listen(&path).inspect_err(|error| {
        tracing::error!(%error, path = %path.display(), "no command can reach this desk while it runs");
    })?;
    let mut clients = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if clients.len() < CLIENTS_MAX => match accepted {
                Ok((stream, _)) => {
                    let handler = Arc::clone(&handler);
                    clients.spawn(async move {
                        if let Err(error) = answer(stream, owner, &handler).await {
                            tracing::debug!(%error, "a command went away before its answer");
                        }
                    });
                }
                // Such as too many open files: what is served goes on.
                Err(error) => {
                    tracing::warn!(%error, "a command could not connect");
                    tokio::time::sleep(PAUSE).await;
                }
            },
            Some(ended) = clients.join_next() => {
                if let Err(error) = ended {
                    tracing::error!(%error, "answering a command broke off");
                }
            }
            _ = stop.changed() => break,
        }
    }
    drop(listener);
    remove(&path)?;
    let rest = async { while clients.join_next().await.is_some() {} };
    if timeout(END_TIME, rest).await.is_err() {
        tracing::warn!("a command got no answer before the desk ended");
    }
    Ok(())
}

/// The listening socket (mode 0600) and its owner's user id.
fn listen(path: &Path) -> io::Result<(UnixListener, u32)> {
    // Left by a process that died: the store's lock says that nobody uses it.
    remove(path)?;
    let listener = UnixListener::bind(path).map_err(|error| match error.kind() {
        io::ErrorKind::InvalidInput => io::Error::new(
            error.kind(),
            format!(
                "expected a path of at most 107 bytes, found {}; choose a data folder with a shorter path",
                path.as_os_str().len()
            ),
        ),
        _ => error,
    })?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok((listener, std::fs::metadata(path)?.uid()))
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

async fn answer(stream: UnixStream, owner: u32, handler: &Handler) -> io::Result<()> {
    // Asked of the kernel too, for the moment before the mode was set.
    let user = stream.peer_cred()?.uid();
    let (reader, mut writer) = stream.into_split();
    let answer = if user == owner || user == 0 {
        match timeout(LINE_TIME, request(reader)).await?? {
            Ok(request) => handler(request).await,
            Err(text) => Err((2, text)),
        }
    } else {
        Err((2, format!("expected the desk's own user (id {owner}), found user {user}")))
    };
    let answer = match answer {
        Ok(value) => json!({ "ok": value }),
        Err((code, text)) => json!({ "error": { "code": code, "text": text } }),
    };
    let write = async {
        writer.write_all(format!("{answer}\n").as_bytes()).await?;
        writer.shutdown().await
    };
    timeout(LINE_TIME, write).await?
}

/// The one line of a request, or what is wrong with it.
async fn request(reader: OwnedReadHalf) -> io::Result<Result<Value, String>> {
    let mut line = Vec::new();
    BufReader::new(reader.take(REQUEST_BYTES_MAX + 1)).read_until(b'\n', &mut line).await?;
    if !line.ends_with(b"\n") {
        let length = line.len();
        let found = if length as u64 > REQUEST_BYTES_MAX { "more" } else { "its end missing" };
        return Ok(Err(format!("expected one line of at most {REQUEST_BYTES_MAX} bytes, found {found}")));
    }
    Ok(serde_json::from_slice(&line).map_err(|error| format!("expected one line of JSON: {error}")))
}

/// Asks the desk that listens at `path`. The outer error says that there was no
/// answer, the inner one is the answer no.
pub async fn ask(path: &Path, request: &Value) -> Result<Result<Value, Refusal>, NoAnswer> {
    let stream = UnixStream::connect(path).await.map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => NoAnswer::Refused { path: path.to_owned(), error },
        _ => NoAnswer::Nobody(path.to_owned()),
    })?;
    match timeout(ANSWER_TIME, exchange(stream, request)).await {
        Ok(Ok(answer)) => read(answer),
        Ok(Err(error)) => Err(NoAnswer::Broken(error.to_string())),
        Err(_) => Err(NoAnswer::Broken(format!("it took more than {} seconds", ANSWER_TIME.as_secs()))),
    }
}

async fn exchange(stream: UnixStream, request: &Value) -> io::Result<Value> {
    let (reader, mut writer) = stream.into_split();
    // A desk that refuses a request answers before it has read all of it.
    let written = writer.write_all(format!("{request}\n").as_bytes()).await;
    let mut line = String::new();
    BufReader::new(reader).read_line(&mut line).await?;
    if line.is_empty() {
        written?;
        return Err(io::Error::other("it ended the connection"));
    }
    serde_json::from_str(&line).map_err(io::Error::other)
}

fn read(mut answer: Value) -> Result<Result<Value, Refusal>, NoAnswer> {
    if let Some(value) = answer.get_mut("ok") {
        return Ok(Ok(value.take()));
    }
    let error = answer.get("error");
    let text = error.and_then(|error| error.get("text")).and_then(Value::as_str);
    let code = error.and_then(|error| error.get("code")).and_then(Value::as_u64);
    match (code.and_then(|code| u8::try_from(code).ok()), text) {
        (Some(code), Some(text)) => Ok(Err((code, text.to_owned()))),
        _ => Err(NoAnswer::Broken("its answer is neither a value nor an error".to_owned())),
    }
}
