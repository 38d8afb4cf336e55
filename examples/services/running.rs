//! What both services do to run: they read their command lines, say things, and end without breaking off what is being
//! answered. Each takes this file in as a module; copy it along.

use std::error::Error;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use clap::Parser;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How long what is being answered may take when the service ends.
const GRACE: Duration = Duration::from_secs(20);

/// Says a line to whoever runs the service. There is nobody to tell if that fails.
pub fn say(line: impl AsRef<str>) {
    drop(writeln!(io::stderr().lock(), "{}", line.as_ref()));
}

/// Runs a service with its options, and says why it could not go on. A wrong command line ends it with 2, anything else that
/// is wrong with 1.
pub async fn main<O: Parser>(run: impl AsyncFnOnce(O) -> Result<(), Box<dyn Error>>) -> ExitCode {
    match run(O::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            say(format!("error: {wrong}"));
            ExitCode::FAILURE
        }
    }
}

/// A time of whole seconds, of at least one.
///
/// # Errors
///
/// If it is none.
pub fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds: u64 =
        text.parse().ok().filter(|seconds| *seconds > 0).ok_or("it has to be a number of seconds, of at least 1")?;
    Ok(Duration::from_secs(seconds))
}

/// Whether the service ends: true from the signal on that asks for it, SIGTERM or SIGINT.
///
/// # Errors
///
/// If the system does not let anybody wait for signals.
#[cfg(unix)]
pub fn until_asked_to_end() -> io::Result<watch::Receiver<bool>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (tell, told) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tell.send_replace(true);
    });
    Ok(told)
}

/// Whether the service ends: true from the moment on that somebody presses Ctrl-C.
///
/// # Errors
///
/// Never; elsewhere it may fail.
#[cfg(not(unix))]
pub fn until_asked_to_end() -> io::Result<watch::Receiver<bool>> {
    let (tell, told) = watch::channel(false);
    tokio::spawn(async move {
        drop(tokio::signal::ctrl_c().await);
        tell.send_replace(true);
    });
    Ok(told)
}

/// Waits until the service ends; whoever could have told and is gone has told.
pub async fn ending(mut told: watch::Receiver<bool>) {
    drop(told.wait_for(|ends| *ends).await);
}

/// Answers until the service ends. Then no further connection is taken, and what is being answered has [`GRACE`] to be done.
///
/// # Errors
///
/// If the socket fails.
pub async fn serve(listener: TcpListener, router: Router, told: watch::Receiver<bool>) -> io::Result<()> {
    let late = async {
        ending(told.clone()).await;
        tokio::time::sleep(GRACE).await;
    };
    let serving = axum::serve(listener, router).with_graceful_shutdown(ending(told.clone()));
    tokio::select! {
        served = serving => served,
        () = late => {
            say("some requests were not done in time and are broken off");
            Ok(())
        }
    }
}
