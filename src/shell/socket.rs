//! The command socket of a running desk: one line of JSON asks, one answers.
//! Only the desk's own user can reach it (mode 0600).

use std::future::Future;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;

/// A request is a question and its words; a register import is the biggest.
const REQUEST_BYTES_MAX: u64 = 64 * 1024 * 1024;
const REQUEST_TIME: Duration = Duration::from_secs(60);

/// Answers a request, or says why not with an exit code.
pub type Handler =
    Arc<dyn Fn(Value) -> Pin<Box<dyn Future<Output = Result<Value, (u8, String)>> + Send>> + Send + Sync>;

/// Serves until told to stop, then removes the socket's file.
pub async fn serve(path: PathBuf, handler: Handler, mut stop: watch::Receiver<bool>) -> io::Result<()> {
    // Left by a process that died: the store's lock says that nobody uses it.
    match std::fs::remove_file(&path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                let handler = Arc::clone(&handler);
                tokio::spawn(async move {
                    let answered = tokio::time::timeout(REQUEST_TIME, answer(stream, handler)).await;
                    if !matches!(answered, Ok(Ok(()))) {
                        tracing::debug!("a command went away before its answer");
                    }
                });
            }
            _ = stop.changed() => break,
        }
    }
    std::fs::remove_file(&path)
}

async fn answer(stream: UnixStream, handler: Handler) -> io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut line = String::new();
    BufReader::new(reader.take(REQUEST_BYTES_MAX)).read_line(&mut line).await?;
    let answer = match serde_json::from_str(&line) {
        Ok(request) => match handler(request).await {
            Ok(value) => json!({ "ok": value }),
            Err((code, text)) => json!({ "error": { "code": code, "text": text } }),
        },
        Err(error) => json!({ "error": { "code": 2, "text": format!("expected one line of JSON: {error}") } }),
    };
    writer.write_all(format!("{answer}\n").as_bytes()).await?;
    writer.shutdown().await
}

/// Asks the desk that runs on this data folder. `None`: nobody answers there.
pub async fn ask(data: &Path, request: &Value) -> Option<Result<Value, (u8, String)>> {
    let stream = UnixStream::connect(data.join("desk.sock")).await.ok()?;
    let asked = tokio::time::timeout(REQUEST_TIME, exchange(stream, request)).await;
    let broken = |text: String| Err((1, format!("the running desk did not answer: {text}")));
    Some(match asked {
        Ok(Ok(answer)) => read(answer),
        Ok(Err(error)) => broken(error.to_string()),
        Err(_) => broken("it took more than a minute".to_owned()),
    })
}

async fn exchange(stream: UnixStream, request: &Value) -> io::Result<Value> {
    let (reader, mut writer) = stream.into_split();
    writer.write_all(format!("{request}\n").as_bytes()).await?;
    let mut line = String::new();
    BufReader::new(reader).read_line(&mut line).await?;
    serde_json::from_str(&line).map_err(io::Error::other)
}

fn read(mut answer: Value) -> Result<Value, (u8, String)> {
    if let Some(value) = answer.get_mut("ok") {
        return Ok(value.take());
    }
    let error = answer.get("error");
    let code =
        error.and_then(|error| error.get("code")).and_then(Value::as_u64).and_then(|code| u8::try_from(code).ok());
    let text = error.and_then(|error| error.get("text")).and_then(Value::as_str).unwrap_or("no answer");
    Err((code.unwrap_or(1), text.to_owned()))
}
