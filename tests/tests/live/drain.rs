//! SIGTERM: clients are told, and the process ends.

use crate::line::Line;
use connvo_core::protocol::close;
use connvo_core::protocol::frame::ServerFrame;
use connvo_tests::load::people;
use connvo_tests::process::ServerProcess;

#[tokio::test]
async fn a_server_that_is_asked_to_go_tells_its_clients_and_ends() {
    let server = ServerProcess::start(&[]);
    let place = people::make(server.address(), 1).await.unwrap().remove(0);
    let mut lines = Vec::new();
    for token in &place.tokens {
        let mut line = Line::hello(server.address(), token).await;
        assert!(matches!(line.frame().await, ServerFrame::Welcome { .. }));
        lines.push(line);
    }
    let ended = tokio::task::spawn_blocking(move || server.terminate().0);
    for mut line in lines {
        assert!(matches!(line.frame().await, ServerFrame::Drain { after_ms } if after_ms < 10_000));
        assert_eq!(line.end().await, close::RESTART);
    }
    assert!(ended.await.unwrap().success());
}
