//! The command socket: one line asks, one answers, whatever the others do.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use upgrade_desk::shell::socket::{self, Handler, NoAnswer, REQUEST_BYTES_MAX};

struct Served {
    folder: tempfile::TempDir,
    stop: watch::Sender<bool>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Served {
    /// Serves `handler` and waits until it can be asked.
    async fn with(handler: Handler) -> Served {
        let folder = tempfile::tempdir().unwrap();
        Served::begin(folder, handler).await
    }

    async fn begin(folder: tempfile::TempDir, handler: Handler) -> Served {
        let (stop, stopped) = watch::channel(false);
        let serving = tokio::spawn(socket::serve(socket::path(folder.path()), handler, stopped));
        for _ in 0..500 {
            let mode = std::fs::metadata(socket::path(folder.path())).map(|found| found.permissions().mode() & 0o777);
            if UnixStream::connect(socket::path(folder.path())).is_ok() && mode.is_ok_and(|mode| mode == 0o600) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Served { folder, stop, serving }
    }

    fn path(&self) -> PathBuf {
        socket::path(self.folder.path())
    }

    /// Sends bytes as they are, and with `ends` that there are no more; the
    /// whole answer.
    async fn say(&self, bytes: Vec<u8>, ends: bool) -> Value {
        let path = self.path();
        let said = tokio::task::spawn_blocking(move || {
            let mut stream = UnixStream::connect(path).unwrap();
            // What is refused may not be read to its end.
            let _the_desk_may_hang_up = stream.write_all(&bytes);
            if ends {
                let _the_desk_may_hang_up = stream.shutdown(std::net::Shutdown::Write);
            }
            let mut answer = String::new();
            let mut reader = BufReader::new(stream);
            reader.read_line(&mut answer).unwrap();
            // After its line the desk hangs up, whatever it did not read.
            let more = reader.read_line(&mut String::new());
            assert!(!matches!(more, Ok(length) if length > 0), "more than one line");
            answer
        });
        let answer = tokio::time::timeout(Duration::from_secs(20), said).await.unwrap().unwrap();
        serde_json::from_str(&answer).unwrap()
    }

    async fn end(self) {
        self.stop.send(true).unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(20), self.serving).await;
        ended.unwrap().unwrap().unwrap();
        assert!(!socket::path(self.folder.path()).exists(), "the socket's file is left");
    }
}

/// Answers with what was asked; `{"no": code}` is refused with that code,
/// `{"wait": ms}` takes its time, `{"panic": true}` fails.
fn echo() -> Handler {
    Arc::new(|request| {
        Box::pin(async move {
            if let Some(code) = request.get("no").and_then(Value::as_u64) {
                return Err((u8::try_from(code).unwrap(), format!("no, and that is a {code}")));
            }
            if let Some(wait) = request.get("wait").and_then(Value::as_u64) {
                tokio::time::sleep(Duration::from_millis(wait)).await;
            }
            assert!(request.get("panic").is_none(), "this handler fails on purpose");
            Ok(request)
        })
    })
}

#[tokio::test]
async fn a_request_gets_its_answer_or_the_reason_why_not() {
    let served = Served::with(echo()).await;
    let request = json!({ "view": "x", "text": "line\nbreak, \u{202e}Ünïcode" });
    assert_eq!(socket::ask(&served.path(), &request).await.unwrap(), Ok(request));
    for code in [1, 2, 3] {
        let refused = socket::ask(&served.path(), &json!({ "no": code })).await.unwrap();
        assert_eq!(refused, Err((code, format!("no, and that is a {code}"))));
    }
    served.end().await;
}

#[tokio::test]
async fn only_the_owner_can_reach_it() {
    let served = Served::with(echo()).await;
    let mode = std::fs::metadata(served.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    served.end().await;
}

#[tokio::test]
async fn what_is_no_request_is_refused_by_name() {
    let served = Served::with(echo()).await;
    for (said, expected) in [
        (&b"what?\n"[..], "expected one line of JSON"),
        (b"\n", "expected one line of JSON"),
        (b"\xff\xfe{}\n", "expected one line of JSON"),
        (b"{} {}\n", "expected one line of JSON"),
        (b"{\"view\":", "its end missing"),
        (b"", "its end missing"),
    ] {
        let answer = served.say(said.to_vec(), true).await;
        assert!(answer.get("ok").is_none());
        assert_eq!(answer["error"]["code"], 2);
        let text = answer["error"]["text"].as_str().unwrap();
        assert!(text.contains(expected), "{said:?}: {text}");
    }
    served.end().await;
}

#[tokio::test]
async fn a_request_without_end_is_not_read_to_its_end() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let handler: Handler = Arc::new(move |request| {
        count.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Ok(request) })
    });
    let served = Served::with(handler).await;
    let too_much = vec![b' '; usize::try_from(REQUEST_BYTES_MAX).unwrap() + 1000];
    // More could follow: the desk must not wait for it.
    let answer = served.say(too_much, false).await;
    let text = answer["error"]["text"].as_str().unwrap();
    assert!(text.contains(&REQUEST_BYTES_MAX.to_string()) && text.contains("found more"), "{text}");
    assert_eq!(asked.load(Ordering::SeqCst), 0, "it was handed on");
    served.end().await;
}

