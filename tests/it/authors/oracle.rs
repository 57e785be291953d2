//! What CPython's `email` package says who wrote a mail: no code of it is in
//! our reader. One child for the whole run, fed in batches.

use std::collections::BTreeMap;
use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The addresses that each way of asking names.
pub type Readings = BTreeMap<String, Vec<String>>;

pub struct Oracle {
    child: Child,
    to: Option<BufWriter<ChildStdin>>,
    from: BufReader<ChildStdout>,
}

impl Oracle {
    pub fn start() -> Oracle {
        let mut command = Command::new("python3");
        // -I: nothing of the user's; -S: no other packages.
        command.args(["-I", "-S", "-c", include_str!("oracle.py")]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python3");
        let to = Some(BufWriter::new(child.stdin.take().unwrap()));
        let from = BufReader::new(child.stdout.take().unwrap());
        Oracle { child, to, from }
    }

    pub fn ask(&mut self, mails: &[Vec<u8>]) -> Vec<Readings> {
        let to = self.to.as_mut().unwrap();
        let number = |value: usize| u32::try_from(value).unwrap().to_be_bytes();
        to.write_all(&number(mails.len())).unwrap();
        for mail in mails {
            to.write_all(&number(mail.len())).unwrap();
            to.write_all(mail).unwrap();
        }
        to.flush().unwrap();
        let mut length = [0; 4];
        self.from.read_exact(&mut length).unwrap();
        let mut answer = vec![0; u32::from_be_bytes(length) as usize];
        self.from.read_exact(&mut answer).unwrap();
        let answers: Vec<Readings> = serde_json::from_slice(&answer).unwrap();
        assert_eq!(answers.len(), mails.len());
        answers
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        // Without input it ends by itself.
        self.to = None;
        let _ = self.child.wait();
    }
}
