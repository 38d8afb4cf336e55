//! Decides by a bundle for whoever asks by the Authorization API 1.0 of `OpenID` `AuthZEN`.

use std::process::ExitCode;
use std::sync::Arc;

use rolec_example_authzen::loaded::Loaded;
use rolec_example_authzen::metrics::Metrics;
use rolec_example_authzen::options::Options;
use rolec_example_authzen::running::{self, say};
use rolec_example_authzen::server::{self, Service};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> ExitCode {
    running::main(run).await
}

/// Loads the bundle, answers until somebody asks the service to end, and ends.
async fn run(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let told = running::until_asked_to_end()?;
    let metrics = Arc::new(Metrics::default());
    let loaded = Loaded::start(&options.loading, Arc::clone(&metrics))?;
    let listener = TcpListener::bind(&options.listen).await?;
    let address = listener.local_addr()?;
    let url = options.url.unwrap_or_else(|| format!("http://{address}"));
    let bundle = loaded.bundle();
    say(format!("listening on {address}; {} {} is loaded ({})", bundle.project, bundle.version, bundle.digest));
    let service = Service { loaded, metrics, url, overrides: options.overrides };
    running::serve(listener, server::router(Arc::new(service)), told).await?;
    say("ended");
    Ok(())
}
