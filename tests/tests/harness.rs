//! The harness itself: what other tests lean on holds.

use connvo_tests::{postgres, proxy::Proxy};
use sqlx::{Connection, PgConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[tokio::test]
async fn every_database_is_empty_and_apart_from_the_others() {
    let (one, other) = tokio::join!(postgres::database(), postgres::database());
    let mut one = PgConnection::connect(one.url()).await.unwrap();
    let mut other = PgConnection::connect(other.url()).await.unwrap();
    sqlx::raw_sql("CREATE TABLE here (id BIGINT)")
        .execute(&mut one)
        .await
        .unwrap();
    sqlx::raw_sql("CREATE TABLE here (id BIGINT)")
        .execute(&mut other)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_cut_line_breaks_what_is_open_and_a_restored_one_carries_again() {
    let echo = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = Proxy::before(echo.local_addr().unwrap()).await;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = echo.accept().await {
            tokio::spawn(async move {
                let (mut read, mut write) = stream.split();
                let _ = tokio::io::copy(&mut read, &mut write).await;
            });
        }
    });

    let mut before = TcpStream::connect(proxy.address()).await.unwrap();
    says_back(&mut before).await;
    proxy.cut();
    assert!(broken(&mut before).await);

    let mut during = TcpStream::connect(proxy.address()).await.unwrap();
    assert!(broken(&mut during).await);

    proxy.restore();
    says_back(&mut TcpStream::connect(proxy.address()).await.unwrap()).await;
}

async fn says_back(stream: &mut TcpStream) {
    let mut back = [0; 5];
    stream.write_all(b"hello").await.unwrap();
    stream.read_exact(&mut back).await.unwrap();
    assert_eq!(&back, b"hello");
}

/// Reads on until the stream ends or fails.
async fn broken(stream: &mut TcpStream) -> bool {
    let mut byte = [0];
    !matches!(stream.read(&mut byte).await, Ok(1..))
}
