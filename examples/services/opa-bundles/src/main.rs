//! Gives the bundle of a folder to a fleet of OPAs.

use std::process::ExitCode;
use std::sync::Arc;

use rolec_example_opa_bundles::options::Options;
use rolec_example_opa_bundles::published::Publisher;
use rolec_example_opa_bundles::running::{self, say};
use rolec_example_opa_bundles::server::{self, Service};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> ExitCode {
    running::main(run).await
}

/// Reads the bundle, gives it away until somebody asks the service to end, and ends.
async fn run(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let told = running::until_asked_to_end()?;
    let publisher = Publisher::start(options.folder.join(server::FILE), options.every)?;
    let listener = TcpListener::bind(&options.listen).await?;
    say(format!("listening on {}", listener.local_addr()?));
    let service = Service { publisher, ending: told.clone() };
    running::serve(listener, server::router(Arc::new(service)), told).await?;
    say("ended");
    Ok(())
}
