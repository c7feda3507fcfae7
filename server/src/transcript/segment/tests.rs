use super::*;

const SAID: &str = "The remote control needs a bigger battery. A battery in the remote control \
    costs money, and batteries are what people hate most about a terrible remote control.";

#[test]
fn a_segment_is_looked_into_the_same_way_every_time() {
    let first = (key_phrases(SAID), topics(SAID), sentiment(SAID));
    for _ in 0..20 {
        assert_eq!((key_phrases(SAID), topics(SAID), sentiment(SAID)), first);
    }
    assert!(
        first.0.iter().any(|phrase| phrase == "remote control"),
        "{first:?}"
    );
    assert_eq!(first.1, ["remote", "control", "battery"]);
    assert!(first.2 < -0.5);
    assert!(sentiment("What a great and lovely idea, thank you!") > 0.5);
    assert_eq!(sentiment("the table has four legs"), 0.0);
}

#[test]
fn odd_texts_are_looked_into_as_well() {
    for text in [
        "",
        " ",
        "…",
        "😀😀 :) :(",
        "a",
        "-- . . . !",
        "日本語の文章",
        "x\u{0}y\n\n\t",
        "É\u{301}",
    ] {
        key_phrases(text);
        topics(text);
        assert!((-1.0..=1.0).contains(&sentiment(text)), "{text}");
    }
}
