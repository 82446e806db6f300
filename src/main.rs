//! Limner.

fn main() -> std::process::ExitCode {
    env_logger::init();
    match limner::app::run(limner::app::RunOptions::default()) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            std::process::ExitCode::FAILURE
        }
    }
}
