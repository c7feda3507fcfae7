//! How a socket sends: to a slow reader, to one that stalled, and what is large.

use super::*;
use tokio::io::{AsyncReadExt, DuplexStream, duplex};
use tokio::time::{Instant, sleep};

/// What fits between the two sides.
const PIPE: usize = 1 << 10;

async fn line() -> (Socket<DuplexStream>, DuplexStream) {
    let (ours, theirs) = duplex(PIPE);
    (Socket::over(ours).await, theirs)
}

#[tokio::test(start_paused = true)]
async fn a_slow_line_that_moves_loads_what_takes_it_many_minutes() {
    let (mut socket, mut reader) = line().await;
    let began = Instant::now();
    let reading = tokio::spawn(async move {
        let (mut read, mut buffer) = (0, [0; PIPE]);
        loop {
            sleep(Duration::from_secs(20)).await;
            match reader.read(&mut buffer).await.unwrap() {
                0 => return read,
                more => read += more,
            }
        }
    });
    let large = Message::Binary(vec![7; 256 << 10].into());
    assert_eq!(socket.send(large).await, Ok(()));
    assert_eq!(socket.flush().await, Ok(()));
    assert!(began.elapsed() > Duration::from_secs(3600));
    drop(socket);
    // The message, and a head to each of its fragments.
    assert!(reading.await.unwrap() > 256 << 10);
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_takes_nothing_is_given_up_after_half_a_minute() {
    let (mut socket, _reader) = line().await;
    let began = Instant::now();
    let large = Message::Text("x".repeat(64 << 10).into());
    assert_eq!(socket.send(large).await, Err(Broken::Stalled));
    assert!(began.elapsed() >= STALLED);
    assert!(began.elapsed() <= 2 * STALLED);
}

#[tokio::test]
async fn what_is_larger_than_any_buffer_arrives_whole() {
    let (ours, theirs) = duplex(PIPE);
    let mut socket = Socket::over(ours).await;
    let mut reader = WebSocketStream::from_raw_socket(theirs, Role::Client, None).await;
    let bytes: Vec<u8> = (0..9_000_000_u32).map(|at| (at % 251) as u8).collect();
    let text = "né😀".repeat(100_000);
    let (large, long) = (
        Message::Binary(bytes.into()),
        Message::Text(text.as_str().into()),
    );
    let sent = [large.clone(), Message::Text("short".into()), long];
    let expected = sent.clone();
    let sending = tokio::spawn(async move {
        for message in sent {
            socket.send(message).await.unwrap();
        }
        socket.flush().await.unwrap();
        socket
    });
    for message in expected {
        assert!(reader.next().await.unwrap().unwrap() == message);
    }
    drop(sending.await.unwrap());
}