#[tokio::test]
async fn many_ask_at_once() {
    let served = Served::with(echo()).await;
    let asking: Vec<_> = (0..40)
        .map(|number| {
            let path = served.path();
            tokio::spawn(async move {
                let request = json!({ "number": number, "wait": 50 });
                assert_eq!(socket::ask(&path, &request).await.unwrap(), Ok(request));
            })
        })
        .collect();
    for asked in asking {
        asked.await.unwrap();
    }
    served.end().await;
}

#[tokio::test]
async fn silent_and_broken_clients_stop_nobody() {
    let served = Served::with(echo()).await;
    let silent = UnixStream::connect(served.path()).unwrap();
    let mut gone = UnixStream::connect(served.path()).unwrap();
    gone.write_all(b"{\"wait\":20}\n").unwrap();
    drop(gone);
    let failed = socket::ask(&served.path(), &json!({ "panic": true })).await;
    assert!(matches!(failed, Err(NoAnswer::Broken(_))), "{failed:?}");
    let request = json!({ "still": "here" });
    assert_eq!(socket::ask(&served.path(), &request).await.unwrap(), Ok(request));
    drop(silent);
    served.end().await;
}

#[tokio::test]
async fn answers_under_way_are_given_before_the_end() {
    let served = Served::with(echo()).await;
    let path = served.path();
    let asked = tokio::spawn(async move { socket::ask(&path, &json!({ "wait": 600 })).await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let path = served.path();
    served.end().await;
    assert!(asked.await.unwrap().unwrap().is_ok());
    let later = socket::ask(&path, &json!({})).await;
    assert!(matches!(later, Err(NoAnswer::Nobody(_))), "{later:?}");
}

#[tokio::test]
async fn a_socket_that_a_dead_process_left_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = socket::path(folder.path());
    let nobody = socket::ask(&path, &json!({})).await;
    assert!(matches!(nobody, Err(NoAnswer::Nobody(_))), "{nobody:?}");
    drop(UnixListener::bind(&path).unwrap());
    assert!(path.exists(), "a dropped listener leaves its file");
    let stale = socket::ask(&path, &json!({})).await;
    assert!(matches!(stale, Err(NoAnswer::Nobody(_))), "{stale:?}");
    let served = Served::begin(folder, echo()).await;
    assert!(socket::ask(&served.path(), &json!({})).await.unwrap().is_ok());
    served.end().await;
}

#[tokio::test]
async fn a_desk_that_hangs_up_or_talks_nonsense_has_not_answered() {
    for said in [&b""[..], b"nonsense\n", b"{\"neither\":1}\n", b"{\"error\":{\"text\":\"no code\"}}\n"] {
        let folder = tempfile::tempdir().unwrap();
        let path = socket::path(folder.path());
        let listener = UnixListener::bind(&path).unwrap();
        let desk = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut begun = [0; 2];
            stream.read_exact(&mut begun).unwrap();
            stream.write_all(said).unwrap();
        });
        let answer = socket::ask(&path, &json!({})).await;
        assert!(matches!(answer, Err(NoAnswer::Broken(_))), "{said:?}: {answer:?}");
        desk.join().unwrap();
    }
}

#[tokio::test]
async fn a_path_that_no_socket_can_have_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("d".repeat(120));
    std::fs::create_dir(&deep).unwrap();
    let (_stop, stopped) = watch::channel(false);
    let error = socket::serve(socket::path(Path::new(&deep)), echo(), stopped).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("at most 107 bytes") && text.contains("shorter path"), "{text}");
}
