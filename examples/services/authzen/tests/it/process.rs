//! The program itself: it says where it listens, answers, and ends when it is asked to, with its answers given.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::given::{Given, acme, view};

struct Program {
    child: Child,
    said: BufReader<ChildStderr>,
    address: SocketAddr,
}

impl Program {
    fn start(given: &Given) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_rolec-example-authzen"))
            .args(["--listen", "127.0.0.1:0", "--region", "us-east-1", "--bundle"])
            .arg(given.path())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut said = BufReader::new(child.stderr.take().expect("its words"));
        let mut line = String::new();
        said.read_line(&mut line).expect("a line");
        let rest = line.strip_prefix("listening on ").expect(&line);
        let address = rest.split(';').next().and_then(|address| address.parse().ok()).expect(&line);
        assert!(line.contains("acme 1.4.0 is loaded (sha256:"), "{line}");
        Self { child, said, address }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("a connection");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time limit");
        stream
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().expect("a signal");
        assert!(sent.success());
    }

    fn ended(mut self) -> (ExitStatus, String) {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                let mut rest = String::new();
                self.said.read_to_string(&mut rest).expect("its words");
                return (status, rest);
            }
            assert!(began.elapsed() < Duration::from_secs(15), "it does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Program {
    /// Nothing runs on after a test that fails.
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[cfg(unix)]
#[test]
fn what_is_being_answered_is_answered_before_it_ends() {
    for signal in ["-TERM", "-INT"] {
        let given = Given::new(&acme("1.4.0", true));
        let program = Program::start(&given);
        let idle = program.connect();
        let mut stream = program.connect();
        let body = view("north").to_string();
        let (first, second) = body.split_at(20);
        let length = body.len();
        let head = format!(
            "POST /access/v1/evaluation HTTP/1.1\r\nHost: pdp\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(format!("{head}{first}").as_bytes()).expect("half a request is sent");
        // It has to be read before the signal comes.
        std::thread::sleep(Duration::from_millis(300));
        program.signal(signal);
        // From then on nobody else is let in.
        let began = Instant::now();
        while TcpStream::connect(program.address).is_ok() {
            assert!(began.elapsed() < Duration::from_secs(10), "it still takes connections");
            std::thread::sleep(Duration::from_millis(10));
        }
        stream.write_all(second.as_bytes()).expect("the rest is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("\"decision\":true"), "{answer}");
        let (status, said) = program.ended();
        assert!(status.success() && said.ends_with("ended\n"), "{status}: {said}");
        drop(idle);
    }
}

#[test]
fn a_wrong_command_line_is_told() {
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_rolec-example-authzen")).args(arguments).output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, said) = run(&[]);
    assert!(code == Some(2) && said.contains("--bundle <FILE>"), "{said}");
    let (code, said) = run(&["--bundle", "no/such/file"]);
    assert!(code == Some(1) && said.starts_with("error: can't read the bundle: "), "{said}");
    assert_eq!(run(&["--help"]).0, Some(0));
}
