"""Which pages one template makes."""

from editorial.audit.templates import Made, is_main, key_alone, pattern_in, sort_out


def _keys(*pages: tuple[str, str]) -> dict[str, int]:
    made = [Made(no, f"https://example.com{path}", layout, 100) for no, (path, layout) in enumerate(pages, start=1)]
    return {each.key: len(each.nos) for each in sort_out(made)}


def test_pages_of_one_folder_and_layout_are_of_one_template():
    assert _keys(*((f"/blog/{no}", "aa") for no in range(7)), ("/about", "bb")) == {"/blog/*": 7, "/*": 1}


def test_a_second_layout_of_a_folder_is_a_template_once_enough_pages_have_it():
    posts = [(f"/blog/{no}", "aa") for no in range(9)]
    lists = [(f"/blog/list-{no}", "bb") for no in range(5)]
    odd = [("/blog/odd", "cc"), ("/blog/odder", "dd")]

    assert _keys(*posts, *lists, *odd) == {"/blog/*": 9, "/blog/*#bb": 5, "/blog/*#": 2}


def test_pages_that_each_have_a_layout_of_their_own_stay_together():
    assert _keys(*((f"/blog/{no}", f"{no}") for no in range(9))) == {"/blog/*": 9}


def test_a_template_says_the_median_of_its_words_and_shows_the_shortest_address():
    pages = [
        Made(no, f"https://example.com/blog/{'x' * no}", "aa", words) for no, words in enumerate((9, 30, None, 80), 1)
    ]

    found = sort_out(pages)[0]

    assert (found.words, found.example) == (30, "https://example.com/blog/x")


def test_a_key_says_its_pattern_and_whether_most_pages_are_so():
    assert (pattern_in("/blog/*#aa"), is_main("/blog/*#aa"), is_main("/blog/*")) == ("/blog/*", False, True)
    assert key_alone("https://example.com/blog/a", "aa") == "/blog/*#aa"
