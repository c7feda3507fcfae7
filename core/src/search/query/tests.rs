use super::*;
use proptest::prelude::*;

fn word(stem: &str) -> Clause {
    Clause::Word(stem.into())
}

fn phrase(words: &str) -> Clause {
    Clause::Phrase(words.split(' ').map(str::to_owned).collect())
}

#[test]
fn every_part_of_the_language_is_read() {
    let query = Query::parse("The budgets pla* \"Next year\" -draft -\"not yet\" -e-mail").unwrap();
    assert_eq!(query.some, [word("budget"), Clause::Prefix("pla".into())]);
    assert_eq!(query.all, [phrase("next year")]);
    assert_eq!(
        query.none,
        [word("draft"), phrase("not yet"), phrase("e mail")]
    );
    assert_eq!(query.also, ["next", "year"]);
    assert_eq!(
        query.fts5(&query.some[..1]),
        "((stems : \"budget\") AND (words : \"next year\")) \
         NOT ((stems : \"draft\") OR (words : \"not yet\") OR (words : \"e mail\"))"
    );
    assert_eq!(
        query.tsquery(&query.some[1..]),
        "'=pla':* & ('=next' <-> '=year') & !'draft' & !('=not' <-> '=yet') & !('=e' <-> '=mail')"
    );
}

#[test]
fn words_that_say_nothing_count_only_alone() {
    assert_eq!(Query::parse("what is it").unwrap().some.len(), 3);
    assert_eq!(
        Query::parse("what is budget").unwrap().some,
        [word("budget")]
    );
}

#[test]
fn a_phrase_alone_is_a_way() {
    let query = Query::parse("\"next year").unwrap();
    assert_eq!(query.ways(), [phrase("next year")]);
}

#[test]
fn what_cannot_be_asked_is_refused_at_its_place() {
    let long = "x".repeat(QUERY_UTF16 + 1);
    let many: Vec<_> = (0..=CLAUSES).map(|at| format!("w{at}")).collect();
    for text in [
        "",
        " ",
        "-draft",
        "\"\"",
        "?!",
        "a*",
        &long,
        &many.join(" "),
    ] {
        let problem = Query::parse(text).unwrap_err();
        assert_eq!(problem.errors[0].pointer, "/q", "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_a_query_or_is_refused(text in "[ -\"*a-zéß'()&|!:<>\\\\日]{0,40}") {
        if let Ok(query) = Query::parse(&text) {
            prop_assert!(!query.ways().is_empty());
            let plain = |text: &str| text.chars().all(char::is_alphanumeric);
            for clause in query.some.iter().chain(&query.all).chain(&query.none) {
                let fits = match clause {
                    Clause::Word(word) | Clause::Prefix(word) => plain(word) && !word.is_empty(),
                    Clause::Phrase(words) => words.iter().all(|word| plain(word)),
                };
                prop_assert!(fits, "{:?}", clause);
            }
        } else {
            prop_assert!(Query::parse(&text).unwrap_err().errors[0].pointer == "/q");
        }
    }
}
